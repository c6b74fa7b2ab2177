"""Publishing as people steer it: modes, approvals, what waits, requests to
nodes and their replies."""

import hashlib

import apicase


class Publishing(apicase.ApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.servers.db.sql(
            "INSERT INTO node (name, role, created) VALUES "
            "('mx1', 'mailbox', UTC_TIMESTAMP(6))", "postroom")
        cls.node = cls.servers.count("SELECT id FROM node WHERE name = 'mx1'")
        case = cls("setUp")
        cls.mine = case.domain(name="mine.example")
        cls.theirs = case.domain(name="theirs.example")
        cls.admin = cls.servers.signed_in(2, [cls.mine["id"]])

    def state(self, client=None):
        return self.must(200, (client or self.root).get(
            "/api/v1/publishing")).value

    def mode(self, mode, note=""):
        return self.must(200, self.root.put("/api/v1/publishing/mode", {
            "mode": mode, "note": note})).value

    def reviewed(self):
        self.mode("reviewed")
        self.addCleanup(self.mode, "automatic")

    def publish(self, serial, **more):
        return self.root.post("/api/v1/publishing/publish",
                              {"serial": serial, **more})

    def head(self):
        return self.state()["head_serial"]

    # --- modes and approvals ---

    def test_automatic_is_the_mode_and_nothing_waits(self):
        state = self.state()
        self.assertEqual("automatic", state["mode"])
        self.assertEqual(state["head_serial"], state["approved_serial"])
        self.assertEqual({"revisions": 0, "domains": 0, "exact": True,
                          "first_at": None}, state["pending"])
        self.refused(409, self.publish(1), None, "not_reviewed")

    def test_in_reviewed_mode_changes_wait_until_they_are_published(self):
        self.reviewed()
        before = self.state()
        self.assertEqual(before["head_serial"], before["approved_serial"])
        self.mailbox(self.mine, "waits")
        self.alias(self.theirs, "waits", ["x@else.example"])
        state = self.state()
        self.assertEqual((2, 2), (state["pending"]["revisions"],
                                  state["pending"]["domains"]))
        self.assertIsNotNone(state["pending"]["first_at"])
        self.assertEqual(before["approved_serial"], state["approved_serial"])
        self.must(200, self.publish(self.head()))
        state = self.state()
        self.assertEqual(0, state["pending"]["revisions"])
        self.assertEqual(state["head_serial"], state["approved_serial"])

    def test_a_domain_alone_is_published(self):
        self.reviewed()
        approved = self.head()
        self.mailbox(self.mine, "alone")
        self.mailbox(self.theirs, "alone")
        self.must(200, self.publish(self.head(),
                                    domains=["theirs.example"]))
        state = self.state()
        self.assertEqual(1, state["pending"]["revisions"])
        self.assertEqual(approved, state["approved_serial"])
        self.must(200, self.publish(self.head(), domains=["mine.example"]))
        state = self.state()
        self.assertEqual(0, state["pending"]["revisions"])
        self.assertEqual(state["head_serial"], state["approved_serial"])

    def test_nobody_publishes_what_changed_after_a_look(self):
        self.reviewed()
        self.mailbox(self.mine, "seen")
        seen = self.head()
        self.mailbox(self.theirs, "unseen")
        reply = self.refused(409, self.publish(seen), "serial",
                             "changed_since")
        self.assertEqual(["theirs.example"],
                         [x["subject"] for x in reply.value["errors"]])
        self.refused(409, self.publish(seen, domains=["theirs.example"]),
                     "serial", "changed_since")
        self.must(200, self.publish(seen, domains=["mine.example"]))
        self.assertEqual(1, self.state()["pending"]["revisions"])

    def test_what_goes_live_at_once_does_not_wait(self):
        box = self.mailbox(self.mine, "secret")
        self.reviewed()
        self.must(200, self.root.post(
            f"/api/v1/mailboxes/{box['id']}/password",
            {"password": "another quiet river"}))
        self.assertEqual(0, self.state()["pending"]["revisions"])
        box = self.root.get(f"/api/v1/mailboxes/{box['id']}").value
        self.must(200, self.root.patch(
            f"/api/v1/mailboxes/{box['id']}", {"state": "closed"},
            apicase.etag(box)))
        self.assertEqual(1, self.state()["pending"]["revisions"])

    def test_fields(self):
        self.reviewed()
        cases = (
            ({}, "serial", "required"),
            ({"serial": 0}, "serial", "out_of_range"),
            ({"serial": 10 ** 9}, "serial", "out_of_range"),
            ({"serial": "1"}, "serial", "wrong_type"),
            ({"serial": 1, "domains": []}, "domains", "too_few_items"),
            ({"serial": 1, "domains": ["-"]}, "domains[0]", None),
            ({"serial": 1, "domains": ["a.example", "A.example"]},
             "domains[1]", "repeated_item"),
            ({"serial": 1, "note": "x" * 501}, "note", "too_long"),
            ({"serial": 1, "nodes": None}, "nodes", "unknown_key"))
        for body, field, reason in cases:
            with self.subTest(body):
                self.refused(422, self.root.post(
                    "/api/v1/publishing/publish", body), field, reason)
        for body, field, reason in (
                ({}, "mode", "required"),
                ({"mode": "never"}, "mode", "not_a_choice"),
                ({"mode": "reviewed", "note": "x" * 501}, "note",
                 "too_long")):
            with self.subTest(body):
                self.refused(422, self.root.put("/api/v1/publishing/mode",
                                                body), field, reason)

    def test_acts_and_the_mode_leave_their_mark(self):
        self.reviewed()
        self.mode("automatic", "the migration is over")
        newest = self.root.get("/api/v1/revisions", limit=1).value[
            "items"][0]
        self.assertEqual(("setting.update", "setting",
                          "the migration is over"),
                         (newest["action"], newest["first"]["noun"],
                          newest["note"]))
        self.refused(409, self.root.post(
            f"/api/v1/revisions/{newest['serial']}/undo"), None,
            "cannot_undo")
        self.assertEqual(1, self.servers.count(
            "SELECT COUNT(*) FROM publication WHERE act = 'mode' AND "
            "note = 'the migration is over' AND value = 'automatic' AND "
            f"serial = {newest['serial']}"))
        self.mode("automatic")
        self.assertEqual(newest["serial"], self.head())

    # --- the guard ---

    def hold_back(self, domain, reason):
        self.servers.db.sql(
            "INSERT INTO node_domain (node_id, domain, serial, held) VALUES "
            f"({self.node}, '{domain}', 1, '{reason}')", "postroom")
        self.addCleanup(self.servers.db.sql, "DELETE FROM node_domain",
                        "postroom")

    def confirm(self, domain, serial=None, note="it is meant"):
        return self.root.post("/api/v1/publishing/confirm", {
            "domain": domain, "serial": serial or self.head(),
            "note": note})

    def test_a_guarded_domain_is_confirmed_with_a_note(self):
        self.mailbox(self.mine, "guarded")
        self.hold_back("mine.example", "guard: would remove 60 of 80 lines")
        item = self.pending()[0]
        self.assertEqual(
            ("mine.example", self.mine["id"], "guard",
             "guard: would remove 60 of 80 lines"),
            (item["domain"], item["domain_id"], item["kind"],
             item["held_reason"]))
        for note in ("", "  "):
            self.refused(422, self.confirm("mine.example", note=note),
                         "note", "required")
        self.refused(422, self.root.post("/api/v1/publishing/confirm", {
            "domain": "mine.example", "serial": 1}), "note", "required")
        self.refused(409, self.confirm("mine.example",
                                       item["last_serial"] - 1),
                     "serial", "changed_since")
        self.must(200, self.confirm("mine.example", item["last_serial"]))
        self.assertEqual(item["last_serial"], self.servers.count(
            "SELECT guard_serial FROM approval WHERE domain = "
            "'mine.example'"))
        self.assertEqual("it is meant", self.servers.db.sql(
            "SELECT note FROM publication WHERE act = 'confirm'",
            "postroom").strip())

    def test_what_is_not_guarded_cannot_be_confirmed(self):
        self.refused(409, self.confirm("mine.example"), "domain", "not_held")
        self.hold_back("theirs.example", "an alias that names itself")
        self.refused(409, self.confirm("theirs.example"), "domain", "faulty")
        self.assertEqual("fault", self.pending()[0]["kind"])
        self.refused(422, self.confirm("theirs.example", 10 ** 9), "serial",
                     "out_of_range")
        self.must(403, self.admin.post("/api/v1/publishing/confirm", {
            "domain": "mine.example", "serial": 1, "note": "x"}))

    # --- what waits ---

    def pending(self, client=None, **query):
        return self.must(200, (client or self.root).get(
            "/api/v1/publishing/pending", **query)).value["items"]

    def test_what_waits_is_listed_by_domain_with_who_and_when(self):
        other = self.servers.signed_in()
        self.reviewed()
        self.assertEqual([], self.pending())
        box = self.mailbox(self.mine, "listed")
        self.must(201, other.post("/api/v1/aliases", {
            "address": "listed2@mine.example",
            "targets": [box["address"]]}))
        self.alias(self.theirs, "listed", [box["address"]])
        self.network("198.51.100.0/24")
        items = self.pending()
        self.assertEqual(["", "mine.example", "theirs.example"],
                         [x["domain"] for x in items])
        self.assertEqual([None, self.mine["id"], self.theirs["id"]],
                         [x["domain_id"] for x in items])
        mine = items[1]
        self.assertEqual((2, 2, "review", None),
                         (mine["revisions"], len(mine["actors"]),
                          mine["kind"], mine["held_reason"]))
        self.assertEqual(1, mine["last_serial"] - mine["first_serial"])
        self.assertLess(mine["first_at"], mine["last_at"])

    def test_an_admin_is_told_of_his_domains_only(self):
        self.reviewed()
        self.mailbox(self.mine, "hears")
        self.mailbox(self.theirs, "hears")
        self.network("198.51.101.0/24")
        self.hold_back("theirs.example", "guard: would remove 5 of 5 lines")
        self.assertEqual(["mine.example"], [
            x["domain"] for x in self.pending(self.admin)])
        self.must(403, self.admin.get("/api/v1/publishing/versions"))

    def test_what_waits_comes_in_pages(self):
        self.reviewed()
        names = sorted(self.domain()["name"] for _ in range(5))
        for held in names[1], names[3]:
            self.hold_back(held, "guard: would remove 5 of 5 lines")
        seen, after = [], {}
        while True:
            page = self.must(200, self.root.get(
                "/api/v1/publishing/pending", limit=2, **after)).value
            seen += page["items"]
            if page["next"] is None:
                break
            after = {"after": page["next"]}
        self.assertEqual(names, [x["domain"] for x in seen])
        self.assertEqual(["review", "guard", "review", "guard", "review"],
                         [x["kind"] for x in seen])
        self.refused(422, self.root.get("/api/v1/publishing/pending",
                                        after="nonsense"),
                     "after", "bad_cursor")

    def test_counting_ends_at_ten_thousand(self):
        self.reviewed()
        count = 12000
        self.servers.db.sql(
            "INSERT INTO revision (serial, prov_id, action, actor_kind, "
            "actor_name, changes, created) SELECT (SELECT serial FROM head)"
            " + seq, 1000000 + seq, 'mailbox.create', 1, 'many', 1, "
            f"UTC_TIMESTAMP(6) FROM seq_1_to_{count};"
            "INSERT INTO `change` (prov_id, seq, noun, noun_id, op, subject,"
            " version) SELECT 1000000 + seq, 0, 'mailbox', seq, 1, "
            f"CONCAT('u', seq, '@mine.example'), 1 FROM seq_1_to_{count};"
            "INSERT INTO change_key (prov_id, seq, kind, key_text) SELECT "
            "1000000 + seq, 0, 'a', CONCAT('u', seq, '@mine.example') "
            f"FROM seq_1_to_{count};"
            f"UPDATE head SET serial = serial + {count}", "postroom")
        pending = self.state()["pending"]
        self.assertFalse(pending["exact"])
        self.assertGreaterEqual(pending["revisions"], 10000)
        self.assertEqual(count, self.pending()[0]["revisions"])

    # --- rollback and resume ---

    def reports(self, node=None, serial=None, journal_from=1):
        self.servers.db.sql(
            "REPLACE INTO node_status (node_id, serial, state, applied, "
            f"seen, journal_from) VALUES ({node or self.node}, "
            f"{serial or self.head()}, 'ok', UTC_TIMESTAMP(6), "
            f"UTC_TIMESTAMP(6), {journal_from})", "postroom")
        self.addCleanup(self.servers.db.sql,
                        "DELETE FROM node_status; DELETE FROM node_target",
                        "postroom")

    def test_a_node_that_never_reported_is_not_waited_for(self):
        self.mailbox(self.mine, "live")
        self.assertEqual(0, self.state()["live_serial"])
        self.reports()
        reported = self.head()
        added = self.made("nodes", {"name": "never.seen"})
        self.addCleanup(self.root.delete, f"/api/v1/nodes/{added['id']}",
                        match=added["version"])
        self.assertEqual(reported, self.state()["live_serial"])

    def roll_back(self, serial, **more):
        return self.root.post("/api/v1/publishing/rollback",
                              {"serial": serial, **more})

    def target(self, node=None):
        return self.servers.db.sql(
            "SELECT mode, serial FROM node_target WHERE node_id = "
            f"{node or self.node}", "postroom").split()

    def test_routing_is_put_back_and_follows_again(self):
        self.mailbox(self.mine, "before")
        serial = self.head()
        self.mailbox(self.theirs, "after")
        self.reports()
        state = self.must(200, self.roll_back(serial, note="wrong")).value
        self.assertEqual(["hold", str(serial)], self.target())
        self.assertEqual(1, state["pending"]["revisions"])
        self.assertEqual([("theirs.example", "hold")], [
            (x["domain"], x["kind"]) for x in self.pending()])
        self.must(200, self.root.post("/api/v1/publishing/resume"))
        self.assertEqual("follow", self.target()[0])
        self.assertEqual([], self.pending())
        self.refused(409, self.root.post("/api/v1/publishing/resume", {}),
                     "nodes", "not_holding")

    def test_a_local_hold_is_resumed_too(self):
        self.reports()
        self.servers.db.sql("UPDATE node_status SET hold_serial = 1, "
                            "hold_by = 'local'", "postroom")
        self.must(200, self.root.post("/api/v1/publishing/resume", {
            "nodes": [self.node], "note": "found"}))
        self.assertEqual("follow", self.target()[0])

    def test_no_further_back_than_the_journal(self):
        self.refused(409, self.roll_back(1), "nodes", "never_seen")
        head = self.head()
        self.reports(journal_from=head - 1, serial=head - 1)
        reply = self.refused(409, self.roll_back(1), "serial",
                             "journal_too_young")
        self.assertEqual("mx1", reply.value["errors"][0]["subject"])
        self.assertIn(str(head - 1), reply.value["errors"][0]["text"])
        self.refused(409, self.roll_back(head), "serial", "not_live_yet")
        self.refused(422, self.roll_back(head + 1), "serial",
                     "out_of_range")
        self.refused(422, self.roll_back(head - 1, nodes=[self.node, 999]),
                     "nodes[1]", "no_such_node")
        self.assertEqual([], self.target())
        for body, field, reason in (
                ({}, "serial", "required"),
                ({"serial": -1}, "serial", "out_of_range"),
                ({"serial": 1, "nodes": []}, "nodes", "too_few_items"),
                ({"serial": 1, "nodes": [1, 1]}, "nodes[1]",
                 "repeated_item"),
                ({"serial": 1, "note": "x" * 501}, "note", "too_long")):
            with self.subTest(body):
                self.refused(422, self.root.post(
                    "/api/v1/publishing/rollback", body), field, reason)

    def test_one_node_is_held_alone(self):
        other = self.made("nodes", {"name": "mx3"})
        self.reports()
        self.reports(other["id"])
        self.must(200, self.roll_back(self.head() - 1, nodes=[other["id"]]))
        self.assertEqual([], self.target())
        self.assertEqual("hold", self.target(other["id"])[0])
        item = self.root.get("/api/v1/publishing/versions").value["items"][0]
        self.assertEqual(("rollback", "mx3"), (item["kind"], item["node"]))
        self.must(204, self.root.delete(f"/api/v1/nodes/{other['id']}", None,
                                        apicase.etag(other)))

    def test_versions_are_revisions_and_acts(self):
        self.mailbox(self.mine, "version")
        serial = self.head()
        self.mode("reviewed", "from here")
        self.addCleanup(self.mode, "automatic")
        self.mailbox(self.mine, "version2")
        self.must(200, self.publish(self.head(), domains=["mine.example"],
                                    note="good"))
        self.reports(journal_from=serial)
        items = self.root.get("/api/v1/publishing/versions", limit=4).value[
            "items"]
        self.assertEqual(["publish", "revision", "mode", "revision"],
                         [x["kind"] for x in items])
        self.assertEqual(("good", ["mine.example"]),
                         (items[0]["note"], items[0]["domains"]))
        self.assertEqual(("mailbox.create", "version2@mine.example"),
                         (items[1]["action"], items[1]["subject"]))
        self.assertEqual(("from here", "reviewed"),
                         (items[2]["note"], items[2]["subject"]))
        self.assertEqual([False, False, False, True],
                         [x["can_roll_back"] for x in items])
        self.assertEqual(serial, items[3]["serial"])
        seen, after = [], {}
        while len(seen) < 9:
            page = self.root.get("/api/v1/publishing/versions", limit=3,
                                 **after).value
            seen += page["items"]
            after = {"after": page["next"]}
        self.assertEqual(self.root.get("/api/v1/publishing/versions",
                                       limit=9).value["items"], seen)

    # --- nodes ---

    def test_a_token_is_shown_once_and_kept_hashed(self):
        made = self.made("nodes", {
            "name": "mx2", "role": "secondary",
            "network": "192.0.2.25, 2001:DB8::/48",
            "next_hop": "smtp:[mx1.example.org]", "note": "in the cellar"})
        token = made["token"]
        self.assertGreaterEqual(len(token), 22)
        self.assertEqual("192.0.2.25 2001:db8::/48", made["network"])
        path = f"/api/v1/nodes/{made['id']}"
        got = self.must(200, self.root.get(path))
        self.assertNotIn("token", got.value)
        self.assertTrue(got.value["has_token"])
        self.assertEqual(
            hashlib.sha256(token.encode()).hexdigest(),
            self.servers.db.sql("SELECT LOWER(HEX(token_hash)) FROM node "
                                "WHERE name = 'mx2'", "postroom").strip())
        dump = self.servers.db.sql(
            "SELECT * FROM `change`; SELECT location, HEX(reply) FROM "
            "idempotency; "
            "SELECT * FROM revision; SELECT * FROM publication", "postroom")
        self.assertNotIn(token, dump)
        self.assertNotIn(token.encode().hex().upper(), dump)
        again = self.must(200, self.root.post(f"{path}/token")).value
        self.assertNotEqual(token, again["token"])
        gone = self.must(200, self.root.delete(f"{path}/token")).value
        self.assertFalse(gone["has_token"])
        actions = [r["action"] for r in self.root.get(
            "/api/v1/revisions", noun="node", noun_id=made["id"]).value[
                "items"]]
        self.assertEqual(["node.token", "node.token", "node.create"],
                         actions)

    def test_a_repeated_key_is_answered_without_the_token(self):
        body = {"name": "mx4", "network": "192.0.2.26"}
        first, second = (self.must(201, self.root.post(
            "/api/v1/nodes", body, key="a key of a node 1".replace(" ", "-")))
            for _ in range(2))
        self.assertEqual(first.value["id"], second.value["id"])
        self.assertIn("token", first.value)
        self.assertNotIn("token", second.value)
        path = f"/api/v1/nodes/{first.value['id']}/token"
        first, second = (self.must(200, self.root.post(
            path, key="another-key-of-a-node")) for _ in range(2))
        self.assertIn("token", first.value)
        self.assertNotIn("token", second.value)
        self.assertEqual(first.value["token_created_at"],
                         second.value["token_created_at"])

    def test_a_node_is_changed_and_removed_by_its_version(self):
        made = self.made("nodes", {"name": "mx5", "network": "192.0.2.27"})
        path = f"/api/v1/nodes/{made['id']}"
        self.must(428, self.root.patch(path, {"note": "x"}))
        changed = self.must(200, self.root.patch(
            path, {"network": "", "note": "beside the database"},
            apicase.etag(made))).value
        self.assertEqual((False, "beside the database", 2), (
            changed["has_token"], changed["note"], changed["version"]))
        self.refused(409, self.root.post(f"{path}/token"), "network",
                     "no_network")
        self.must(412, self.root.delete(path, None, apicase.etag(made)))
        self.must(204, self.root.delete(path, None, apicase.etag(changed)))
        self.must(404, self.root.get(path))

    def test_fields_of_a_node(self):
        self.made("nodes", {"name": "taken"})
        cases = (
            (409, {"name": "taken"}, "name", "name_taken"),
            (422, {}, "name", "required"),
            (422, {"name": "No Such"}, "name", "bad_character"),
            (422, {"name": "n" * 65}, "name", None),
            (422, {"name": "a", "role": "king"}, "role", "not_a_choice"),
            (422, {"name": "a", "role": "outbound"}, "network", "required"),
            (422, {"name": "a", "role": "secondary",
                   "network": "192.0.2.1"}, "next_hop", "required"),
            (422, {"name": "a", "next_hop": "smtp:[x]"}, "next_hop",
             "not_for_mailbox"),
            (422, {"name": "a", "network": "192.0.2.1/24"}, "network",
             "host_bits_set"),
            (422, {"name": "a", "network": "16.0.0.0/4"}, "network",
             "network_too_wide"),
            (422, {"name": "a", "network": "here"}, "network",
             "bad_network"),
            (422, {"name": "a", "network": " ".join(
                f"192.0.2.{i}" for i in range(9))}, "network",
             "too_many_items"),
            (422, {"name": "a", "role": "secondary", "network": "192.0.2.1",
                   "next_hop": "pipe:rm"}, "next_hop", "unknown_transport"),
            (422, {"name": "a", "note": "x" * 201}, "note", "too_long"))
        for status, body, field, reason in cases:
            with self.subTest(body):
                self.refused(status, self.root.post("/api/v1/nodes", body),
                             field, reason)

    # --- rights ---

    def test_an_admin_of_domains_sees_what_of_his_waits(self):
        self.reviewed()
        self.mailbox(self.theirs, "foreign")
        self.assertEqual(0, self.state(self.admin)["pending"]["revisions"])
        self.mailbox(self.mine, "own")
        pending = self.state(self.admin)["pending"]
        self.assertEqual((1, 1), (pending["revisions"], pending["domains"]))
        for reply in (
                self.admin.post("/api/v1/publishing/publish", {
                    "serial": self.head(), "domains": ["mine.example"]}),
                self.admin.put("/api/v1/publishing/mode", {
                    "mode": "automatic"})):
            self.must(403, reply)

    # --- requests ---

    def ask(self, verb, node=None, **args):
        return self.root.post(
            f"/api/v1/nodes/{node or self.node}/requests",
            {"verb": verb, "args": args})

    def test_a_node_is_asked_and_answers(self):
        reply = self.must(202, self.ask(
            "explain", recipient="a@mine.example", client="192.0.2.7"))
        path = reply.headers["location"]
        got = self.must(200, self.root.get(path)).value
        self.assertEqual(("waiting", None, "explain"),
                         (got["state"], got["body"], got["verb"]))
        self.assertEqual(
            '{"recipient":"a@mine.example","client":"192.0.2.7"}',
            self.servers.db.sql("SELECT args FROM node_request WHERE id = "
                                f"{got['id']}", "postroom").strip())
        self.servers.db.sql(
            "INSERT INTO node_reply (request_id, code, body, created) VALUES"
            f" ({got['id']}, 'ok', '{{\"steps\":[]}}', UTC_TIMESTAMP(6))",
            "postroom")
        got = self.must(200, self.root.get(path)).value
        self.assertEqual(("ok", {"steps": []}), (got["state"], got["body"]))
        self.assertIsNotNone(got["replied_at"])

    def test_a_request_that_nobody_takes_expires(self):
        path = self.must(202, self.ask("check")).headers["location"]
        self.servers.db.sql("UPDATE node_request SET expires = "
                            "UTC_TIMESTAMP(6) - INTERVAL 1 SECOND",
                            "postroom")
        self.assertEqual("expired", self.root.get(path).value["state"])

    def test_arguments_are_those_of_the_verb(self):
        cases = (
            ("explain", {}, "args.recipient", "required"),
            ("explain", {"recipient": ""}, "args.recipient", "required"),
            ("explain", {"recipient": "a@b.c", "client": "nowhere"},
             "args.client", "bad_network"),
            ("explain", {"recipient": "a\nb@c.d"}, "args.recipient",
             "bad_character"),
            ("queue_flush", {"id": "ABCDEF1234"}, "args.id", "unknown_key"),
            ("queue_flush", {"domain": "a b"}, "args.domain", None),
            ("queue_delete", {}, "args.id", "required"),
            ("queue_delete", {"id": "ALL"}, "args.id", "bad_character"),
            ("queue_delete", {"id": "ABCDEF; rm"}, "args.id",
             "bad_character"),
            ("outage", {}, "args.on", "required"),
            ("outage", {"on": 1}, "args.on", "wrong_type"),
            ("journal", {"from": 1}, "args.to", "required"),
            ("reboot", {}, "verb", "not_a_choice"))
        for verb, args, field, reason in cases:
            with self.subTest(f"{verb} {args}"):
                self.refused(422, self.ask(verb, **args), field, reason)

    def test_only_what_changes_a_node_is_a_revision(self):
        before = self.head()
        self.must(202, self.ask("queue_list"))
        self.assertEqual(before, self.head())
        self.must(202, self.ask("queue_delete", id="4bYx1z2Qvpz9k"))
        newest = self.root.get(f"/api/v1/revisions/{self.head()}").value
        self.assertEqual(("node.request", "node", "mx1"), (
            newest["action"], newest["first"]["noun"],
            newest["first"]["subject"]))
        self.assertEqual({"verb": "queue_delete",
                          "args": {"id": "4bYx1z2Qvpz9k"}},
                         newest["changes"][0]["after"])

    def test_a_node_is_not_asked_without_end(self):
        self.servers.db.sql(
            "INSERT INTO node (name, role, created) VALUES "
            "('busy', 'mailbox', UTC_TIMESTAMP(6))", "postroom")
        node = self.servers.count("SELECT id FROM node WHERE name = 'busy'")
        for _ in range(50):
            self.must(202, self.ask("settings", node))
        self.refused(422, self.ask("settings", node), None,
                     "too_many_requests")

    def test_a_request_of_another_node_is_none(self):
        reply = self.must(202, self.ask("settings"))
        self.must(404, self.root.get(
            f"/api/v1/nodes/{self.node + 99}/requests/{reply.value['id']}"))
        self.must(404, self.ask("settings", self.node + 99))

    # --- explain ---

    def explain(self, **query):
        return self.root.get("/api/v1/explain", **query)

    def test_what_is_saved_is_explained_with_its_persons(self):
        self.mailbox(self.mine, "told")
        self.alias(self.mine, "list", ["told@mine.example",
                                       "x@else.example"])
        reply = self.must(200, self.explain(
            recipient="List+tag@mine.example", sender="s@else.example",
            client="2001:DB8::1", helo="mx.else.example",
            node=self.node)).value
        told = reply["pending"]
        self.assertEqual(self.head(), told["serial"])
        self.assertEqual("accept", told["outcome"]["result"])
        self.assertEqual(
            [("told+tag@mine.example", "deliver"),
             ("x+tag@else.example", "deliver")],
            [(d["address"], d["result"]) for d in told["outcome"]["deliver"]])
        line = next(s for s in told["steps"]
                    if s["text_code"] == "alias_expands")
        self.assertEqual(
            ("aliases", "list@mine.example", self.head(), "alias.create"),
            (line["map"], line["key"], line["serial"], line["action"]))
        self.assertEqual("list@mine.example told@mine.example, "
                         "x@else.example", line["line"])
        self.assertEqual(self.node, reply["request"]["node"])
        asked = self.must(200, self.root.get(
            f"/api/v1/nodes/{self.node}/requests/"
            f"{reply['request']['id']}")).value
        self.assertEqual(("explain", "waiting"),
                         (asked["verb"], asked["state"]))

    def test_a_closed_mailbox_is_refused_and_says_who_closed_it(self):
        box = self.mailbox(self.mine, "shut")
        self.must(200, self.root.patch(f"/api/v1/mailboxes/{box['id']}",
                                       {"state": "closed"},
                                       match=f'"{box["version"]}"'))
        last = self.must(200, self.explain(
            recipient="shut@mine.example", node=self.node)
        ).value["pending"]["steps"][-1]
        self.assertEqual(
            ("recipient_unknown", 550, None, "mailbox.update"),
            (last["text_code"], last["code"], last["line"], last["action"]))

    def test_who_is_signed_in_is_told_apart(self):
        self.mailbox(self.mine, "signed")
        for query, code in (
                ({"login": "signed@mine.example"}, 250),
                ({"login": "signed@mine.example",
                  "sender": "signed@mine.example"}, 250),
                ({"login": "signed@mine.example",
                  "sender": "boss@mine.example"}, 553),
                ({"login": "nobody@mine.example"}, 535),
                ({"submission": "true"}, 554)):
            with self.subTest(str(query)):
                told = self.must(200, self.explain(
                    recipient="x@else.example", **query)).value
                self.assertEqual(code, told["pending"]["outcome"]["code"])

    def test_explain_has_fields(self):
        for query, field, reason in (
                ({}, "recipient", "required"),
                ({"recipient": "a b@c.example"}, "recipient",
                 "bad_character"),
                ({"recipient": "a@" + "b" * 400}, "recipient", "too_long"),
                ({"recipient": "a@b.example", "client": "here"}, "client",
                 "bad_address"),
                ({"recipient": "a@b.example", "nod": "1"}, "nod",
                 "unknown_key")):
            with self.subTest(str(query)):
                self.refused(422, self.explain(**query), field, reason)
        self.must(404, self.explain(recipient="a@b.example",
                                    node=self.node + 99))
        self.must(403, self.admin.get("/api/v1/explain",
                                      recipient="a@b.example"))


class Attention(apicase.ApiCase):
    """What the home page says of publishing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls("setUp")
        cls.mine = case.domain()
        cls.admin = cls.servers.signed_in(2, [cls.mine["id"]])
        cls.node = case.made("nodes", {"name": "watched"})["id"]

    def kinds(self, client=None):
        items = self.must(200, (client or self.root).get(
            "/api/v1/home")).value["attention"]
        return {x["kind"]: x for x in items
                if x["subject"] == "watched" or x["noun"] == "publishing"}

    def says(self, serial, **columns):
        names = "".join(f", {name}" for name in columns)
        values = "".join(f", {value}" for value in columns.values())
        self.servers.db.sql(
            "REPLACE INTO node_status (node_id, serial, state, applied, seen"
            f"{names}) VALUES ({self.node}, {serial}, 'ok', "
            f"UTC_TIMESTAMP(6), UTC_TIMESTAMP(6){values})", "postroom")
        self.addCleanup(self.servers.db.sql, "DELETE FROM node_status",
                        "postroom")

    def head(self):
        return self.root.get("/api/v1/publishing").value["head_serial"]

    def test_a_node_that_is_well_says_nothing(self):
        self.says(self.head())
        self.assertEqual({}, self.kinds())

    def test_a_silent_node(self):
        self.assertEqual({"node_unreachable"}, set(self.kinds()))

    def test_a_node_that_is_behind_for_a_while(self):
        self.mailbox(self.mine, "behind")
        self.says(self.head() - 1)
        self.assertEqual({}, self.kinds())
        self.servers.db.sql(
            "UPDATE revision SET created = UTC_TIMESTAMP(6) - INTERVAL 31 "
            f"SECOND WHERE serial = {self.head()}", "postroom")
        self.assertEqual({"node_behind"}, set(self.kinds()))

    def test_drift_a_hold_and_a_held_domain(self):
        self.says(self.head(), drift=3, hold_serial=1, hold_by="'local'")
        self.servers.db.sql(
            "INSERT INTO node_domain (node_id, domain, held) VALUES "
            f"({self.node}, 'x.example', 'a loop')", "postroom")
        self.addCleanup(self.servers.db.sql, "DELETE FROM node_domain",
                        "postroom")
        kinds = self.kinds()
        self.assertEqual({"node_drift": "3", "node_holding": "1",
                          "node_held": "x.example: a loop"},
                         {k: v["text"] for k, v in kinds.items()})
        self.assertEqual({self.node}, {x["noun_id"]
                                       for x in kinds.values()})
        self.assertEqual({}, self.kinds(self.admin))

    def test_changes_that_wait_for_a_day(self):
        self.says(self.head())
        self.must(200, self.root.put("/api/v1/publishing/mode",
                                     {"mode": "reviewed"}))
        self.addCleanup(self.root.put, "/api/v1/publishing/mode",
                        {"mode": "automatic"})
        self.mailbox(self.mine, "waits")
        self.says(self.head())
        self.assertEqual({}, self.kinds())
        self.servers.db.sql(
            "UPDATE revision SET created = UTC_TIMESTAMP(6) - INTERVAL 25 "
            f"HOUR WHERE serial = {self.head()}", "postroom")
        for client in self.root, self.admin:
            waiting = self.kinds(client)["changes_waiting"]
            self.assertEqual(("1", "publishing", "warning"),
                             (waiting["subject"], waiting["noun"],
                              waiting["severity"]))


class Metrics(apicase.ApiCase):
    def figures(self):
        status, headers, body = self.servers.client().raw("GET", "/metrics")
        self.assertEqual((200, "text/plain; version=0.0.4"),
                         (status, headers["content-type"]))
        lines = body.decode().splitlines()
        self.assertEqual(len(lines), len(set(lines)))
        return dict(line.rsplit(" ", 1) for line in lines
                    if not line.startswith("#"))

    def test_figures_for_a_program_on_this_host(self):
        node = self.made("nodes", {"name": "counted"})["id"]
        self.domain()
        self.servers.db.sql(
            "INSERT INTO node_status (node_id, serial, state, applied, seen,"
            f" pending, drift) VALUES ({node}, 2, 'ok', UTC_TIMESTAMP(6), "
            "UTC_TIMESTAMP(6) - INTERVAL 100 SECOND, 7, 3);"
            "INSERT INTO node_domain (node_id, domain, held) VALUES "
            f"({node}, 'x.example', 'a loop')", "postroom")
        figures = self.figures()
        self.assertEqual(
            self.root.get("/api/v1/publishing").value["head_serial"],
            int(figures["postroom_head_serial"]))
        of = '{node="counted",role="mailbox"}'
        for name, value in (("live_serial", 2), ("pending_lines", 7),
                            ("drift_lines", 3), ("held_domains", 1),
                            ("holding", 0), ("reported", 1)):
            self.assertEqual(value, int(figures[f"postroom_node_{name}{of}"]))
        self.assertGreaterEqual(
            int(figures[f"postroom_node_age_seconds{of}"]), 100)
        self.assertEqual(0, int(figures['postroom_jobs{state="failed"}']))
        self.assertGreater(int(figures["postroom_workers"]), 0)
        self.assertGreater(int(figures["postroom_workers_busy"]), 0)
        before = int(figures["postroom_requests_total"])
        self.assertGreater(before, 0)
        self.must(200, self.root.get("/api/v1/session"))
        self.assertGreater(int(self.figures()["postroom_requests_total"]),
                           before)

    def test_nobody_else_is_told(self):
        client = self.servers.client()
        status, _, body = client.raw(
            "GET", "/metrics", headers={"X-Forwarded-For": "192.0.2.7"})
        self.assertEqual(403, status)
        self.assertIn(b"loopback_only", body)
        self.assertNotIn(b"postroom_", body)
