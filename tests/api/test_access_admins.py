"""Who names, changes and ends whom: the management of admins, as a
superadmin, as the admin of a domain, and as one of another.
"""

import apicase
from apicase import etag

RIGHTS = ["mailboxes", "aliases", "passwords", "lists", "dns", "import"]


class Admins(apicase.ApiCase):
    def setUp(self):
        super().setUp()
        self.mine = self.domain()
        self.other = self.domain()

    def name(self, client=None, **fields):
        """A new admin and the token of its link."""
        fields.setdefault("login", f"a{len(self.logins)}")
        self.logins.append(fields["login"])
        reply = (client or self.root).post("/api/v1/admins", fields)
        self.must(201, reply)
        return reply.value["admin"], reply.value["first_use"]["token"]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.logins = []

    def sign_in(self, token):
        client = self.servers.client()
        self.must(200, client.post("/api/v1/first-use", {
            "token": token, "password": apicase.PASSWORD}))
        return client

    def person(self, client=None, **fields):
        """A new admin, and its browser."""
        admin, token = self.name(client, **fields)
        browser = self.sign_in(token)
        return self.read(admin), browser

    def read(self, admin, client=None):
        return self.must(200, (client or self.root).get(
            f"/api/v1/admins/{admin['id']}")).value

    def at(self, admin, part=""):
        return f"/api/v1/admins/{admin['id']}{part}"

    def test_a_link_shown_once_makes_an_admin_who_can_do_what_was_granted(
            self):
        admin, browser = self.person(
            name="Hanako", language="ja", domain_ids=[self.mine["id"]],
            rights=["mailboxes"])
        self.assertEqual((True, "ja", 1), (
            admin["has_password"], admin["language"],
            admin["domain_count"]))
        session = browser.get("/api/v1/session").value["admin"]
        self.assertEqual([{"id": self.mine["id"], "rights": ["mailboxes"]}],
                         session["domains"])
        name = self.mine["name"]
        self.must(201, browser.post("/api/v1/mailboxes", {
            "address": f"taro@{name}", "password_hash": apicase.HASH}))
        self.refused(403, browser.post("/api/v1/aliases", {
            "address": f"info@{name}", "targets": [f"taro@{name}"]}),
            "", "no_right_aliases")

    def test_a_repeated_key_does_not_show_the_link_again(self):
        body = {"login": "twice@example.org"}
        first = self.must(201, self.root.post("/api/v1/admins", body,
                                              key="same-key-1"))
        again = self.must(201, self.root.post("/api/v1/admins", body,
                                              key="same-key-1"))
        self.assertEqual(first.value["admin"]["id"],
                         again.value["admin"]["id"])
        self.assertIsNotNone(first.value["first_use"])
        self.assertIsNone(again.value["first_use"])

    def test_rights_work_from_the_next_request_on(self):
        admin, browser = self.person(domain_ids=[self.mine["id"]], rights=[])
        name = self.mine["name"]
        made = {"address": f"jiro@{name}", "password_hash": apicase.HASH}
        self.refused(403, browser.post("/api/v1/mailboxes", made), "",
                     "no_right_mailboxes")
        admin = self.must(200, self.root.put(
            self.at(admin, "/domains"),
            {"domain_ids": [self.mine["id"]], "rights": ["mailboxes"]},
            match=etag(admin))).value
        self.must(201, browser.post("/api/v1/mailboxes", made))
        self.must(200, self.root.delete(
            self.at(admin, "/domains"), {"domain_ids": [self.mine["id"]]},
            etag(admin)))
        self.must(404, browser.get(f"/api/v1/domains/{self.mine['id']}"))

    def test_each_right_of_a_mailbox_alone(self):
        box = self.mailbox(self.mine, "one")
        alias = self.alias(self.mine, "info", [box["address"]])
        path = f"/api/v1/mailboxes/{box['id']}"
        tries = {
            "mailboxes": lambda c: c.patch(path, {"name": "x"},
                                           '"%d"' % self.row(path)),
            "passwords": lambda c: c.post(path + "/password",
                                          {"password": "a quiet river 9"}),
            "aliases": lambda c: c.patch(
                f"/api/v1/aliases/{alias['id']}", {"description": "x"},
                '"%d"' % self.row(f"/api/v1/aliases/{alias['id']}")),
        }
        for right in (*tries, None):
            browser = self.person(domain_ids=[self.mine["id"]],
                                  rights=[right] if right else [])[1]
            for needed, call in tries.items():
                with self.subTest(f"{needed} with {right}"):
                    if needed == right:
                        self.must(200, call(browser))
                    else:
                        self.refused(403, call(browser), "",
                                     f"no_right_{needed}")

    def row(self, path):
        return self.root.get(path).value["version"]

    def test_a_delete_with_aliases_needs_their_right_too(self):
        box = self.mailbox(self.mine, "two")
        self.alias(self.mine, "sales", [box["address"]])
        browser = self.person(domain_ids=[self.mine["id"]],
                              rights=["mailboxes"])[1]
        path = f"/api/v1/mailboxes/{box['id']}"
        self.refused(403, browser.delete(path, {"targets": "remove"},
                                         etag(box)), "", "no_right_aliases")

    def test_many_at_once_need_the_right_of_each_domain(self):
        box = self.mailbox(self.mine, "three")
        foreign = self.mailbox(self.other, "three")
        browser = self.person(domain_ids=[self.mine["id"]], rights=[])[1]
        body = {"filter": {"ids": [box["id"]]}, "expected_count": 1,
                "action": {"state": "closed"}}
        self.refused(403, browser.post("/api/v1/mailboxes/bulk", body), "",
                     "no_right_mailboxes")
        body["filter"] = {"ids": [foreign["id"]]}
        able = self.person(domain_ids=[self.mine["id"]], rights=RIGHTS)[1]
        self.refused(409, able.post("/api/v1/mailboxes/bulk", body),
                     "expected_count", "count_moved")

    def test_a_domain_admin_names_others_within_his_own(self):
        boss, browser = self.person(domain_ids=[self.mine["id"]],
                                    rights=["mailboxes", "passwords"])
        for body, status, reason in (
                ({"domain_ids": [self.other["id"]]}, 404, "not_found"),
                ({"domain_ids": [self.mine["id"], self.other["id"]]}, 404,
                 "not_found"),
                ({"domain_ids": [self.mine["id"]], "rights": ["aliases"]},
                 403, "beyond_own_rights"),
                ({"domain_ids": [self.mine["id"]], "role": "superadmin"},
                 403, "superadmin_only"),
                ({"role": "superadmin"}, 403, "superadmin_only"),
                ({}, 422, "required")):
            with self.subTest(body):
                self.refused(status, browser.post("/api/v1/admins", {
                    "login": "never", **body}), None, reason)
        helper, theirs = self.person(
            browser, domain_ids=[self.mine["id"]], rights=["passwords"])
        self.assertEqual(boss["login"], helper["named_by"])
        self.assertTrue(self.read(helper, browser)["may_manage"])
        self.must(200, browser.put(
            self.at(helper, "/domains"),
            {"domain_ids": [self.mine["id"]], "rights": ["mailboxes"]},
            match=etag(helper)))
        helper = self.read(helper)
        # Whom he did not name he sees, and changes nothing of.
        self.assertFalse(self.read(boss, theirs)["may_manage"])
        for call in (
                lambda: theirs.patch(self.at(boss), {"state": "disabled"},
                                     etag(boss)),
                lambda: theirs.post(self.at(boss, "/link")),
                lambda: theirs.delete(self.at(boss), None, etag(boss)),
                lambda: theirs.put(
                    self.at(boss, "/domains"),
                    {"domain_ids": [self.mine["id"]], "rights": []},
                    match=etag(boss)),
                lambda: theirs.patch(self.at(helper), {"name": "me"},
                                     etag(helper))):
            self.refused(403, call(), None, "not_named_by_you")
        self.must(204, browser.delete(self.at(helper), None, etag(helper)))
        self.must(401, theirs.get("/api/v1/session"))

    def test_one_who_got_more_elsewhere_is_no_longer_his(self):
        _, browser = self.person(domain_ids=[self.mine["id"]],
                                 rights=["mailboxes"])
        helper, _ = self.name(browser, domain_ids=[self.mine["id"]],
                              rights=["mailboxes"])
        self.must(200, self.root.put(
            self.at(helper, "/domains"),
            {"domain_ids": [self.other["id"]], "rights": []},
            match=etag(helper)))
        seen = self.read(helper, browser)
        self.assertEqual((1, 1), (seen["domain_count"],
                                  seen["other_domain_count"]))
        self.assertNotIn(self.other["name"], str(seen))
        for call in (
                lambda: browser.patch(self.at(helper),
                                      {"state": "disabled"}, etag(seen)),
                lambda: browser.post(self.at(helper, "/link")),
                lambda: browser.delete(self.at(helper), None, etag(seen))):
            self.refused(403, call(), None, "beyond_own_rights")
        # In his own domain he may still take away what he gave.
        self.must(200, browser.delete(
            self.at(helper, "/domains"), {"domain_ids": [self.mine["id"]]},
            etag(seen)))

    def test_admins_of_other_domains_do_not_exist(self):
        _, browser = self.person(domain_ids=[self.mine["id"]], rights=RIGHTS)
        theirs, _ = self.name(domain_ids=[self.other["id"]], rights=[])
        boss = self.root.get("/api/v1/session").value["admin"]
        for admin in (theirs, boss, {"id": 987654}):
            for call in (
                    lambda: browser.get(self.at(admin)),
                    lambda: browser.post(self.at(admin, "/link")),
                    lambda: browser.patch(self.at(admin), {"name": "x"},
                                          '"1"'),
                    lambda: browser.delete(self.at(admin), None, '"1"'),
                    lambda: browser.put(
                        self.at(admin, "/domains"),
                        {"domain_ids": [self.mine["id"]], "rights": []},
                        match='"1"')):
                self.refused(404, call(), "", "not_found")
        listed = browser.pages("/api/v1/admins")
        self.assertNotIn(theirs["id"], [a["id"] for a in listed])
        self.must(404, browser.get("/api/v1/admins",
                                   domain_id=self.other["id"]))

    def test_switching_off_ends_sessions_and_links(self):
        admin, browser = self.person(domain_ids=[self.mine["id"]], rights=[])
        link = self.must(200, self.root.post(
            self.at(admin, "/link"))).value["first_use"]["token"]
        admin = self.must(200, self.root.patch(
            self.at(admin), {"state": "disabled"}, etag(admin))).value
        self.must(401, browser.get("/api/v1/session"))
        self.must(404, browser.post("/api/v1/first-use", {
            "token": link, "password": apicase.PASSWORD}))
        self.refused(409, self.root.post(self.at(admin, "/link")), None,
                     "disabled")
        self.must(200, self.root.patch(self.at(admin), {"state": "active"},
                                       etag(admin)))
        self.must(200, browser.post("/api/v1/session", {
            "login": admin["login"], "password": apicase.PASSWORD}))

    def test_nobody_shuts_himself_or_the_last_superadmin_out(self):
        me = self.root.get("/api/v1/session").value["admin"]
        me = self.read(me)
        for call in (
                lambda: self.root.patch(self.at(me), {"state": "disabled"},
                                        etag(me)),
                lambda: self.root.delete(self.at(me), None, etag(me))):
            self.refused(409, call(), None, "own_account")

    def test_what_is_refused(self):
        admin, _ = self.name()
        for body, field, reason in (
                ({"login": "a b"}, "login", "bad_character"),
                ({"login": "x", "rights": ["everything"]}, "rights[0]",
                 "not_a_choice"),
                ({"login": "x", "role": "owner"}, "role", "not_a_choice"),
                ({"login": "x", "password": "secret"}, "password",
                 "unknown_key"),
                ({"login": "x", "named_by": 1}, "named_by", "unknown_key")):
            with self.subTest(body):
                self.refused(422, self.root.post("/api/v1/admins", body),
                             field, reason)
        self.refused(409, self.root.post("/api/v1/admins", {
            "login": admin["login"]}), "login", "login_taken")
        self.refused(412, self.root.patch(self.at(admin), {"name": "x"},
                                          '"9"'))
        boss, _ = self.name(role="superadmin")
        self.refused(409, self.root.put(
            self.at(boss, "/domains"),
            {"domain_ids": [self.mine["id"]], "rights": []},
            match=etag(boss)), "domain_ids", "has_all_domains")

    def test_each_change_is_in_the_log_of_admin_and_domain(self):
        admin, _ = self.name(domain_ids=[self.mine["id"]],
                             rights=["mailboxes"])
        admin = self.must(200, self.root.put(
            self.at(admin, "/domains"),
            {"domain_ids": [self.mine["id"]], "rights": []},
            match=etag(admin))).value
        self.must(204, self.root.delete(self.at(admin), None, etag(admin)))
        got = self.root.pages("/api/v1/revisions", noun="admin",
                              noun_id=admin["id"])
        self.assertEqual(["admin.delete", "admin.grant", "admin.create"],
                         [r["action"] for r in got])
        change = self.root.get(
            f"/api/v1/revisions/{got[1]['serial']}").value["changes"][0]
        self.assertEqual(
            ({"domain": self.mine["name"], "rights": ["mailboxes"]},
             {"domain": self.mine["name"], "rights": []}),
            (change["before"], change["after"]))
        in_domain = self.root.pages("/api/v1/revisions",
                                    domain_id=self.mine["id"])
        self.assertIn(got[1]["serial"], [r["serial"] for r in in_domain])

    def test_pages_go_forward_and_back(self):
        for i in range(5):
            self.name(login=f"page{i}",
                      domain_ids=[self.mine["id"]])
        page = self.root.get("/api/v1/admins", q="page", limit=2,
                             domain_id=self.mine["id"]).value
        self.assertIsNone(page["prev"])
        second = self.root.get("/api/v1/admins", q="page", limit=2,
                               domain_id=self.mine["id"],
                               after=page["next"]).value
        back = self.root.get("/api/v1/admins", q="page", limit=2,
                             domain_id=self.mine["id"],
                             before=second["prev"]).value
        self.assertEqual([a["id"] for a in page["items"]],
                         [a["id"] for a in back["items"]])
        self.assertEqual(5, len(self.root.pages(
            "/api/v1/admins", q="page", limit=2,
            domain_id=self.mine["id"])))
