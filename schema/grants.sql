-- Accounts and rights, applied by `postroom migrate` after every migration.
-- Each program signs in as its own operating system user (unix_socket); none
-- but the operator may change the schema.

CREATE USER IF NOT EXISTS 'postroom-web'@'localhost' IDENTIFIED VIA unix_socket;
CREATE USER IF NOT EXISTS 'postroom-job'@'localhost' IDENTIFIED VIA unix_socket;
CREATE USER IF NOT EXISTS 'postroom-map'@'localhost' IDENTIFIED VIA unix_socket;

GRANT SELECT, UPDATE ON head TO 'postroom-web'@'localhost', 'postroom-job'@'localhost';
GRANT SELECT, INSERT ON revision TO 'postroom-web'@'localhost', 'postroom-job'@'localhost';
GRANT SELECT, INSERT ON `change` TO 'postroom-web'@'localhost', 'postroom-job'@'localhost';
GRANT SELECT, INSERT ON change_key TO 'postroom-web'@'localhost', 'postroom-job'@'localhost';
GRANT SELECT, INSERT ON secret TO 'postroom-web'@'localhost', 'postroom-job'@'localhost';
GRANT SELECT ON setting TO 'postroom-web'@'localhost', 'postroom-job'@'localhost';
GRANT SELECT ON schema_version TO 'postroom-web'@'localhost', 'postroom-job'@'localhost', 'postroom-map'@'localhost';
GRANT SELECT ON node TO 'postroom-web'@'localhost', 'postroom-job'@'localhost';
GRANT SELECT ON node_status TO 'postroom-web'@'localhost', 'postroom-job'@'localhost';
GRANT SELECT ON node_domain TO 'postroom-web'@'localhost', 'postroom-job'@'localhost';

GRANT SELECT, INSERT, UPDATE, DELETE ON domain TO 'postroom-web'@'localhost', 'postroom-job'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON mailbox TO 'postroom-web'@'localhost', 'postroom-job'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON mailbox_part TO 'postroom-web'@'localhost', 'postroom-job'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON alias TO 'postroom-web'@'localhost', 'postroom-job'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON alias_target TO 'postroom-web'@'localhost', 'postroom-job'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON whitelist TO 'postroom-web'@'localhost', 'postroom-job'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON job TO 'postroom-web'@'localhost', 'postroom-job'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON job_error TO 'postroom-web'@'localhost', 'postroom-job'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON admin TO 'postroom-web'@'localhost';
GRANT SELECT ON admin TO 'postroom-job'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON admin_domain TO 'postroom-web'@'localhost';
GRANT SELECT ON admin_domain TO 'postroom-job'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON api_token TO 'postroom-web'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON api_token_domain TO 'postroom-web'@'localhost';
GRANT SELECT ON api_token TO 'postroom-job'@'localhost';
GRANT SELECT ON api_token_domain TO 'postroom-job'@'localhost';
GRANT SELECT, INSERT, UPDATE ON relay_request TO 'postroom-web'@'localhost';
GRANT SELECT ON relay_request TO 'postroom-job'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON session TO 'postroom-web'@'localhost', 'postroom-job'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON throttle TO 'postroom-web'@'localhost', 'postroom-job'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency TO 'postroom-web'@'localhost', 'postroom-job'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON first_use TO 'postroom-web'@'localhost', 'postroom-job'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON totp TO 'postroom-web'@'localhost', 'postroom-job'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON recovery_code TO 'postroom-web'@'localhost', 'postroom-job'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON passkey TO 'postroom-web'@'localhost', 'postroom-job'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON challenge_used TO 'postroom-web'@'localhost', 'postroom-job'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON known_device TO 'postroom-web'@'localhost', 'postroom-job'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON sign_in TO 'postroom-web'@'localhost', 'postroom-job'@'localhost';
GRANT DELETE ON admin_domain TO 'postroom-job'@'localhost';
GRANT SELECT, UPDATE ON lease TO 'postroom-job'@'localhost';
GRANT INSERT, UPDATE ON setting TO 'postroom-web'@'localhost';
GRANT SELECT, INSERT, UPDATE ON approval TO 'postroom-web'@'localhost', 'postroom-job'@'localhost';
GRANT SELECT, INSERT ON publication TO 'postroom-web'@'localhost', 'postroom-job'@'localhost';
GRANT INSERT, UPDATE, DELETE ON node TO 'postroom-web'@'localhost';
GRANT SELECT, INSERT, UPDATE ON node_target TO 'postroom-web'@'localhost';
GRANT SELECT, INSERT ON node_request TO 'postroom-web'@'localhost';
GRANT SELECT ON node_reply TO 'postroom-web'@'localhost';
-- For nodes elsewhere, which have no account here: the feed.
GRANT SELECT ON map_change TO 'postroom-web'@'localhost';
GRANT SELECT ON map_revision TO 'postroom-web'@'localhost';
GRANT SELECT ON map_node_request TO 'postroom-web'@'localhost';
GRANT SELECT ON map_approval TO 'postroom-web'@'localhost';
GRANT SELECT ON map_setting TO 'postroom-web'@'localhost';
GRANT SELECT ON map_node_target TO 'postroom-web'@'localhost';
GRANT UPDATE (token_used) ON node TO 'postroom-web'@'localhost';
GRANT INSERT, UPDATE ON node_status TO 'postroom-web'@'localhost';
GRANT INSERT, UPDATE, DELETE ON node_domain TO 'postroom-web'@'localhost';
GRANT INSERT ON node_reply TO 'postroom-web'@'localhost';
GRANT DELETE ON node_request TO 'postroom-job'@'localhost';
GRANT SELECT ON node_request TO 'postroom-job'@'localhost';
GRANT EXECUTE ON FUNCTION prune_revisions TO 'postroom-job'@'localhost';
GRANT EXECUTE ON FUNCTION prune_secrets TO 'postroom-job'@'localhost';
GRANT EXECUTE ON FUNCTION mark_secrets TO 'postroom-job'@'localhost';

