"""Who may call what: every route of the program's own table is tried without
a session, without the header that writes need, from a foreign origin, and by
the administrator of another domain, for whom a foreign row does not exist.
"""

import os
import subprocess

import apicase
from apicase import etag

NOBODY = ("POST /api/v1/session", "POST /api/v1/first-use",
          "GET /api/v1/health", "GET /healthz")


def routes():
    """(method, path, role, flags) as the program prints them."""
    out = subprocess.run(
        [os.path.join(apicase.BUILD, "bin", "postroom-web"), "--routes"],
        capture_output=True, text=True, check=True).stdout
    for line in out.splitlines():
        method, path, role, _, flags = line.split("\t")
        # Who asks from this host: test_publishing.Metrics.
        if role != "loopback":
            yield method, path, role, flags.split()


class Access(apicase.ApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls("setUp")
        cls.theirs = case.domain(name="theirs.example")
        cls.mine = case.domain(name="mine.example")
        cls.box = case.mailbox(cls.theirs, "taro", name="Taro of theirs")
        cls.target = case.mailbox(cls.theirs, "hanako")
        cls.info = case.alias(cls.theirs, "info", [cls.target["address"]])
        cls.net = case.network("192.0.2.0/24", note="theirs")
        cls.serial = cls.root.get("/api/v1/revisions", limit=1).value[
            "items"][0]["serial"]
        cls.job = case.must(202, cls.root.post("/api/v1/mailboxes/bulk", {
            "filter": {"domain_id": cls.theirs["id"]}, "expected_count": 2,
            "action": {"quota_bytes": 5}})).value["job"]
        cls.admin = cls.servers.signed_in(2, [cls.mine["id"]])
        root = cls.root.get("/api/v1/session").value["admin"]
        cls.nouns = {"admins": root["id"], "domains": cls.theirs["id"], "mailboxes": cls.box["id"],
                     "aliases": cls.info["id"], "whitelist": cls.net["id"],
                     "revisions": cls.serial, "jobs": cls.job["id"],
                     "imports": case.made("imports", {"noun": "mailbox"})[
                         "id"]}

    def at(self, path):
        """The path with the id of the other domain's row in it."""
        return path.replace("{id}", str(
            self.nouns.get(path.split("/")[3], 1))).replace("{request}", "1").replace(
                "{seq}", "1") + ("?outcome=new" if path.endswith("/rows")
                                 else "")

    def body_of(self, method, path):
        """A body that would be taken if the caller were."""
        noun = path.split("/")[3] if path.count("/") > 2 else ""
        if method == "POST" and path.endswith("/password"):
            return {"password": "somebody else's"}
        if method == "POST" and path.endswith("/bulk"):
            narrow = {"mailboxes": {"domain_id": self.theirs["id"]},
                      "aliases": {"domain_id": self.theirs["id"]}}
            return {"filter": narrow.get(noun, {"ids": [self.nouns[noun]]}),
                    "expected_count": 2 if noun == "mailboxes" else 1,
                    "action": {"delete": True}}
        if method == "POST" and path.endswith(("/undo", "/guess", "/check")):
            return {}
        if path.endswith("/run"):
            return {"expected_new": 1, "expected_changed": 0}
        if method == "DELETE" and noun == "domains":
            return {"confirm": "theirs.example"}
        if path.endswith("/admins/{id}/domains"):
            return {"domain_ids": [self.mine["id"]],
                    **({"rights": []} if method == "PUT" else {})}
        if method == "PATCH":
            return {"admins": {"name": "mine now"},
                    "domains": {"description": "mine now"},
                    "mailboxes": {"name": "mine now"},
                    "aliases": {"description": "mine now"},
                    "whitelist": {"note": "mine now"},
                    "nodes": {"note": "mine now"}}[noun]
        if method == "POST" and path.count("/") == 3:
            return {"admins": {"login": "eve"},
                    "domains": {"name": "more.example"},
                    "mailboxes": {"address": "eve@theirs.example"},
                    "aliases": {"address": "eve@theirs.example",
                                "targets": ["e@else.example"]},
                    "whitelist": {"network": "198.51.100.0/24"},
                    "nodes": {"name": "mx9"},
                    "imports": {"noun": "whitelist"},
                    "session": {"login": "x", "password": "y"},
                    "first-use": {"token": "x" * 22, "password": "y"},
                    }[noun]
        return None

    def call(self, client, method, path, flags, **more):
        match = '"1"' if "match" in flags else None
        if "bytes" in flags:
            more = {"body": b"x", "Content_Type": "application/octet-stream",
                    **more}
        return client.send(method, self.at(path), self.body_of(method, path),
                           match=match, **more)

    def everything(self):
        return self.servers.db.sql(
            "CHECKSUM TABLE domain, mailbox, alias, alias_target, whitelist,"
            " secret, revision, `change`, head, job, node, approval,"
            " publication, node_target, node_request, setting, admin, admin_domain", "postroom")

    def test_nobody_without_a_session(self):
        before = self.everything()
        for token in (None, "A" * 43, "short", "A" * 42 + "'"):
            stranger = self.servers.client(token)
            for method, path, role, flags in routes():
                if f"{method} {path}" in NOBODY:
                    self.assertEqual("public", role)
                    continue
                with self.subTest(f"{method} {path} {token}"):
                    self.refused(401, self.call(stranger, method, path,
                                                flags), "",
                                 "no_token" if role == "node"
                                 else "no_session")
        self.assertEqual(before, self.everything())

    def test_no_write_without_its_header_or_from_elsewhere(self):
        before = self.everything()
        for method, path, role, flags in routes():
            # A node's token is no cookie: no browser sends it by itself.
            if method == "GET" or role == "node":
                continue
            with self.subTest(f"{method} {path}"):
                for more, reason in (
                        ({"drop": ["X-Postroom"]}, "csrf_header_missing"),
                        ({"X_Postroom": "0"}, "csrf_header_missing"),
                        ({"Origin": "https://evil.example"},
                         "foreign_origin"),
                        ({"Origin": "null"}, "foreign_origin"),
                        ({"Origin": self.root.origin + ".evil.example"},
                         "foreign_origin"),
                        ({"drop": ["Origin"],
                          "Sec_Fetch_Site": "cross-site"},
                         "foreign_origin")):
                    self.refused(403, self.call(self.root, method, path,
                                                flags, **more), "", reason)
        self.assertEqual(before, self.everything())

    def test_programs_need_no_origin(self):
        row = self.root.get(f"/api/v1/domains/{self.mine['id']}").value
        self.must(200, self.root.patch(
            f"/api/v1/domains/{row['id']}", {"description": "by a program"},
            etag(row), drop=["Origin"]))

    def test_rows_of_another_domain_do_not_exist(self):
        before = self.everything()
        for method, path, role, flags in routes():
            if role == "public" or path.startswith("/api/v1/session"):
                continue
            with self.subTest(f"{method} {path}"):
                reply = self.call(self.admin, method, path, flags)
                if role == "node":
                    self.must(401, reply)
                elif role == "superadmin":
                    self.must(403, reply)
                elif "{id}" in path:
                    self.must(404, reply)
                    self.assertNotIn(b"theirs", reply.body)
                elif method == "GET":
                    self.assertIn(reply.status, (200, 422), reply)
                    self.assertNotIn(b"theirs", reply.body)
                else:
                    self.assertIn(reply.status, (403, 404, 409, 422), reply)
        self.assertEqual(before, self.everything())

    def test_a_foreign_row_looks_like_one_that_never_was(self):
        for noun in ("domains", "mailboxes", "aliases", "revisions", "jobs"):
            told = []
            for row_id in (self.nouns[noun], 987654321):
                reply = self.must(404, self.admin.get(
                    f"/api/v1/{noun}/{row_id}"))
                text = reply.body.decode().replace(
                    reply.value["request_id"], "").replace(str(row_id), "")
                told.append(text)
            self.assertEqual(*told)

    def test_lists_search_and_filters_hold_nothing_foreign(self):
        for noun in ("mailboxes", "aliases"):
            self.must(404, self.admin.get(f"/api/v1/{noun}",
                                          domain_id=self.theirs["id"]))
        for query in ("", "?q=theirs", "?q=taro", "?q=Taro"):
            for noun in ("mailboxes", "aliases"):
                reply = self.must(200, self.admin.get(
                    f"/api/v1/{noun}{query}"))
                self.assertNotIn(b"theirs", reply.body)
        for q in ("theirs", "taro", "hanako", "192"):
            found = self.must(200, self.admin.get("/api/v1/search", q=q))
            self.assertEqual(
                {"domains": [], "mailboxes": [], "aliases": [],
                 "whitelist": []}, found.value)
        self.assertEqual([self.mine["id"]], [
            d["id"] for d in self.admin.pages("/api/v1/domains")])
        for count in ("capped", "exact"):
            total = self.admin.get("/api/v1/mailboxes",
                                   count=count).value["total"]
            self.assertEqual({"value": self.living_of_mine(),
                              "exact": True}, total)
        counts = self.admin.get("/api/v1/home").value["counts"]
        self.assertEqual((1, self.living_of_mine()),
                         (counts["domains"], counts["mailboxes"]))

    def test_aliases_elsewhere_are_counted_but_not_named(self):
        box = self.mailbox(self.mine, "ours")
        self.alias(self.theirs, "secret-project", [box["address"]])
        replies = [
            self.must(200, self.admin.get(
                f"/api/v1/mailboxes/{box['id']}/references")),
            self.must(200, self.admin.get(
                f"/api/v1/domains/{self.mine['id']}/delete-preview")),
            self.refused(409, self.admin.delete(
                f"/api/v1/mailboxes/{box['id']}", None, etag(box)),
                "targets", "referenced")]
        self.assertEqual(1, replies[0].value["total"])
        for reply in replies:
            self.assertNotIn(b"secret-project", reply.body)
        named = self.must(200, self.root.get(
            f"/api/v1/mailboxes/{box['id']}/references"))
        self.assertIn(b"secret-project", named.body)
        self.must(200, self.admin.delete(
            f"/api/v1/mailboxes/{box['id']}", {"targets": "remove"},
            etag(box)))

    def living_of_mine(self):
        return self.servers.count(
            "SELECT COUNT(*) FROM mailbox WHERE alive = 1 AND domain_id = "
            f"{self.mine['id']}")

    def test_in_its_own_domain_an_admin_works(self):
        made = self.must(201, self.admin.post("/api/v1/mailboxes", {
            "address": "jiro@mine.example",
            "password_hash": apicase.HASH})).value
        alias = self.must(201, self.admin.post("/api/v1/aliases", {
            "address": "info@mine.example",
            "targets": [made["address"]]})).value
        path = f"/api/v1/mailboxes/{made['id']}"
        made = self.must(200, self.admin.patch(path, {"name": "Jiro"},
                                               etag(made))).value
        self.must(200, self.admin.delete(path, {"targets": "remove"},
                                         etag(made)))
        serials = [r["serial"] for r in
                   self.admin.pages("/api/v1/revisions")]
        self.assertIn(made["changed_serial"], serials)
        self.assertIn(alias["changed_serial"], serials)
        self.assertNotIn(self.serial, serials)

    def test_limits_of_a_domain_are_not_its_admins(self):
        row = self.root.get(f"/api/v1/domains/{self.mine['id']}").value
        for change in ({"max_mailboxes": 0}, {"max_quota_bytes": 1},
                       {"state": "disabled"}, {"transport": "smtp:[x]"}):
            with self.subTest(change):
                reply = self.admin.patch(f"/api/v1/domains/{row['id']}",
                                         change, etag(row))
                self.assertEqual(403, reply.status, reply)

    def test_an_admin_who_is_switched_off_is_out_at_once(self):
        login, token = self.servers.make_admin()
        browser = self.servers.client()
        browser.post("/api/v1/first-use", {"token": token,
                                           "password": apicase.PASSWORD})
        self.must(200, browser.get("/api/v1/session"))
        self.servers.db.sql("UPDATE admin SET state = 2 WHERE login = "
                            f"'{login}'", "postroom")
        self.must(401, browser.get("/api/v1/session"))
        self.must(401, browser.post("/api/v1/session", {
            "login": login, "password": apicase.PASSWORD}))
