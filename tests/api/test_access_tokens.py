"""API tokens: what they are good for, what they are not, and their end."""

import concurrent.futures
import datetime
import itertools
import json
import subprocess

import apicase
import apiclient
from apicase import etag


_networks = itertools.count(1)


class Bearer(apiclient.Client):
    """A program that shows a token and nothing else."""

    def headers(self):
        headers = {"Host": self.origin.split("//")[1]}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if self.address:
            headers["X-Forwarded-For"] = self.address
        return headers


class TokenCase(apicase.ApiCase):
    def setUp(self):
        super().setUp()
        self.mine = self.domain()
        self.other = self.domain()

    def make(self, person, *scopes, **fields):
        """A program with a new token of this person."""
        reply = self.must(201, person.post("/api/v1/tokens", {
            "name": "a program", "scopes": list(scopes), **fields}))
        program = Bearer(self.root.port, self.root.origin,
                         reply.value["token"])
        # Wrong tokens make their network wait.
        program.address = f"100.64.{next(_networks)}.1"
        program.id = reply.value["info"]["id"]
        return program

    def admin(self, rights=63, *domains):
        return self.servers.signed_in(
            2, [d["id"] for d in domains or (self.mine,)], rights=rights)

    def new_box(self, domain, local):
        return {"address": f"{local}@{domain['name']}",
                "password_hash": apicase.HASH}


