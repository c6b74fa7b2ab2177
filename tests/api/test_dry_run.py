"""A dry run of every writing request: it tells the map lines that the request
then makes, and writes nothing. What cannot be tried is refused, not done. The
routes are those of the program's own table."""

import os
import re
import subprocess

import apicase
from apicase import etag


def writing_routes():
    """(method, path, role, flags) of every route that is not a read."""
    out = subprocess.run(
        [os.path.join(apicase.BUILD, "bin", "postroom-web"), "--routes"],
        capture_output=True, text=True, check=True).stdout
    for line in out.splitlines():
        method, path, role, _, flags = line.split("\t")
        if method != "GET":
            yield method, path, role, flags.split()


class DryRun(apicase.ApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        names = cls.servers.db.sql("SHOW TABLES", "postroom").split()
        views = cls.servers.db.sql(
            "SELECT table_name FROM information_schema.views "
            "WHERE table_schema = 'postroom'", "postroom").split()
        # A session notes when it was seen last, a node's token too.
        cls.tables = sorted(set(names) - set(views) - {"session", "node"})

    def everything(self):
        return self.servers.db.sql(
            "CHECKSUM TABLE " + ", ".join(f"`{t}`" for t in self.tables)
            + "; SELECT id, name, note, version, HEX(token_hash) FROM node",
            "postroom")

    def tried(self, method, path, value=None, **more):
        """What a dry run tells; nothing was written."""
        before = self.everything()
        reply = self.must(200, self.root.send(
            method, f"/api/v1{path}?dry_run=true", value, **more))
        self.assertEqual(before, self.everything())
        return reply.value

    def lines(self, diff):
        """Map lines, without what a new mailbox does not have yet."""
        got = {}
        for line in diff["lines"]:
            after = line["after"]
            if line["map"] == "accounts" and after is not None:
                after = after[after.index(" uid="):]
            got[line["map"], line["key"]] = (line["before"], after)
        return got

    def then_done(self, status, method, path, value=None, **more):
        """Tried, then done: the lines are those that were told."""
        told = self.tried(method, path, value, **more)
        head = self.servers.count("SELECT serial FROM head")
        self.must(status, self.root.send(method, f"/api/v1{path}", value,
                                         **more))
        done = self.root.get("/api/v1/publishing/diff", **{
            "from": head,
            "to": self.servers.count("SELECT serial FROM head")}).value
        self.assertEqual(self.lines(done), self.lines(told))
        for count in ("files", "domains"):
            self.assertEqual(done[count], told[count])
        changed = self.root.get(f"/api/v1/revisions/{head + 1}").value
        self.assertEqual(
            [(c["noun"], c["op"], c["subject"]) for c in changed["changes"]],
            [(c["noun"], c["op"], c["subject"]) for c in told["changes"]])
        return told

    def again(self, noun, row):
        return self.root.get(f"/api/v1/{noun}/{row['id']}").value

    def scene(self):
        """A domain with a mailbox, an alias that names it, a network."""
        d = self.domain()
        box = self.mailbox(d, "taro")
        info = self.alias(d, "info", [box["address"], "x@else.example"])
        net = self.network(f"203.0.113.{d['id'] % 250}")
        return self.again("domains", d), box, info, net

    def gone(self, noun, row, body=None):
        self.must(202 if noun == "domains" else 200, self.root.delete(
            f"/api/v1/{noun}/{row['id']}", body, etag(row)))

    def scenes(self):
        """For each route that takes a dry run, with a scene of its own: the
        status when it is done, and what is sent."""
        def at(noun, row, more=""):
            return f"/{noun}/{row['id']}{more}"

        def serial():
            return self.servers.count("SELECT serial FROM head")

        def deleted(noun, row, body=None):
            self.gone(noun, row, body)
            return row

        d = self.domain()
        yield "POST /domains", (201, "/domains", {"name": "new." + d["name"]})
        d, box, info, net = self.scene()
        yield "PATCH /domains/{id}", (
            200, at("domains", d), {"state": "disabled"}, d)
        d, box, info, net = self.scene()
        yield "DELETE /domains/{id}", (
            202, at("domains", d), {"confirm": d["name"]}, d)
        d, box, info, net = self.scene()
        deleted("domains", d, {"confirm": d["name"]})
        yield "POST /domains/{id}/restore", (
            200, at("domains", d, "/restore"), None)
        d, box, info, net = self.scene()
        yield "POST /mailboxes", (
            201, "/mailboxes", {"address": f"new@{d['name']}",
                                "password_hash": apicase.HASH})
        yield "PATCH /mailboxes/{id}", (
            200, at("mailboxes", box), {"state": "nologin", "quota_bytes": 7},
            box)
        d, box, info, net = self.scene()
        yield "POST /mailboxes/{id}/password", (
            200, at("mailboxes", box, "/password"),
            {"password_hash": apicase.HASH})
        old = deleted("mailboxes", self.mailbox(d, "old"))
        yield "POST /mailboxes/{id}/restore", (
            200, at("mailboxes", old, "/restore"), None)
        d, box, info, net = self.scene()
        yield "DELETE /mailboxes/{id}", (
            200, at("mailboxes", box), {"targets": "remove"}, box)
        d, box, info, net = self.scene()
        yield "POST /aliases", (
            201, "/aliases", {"address": f"@{d['name']}",
                              "targets": [box["address"]]})
        yield "PATCH /aliases/{id}", (
            200, at("aliases", info), {"targets": [box["address"]]}, info)
        d, box, info, net = self.scene()
        yield "DELETE /aliases/{id}", (200, at("aliases", info), None, info)
        yield "POST /aliases/{id}/restore", (
            200, at("aliases", info, "/restore"), None)
        yield "POST /whitelist", (
            201, "/whitelist", {"network": "198.51.100.9",
                                "expires_at": "2099-01-01T00:00:00Z"})
        yield "PATCH /whitelist/{id}", (
            200, at("whitelist", net), {"expires_at": "2099-01-01T00:00:00Z"},
            net)
        d, box, info, net = self.scene()
        yield "DELETE /whitelist/{id}", (200, at("whitelist", net), None, net)
        yield "POST /whitelist/{id}/restore", (
            200, at("whitelist", deleted("whitelist", self.network(
                "198.51.100.44")), "/restore"), None)
        yield "POST /revisions/{id}/undo", (
            200, f"/revisions/{serial()}/undo", {"note": "no"})

    def test_every_route_tells_what_it_then_does(self):
        # Jobs: tests/api/test_bulk_actions.py and test_bulk_import.py.
        done = {"POST /imports/{id}/run"} | {f"POST /{noun}/bulk" for noun in (
            "domains", "mailboxes", "aliases", "whitelist")}
        for route, (status, path, value, *row) in self.scenes():
            with self.subTest(route):
                done.add(route)
                match = {"match": etag(row[0])} if row else {}
                told = self.then_done(status, route.split()[0], path, value,
                                      **match)
                self.assertNotEqual([], told["lines"])
                self.assertTrue(all(
                    line["serial"] is None and line["at"] is None
                    for line in told["lines"]))
        self.assertEqual(done, {
            f"{method} {path.removeprefix('/api/v1')}"
            for method, path, _, flags in writing_routes() if "dry" in flags})

    def test_the_others_refuse_it_and_do_nothing(self):
        token = self.made("nodes", {"name": "elsewhere", "role": "secondary",
                                    "network": "127.0.0.1",
                                    "next_hop": "smtp:[192.0.2.1]"})["token"]
        headers = {"admin": self.root.headers(),
                   "superadmin": self.root.headers(),
                   "person": self.root.headers(),
                   "owner": self.root.headers(),
                   "public": self.root.headers(),
                   "node": {"Authorization": f"Bearer {token}",
                            "X-Postroom": "1"}}
        before = self.everything()
        tried = 0
        for method, path, role, flags in writing_routes():
            if "dry" in flags:
                continue
            with self.subTest(f"{method} {path}"):
                tried += 1
                status, _, body = self.root.raw(
                    method, re.sub(r"\{\w+\}", "1", path)
                    + "?dry_run=true", None, headers[role])
                if role == "owner":
                    self.assertEqual(403, status, body)
                    continue
                self.assertEqual(422, status, body)
                self.assertIn(b'"no_dry_run"', body)
        self.assertGreater(tried, 3)
        self.assertEqual(before, self.everything())
        self.must(200, self.root.get("/api/v1/session"))

    def test_only_true_and_false_are_said_once(self):
        before = self.everything()
        for query in ("dry_run=1", "dry_run=", "dry_run=TRUE", "dry_run",
                      "dry_run=false&dry_run=true",
                      "dry_run=true&dry_run=false", "dry_run=true&x=1"):
            with self.subTest(query):
                self.refused(422, self.root.post(
                    f"/api/v1/domains?{query}", {"name": "no.example"}))
        self.assertEqual(before, self.everything())
        self.must(201, self.root.post("/api/v1/domains?dry_run=false",
                                      {"name": "yes.example"}))

    def test_refusals_are_those_of_the_request(self):
        d, box, _, _ = self.scene()
        before = self.everything()
        dry = "?dry_run=true"
        self.refused(409, self.root.post(
            f"/api/v1/domains{dry}", {"name": d["name"]}), "name",
            "name_taken")
        self.refused(409, self.root.delete(
            f"/api/v1/mailboxes/{box['id']}{dry}", None, etag(box)),
            "targets", "referenced")
        self.must(412, self.root.patch(
            f"/api/v1/mailboxes/{box['id']}{dry}", {"name": "x"}, '"77"'))
        self.must(428, self.root.patch(
            f"/api/v1/mailboxes/{box['id']}{dry}", {"name": "x"}))
        self.assertEqual(before, self.everything())

    def test_a_key_of_idempotency_is_not_used_up(self):
        d = self.domain()
        value = {"address": f"once@{d['name']}",
                 "password_hash": apicase.HASH}
        self.tried("POST", "/mailboxes", value, key="the-same-key")
        self.must(201, self.root.post("/api/v1/mailboxes", value,
                                      key="the-same-key"))

    def test_a_dry_run_is_over_with_its_request(self):
        """The same worker writes again afterwards, also after a refusal."""
        for _ in range(16):
            d = self.domain()
            self.must(200, self.root.patch(
                f"/api/v1/domains/{d['id']}?dry_run=true",
                {"description": "x"}, etag(d)))
            self.refused(409, self.root.post(
                "/api/v1/domains?dry_run=true", {"name": d["name"]}))
            self.must(200, self.root.patch(
                f"/api/v1/domains/{d['id']}", {"description": "y"},
                etag(d)))
            self.assertEqual("y", self.again("domains", d)["description"])

    def test_bulk_tells_what_its_job_would_do(self):
        d = self.domain()
        boxes = [self.mailbox(d, f"b{n}") for n in range(5)]
        self.alias(d, "team", [boxes[0]["address"]])
        body = {"filter": {"domain_id": d["id"]}, "expected_count": 5,
                "action": {"state": "closed"}}
        told = self.tried("POST", "/mailboxes/bulk", body)
        self.assertEqual(5, told["change_count"])
        self.assertEqual(
            {b["address"] for b in boxes},
            {line["key"] for line in told["lines"]
             if line["map"] == "mailboxes" and line["after"] is None})
        self.assertIn(("aliases", f"team@{d['name']}"), self.lines(told))
        body["action"] = {"delete": True}
        told = self.tried("POST", "/mailboxes/bulk", body)
        self.assertEqual((4, 1), (told["change_count"], told["refused"]))
        body["expected_count"] = 4
        self.refused(409, self.root.post(
            "/api/v1/mailboxes/bulk?dry_run=true", body), "expected_count")

    def test_too_much_is_counted(self):
        d = self.domain()
        self.servers.db.sql(
            "INSERT INTO mailbox (domain_id, address, home, created, updated)"
            f" SELECT {d['id']}, CONCAT('m', seq, '@{d['name']}'), "
            "CONCAT('/m/', seq), UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) "
            "FROM seq_1_to_1001", "postroom")
        told = self.tried("POST", "/mailboxes/bulk", {
            "filter": {"domain_id": d["id"]}, "expected_count": 1001,
            "action": {"state": "closed"}})
        self.assertTrue(told["truncated"])
        self.assertEqual([], told["lines"])
        self.assertEqual(1001, told["change_count"])
        self.assertEqual([{"noun": "mailbox", "domain": d["name"],
                           "changes": 1001}], told["counts"])

    def test_an_admin_is_told_of_own_domains(self):
        mine, theirs = self.domain(), self.domain()
        box = self.mailbox(mine, "taro")
        self.alias(theirs, "secret", [box["address"]])
        admin = self.servers.signed_in(2, [mine["id"]])
        reply = self.must(200, admin.patch(
            f"/api/v1/mailboxes/{box['id']}?dry_run=true",
            {"state": "closed"}, etag(box)))
        self.assertNotIn(b"secret", reply.body)
        self.assertIn(("mailboxes", box["address"]),
                      self.lines(reply.value))
        before = self.everything()
        self.must(403, admin.post("/api/v1/domains?dry_run=true",
                                  {"name": "more.example"}))
        self.assertEqual(before, self.everything())
