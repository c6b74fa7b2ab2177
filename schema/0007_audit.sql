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
