-- Publishing as people steer it: modes and approvals, acts with their notes,
-- nodes with a role, a token, a target, requests and replies.

-- Passwords alone, so that a node that reads everything reads two tables in
-- key order instead of joining a million rows.
CREATE SQL SECURITY DEFINER VIEW map_password AS
	SELECT id, value AS password FROM secret WHERE kind = 'mailbox';

CREATE SQL SECURITY DEFINER VIEW map_mailbox_row AS
	SELECT id, domain_id, address, state, alive, quota_bytes, home,
		secret_id, changed_serial
	FROM mailbox;

-- In reviewed mode (setting `publish.mode`) a key goes live when its last
-- change has a serial up to the approved one of its domain or of everything
-- (domain ''), whichever is greater. A domain that the guard holds passes it
-- when nothing of it changed after guard_serial.
CREATE TABLE approval (
	domain       VARCHAR(253) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
	serial       BIGINT UNSIGNED NOT NULL DEFAULT 0,
	guard_serial BIGINT UNSIGNED NOT NULL DEFAULT 0,
	updated      DATETIME(6) NOT NULL
) ENGINE=InnoDB;
INSERT INTO approval (domain, updated) VALUES ('', UTC_TIMESTAMP(6));

-- What people did to publishing, append-only. act: publish, confirm,
-- rollback, resume, mode. domains: names with a line feed after each, '' for
-- everything. node_id NULL: every node.
CREATE TABLE publication (
	id         BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	act        VARCHAR(16) CHARACTER SET ascii NOT NULL,
	node_id    BIGINT UNSIGNED NULL,
	serial     BIGINT UNSIGNED NOT NULL,
	domains    MEDIUMTEXT CHARACTER SET ascii NOT NULL,
	value      VARCHAR(32) CHARACTER SET ascii NOT NULL DEFAULT '',
	actor_kind TINYINT UNSIGNED NOT NULL,
	admin_id   BIGINT UNSIGNED NULL,
	actor_name VARCHAR(100) NOT NULL,
	client     VARCHAR(45) CHARACTER SET ascii NOT NULL DEFAULT '',
	request_id CHAR(22) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
	note       VARCHAR(500) NOT NULL DEFAULT '',
	created    DATETIME(6) NOT NULL,
	KEY publication_created (created, id),
	KEY publication_serial (serial)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- role: mailbox, secondary, outbound. network: addresses that the node may
-- pull from and sends from, separated by blanks. token_hash: SHA-256.
-- next_hop: where a secondary delivers to, as the right side of a transport.
ALTER TABLE node
	ADD COLUMN network       VARCHAR(400) CHARACTER SET ascii NOT NULL DEFAULT '',
	ADD COLUMN next_hop      VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
	ADD COLUMN note          VARCHAR(200) CHARACTER SET utf8mb4 NOT NULL DEFAULT '',
	ADD COLUMN token_hash    BINARY(32) NULL,
	ADD COLUMN token_created DATETIME(6) NULL,
	ADD COLUMN token_used    DATETIME(6) NULL,
	ADD COLUMN version       INT UNSIGNED NOT NULL DEFAULT 1,
	ADD UNIQUE KEY node_token (token_hash);

-- pending: routing lines that wait for an approval or stay behind a hold.
-- hold_serial: routing stands at that serial; hold_by: '', 'target' or
-- 'local' (postroom publish --rollback on the node). journal_from: the
-- oldest serial that routing can be put back to. drift: lines that the last
-- comparison found to differ. facts: a JSON object.
ALTER TABLE node_status
	ADD COLUMN pending      BIGINT UNSIGNED NOT NULL DEFAULT 0,
	ADD COLUMN hold_serial  BIGINT UNSIGNED NULL,
	ADD COLUMN hold_by      VARCHAR(8) CHARACTER SET ascii NOT NULL DEFAULT '',
	ADD COLUMN journal_from BIGINT UNSIGNED NOT NULL DEFAULT 0,
	ADD COLUMN drift        BIGINT UNSIGNED NOT NULL DEFAULT 0,
	ADD COLUMN checked      DATETIME(6) NULL,
	ADD COLUMN facts        TEXT NULL;

-- What the node is to have live. mode: follow, hold (routing at serial).
CREATE TABLE node_target (
	node_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
	mode    VARCHAR(8) CHARACTER SET ascii NOT NULL DEFAULT 'follow',
	serial  BIGINT UNSIGNED NOT NULL DEFAULT 0,
	updated DATETIME(6) NOT NULL,
	CONSTRAINT node_target_node FOREIGN KEY (node_id) REFERENCES node (id)
		ON DELETE CASCADE
) ENGINE=InnoDB;

-- A verb of a closed list with bounded arguments (a JSON object) for the
-- node's postroom-mapd; it expires when the node does not take it in time.
CREATE TABLE node_request (
	id         BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	node_id    BIGINT UNSIGNED NOT NULL,
	verb       VARCHAR(32) CHARACTER SET ascii NOT NULL,
	args       VARCHAR(4000) NOT NULL DEFAULT '{}',
	actor_kind TINYINT UNSIGNED NOT NULL,
	admin_id   BIGINT UNSIGNED NULL,
	actor_name VARCHAR(100) NOT NULL,
	created    DATETIME(6) NOT NULL,
	expires    DATETIME(6) NOT NULL,
	KEY node_request_open (node_id, expires, id),
	KEY node_request_created (created),
	CONSTRAINT node_request_node FOREIGN KEY (node_id) REFERENCES node (id)
		ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- code: ok, failed, refused. body: a JSON object, up to 256 KiB.
CREATE TABLE node_reply (
	request_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
	code       VARCHAR(16) CHARACTER SET ascii NOT NULL,
	body       MEDIUMTEXT NOT NULL,
	created    DATETIME(6) NOT NULL,
	CONSTRAINT node_reply_request FOREIGN KEY (request_id)
		REFERENCES node_request (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- For the node's postroom-mapd.
CREATE SQL SECURITY DEFINER VIEW map_approval AS
	SELECT domain, serial, guard_serial FROM approval;
CREATE SQL SECURITY DEFINER VIEW map_setting AS
	SELECT name, value FROM setting WHERE name LIKE 'publish.%';
CREATE SQL SECURITY DEFINER VIEW map_node_target AS
	SELECT node_id, mode, serial, updated FROM node_target;
CREATE SQL SECURITY DEFINER VIEW map_node_request AS
	SELECT q.id AS id, q.node_id AS node_id, q.verb AS verb, q.args AS args
	FROM node_request q LEFT JOIN node_reply r ON r.request_id = q.id
	WHERE r.request_id IS NULL AND q.expires > UTC_TIMESTAMP(6);
-- The networks that other nodes send from relay through a mailbox host.
CREATE SQL SECURITY DEFINER VIEW map_node_relay AS
	SELECT id, network FROM node
	WHERE role IN ('secondary', 'outbound') AND network <> '';
-- Who changed a key last, for explaining a line.
CREATE SQL SECURITY DEFINER VIEW map_key_revision AS
	SELECT k.kind AS kind, k.key_text AS key_text, r.serial AS serial,
		r.action AS action, r.actor_name AS actor_name,
		r.created AS created
	FROM change_key k JOIN revision r ON r.prov_id = k.prov_id;

-- Finds the changes of one key without reading the log.
ALTER TABLE change_key ADD KEY change_key_text (key_text, kind, prov_id);

-- As in version 2, and nothing that waits for an approval or stays behind a
-- hold goes.
CREATE OR REPLACE FUNCTION prune_revisions (keep_days INT, most INT) RETURNS INT
	MODIFIES SQL DATA
	SQL SECURITY DEFINER
BEGIN
	DECLARE edge DATETIME(6) DEFAULT
		UTC_TIMESTAMP(6) - INTERVAL GREATEST(COALESCE(keep_days, 400), 30) DAY;
	DECLARE live BIGINT UNSIGNED;
	DECLARE held BIGINT UNSIGNED;
	DECLARE last BIGINT UNSIGNED;
	DECLARE removed INT;

	SELECT COALESCE(MIN(LEAST(serial, COALESCE(hold_serial, serial))),
			18446744073709551615) INTO live
		FROM node_status;
	SELECT COALESCE(MIN(serial), 18446744073709551615) INTO held FROM (
		SELECT serial FROM node_target WHERE mode = 'hold'
		UNION ALL
		SELECT a.serial FROM approval a JOIN setting s
			ON s.name = 'publish.mode' AND s.value = 'reviewed'
			WHERE a.domain = '') AS waiting;
	SELECT COALESCE(MAX(serial), 0) INTO last FROM (
		SELECT serial FROM revision
		WHERE created < edge AND serial <= live AND serial <= held
		ORDER BY serial LIMIT most) AS oldest;
	DELETE k FROM change_key k JOIN revision r ON r.prov_id = k.prov_id
		WHERE r.serial <= last;
	DELETE c FROM `change` c JOIN revision r ON r.prov_id = c.prov_id
		WHERE r.serial <= last;
	DELETE FROM revision WHERE serial <= last;
	SET removed = ROW_COUNT();
	RETURN removed;
END;
