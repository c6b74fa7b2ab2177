-- People and what they may do.

-- What a domain admin may change in a domain, as bits: 1 mailboxes, 2 aliases,
-- 4 passwords, 8 lists, 16 DNS, 32 import. 0: he may look.
ALTER TABLE admin_domain ADD COLUMN rights TINYINT UNSIGNED NOT NULL DEFAULT 0;
UPDATE admin_domain SET rights = 63;
