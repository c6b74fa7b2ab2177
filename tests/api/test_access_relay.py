"""Requests for an entry in the relay whitelist; and the role addresses that a
domain keeps from its admins.
"""

import concurrent.futures

import apicase
from apicase import etag


class Requests(apicase.ApiCase):
    def setUp(self):
        super().setUp()
        self.mine = self.domain()
        self.other = self.domain()
        self.admin = self.servers.signed_in(2, [self.mine["id"]])

    def ask(self, network, **more):
        return self.must(201, self.admin.post("/api/v1/relay-requests", {
            "network": network, "reason": "our scanner",
            "domain_ids": [self.mine["id"]], **more})).value

    def at(self, request, act=""):
        return f"/api/v1/relay-requests/{request['id']}{act}"

    def entries(self, network):
        return self.servers.count("SELECT COUNT(*) FROM whitelist WHERE "
                                  f"alive = 1 AND network = '{network}'")

    def test_approved_it_makes_the_entry_and_the_admin_sees_it(self):
        request = self.ask("192.0.2.1")
        self.assertEqual(([self.mine["name"]], "open"),
                         (request["domains"], request["state"]))
        self.assertEqual(0, self.entries("192.0.2.1"))
        home = self.root.get("/api/v1/home").value["attention"]
        self.assertIn("relay_requests", [a["kind"] for a in home])
        home = self.admin.get("/api/v1/home").value["attention"]
        self.assertNotIn("relay_requests", [a["kind"] for a in home])
        # Whoever approves has to know that it is bound to no sender.
        self.refused(422, self.root.post(
            self.at(request, "/approve"), {}, match=etag(request)),
            "unbound", "required")
        self.refused(422, self.root.post(
            self.at(request, "/approve"), {"unbound": False},
            match=etag(request)), "unbound", "unbound")
        self.assertEqual(0, self.entries("192.0.2.1"))
        done = self.must(200, self.root.post(
            self.at(request, "/approve"),
            {"unbound": True, "answer": "for a month",
             "expires_at": "2099-01-01T00:00:00Z"},
            match=etag(request))).value
        self.assertEqual(1, self.entries("192.0.2.1"))
        seen = self.must(200, self.admin.get(self.at(request))).value
        self.assertEqual(("approved", "for a month"),
                         (seen["state"], seen["answer"]))
        entry = self.must(200, self.root.get(
            f"/api/v1/whitelist/{done['whitelist_id']}")).value
        self.assertEqual(seen["requested_by"], entry["owner"])
        self.assertIsNotNone(entry["expires_at"])
        for act, body in (("/approve", {"unbound": True}),
                          ("/decline", {"answer": "no"}),
                          ("/withdraw", None)):
            self.refused(409, self.root.post(
                self.at(request, act), body, match=etag(done)), None,
                "answered")

    def test_declined_with_a_reason_it_makes_nothing(self):
        request = self.ask("192.0.2.2")
        self.refused(422, self.root.post(
            self.at(request, "/decline"), {"answer": ""},
            match=etag(request)), "answer", "required")
        self.must(200, self.root.post(
            self.at(request, "/decline"), {"answer": "it can sign in"},
            match=etag(request)))
        seen = self.admin.get(self.at(request)).value
        self.assertEqual(("declined", "it can sign in", 0), (
            seen["state"], seen["answer"], self.entries("192.0.2.2")))

    def test_an_admin_answers_nothing_and_withdraws_his_own(self):
        request = self.ask("192.0.2.3")
        for act, body in (("/approve", {"unbound": True}),
                          ("/decline", {"answer": "x"})):
            self.refused(403, self.admin.post(
                self.at(request, act), body, match=etag(request)), "",
                "superadmin_only")
        colleague = self.servers.signed_in(2, [self.mine["id"]])
        self.must(404, colleague.get(self.at(request)))
        self.must(404, colleague.post(self.at(request, "/withdraw"),
                                      match=etag(request)))
        self.assertEqual([], colleague.get(
            "/api/v1/relay-requests").value["items"])
        self.must(200, self.admin.post(self.at(request, "/withdraw"),
                                       match=etag(request)))
        self.assertEqual(0, self.entries("192.0.2.3"))

    def test_what_is_refused(self):
        for body, status, reason in (
                ({"domain_ids": [self.other["id"]]}, 404, "not_found"),
                ({"domain_ids": []}, 422, "too_few_items"),
                ({"network": "0.0.0.0/0"}, 422, "network_too_wide"),
                ({"network": "10.0.0.0/8"}, 422, "network_too_wide"),
                ({"reason": ""}, 422, "required"),
                ({"state": "approved"}, 422, "unknown_key")):
            with self.subTest(body):
                self.refused(status, self.admin.post(
                    "/api/v1/relay-requests", {
                        "network": "192.0.2.4", "reason": "x",
                        "domain_ids": [self.mine["id"]], **body}), None,
                    reason)

    def test_one_answer_also_at_once(self):
        request = self.ask("192.0.2.5")
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            told = list(pool.map(
                lambda _: self.root.clone().post(
                    self.at(request, "/approve"), {"unbound": True},
                    match=etag(request)).status, range(4)))
        self.assertEqual(1, told.count(200), told)
        self.assertEqual(1, self.entries("192.0.2.5"))

    def test_an_entry_that_is_there_is_said_and_the_request_stays_open(self):
        self.network("192.0.2.6")
        request = self.ask("192.0.2.6")
        self.refused(409, self.root.post(
            self.at(request, "/approve"), {"unbound": True},
            match=etag(request)), "network", "network_taken")
        self.assertEqual("open", self.root.get(self.at(request)).value[
            "state"])

    def test_a_bounded_number_is_open(self):
        for i in range(20):
            self.ask(f"198.51.100.{i}")
        self.refused(422, self.admin.post("/api/v1/relay-requests", {
            "network": "198.51.100.99", "reason": "x",
            "domain_ids": [self.mine["id"]]}), "network",
            "too_many_requests")


