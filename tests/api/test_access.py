"""What an admin sees and does in his domains, and what he does not see of
others. Every route as everybody: test_access_routes.
"""

import apicase
from apicase import etag


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
        cls.nouns = {"domains": cls.theirs["id"], "mailboxes": cls.box["id"],
                     "aliases": cls.info["id"], "whitelist": cls.net["id"],
                     "revisions": cls.serial, "jobs": cls.job["id"],
                     "imports": case.made("imports", {"noun": "mailbox"})[
                         "id"]}

    def test_programs_need_no_origin(self):
        row = self.root.get(f"/api/v1/domains/{self.mine['id']}").value
        self.must(200, self.root.patch(
            f"/api/v1/domains/{row['id']}", {"description": "by a program"},
            etag(row), drop=["Origin"]))

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