class Use(TokenCase):
    def test_it_works_without_cookie_origin_and_header(self):
        program = self.make(self.root, "*")
        made = self.must(201, program.post(
            "/api/v1/mailboxes", self.new_box(self.mine, "taro"))).value
        self.must(200, program.patch(f"/api/v1/mailboxes/{made['id']}",
                                     {"name": "Taro"}, etag(made)))
        self.assertNotIn("set-cookie",
                         program.get("/api/v1/home").headers)
        self.assertEqual(0, self.servers.count(
            "SELECT COUNT(*) FROM session s JOIN api_token t "
            f"ON t.admin_id = s.admin_id WHERE t.id = {program.id} "
            "AND s.created > t.created"))

    def test_each_scope_opens_its_own_requests_only(self):
        box = self.mailbox(self.mine, "hanako")
        path = f"/api/v1/mailboxes/{box['id']}"
        calls = {
            "mailbox.list": lambda c: c.get("/api/v1/mailboxes"),
            "mailbox.get": lambda c: c.get(path),
            "mailbox.password": lambda c: c.post(
                path + "/password", {"password": "a quiet river 8"}),
            "domain.list": lambda c: c.get("/api/v1/domains"),
            "whitelist.list": lambda c: c.get("/api/v1/whitelist"),
        }
        opens = {
            "*": set(calls), "*.*": set(calls), "mailbox.get": {"mailbox.get"},
            "mailbox.*": {n for n in calls if n.startswith("mailbox.")},
            "mailbox.read": {"mailbox.list", "mailbox.get"},
            "*.read": set(calls) - {"mailbox.password"},
            "*.list": {n for n in calls if n.endswith(".list")},
            "mailbox.password": {"mailbox.password"},
            "alias.*": set(),
        }
        for scope, good in opens.items():
            program = self.make(self.root, scope)
            for name, call in calls.items():
                with self.subTest(f"{name} with {scope}"):
                    if name in good:
                        self.must(200, call(program))
                    else:
                        self.refused(403, call(program), "", "no_scope")

    def test_it_never_exceeds_its_admin_as_he_is_now(self):
        browser = self.admin(63)
        me = browser.get("/api/v1/session").value["admin"]["id"]
        program = self.make(browser, "*")
        self.must(201, program.post("/api/v1/mailboxes",
                                    self.new_box(self.mine, "a")))
        self.refused(422, program.post(
            "/api/v1/mailboxes", self.new_box(self.other, "a")),
            "address", "no_such_domain")
        self.refused(403, program.get("/api/v1/whitelist"), None,
                     "superadmin_only")
        row = self.root.get(f"/api/v1/admins/{me}").value
        row = self.must(200, self.root.put(
            f"/api/v1/admins/{me}/domains",
            {"domain_ids": [self.mine["id"]], "rights": ["aliases"]},
            match=etag(row))).value
        self.refused(403, program.post(
            "/api/v1/mailboxes", self.new_box(self.mine, "b")), "",
            "no_right_mailboxes")
        row = self.must(200, self.root.patch(
            f"/api/v1/admins/{me}", {"state": "disabled"},
            etag(row))).value
        self.refused(401, program.get("/api/v1/domains"), "", "bad_token")
        row = self.must(200, self.root.patch(
            f"/api/v1/admins/{me}", {"state": "active"}, etag(row))).value
        self.must(200, program.get("/api/v1/domains"))
        self.must(204, self.root.delete(f"/api/v1/admins/{me}", None,
                                        etag(row)))
        self.refused(401, program.get("/api/v1/domains"), "", "bad_token")

    def test_domains_make_an_admin_of_a_superadmin(self):
        mine = self.mailbox(self.mine, "one")
        foreign = self.mailbox(self.other, "one")
        net = self.network("192.0.2.77")
        program = self.make(self.root, "*", domain_ids=[self.mine["id"]])
        self.assertEqual([self.mine["id"]], [
            d["id"] for d in program.pages("/api/v1/domains")])
        self.assertEqual([mine["id"]], [
            b["id"] for b in program.pages("/api/v1/mailboxes")])
        self.must(404, program.get(f"/api/v1/mailboxes/{foreign['id']}"))
        self.must(404, program.get("/api/v1/mailboxes",
                                   domain_id=self.other["id"]))
        for reply in (program.get(f"/api/v1/whitelist/{net['id']}"),
                      program.post("/api/v1/whitelist",
                                   {"network": "198.51.100.9"}),
                      program.post("/api/v1/domains",
                                   {"name": "more.example"})):
            self.refused(403, reply, "", "superadmin_only")
        for path in ("/api/v1/home", "/api/v1/revisions", "/api/v1/jobs",
                     "/api/v1/publishing/pending", "/api/v1/publishing",
                     "/api/v1/search?q=one", "/api/v1/quota",
                     "/api/v1/admins"):
            with self.subTest(path):
                reply = self.must(200, program.get(path))
                self.assertNotIn(self.other["name"].encode(), reply.body)

    def test_domains_of_an_admin_and_of_his_token_both_count(self):
        third = self.domain()
        browser = self.admin(63, self.mine, self.other)
        me = browser.get("/api/v1/session").value["admin"]["id"]
        program = self.make(browser, "*", domain_ids=[self.mine["id"],
                                                      self.other["id"]])
        self.must(404, browser.post("/api/v1/tokens", {
            "name": "x", "scopes": ["*"], "domain_ids": [third["id"]]}))
        row = self.root.get(f"/api/v1/admins/{me}").value
        self.must(200, self.root.delete(
            f"/api/v1/admins/{me}/domains",
            {"domain_ids": [self.other["id"]]}, etag(row)))
        self.assertEqual([self.mine["id"]], [
            d["id"] for d in program.pages("/api/v1/domains")])

    def test_a_job_does_no_more_than_the_token_that_asked_for_it(self):
        self.mailbox(self.mine, "bulk")
        self.mailbox(self.other, "bulk")
        program = self.make(self.root, "*", domain_ids=[self.mine["id"]])
        job = self.must(202, program.post("/api/v1/mailboxes/bulk", {
            "filter": {"q": "bulk@"}, "expected_count": 1,
            "action": {"state": "closed"}})).value["job"]
        self.assertEqual(program.id, self.servers.count(
            f"SELECT token_id FROM job WHERE id = {job['id']}"))

    def test_where_it_comes_from(self):
        program = self.make(self.root, "*", networks=["198.51.100.0/24",
                                                      "2001:db8::/48"])
        for address, status in (("198.51.100.7", 200), ("2001:db8::9", 200),
                                ("198.51.101.7", 401), ("192.0.2.1", 401)):
            program.address = address
            with self.subTest(address):
                self.must(status, program.get("/api/v1/domains"))

    def test_its_end(self):
        soon = datetime.datetime.now(datetime.timezone.utc) + \
            datetime.timedelta(days=1)
        program = self.make(self.root, "*",
                            expires_at=soon.strftime("%Y-%m-%dT%H:%M:%SZ"))
        self.must(200, program.get("/api/v1/domains"))
        self.servers.db.sql(
            "UPDATE api_token SET expires = UTC_TIMESTAMP(6) "
            f"WHERE id = {program.id}", "postroom")
        self.refused(401, program.get("/api/v1/domains"), "", "bad_token")
        other = self.make(self.root, "*")
        self.must(204, self.root.delete(f"/api/v1/tokens/{other.id}"))
        self.refused(401, other.get("/api/v1/domains"), "", "bad_token")
        self.must(404, self.root.delete(f"/api/v1/tokens/{other.id}"))

    def test_last_use_is_seen(self):
        program = self.make(self.root, "*")
        path = f"/api/v1/tokens/{program.id}"
        self.assertIsNone(self.root.get(path).value["used_at"])
        program.address = "203.0.113.5"
        program.get("/api/v1/domains")
        self.assertEqual("203.0.113.5", self.root.get(path).value["used_from"])

    def test_the_log_says_which_token(self):
        program = self.make(self.root, "*")
        made = self.must(201, program.post(
            "/api/v1/mailboxes", self.new_box(self.mine, "logged"))).value
        entry = self.root.get(
            f"/api/v1/revisions/{made['changed_serial']}").value
        self.assertTrue(entry["actor"]["name"].endswith("(a program)"))


