-- Audit and undo of many revisions, locked mailboxes, settings of retention.

-- The revisions of a job, a person, an action; what a text begins with.
ALTER TABLE revision
	ADD KEY revision_job (job_id, serial),
	ADD KEY revision_actor (actor_name, serial),
	ADD KEY revision_action (action, serial);
ALTER TABLE `change` ADD KEY change_subject (subject(64), prov_id);

-- The job whose revisions this one takes back.
ALTER TABLE job
	ADD COLUMN undoes_job BIGINT UNSIGNED NULL,
	ADD KEY job_undoes (undoes_job);

-- Mailboxes that were locked at once: when, by whom, what the nodes were asked.
-- serial: the revision that ended the sign-in, 0 where nobody could sign in.
CREATE TABLE mailbox_lock (
	id         BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	mailbox_id BIGINT UNSIGNED NOT NULL,
	serial     BIGINT UNSIGNED NOT NULL DEFAULT 0,
	sessions   INT UNSIGNED NOT NULL DEFAULT 0,
	actor_name VARCHAR(100) NOT NULL,
	note       VARCHAR(500) NOT NULL DEFAULT '',
	created    DATETIME(6) NOT NULL,
	KEY mailbox_lock_mailbox (mailbox_id, id),
	CONSTRAINT mailbox_lock_of FOREIGN KEY (mailbox_id)
		REFERENCES mailbox (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Rows of node_request live a day; `node` is kept for afterwards.
CREATE TABLE mailbox_lock_request (
	lock_id    BIGINT UNSIGNED NOT NULL,
	request_id BIGINT UNSIGNED NOT NULL,
	node_id    BIGINT UNSIGNED NOT NULL,
	node       VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
	verb       VARCHAR(32) CHARACTER SET ascii NOT NULL,
	PRIMARY KEY (lock_id, request_id),
	CONSTRAINT mailbox_lock_request_of FOREIGN KEY (lock_id)
		REFERENCES mailbox_lock (id) ON DELETE CASCADE
) ENGINE=InnoDB;
