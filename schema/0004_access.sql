-- People and what they may do.

-- What a domain admin may change in a domain, as bits: 1 mailboxes, 2 aliases,
-- 4 passwords, 8 lists, 16 DNS, 32 import. 0: he may look.
ALTER TABLE admin_domain ADD COLUMN rights TINYINT UNSIGNED NOT NULL DEFAULT 0;
UPDATE admin_domain SET rights = 63;

-- Whoever named a domain admin may manage him; NULL: superadmins alone.
ALTER TABLE admin
	ADD COLUMN named_by BIGINT UNSIGNED NULL AFTER language,
	ADD KEY admin_named_by (named_by),
	ADD CONSTRAINT admin_named_by FOREIGN KEY (named_by)
		REFERENCES admin (id) ON DELETE SET NULL;

-- 1: postmaster, abuse and hostmaster belong to superadmins.
ALTER TABLE domain
	ADD COLUMN protects_roles TINYINT UNSIGNED NOT NULL DEFAULT 0
		AFTER retire_at;

-- Tokens of the API; only the digest is kept. scopes: `noun.verb` with blanks
-- between. networks: likewise, '' is any. is_limited: only in the domains of
-- api_token_domain, of which none may be left.
CREATE TABLE api_token (
	id          BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	admin_id    BIGINT UNSIGNED NOT NULL,
	name        VARCHAR(100) NOT NULL,
	token_hash  BINARY(32) NOT NULL,
	scopes      VARCHAR(2000) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	networks    VARCHAR(1000) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
	is_limited  TINYINT UNSIGNED NOT NULL DEFAULT 0,
	created     DATETIME(6) NOT NULL,
	expires     DATETIME(6) NULL,
	used        DATETIME(6) NULL,
	used_client VARCHAR(45) CHARACTER SET ascii NOT NULL DEFAULT '',
	UNIQUE KEY api_token_hash (token_hash),
	KEY api_token_admin (admin_id, id),
	CONSTRAINT api_token_admin FOREIGN KEY (admin_id) REFERENCES admin (id)
		ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE api_token_domain (
	token_id  BIGINT UNSIGNED NOT NULL,
	domain_id BIGINT UNSIGNED NOT NULL,
	PRIMARY KEY (token_id, domain_id),
	KEY api_token_domain_domain (domain_id),
	CONSTRAINT api_token_domain_token FOREIGN KEY (token_id)
		REFERENCES api_token (id) ON DELETE CASCADE,
	CONSTRAINT api_token_domain_domain FOREIGN KEY (domain_id)
		REFERENCES domain (id) ON DELETE CASCADE
) ENGINE=InnoDB;

-- What a domain admin asks for in the relay whitelist.
-- state: 1 open, 2 approved, 3 declined, 4 withdrawn
CREATE TABLE relay_request (
	id           BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	admin_id     BIGINT UNSIGNED NULL,
	admin_name   VARCHAR(100) NOT NULL,
	network      VARCHAR(43) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	reason       VARCHAR(500) NOT NULL,
	domains      TEXT NOT NULL,
	state        TINYINT UNSIGNED NOT NULL DEFAULT 1,
	answer       VARCHAR(500) NOT NULL DEFAULT '',
	answered_by  VARCHAR(100) NOT NULL DEFAULT '',
	answered     DATETIME(6) NULL,
	whitelist_id BIGINT UNSIGNED NULL,
	created      DATETIME(6) NOT NULL,
	version      INT UNSIGNED NOT NULL DEFAULT 1,
	KEY relay_request_state (state, id),
	KEY relay_request_admin (admin_id, id),
	CONSTRAINT relay_request_admin FOREIGN KEY (admin_id)
		REFERENCES admin (id) ON DELETE SET NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- The token of some domains that a job was asked for with: it does no more.
ALTER TABLE job ADD COLUMN token_id BIGINT UNSIGNED NULL AFTER admin_id;
