-- Bulk import: what was uploaded, what was found in it, what became of it.

-- One file (or one reading of another system). phase and the columns behind
-- it are the place that its jobs got to; they move in the transactions of
-- what was done. state: 1 uploading, 2 checking, 3 ready, 4 importing, 5 done,
-- 6 failed, 7 cancelled
CREATE TABLE import (
	id           BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	state        TINYINT UNSIGNED NOT NULL DEFAULT 1,
	source       VARCHAR(32) CHARACTER SET ascii NOT NULL,
	noun         TINYINT UNSIGNED NOT NULL,
	file_name    VARCHAR(200) NOT NULL DEFAULT '',
	file_bytes   BIGINT UNSIGNED NOT NULL DEFAULT 0,
	pieces       INT UNSIGNED NOT NULL DEFAULT 0,
	options      TEXT NOT NULL,
	notices      TEXT NOT NULL,
	phase        TINYINT UNSIGNED NOT NULL DEFAULT 0,
	at_byte      BIGINT UNSIGNED NOT NULL DEFAULT 0,
	at_line      BIGINT UNSIGNED NOT NULL DEFAULT 1,
	at_row       BIGINT UNSIGNED NOT NULL DEFAULT 0,
	place        BIGINT UNSIGNED NOT NULL DEFAULT 0,
	n_rows       BIGINT UNSIGNED NOT NULL DEFAULT 0,
	n_new        BIGINT UNSIGNED NOT NULL DEFAULT 0,
	n_changed    BIGINT UNSIGNED NOT NULL DEFAULT 0,
	n_unchanged  BIGINT UNSIGNED NOT NULL DEFAULT 0,
	n_wrong      BIGINT UNSIGNED NOT NULL DEFAULT 0,
	n_missing    BIGINT UNSIGNED NOT NULL DEFAULT 0,
	n_failed     BIGINT UNSIGNED NOT NULL DEFAULT 0,
	n_made       BIGINT UNSIGNED NOT NULL DEFAULT 0,
	n_passwords  BIGINT UNSIGNED NOT NULL DEFAULT 0,
	check_job    BIGINT UNSIGNED NULL,
	run_job      BIGINT UNSIGNED NULL,
	message      VARCHAR(300) NOT NULL DEFAULT '',
	actor_kind   TINYINT UNSIGNED NOT NULL,
	admin_id     BIGINT UNSIGNED NULL,
	actor_name   VARCHAR(100) NOT NULL,
	created      DATETIME(6) NOT NULL,
	finished     DATETIME(6) NULL,
	spool_until  DATETIME(6) NULL,
	purge_at     DATETIME(6) NULL,
	KEY import_admin (admin_id, id),
	KEY import_spool (spool_until),
	KEY import_purge (purge_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Sealed bytes: kind 1 the uploaded file, 2 generated passwords, 3 the rows
-- that were not imported. at_byte is where the opened piece begins.
CREATE TABLE import_spool (
	import_id BIGINT UNSIGNED NOT NULL,
	kind      TINYINT UNSIGNED NOT NULL,
	seq       INT UNSIGNED NOT NULL,
	at_byte   BIGINT UNSIGNED NOT NULL,
	n_bytes   INT UNSIGNED NOT NULL,
	data      MEDIUMBLOB NOT NULL,
	PRIMARY KEY (import_id, kind, seq),
	KEY import_spool_byte (import_id, kind, at_byte),
	CONSTRAINT import_spool_import FOREIGN KEY (import_id)
		REFERENCES import (id) ON DELETE CASCADE
) ENGINE=InnoDB;

-- The rows before they are nouns, see core/staging.h. subject is an address, a
-- domain or a network in its stored form, '' when it is none. outcome: 0 not
-- looked at, 1 new, 2 changed, 3 unchanged, 4 wrong. line 0: a mailbox that
-- the file does not name and that shall be disabled. No foreign key: a
-- million rows go in batches.
CREATE TABLE staging (
	import_id  BIGINT UNSIGNED NOT NULL,
	row_no     BIGINT UNSIGNED NOT NULL,
	line       BIGINT UNSIGNED NOT NULL,
	noun       TINYINT UNSIGNED NOT NULL,
	came       INT UNSIGNED NOT NULL,
	subject    VARCHAR(320) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
	domain     VARCHAR(253) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
	name       VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
	state      TINYINT UNSIGNED NOT NULL DEFAULT 1,
	quota_bytes BIGINT NOT NULL DEFAULT -1,
	password   VARBINARY(1024) NULL,
	sealed     VARBINARY(512) NULL,
	targets    MEDIUMTEXT CHARACTER SET ascii COLLATE ascii_bin NULL,
	more       TEXT NULL,
	outcome    TINYINT UNSIGNED NOT NULL DEFAULT 0,
	step       TINYINT UNSIGNED NOT NULL DEFAULT 0,
	noun_id    BIGINT UNSIGNED NULL,
	seen_version INT UNSIGNED NOT NULL DEFAULT 0,
	PRIMARY KEY (import_id, row_no),
	KEY staging_subject (import_id, subject, row_no)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- The targets of staged aliases, for the looks at who is named.
CREATE TABLE staging_target (
	import_id BIGINT UNSIGNED NOT NULL,
	row_no    BIGINT UNSIGNED NOT NULL,
	target    VARCHAR(318) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	PRIMARY KEY (import_id, row_no, target)
) ENGINE=InnoDB;

-- What is wrong, row by row; kept with the report. n counts within the row,
-- col is the cell of the line, from 1, 0 for the whole line.
CREATE TABLE import_error (
	import_id BIGINT UNSIGNED NOT NULL,
	row_no    BIGINT UNSIGNED NOT NULL,
	n         TINYINT UNSIGNED NOT NULL,
	line      BIGINT UNSIGNED NOT NULL,
	col       INT UNSIGNED NOT NULL DEFAULT 0,
	field     VARCHAR(32) CHARACTER SET ascii NOT NULL DEFAULT '',
	value     VARCHAR(320) NOT NULL DEFAULT '',
	reason    VARCHAR(48) CHARACTER SET ascii NOT NULL,
	text      VARCHAR(300) NOT NULL DEFAULT '',
	PRIMARY KEY (import_id, row_no, n),
	CONSTRAINT import_error_import FOREIGN KEY (import_id)
		REFERENCES import (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
