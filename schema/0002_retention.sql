-- Retention: the log and the secrets are append-only for every account. These
-- functions, and they alone, take away what is older than the setting, in
-- batches, and nothing younger than 30 days whatever they are told.

-- Secrets that no mailbox uses, deleted ones included, and since when.
CREATE TABLE secret_unused (
	secret_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
	since     DATETIME(6) NOT NULL,
	KEY secret_unused_since (since),
	CONSTRAINT secret_unused_secret FOREIGN KEY (secret_id)
		REFERENCES secret (id) ON DELETE CASCADE
) ENGINE=InnoDB;

-- The oldest `most` revisions with their changes, as far as every node has
-- them live. Returns how many.
CREATE FUNCTION prune_revisions (keep_days INT, most INT) RETURNS INT
	MODIFIES SQL DATA
	SQL SECURITY DEFINER
BEGIN
	DECLARE edge DATETIME(6) DEFAULT
		UTC_TIMESTAMP(6) - INTERVAL GREATEST(COALESCE(keep_days, 400), 30) DAY;
	DECLARE live BIGINT UNSIGNED;
	DECLARE last BIGINT UNSIGNED;
	DECLARE removed INT;

	SELECT COALESCE(MIN(serial), 18446744073709551615) INTO live
		FROM node_status;
	SELECT COALESCE(MAX(serial), 0) INTO last FROM (
		SELECT serial FROM revision
		WHERE created < edge AND serial <= live
		ORDER BY serial LIMIT most) AS oldest;
	DELETE k FROM change_key k JOIN revision r ON r.prov_id = k.prov_id
		WHERE r.serial <= last;
	DELETE c FROM `change` c JOIN revision r ON r.prov_id = c.prov_id
		WHERE r.serial <= last;
	DELETE FROM revision WHERE serial <= last;
	SET removed = ROW_COUNT();
	RETURN removed;
END;

-- Look at the `most` secrets behind the id `after`: note those that nobody
-- uses, forget those that somebody uses again. Returns the last id looked at,
-- 0 at the end.
CREATE FUNCTION mark_secrets (after BIGINT UNSIGNED, most INT)
	RETURNS BIGINT UNSIGNED
	MODIFIES SQL DATA
	SQL SECURITY DEFINER
BEGIN
	DECLARE last BIGINT UNSIGNED;

	SELECT COALESCE(MAX(id), 0) INTO last FROM (
		SELECT id FROM secret WHERE id > after
		ORDER BY id LIMIT most) AS part;
	INSERT IGNORE INTO secret_unused (secret_id, since)
		SELECT s.id, UTC_TIMESTAMP(6)
		FROM secret s LEFT JOIN mailbox m ON m.secret_id = s.id
		WHERE s.id > after AND s.id <= last AND m.id IS NULL;
	DELETE u FROM secret_unused u JOIN mailbox m
		ON m.secret_id = u.secret_id
		WHERE u.secret_id > after AND u.secret_id <= last;
	RETURN last;
END;

-- Up to `most` secrets that nobody has used for so long. Returns how many.
CREATE FUNCTION prune_secrets (keep_days INT, most INT) RETURNS INT
	MODIFIES SQL DATA
	SQL SECURITY DEFINER
BEGIN
	DECLARE edge DATETIME(6) DEFAULT
		UTC_TIMESTAMP(6) - INTERVAL GREATEST(COALESCE(keep_days, 30), 30) DAY;
	DECLARE removed INT;

	DELETE FROM secret WHERE id IN (
		SELECT secret_id FROM (
			SELECT u.secret_id FROM secret_unused u
			LEFT JOIN mailbox m ON m.secret_id = u.secret_id
			WHERE u.since < edge AND m.id IS NULL
			LIMIT most) AS gone);
	SET removed = ROW_COUNT();
	RETURN removed;
END;