class Limits(TokenCase):
    def test_no_token_makes_tokens_or_signs_in(self):
        program = self.make(self.root, "*")
        for reply in (
                program.get("/api/v1/tokens"),
                program.post("/api/v1/tokens", {"name": "x",
                                                "scopes": ["*"]}),
                program.get(f"/api/v1/tokens/{program.id}"),
                program.delete(f"/api/v1/tokens/{program.id}"),
                program.get("/api/v1/session"),
                program.delete("/api/v1/session")):
            self.refused(403, reply, "", "not_with_a_token")

    def test_a_cookie_beside_it_counts_for_nothing(self):
        program = self.make(self.root, "domain.read")
        self.refused(403, program.get(
            "/api/v1/mailboxes",
            **{}), "", "no_scope")
        both = {"Cookie": f"{apiclient.COOKIE}={self.root.token}"}
        self.refused(403, program.send("GET", "/api/v1/mailboxes", **both),
                     "", "no_scope")
        wrong = Bearer(self.root.port, self.root.origin, "A" * 22)
        wrong.address = "203.0.113.90"
        self.refused(401, wrong.send(
            "POST", "/api/v1/domains", {"name": "csrf.example"}, **both),
            "", "bad_token")
        # A sign-in with a token beside it is still a sign-in.
        self.refused(403, program.post("/api/v1/session", {
            "login": "x", "password": "y"}), "", "csrf_header_missing")

    def test_others_tokens_do_not_exist(self):
        program = self.make(self.root, "*")
        browser = self.admin()
        self.must(404, browser.get(f"/api/v1/tokens/{program.id}"))
        self.must(404, browser.delete(f"/api/v1/tokens/{program.id}"))
        root = self.root.get("/api/v1/session").value["admin"]["id"]
        self.must(404, browser.get("/api/v1/tokens", admin_id=root))
        self.must(200, program.get("/api/v1/domains"))
        theirs = self.make(browser, "*")
        me = browser.get("/api/v1/session").value["admin"]["id"]
        listed = self.root.get("/api/v1/tokens", admin_id=me).value["items"]
        self.assertEqual([theirs.id], [t["id"] for t in listed])
        self.must(204, self.root.delete(f"/api/v1/tokens/{theirs.id}"))

    def test_what_is_refused(self):
        for body, field, reason in (
                ({"scopes": []}, "scopes", "too_few_items"),
                ({"scopes": ["everything"]}, "scopes[0]", "bad_scope"),
                ({"scopes": ["mailbox.fly"]}, "scopes", "unknown_scope"),
                ({"scopes": ["token.create"]}, "scopes", "unknown_scope"),
                ({"scopes": ["session.get"]}, "scopes", "unknown_scope"),
                ({"scopes": ["feed.all"]}, "scopes", "unknown_scope"),
                ({"networks": ["192.0.2.1/24"]}, "networks[0]",
                 "host_bits_set"),
                ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at",
                 "in_the_past"),
                ({"name": ""}, "name", "required"),
                ({"admin_id": 1}, "admin_id", "unknown_key")):
            with self.subTest(body):
                self.refused(422, self.root.post("/api/v1/tokens", {
                    "name": "x", "scopes": ["*"], **body}), field, reason)

    def test_a_repeated_key_does_not_show_it_again(self):
        body = {"name": "twice", "scopes": ["*"]}
        first = self.must(201, self.root.post("/api/v1/tokens", body,
                                              key="same-token-1"))
        again = self.must(201, self.root.post("/api/v1/tokens", body,
                                              key="same-token-1"))
        self.assertEqual(first.value["info"]["id"], again.value["info"]["id"])
        self.assertIsNone(again.value["token"])

    def test_only_a_digest_is_kept(self):
        program = self.make(self.root, "*")
        self.assertEqual(1, self.servers.count(
            "SELECT COUNT(*) FROM api_token WHERE token_hash = "
            f"UNHEX(SHA2('{program.token}', 256))"))
        dump = self.servers.db.sql(
            "SELECT name, scopes, networks FROM api_token; "
            "SELECT after_image FROM `change`; "
            "SELECT reply FROM idempotency", "postroom")
        self.assertNotIn(program.token, str(dump))

    def test_an_admin_has_a_bounded_number_also_at_once(self):
        browser = self.admin()
        me = browser.get("/api/v1/session").value["admin"]["id"]
        self.servers.db.sql(
            "INSERT INTO api_token (admin_id, name, token_hash, scopes, "
            f"created) SELECT {me}, 'n', UNHEX(SHA2(CONCAT({me}, '-', seq), "
            "256)), '*', UTC_TIMESTAMP(6) FROM seq_1_to_98", "postroom")
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            told = list(pool.map(
                lambda i: browser.clone().post("/api/v1/tokens", {
                    "name": f"t{i}", "scopes": ["*"]}).status, range(6)))
        self.assertEqual((2, 4), (told.count(201), told.count(422)))

    def test_wrong_tokens_make_their_network_wait_and_no_other(self):
        wrong = Bearer(self.root.port, self.root.origin)
        wrong.address = "203.0.113.77"
        told = []
        for i in range(8):
            wrong.token = f"{i:022d}"
            told.append(wrong.get("/api/v1/domains").status)
        self.assertIn(429, told)
        good = self.make(self.root, "*")
        good.address = wrong.address
        self.must(200, good.get("/api/v1/domains"))
        wrong.address = "203.0.113.78"
        self.must(401, wrong.get("/api/v1/domains"))


class CommandLine(TokenCase):
    def run_it(self, *argv):
        return json.loads(subprocess.run(
            [self.servers.path("bin", "postroom"), "-c", self.servers.conf,
             "--json", *argv], capture_output=True, text=True,
            check=True).stdout)

    def test_made_listed_and_ended(self):
        login, _ = self.servers.make_admin()
        made = self.run_it("token", "add", login, "nightly", "--scope",
                           "mailbox.read", "--scope", "domain.read",
                           "--domain", self.mine["name"], "--expires",
                           "+90d")
        program = Bearer(self.root.port, self.root.origin, made["token"])
        self.assertEqual([self.mine["id"]], [
            d["id"] for d in program.pages("/api/v1/domains")])
        row = self.run_it("token", "list", login)["items"][0]
        self.assertEqual(["mailbox.read", "domain.read"], row["scopes"])
        self.assertNotIn("token", row)
        subprocess.run([self.servers.path("bin", "postroom"), "-c",
                        self.servers.conf, "token", "revoke",
                        str(made["id"])], check=True)
        self.must(401, program.get("/api/v1/domains"))
