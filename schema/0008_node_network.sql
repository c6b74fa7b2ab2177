-- What nodes send from, by role: an outbound relay takes mail from all others,
-- mailbox hosts among them.
CREATE SQL SECURITY DEFINER VIEW map_node_network AS
	SELECT id, role, network FROM node WHERE network <> '';
DROP VIEW map_node_relay;