-- What is saved is rendered by these views too (explain).
GRANT SELECT ON map_head TO 'postroom-web'@'localhost', 'postroom-map'@'localhost';
GRANT SELECT ON map_change TO 'postroom-map'@'localhost';
GRANT SELECT ON map_revision TO 'postroom-map'@'localhost';
GRANT SELECT ON map_domain TO 'postroom-web'@'localhost', 'postroom-map'@'localhost';
GRANT SELECT ON map_mailbox TO 'postroom-web'@'localhost', 'postroom-map'@'localhost';
GRANT SELECT ON map_alias TO 'postroom-web'@'localhost', 'postroom-map'@'localhost';
GRANT SELECT ON map_alias_target TO 'postroom-web'@'localhost', 'postroom-map'@'localhost';
GRANT SELECT ON map_whitelist TO 'postroom-web'@'localhost', 'postroom-map'@'localhost';
GRANT SELECT ON map_node TO 'postroom-map'@'localhost';
GRANT SELECT ON map_password TO 'postroom-web'@'localhost', 'postroom-map'@'localhost';
GRANT SELECT ON map_mailbox_row TO 'postroom-web'@'localhost', 'postroom-map'@'localhost';
GRANT SELECT ON map_approval TO 'postroom-map'@'localhost';
GRANT SELECT ON map_setting TO 'postroom-map'@'localhost';
GRANT SELECT (id) ON publication TO 'postroom-map'@'localhost';
GRANT SELECT ON map_node_target TO 'postroom-map'@'localhost';
GRANT SELECT ON map_node_request TO 'postroom-map'@'localhost';
GRANT SELECT ON map_node_relay TO 'postroom-web'@'localhost', 'postroom-map'@'localhost';
GRANT SELECT ON map_key_revision TO 'postroom-map'@'localhost';
GRANT SELECT, INSERT ON node_reply TO 'postroom-map'@'localhost';
GRANT SELECT, INSERT, UPDATE ON node_status TO 'postroom-map'@'localhost';
GRANT SELECT, INSERT, UPDATE, DELETE ON node_domain TO 'postroom-map'@'localhost';
GRANT SELECT, INSERT ON node TO 'postroom-map'@'localhost';