class RoleAddresses(apicase.ApiCase):
    def test_its_admins_keep_off_them(self):
        domain = self.domain(protects_roles=True)
        box = self.mailbox(domain, "postmaster")
        target = self.mailbox(domain, "taro")
        alias = self.alias(domain, "abuse", [target["address"]])
        admin = self.servers.signed_in(2, [domain["id"]])
        path = f"/api/v1/mailboxes/{box['id']}"
        apath = f"/api/v1/aliases/{alias['id']}"
        for call in (
                lambda: admin.patch(path, {"name": "mine"}, etag(box)),
                lambda: admin.post(path + "/password",
                                   {"password": "a quiet river 9"}),
                lambda: admin.delete(path, None, etag(box)),
                lambda: admin.patch(apath, {"targets": ["x@else.example"]},
                                    etag(alias)),
                lambda: admin.delete(apath, None, etag(alias)),
                lambda: admin.post("/api/v1/aliases", {
                    "address": f"hostmaster@{domain['name']}",
                    "targets": ["x@else.example"]}),
                lambda: admin.post("/api/v1/mailboxes", {
                    "address": f"hostmaster@{domain['name']}",
                    "password_hash": apicase.HASH}),
                # Its only target would go.
                lambda: admin.delete(f"/api/v1/mailboxes/{target['id']}",
                                     {"targets": "remove"}, etag(target))):
            self.refused(403, call(), "address", "role_address_protected")
        self.must(200, self.root.patch(path, {"name": "root"}, etag(box)))
        row = self.root.get(f"/api/v1/domains/{domain['id']}").value
        self.refused(403, admin.patch(
            f"/api/v1/domains/{domain['id']}", {"protects_roles": False},
            etag(row)), "", "superadmin_only")
        self.must(200, self.root.patch(
            f"/api/v1/domains/{domain['id']}", {"protects_roles": False},
            etag(row)))
        self.must(200, admin.patch(apath, {"description": "now"},
                                   etag(alias)))
