-- Signing in: sessions of mailbox owners, second factors, history.
--
-- What belongs to a person has admin_id or mailbox_id, never both.

ALTER TABLE session
	DROP FOREIGN KEY session_admin,
	DROP KEY session_admin,
	MODIFY admin_id BIGINT UNSIGNED NULL,
	ADD COLUMN id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT FIRST,
	ADD COLUMN mailbox_id BIGINT UNSIGNED NULL AFTER admin_id,
	ADD COLUMN proved DATETIME(6) NULL AFTER last_seen,
	ADD COLUMN method TINYINT UNSIGNED NOT NULL DEFAULT 1,
	ADD UNIQUE KEY session_id (id),
	ADD KEY session_person (admin_id, mailbox_id),
	ADD KEY session_mailbox (mailbox_id),
	ADD CONSTRAINT session_of_admin FOREIGN KEY (admin_id)
		REFERENCES admin (id) ON DELETE CASCADE,
	ADD CONSTRAINT session_of_mailbox FOREIGN KEY (mailbox_id)
		REFERENCES mailbox (id) ON DELETE CASCADE,
	ADD CONSTRAINT session_of_one CHECK ((admin_id IS NULL) <> (mailbox_id IS NULL));
UPDATE session SET proved = created;
ALTER TABLE session MODIFY proved DATETIME(6) NOT NULL;

ALTER TABLE first_use
	MODIFY admin_id BIGINT UNSIGNED NULL,
	ADD COLUMN mailbox_id BIGINT UNSIGNED NULL AFTER admin_id,
	ADD KEY first_use_mailbox (mailbox_id),
	ADD CONSTRAINT first_use_of_mailbox FOREIGN KEY (mailbox_id)
		REFERENCES mailbox (id) ON DELETE CASCADE,
	ADD CONSTRAINT first_use_of_one CHECK ((admin_id IS NULL) <> (mailbox_id IS NULL));

-- '' is the browser's own.
ALTER TABLE mailbox ADD COLUMN language VARCHAR(8) CHARACTER SET ascii NOT NULL DEFAULT '';

-- A seed counts once a code of it was given. last_step is the time step (30 s)
-- of the last code that was taken: none at or below it is taken again.
CREATE TABLE totp (
	admin_id   BIGINT UNSIGNED NULL,
	mailbox_id BIGINT UNSIGNED NULL,
	seed       VARBINARY(128) NOT NULL,
	last_step  BIGINT UNSIGNED NOT NULL DEFAULT 0,
	confirmed  DATETIME(6) NULL,
	created    DATETIME(6) NOT NULL,
	UNIQUE KEY totp_of_admin (admin_id),
	UNIQUE KEY totp_of_mailbox (mailbox_id),
	CONSTRAINT totp_admin FOREIGN KEY (admin_id) REFERENCES admin (id) ON DELETE CASCADE,
	CONSTRAINT totp_mailbox FOREIGN KEY (mailbox_id) REFERENCES mailbox (id) ON DELETE CASCADE,
	CONSTRAINT totp_of_one CHECK ((admin_id IS NULL) <> (mailbox_id IS NULL))
) ENGINE=InnoDB;

CREATE TABLE recovery_code (
	code_hash  BINARY(32) NOT NULL PRIMARY KEY,
	admin_id   BIGINT UNSIGNED NULL,
	mailbox_id BIGINT UNSIGNED NULL,
	created    DATETIME(6) NOT NULL,
	used       DATETIME(6) NULL,
	KEY recovery_code_admin (admin_id),
	KEY recovery_code_mailbox (mailbox_id),
	CONSTRAINT recovery_code_admin FOREIGN KEY (admin_id) REFERENCES admin (id) ON DELETE CASCADE,
	CONSTRAINT recovery_code_mailbox FOREIGN KEY (mailbox_id) REFERENCES mailbox (id) ON DELETE CASCADE,
	CONSTRAINT recovery_code_of_one CHECK ((admin_id IS NULL) <> (mailbox_id IS NULL))
) ENGINE=InnoDB;

