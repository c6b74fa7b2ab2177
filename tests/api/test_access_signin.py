"""Signing in: an administrator by login, a mailbox owner by address."""

import time

import apicase
from apicase import PASSWORD


class Owners(apicase.ApiCase):
    def setUp(self):
        super().setUp()
        self.home = self.domain()
        self.box = self.mailbox(self.home, "taro", password=PASSWORD)

    def sign_in(self, login, password=PASSWORD, **options):
        client = self.servers.client(**options)
        reply = client.post("/api/v1/session",
                            {"login": login, "password": password})
        return client, reply

    def owner(self, address=None, password=PASSWORD):
        client, reply = self.sign_in(address or self.box["address"], password)
        self.must(200, reply)
        return client

    def patch(self, noun, row, value):
        now = self.root.get(f"/api/v1/{noun}/{row['id']}").value
        return self.must(200, self.root.patch(
            f"/api/v1/{noun}/{row['id']}", value, apicase.etag(now)))

    def test_an_owner_signs_in_with_the_mailbox_password(self):
        client, reply = self.sign_in(self.box["address"])
        self.must(200, reply)
        self.assertIsNone(reply.value["admin"])
        self.assertEqual(
            {"id": self.box["id"], "address": self.box["address"],
             "name": "", "language": None}, reply.value["mailbox"])
        self.assertEqual("password", reply.value["method"])
        again = self.must(200, client.get("/api/v1/session"))
        self.assertEqual(reply.value["mailbox"], again.value["mailbox"])
        self.must(204, client.delete("/api/v1/session"))
        self.must(401, client.get("/api/v1/session"))

    def test_the_address_may_be_written_in_any_way(self):
        for login in (self.box["address"].upper(),
                      self.box["address"].replace("@", "＠")):
            self.must(200, self.sign_in(login)[1])

    def test_an_owner_has_no_route_of_admins(self):
        client = self.owner()
        for path in ("domains", "mailboxes", f"mailboxes/{self.box['id']}",
                     "aliases", "whitelist", "revisions", "jobs", "home",
                     "search?q=taro", "nodes", "publishing"):
            self.refused(403, client.get(f"/api/v1/{path}"))
        self.refused(403, client.post(
            "/api/v1/mailboxes", {"address": f"x@{self.home['name']}"}),
            "", "admins_only")

    def test_who_may_not_sign_in_hears_the_same_as_one_who_is_not_there(self):
        told = set()
        self.mailbox(self.home, "none")
        self.made("mailboxes", {"address": f"bare@{self.home['name']}"})
        self.mailbox(self.home, "off", password=PASSWORD, state="nologin")
        self.mailbox(self.home, "shut", password=PASSWORD, state="closed")
        for local, password in (("taro", "wrong"), ("nobody", PASSWORD),
                                ("none", PASSWORD), ("bare", PASSWORD),
                                ("off", PASSWORD), ("shut", PASSWORD)):
            _, reply = self.sign_in(f"{local}@{self.home['name']}", password)
            self.refused(401, reply, "", "bad_credentials")
            told.add(reply.body.replace(
                reply.value["request_id"].encode(), b""))
        self.assertEqual(1, len(told))

    def test_a_session_ends_when_its_mailbox_may_not_sign_in(self):
        for state in ("nologin", "closed"):
            client = self.owner()
            self.patch("mailboxes", self.box, {"state": state})
            self.refused(401, client.get("/api/v1/session"), "", "no_session")
            self.patch("mailboxes", self.box, {"state": "active"})
        client = self.owner()
        self.patch("domains", self.home, {"state": "disabled"})
        self.refused(401, client.get("/api/v1/session"), "", "no_session")
        self.patch("domains", self.home, {"state": "active"})

    def test_an_admin_and_a_mailbox_of_one_name_sign_in_each_to_its_own(self):
        login, token = self.servers.make_admin(login=self.box["address"])
        self.must(200, self.servers.client().post(
            "/api/v1/first-use", {"token": token, "password": "an admin's 1"}))
        self.assertIsNotNone(
            self.sign_in(login, "an admin's 1")[1].value["admin"])
        self.assertIsNotNone(self.sign_in(login)[1].value["mailbox"])

    def test_the_costs_of_known_and_unknown_are_alike(self):
        def cost(local):
            began = time.monotonic()
            self.must(401, self.sign_in(
                f"{local}@{self.home['name']}", "wrong",
                address="198.51.100.7")[1])
            return time.monotonic() - began
        known = min(cost("taro") for _ in range(3))
        unknown = min(cost(f"no{i}") for i in range(3))
        self.assertLess(max(known, unknown), 3 * min(known, unknown) + 0.02)
