-- Postroom schema, version 1. Forward only: a migration never changes after
-- it reached main; later needs are later files.
--
-- Conventions: ids are numbers; times are DATETIME(6) in UTC; sizes are bytes
-- and 0 means "no limit"; domain names are A-labels and addresses are stored
-- lower-case, both as ASCII with binary collation; `version` counts the
-- updates of a row (ETag); `alive` is 1 for a row that exists and NULL for a
-- deleted one that is kept for a while, so that a unique key over it frees
-- the name at once.

CREATE TABLE head (
	id     TINYINT UNSIGNED NOT NULL PRIMARY KEY,
	serial BIGINT UNSIGNED NOT NULL,
	CHECK (id = 1)
) ENGINE=InnoDB;
INSERT INTO head (id, serial) VALUES (1, 0);

CREATE TABLE setting (
	name  VARCHAR(64) CHARACTER SET ascii NOT NULL PRIMARY KEY,
	value TEXT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Secrets are append-only; nouns and images hold the id and a fingerprint.
CREATE TABLE secret (
	id          BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	kind        VARCHAR(16) CHARACTER SET ascii NOT NULL,
	value       VARBINARY(1024) NOT NULL,
	fingerprint CHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	created     DATETIME(6) NOT NULL,
	KEY secret_created (created)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- state: 1 active, 2 prepared, 3 disabled, 4 retiring, 5 deleted
-- kind: 1 hosted, 2 alias, 3 relay
CREATE TABLE domain (
	id                    BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	name                  VARCHAR(253) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	name_unicode          VARCHAR(253) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	description           VARCHAR(200) NOT NULL DEFAULT '',
	kind                  TINYINT UNSIGNED NOT NULL DEFAULT 1,
	state                 TINYINT UNSIGNED NOT NULL DEFAULT 1,
	alive                 TINYINT UNSIGNED NULL DEFAULT 1,
	max_mailboxes         INT UNSIGNED NOT NULL DEFAULT 0,
	max_aliases           INT UNSIGNED NOT NULL DEFAULT 0,
	max_quota_bytes       BIGINT UNSIGNED NOT NULL DEFAULT 0,
	default_quota_bytes   BIGINT UNSIGNED NOT NULL DEFAULT 0,
	transport             VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
	refuse_code           SMALLINT UNSIGNED NOT NULL DEFAULT 0,
	refuse_text           VARCHAR(200) CHARACTER SET ascii NOT NULL DEFAULT '',
	retire_at             DATETIME(6) NULL,
	deleted_at            DATETIME(6) NULL,
	purge_at              DATETIME(6) NULL,
	mailbox_count         INT UNSIGNED NOT NULL DEFAULT 0,
	alias_count           INT UNSIGNED NOT NULL DEFAULT 0,
	quota_allotted_bytes  BIGINT UNSIGNED NOT NULL DEFAULT 0,
	has_catch_all         TINYINT UNSIGNED NOT NULL DEFAULT 0,
	has_postmaster        TINYINT UNSIGNED NOT NULL DEFAULT 0,
	has_abuse             TINYINT UNSIGNED NOT NULL DEFAULT 0,
	former_state          TINYINT UNSIGNED NOT NULL DEFAULT 0,
	created               DATETIME(6) NOT NULL,
	updated               DATETIME(6) NOT NULL,
	version               INT UNSIGNED NOT NULL DEFAULT 1,
	changed_serial        BIGINT UNSIGNED NOT NULL DEFAULT 0,
	UNIQUE KEY domain_name (name, alive),
	KEY domain_created (alive, created, id),
	KEY domain_name_list (alive, name, id),
	KEY domain_mailboxes (alive, mailbox_count, id),
	KEY domain_quota (alive, quota_allotted_bytes, id),
	KEY domain_state (state, name, id),
	KEY domain_retire (retire_at),
	KEY domain_purge (purge_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- state: 1 active, 2 nologin, 3 closed, 4 deleted; former_state is what a
-- deleted one was. A mailbox or alias lives only while its domain row does
-- (domain.alive): the rows of a deleted domain follow it in batches, and
-- because addresses are unique per domain row, the name is free meanwhile.
CREATE TABLE mailbox (
	id             BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	domain_id      BIGINT UNSIGNED NOT NULL,
	address        VARCHAR(318) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	name           VARCHAR(200) NOT NULL DEFAULT '',
	state          TINYINT UNSIGNED NOT NULL DEFAULT 1,
	alive          TINYINT UNSIGNED NULL DEFAULT 1,
	quota_bytes    BIGINT UNSIGNED NOT NULL DEFAULT 0,
	secret_id      BIGINT UNSIGNED NULL,
	password_scheme VARCHAR(24) CHARACTER SET ascii NOT NULL DEFAULT '',
	former_state   TINYINT UNSIGNED NOT NULL DEFAULT 0,
	home           VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
	deleted_at     DATETIME(6) NULL,
	purge_at       DATETIME(6) NULL,
	created        DATETIME(6) NOT NULL,
	updated        DATETIME(6) NOT NULL,
	version        INT UNSIGNED NOT NULL DEFAULT 1,
	changed_serial BIGINT UNSIGNED NOT NULL DEFAULT 0,
	UNIQUE KEY mailbox_domain_address (domain_id, alive, address),
	KEY mailbox_list_address (alive, address, id, domain_id),
	KEY mailbox_list_name (alive, name, id, domain_id),
	KEY mailbox_list_created (alive, created, id, domain_id),
	KEY mailbox_list_quota (alive, quota_bytes, id, domain_id),
	KEY mailbox_domain_name (domain_id, alive, name, id),
	KEY mailbox_domain_created (domain_id, alive, created, id),
	KEY mailbox_domain_quota (domain_id, alive, quota_bytes, id),
	KEY mailbox_state (state, address, id),
	KEY mailbox_purge (purge_at),
	KEY mailbox_secret (secret_id),
	CONSTRAINT mailbox_domain FOREIGN KEY (domain_id) REFERENCES domain (id),
	CONSTRAINT mailbox_password FOREIGN KEY (secret_id) REFERENCES secret (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Every tail of a display name, its first 16 characters, so that `any part of
-- the name` is a range of an index: `Ana Cruz` gives `Ana Cruz`, `na Cruz`,
-- `a Cruz`, `Cruz`, `ruz`, `uz`, `z`. For rows that were loaded by SQL:
--	INSERT IGNORE INTO mailbox_part
--	SELECT LEFT(SUBSTRING(m.name, s.seq), 16), m.id FROM mailbox m
--	JOIN seq_1_to_64 s ON s.seq <= CHAR_LENGTH(m.name);
CREATE TABLE mailbox_part (
	part       VARCHAR(16) NOT NULL,
	mailbox_id BIGINT UNSIGNED NOT NULL,
	PRIMARY KEY (part, mailbox_id),
	KEY mailbox_part_mailbox (mailbox_id),
	CONSTRAINT mailbox_part_mailbox FOREIGN KEY (mailbox_id)
		REFERENCES mailbox (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- address is `local@domain`, or `@domain` for a catch-all.
-- state: 1 active, 2 disabled, 4 deleted
CREATE TABLE alias (
	id             BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	domain_id      BIGINT UNSIGNED NOT NULL,
	address        VARCHAR(318) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	description    VARCHAR(200) NOT NULL DEFAULT '',
	state          TINYINT UNSIGNED NOT NULL DEFAULT 1,
	alive          TINYINT UNSIGNED NULL DEFAULT 1,
	is_catch_all   TINYINT UNSIGNED NOT NULL DEFAULT 0,
	send_as        TINYINT UNSIGNED NOT NULL DEFAULT 1,
	target_count   INT UNSIGNED NOT NULL DEFAULT 0,
	former_state   TINYINT UNSIGNED NOT NULL DEFAULT 0,
	deleted_at     DATETIME(6) NULL,
	purge_at       DATETIME(6) NULL,
	created        DATETIME(6) NOT NULL,
	updated        DATETIME(6) NOT NULL,
	version        INT UNSIGNED NOT NULL DEFAULT 1,
	changed_serial BIGINT UNSIGNED NOT NULL DEFAULT 0,
	UNIQUE KEY alias_domain_address (domain_id, alive, address),
	KEY alias_list_address (alive, address, id, domain_id),
	KEY alias_list_created (alive, created, id, domain_id),
	KEY alias_domain_created (domain_id, alive, created, id),
	KEY alias_state (state, address, id),
	KEY alias_purge (purge_at),
	CONSTRAINT alias_domain FOREIGN KEY (domain_id) REFERENCES domain (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- One row a target. Rows of a deleted alias stay until it is purged, with
-- alive NULL, so that it can be restored.
CREATE TABLE alias_target (
	alias_id BIGINT UNSIGNED NOT NULL,
	target   VARCHAR(318) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	alive    TINYINT UNSIGNED NULL DEFAULT 1,
	target_domain VARCHAR(253) CHARACTER SET ascii COLLATE ascii_bin
		AS (SUBSTRING_INDEX(target, '@', -1)) PERSISTENT,
	PRIMARY KEY (alias_id, target),
	KEY alias_target_target (target, alive, alias_id),
	KEY alias_target_domain (target_domain, alive, alias_id),
	CONSTRAINT alias_target_alias FOREIGN KEY (alias_id) REFERENCES alias (id)
		ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- net_from and net_to are the first and last address as 16 bytes (IPv4 as
-- v4-mapped), for overlaps by index. state: 1 active, 2 disabled, 3 expired,
-- 4 deleted; only 1 and 2 are alive.
CREATE TABLE whitelist (
	id             BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	network        VARCHAR(43) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	net_from       BINARY(16) NOT NULL,
	net_to         BINARY(16) NOT NULL,
	note           VARCHAR(200) NOT NULL DEFAULT '',
	owner          VARCHAR(200) NOT NULL DEFAULT '',
	state          TINYINT UNSIGNED NOT NULL DEFAULT 1,
	alive          TINYINT UNSIGNED NULL DEFAULT 1,
	expires        DATETIME(6) NULL,
	expired_at     DATETIME(6) NULL,
	deleted_at     DATETIME(6) NULL,
	purge_at       DATETIME(6) NULL,
	created        DATETIME(6) NOT NULL,
	updated        DATETIME(6) NOT NULL,
	version        INT UNSIGNED NOT NULL DEFAULT 1,
	changed_serial BIGINT UNSIGNED NOT NULL DEFAULT 0,
	UNIQUE KEY whitelist_network (network, alive),
	KEY whitelist_list_network (alive, net_from, id),
	KEY whitelist_list_created (alive, created, id),
	KEY whitelist_list_expires (alive, expires, id),
	KEY whitelist_expires (state, expires),
	KEY whitelist_purge (purge_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Administrators. role: 1 superadmin, 2 admin of the domains in admin_domain.
-- password is Argon2id; NULL until the first-use link was used.
CREATE TABLE admin (
	id         BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	login      VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
	name       VARCHAR(200) NOT NULL DEFAULT '',
	role       TINYINT UNSIGNED NOT NULL DEFAULT 1,
	state      TINYINT UNSIGNED NOT NULL DEFAULT 1,
	password   VARBINARY(255) NULL,
	language   VARCHAR(8) CHARACTER SET ascii NOT NULL DEFAULT '',
	created    DATETIME(6) NOT NULL,
	updated    DATETIME(6) NOT NULL,
	version    INT UNSIGNED NOT NULL DEFAULT 1,
	UNIQUE KEY admin_login (login)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE admin_domain (
	admin_id  BIGINT UNSIGNED NOT NULL,
	domain_id BIGINT UNSIGNED NOT NULL,
	PRIMARY KEY (admin_id, domain_id),
	KEY admin_domain_domain (domain_id, admin_id),
	CONSTRAINT admin_domain_admin FOREIGN KEY (admin_id) REFERENCES admin (id)
		ON DELETE CASCADE,
	CONSTRAINT admin_domain_domain FOREIGN KEY (domain_id) REFERENCES domain (id)
) ENGINE=InnoDB;

-- One-time links; only the hash of the token is kept.
CREATE TABLE first_use (
	token_hash BINARY(32) NOT NULL PRIMARY KEY,
	admin_id   BIGINT UNSIGNED NOT NULL,
	created    DATETIME(6) NOT NULL,
	expires    DATETIME(6) NOT NULL,
	used       DATETIME(6) NULL,
	KEY first_use_expires (expires),
	CONSTRAINT first_use_admin FOREIGN KEY (admin_id) REFERENCES admin (id)
		ON DELETE CASCADE
) ENGINE=InnoDB;

CREATE TABLE session (
	token_hash BINARY(32) NOT NULL PRIMARY KEY,
	admin_id   BIGINT UNSIGNED NOT NULL,
	created    DATETIME(6) NOT NULL,
	last_seen  DATETIME(6) NOT NULL,
	expires    DATETIME(6) NOT NULL,
	client     VARCHAR(45) CHARACTER SET ascii NOT NULL,
	user_agent VARCHAR(200) NOT NULL DEFAULT '',
	KEY session_admin (admin_id),
	KEY session_expires (expires),
	CONSTRAINT session_admin FOREIGN KEY (admin_id) REFERENCES admin (id)
		ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Failed sign-ins. subject is `account:LOGIN` or `net:PREFIX`, hashed.
CREATE TABLE throttle (
	subject      BINARY(32) NOT NULL PRIMARY KEY,
	failures     INT UNSIGNED NOT NULL,
	last_failure DATETIME(6) NOT NULL,
	blocked_to   DATETIME(6) NOT NULL,
	KEY throttle_last (last_failure)
) ENGINE=InnoDB;

CREATE TABLE idempotency (
	key_hash     BINARY(32) NOT NULL PRIMARY KEY,
	request_hash BINARY(32) NOT NULL,
	status       SMALLINT UNSIGNED NOT NULL,
	location     VARCHAR(200) CHARACTER SET ascii NOT NULL DEFAULT '',
	reply        MEDIUMBLOB NULL,
	created      DATETIME(6) NOT NULL,
	KEY idempotency_created (created)
) ENGINE=InnoDB;

-- The revision log. A writer inserts its change rows under a provisional id
-- of its own making, and last of all the revision that gives them a serial.
-- actor_kind: 1 admin, 2 command line, 3 clock, 4 job, 5 set-up
CREATE TABLE revision (
	serial     BIGINT UNSIGNED NOT NULL PRIMARY KEY,
	prov_id    BIGINT UNSIGNED NOT NULL,
	action     VARCHAR(48) CHARACTER SET ascii NOT NULL,
	actor_kind TINYINT UNSIGNED NOT NULL,
	admin_id   BIGINT UNSIGNED NULL,
	actor_name VARCHAR(100) NOT NULL,
	client     VARCHAR(45) CHARACTER SET ascii NOT NULL DEFAULT '',
	request_id CHAR(22) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
	note       VARCHAR(500) NOT NULL DEFAULT '',
	undoes     BIGINT UNSIGNED NULL,
	job_id     BIGINT UNSIGNED NULL,
	changes    INT UNSIGNED NOT NULL,
	created    DATETIME(6) NOT NULL,
	UNIQUE KEY revision_prov (prov_id),
	KEY revision_admin (admin_id, serial),
	KEY revision_created (created, serial),
	KEY revision_undoes (undoes)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- op: 1 create, 2 update, 3 delete, 4 restore
CREATE TABLE `change` (
	prov_id   BIGINT UNSIGNED NOT NULL,
	seq       INT UNSIGNED NOT NULL,
	noun      VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	noun_id   BIGINT UNSIGNED NOT NULL,
	domain_id BIGINT UNSIGNED NULL,
	op        TINYINT UNSIGNED NOT NULL,
	subject   VARCHAR(320) NOT NULL,
	version   INT UNSIGNED NOT NULL,
	before_image MEDIUMTEXT NULL,
	after_image  MEDIUMTEXT NULL,
	PRIMARY KEY (prov_id, seq),
	KEY change_noun (noun, noun_id, prov_id),
	KEY change_domain (domain_id, prov_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- What a change touches in the maps. kind: a address or @domain, d a whole
-- domain by name, w the whitelist, s end the sessions of this login.
CREATE TABLE change_key (
	prov_id   BIGINT UNSIGNED NOT NULL,
	seq       INT UNSIGNED NOT NULL,
	kind      CHAR(1) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	key_text  VARCHAR(318) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	PRIMARY KEY (prov_id, seq, kind, key_text)
) ENGINE=InnoDB;

-- state: 1 queued, 2 running, 3 done, 4 failed, 5 cancelled
CREATE TABLE job (
	id           BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	kind         VARCHAR(32) CHARACTER SET ascii NOT NULL,
	state        TINYINT UNSIGNED NOT NULL DEFAULT 1,
	subject      VARCHAR(320) NOT NULL DEFAULT '',
	domain_id    BIGINT UNSIGNED NULL,
	args         TEXT NOT NULL,
	phase        VARCHAR(32) CHARACTER SET ascii NOT NULL DEFAULT '',
	done         BIGINT UNSIGNED NOT NULL DEFAULT 0,
	total        BIGINT UNSIGNED NOT NULL DEFAULT 0,
	failed       BIGINT UNSIGNED NOT NULL DEFAULT 0,
	seq          BIGINT UNSIGNED NOT NULL DEFAULT 0,
	cancel       TINYINT UNSIGNED NOT NULL DEFAULT 0,
	message      VARCHAR(300) NOT NULL DEFAULT '',
	actor_kind   TINYINT UNSIGNED NOT NULL,
	admin_id     BIGINT UNSIGNED NULL,
	actor_name   VARCHAR(100) NOT NULL,
	lease_holder VARCHAR(64) CHARACTER SET ascii NOT NULL DEFAULT '',
	lease_until  DATETIME(6) NULL,
	created      DATETIME(6) NOT NULL,
	started      DATETIME(6) NULL,
	finished     DATETIME(6) NULL,
	KEY job_state (state, id),
	KEY job_admin (admin_id, id),
	KEY job_domain (domain_id, state),
	KEY job_finished (finished)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE job_error (
	job_id  BIGINT UNSIGNED NOT NULL,
	seq     BIGINT UNSIGNED NOT NULL,
	subject VARCHAR(320) NOT NULL DEFAULT '',
	reason  VARCHAR(48) CHARACTER SET ascii NOT NULL,
	text    VARCHAR(300) NOT NULL DEFAULT '',
	PRIMARY KEY (job_id, seq),
	CONSTRAINT job_error_job FOREIGN KEY (job_id) REFERENCES job (id)
		ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- A lease by compare-and-set for the one holder of a duty (the clock).
CREATE TABLE lease (
	name   VARCHAR(32) CHARACTER SET ascii NOT NULL PRIMARY KEY,
	holder VARCHAR(64) CHARACTER SET ascii NOT NULL DEFAULT '',
	until  DATETIME(6) NOT NULL
) ENGINE=InnoDB;
INSERT INTO lease (name, until) VALUES ('clock', '1970-01-01');

CREATE TABLE node (
	id      BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	name    VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	role    VARCHAR(16) CHARACTER SET ascii NOT NULL DEFAULT 'mailbox',
	created DATETIME(6) NOT NULL,
	UNIQUE KEY node_name (name)
) ENGINE=InnoDB;

-- Written by the node's postroom-mapd. state: ok, held, error, starting
CREATE TABLE node_status (
	node_id    BIGINT UNSIGNED NOT NULL PRIMARY KEY,
	serial     BIGINT UNSIGNED NOT NULL DEFAULT 0,
	state      VARCHAR(16) CHARACTER SET ascii NOT NULL DEFAULT 'starting',
	message    VARCHAR(300) NOT NULL DEFAULT '',
	applied    DATETIME(6) NULL,
	seen       DATETIME(6) NULL,
	took_us    BIGINT UNSIGNED NOT NULL DEFAULT 0,
	added      BIGINT UNSIGNED NOT NULL DEFAULT 0,
	removed    BIGINT UNSIGNED NOT NULL DEFAULT 0,
	CONSTRAINT node_status_node FOREIGN KEY (node_id) REFERENCES node (id)
		ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- A domain that the node holds back, with the reason, and what it has live.
CREATE TABLE node_domain (
	node_id BIGINT UNSIGNED NOT NULL,
	domain  VARCHAR(253) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	serial  BIGINT UNSIGNED NOT NULL DEFAULT 0,
	held    VARCHAR(300) NOT NULL DEFAULT '',
	PRIMARY KEY (node_id, domain),
	CONSTRAINT node_domain_node FOREIGN KEY (node_id) REFERENCES node (id)
		ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Views of the role `mailbox`: all that postroom-mapd of a mailbox host may
-- read.
CREATE SQL SECURITY DEFINER VIEW map_head AS
	SELECT serial FROM head WHERE id = 1;

CREATE SQL SECURITY DEFINER VIEW map_change AS
	SELECT r.serial AS serial, k.kind AS kind, k.key_text AS key_text
	FROM revision r JOIN change_key k ON k.prov_id = r.prov_id;

CREATE SQL SECURITY DEFINER VIEW map_revision AS
	SELECT serial, action, actor_name, created FROM revision;

CREATE SQL SECURITY DEFINER VIEW map_domain AS
	SELECT id, name, kind, state, alive, transport, refuse_code,
		refuse_text, has_catch_all, changed_serial
	FROM domain;

CREATE SQL SECURITY DEFINER VIEW map_mailbox AS
	SELECT m.id AS id, m.domain_id AS domain_id, m.address AS address,
		m.state AS state, m.alive AS alive,
		m.quota_bytes AS quota_bytes, m.home AS home,
		s.value AS password, m.changed_serial AS changed_serial
	FROM mailbox m LEFT JOIN secret s ON s.id = m.secret_id;

CREATE SQL SECURITY DEFINER VIEW map_alias AS
	SELECT id, domain_id, address, state, alive, is_catch_all, send_as,
		changed_serial
	FROM alias;

CREATE SQL SECURITY DEFINER VIEW map_alias_target AS
	SELECT alias_id, target, alive FROM alias_target;

CREATE SQL SECURITY DEFINER VIEW map_whitelist AS
	SELECT id, network, state, alive, expires FROM whitelist;

CREATE SQL SECURITY DEFINER VIEW map_node AS
	SELECT id, name, role FROM node;