-- credential_hash is SHA-256 of credential_id, which may be long. public_key
-- is the raw key as libfido2 takes it, by its COSE algorithm.
CREATE TABLE passkey (
	id              BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	admin_id        BIGINT UNSIGNED NULL,
	mailbox_id      BIGINT UNSIGNED NULL,
	name            VARCHAR(100) NOT NULL,
	credential_hash BINARY(32) NOT NULL,
	credential_id   VARBINARY(1023) NOT NULL,
	algorithm       INT NOT NULL,
	public_key      VARBINARY(1024) NOT NULL,
	sign_count      BIGINT UNSIGNED NOT NULL DEFAULT 0,
	is_synced       TINYINT UNSIGNED NOT NULL DEFAULT 0,
	created         DATETIME(6) NOT NULL,
	last_used       DATETIME(6) NULL,
	UNIQUE KEY passkey_credential (credential_hash),
	KEY passkey_admin (admin_id),
	KEY passkey_mailbox (mailbox_id),
	CONSTRAINT passkey_admin FOREIGN KEY (admin_id) REFERENCES admin (id) ON DELETE CASCADE,
	CONSTRAINT passkey_mailbox FOREIGN KEY (mailbox_id) REFERENCES mailbox (id) ON DELETE CASCADE,
	CONSTRAINT passkey_of_one CHECK ((admin_id IS NULL) <> (mailbox_id IS NULL))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- A challenge that was answered, until it would have run out: none is answered
-- twice. Challenges themselves are sealed and kept by nobody.
CREATE TABLE challenge_used (
	challenge_hash BINARY(32) NOT NULL PRIMARY KEY,
	expires        DATETIME(6) NOT NULL,
	KEY challenge_used_expires (expires)
) ENGINE=InnoDB;

-- A browser that signed in before. Wrong passwords from elsewhere do not make
-- it wait.
CREATE TABLE known_device (
	id         BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	token_hash BINARY(32) NOT NULL,
	admin_id   BIGINT UNSIGNED NULL,
	mailbox_id BIGINT UNSIGNED NULL,
	created    DATETIME(6) NOT NULL,
	last_used  DATETIME(6) NOT NULL,
	KEY known_device_token (token_hash),
	KEY known_device_admin (admin_id, last_used),
	KEY known_device_mailbox (mailbox_id, last_used),
	KEY known_device_last (last_used),
	CONSTRAINT known_device_admin FOREIGN KEY (admin_id) REFERENCES admin (id) ON DELETE CASCADE,
	CONSTRAINT known_device_mailbox FOREIGN KEY (mailbox_id) REFERENCES mailbox (id) ON DELETE CASCADE,
	CONSTRAINT known_device_of_one CHECK ((admin_id IS NULL) <> (mailbox_id IS NULL))
) ENGINE=InnoDB;

-- Sign-ins to the panel of a person who exists, bounded for each: the newest
-- that went well and, apart, the newest that did not.
-- outcome: 0 went well, else the reason (core/history.h); method: 1 password,
-- 2 password and code, 3 password and recovery code, 4 passkey, 5 password and
-- passkey, 6 one-time link
CREATE TABLE sign_in (
	id         BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	admin_id   BIGINT UNSIGNED NULL,
	mailbox_id BIGINT UNSIGNED NULL,
	is_good    TINYINT UNSIGNED NOT NULL,
	outcome    TINYINT UNSIGNED NOT NULL,
	method     TINYINT UNSIGNED NOT NULL,
	client     VARCHAR(45) CHARACTER SET ascii NOT NULL,
	network    VARCHAR(45) CHARACTER SET ascii NOT NULL,
	user_agent VARCHAR(200) NOT NULL DEFAULT '',
	is_new_network TINYINT UNSIGNED NOT NULL DEFAULT 0,
	is_seen    TINYINT UNSIGNED NOT NULL DEFAULT 1,
	created    DATETIME(6) NOT NULL,
	KEY sign_in_admin (admin_id, is_good, id),
	KEY sign_in_mailbox (mailbox_id, is_good, id),
	KEY sign_in_created (created),
	CONSTRAINT sign_in_admin FOREIGN KEY (admin_id) REFERENCES admin (id) ON DELETE CASCADE,
	CONSTRAINT sign_in_mailbox FOREIGN KEY (mailbox_id) REFERENCES mailbox (id) ON DELETE CASCADE,
	CONSTRAINT sign_in_of_one CHECK ((admin_id IS NULL) <> (mailbox_id IS NULL))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

