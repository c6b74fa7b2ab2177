"""Publishing as people steer it: modes, approvals, what waits, requests to
nodes and their replies."""

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

    def test_many_lines_need_a_note(self):
        self.reviewed()
        self.mailbox(self.mine, "noted")
        self.refused(422, self.publish(self.head(), removed_lines=101),
                     "note", "note_needed")
        self.must(200, self.publish(self.head(), removed_lines=101,
                                    note="the year ends"))

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
            ({"serial": 1, "removed_lines": -1}, "removed_lines",
             "out_of_range"),
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
