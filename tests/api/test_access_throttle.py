"""Wrong sign-ins from many networks against one account: its owner gets in.

A few in the normal run, 10,000 in the long one; the same code.
"""

import base64
import hashlib
import itertools

import apicase
from apicase import PASSWORD

WRONG = 10000 if apicase.SOAK else 120


class Attack(apicase.ApiCase):
    def setUp(self):
        super().setUp()
        home = self.domain()
        self.box = self.mailbox(home, "taro", password=PASSWORD)

    def sign_in(self, client, password=PASSWORD):
        return client.post("/api/v1/session", {
            "login": self.box["address"], "password": password})

    def attack(self, n):
        """Statuses of `n` wrong passwords, each from another network."""
        seen = set()
        for i, (a, b) in zip(range(n), itertools.product(
                range(1, 255), range(1, 255))):
            client = self.servers.client(address=f"203.{a}.{b}.7")
            seen.add(self.sign_in(client, f"guess {i}").status)
        return seen

    def test_a_known_browser_and_a_known_network_get_in_all_the_same(self):
        browser = self.servers.client(address="192.0.2.10")
        self.must(200, self.sign_in(browser))
        self.assertEqual({401, 429}, self.attack(WRONG))
        # Another browser in the network that he signed in from before.
        self.must(200, self.sign_in(self.servers.client(
            address="192.0.2.10")))
        # The same browser from a network that is new.
        browser.address = "198.18.0.9"
        self.must(200, self.sign_in(browser))
        # A stranger waits, with the right password too.
        self.refused(429, self.sign_in(self.servers.client(
            address="198.18.0.77")), "", "throttled")
        self.assertLess(self.servers.count(
            "SELECT COUNT(*) FROM throttle"), 25000)
        self.assertLessEqual(self.servers.count(
            "SELECT COUNT(*) FROM sign_in WHERE mailbox_id = "
            f"{self.box['id']} AND is_good = 0"), 100)

    def test_a_sign_in_from_a_new_network_is_asked_about(self):
        browser = self.servers.client(address="192.0.2.30")
        self.must(200, self.sign_in(browser))
        self.assertEqual([], browser.get("/api/v1/me/notices").value["items"])
        other = self.servers.client(address="198.18.4.4")
        self.must(200, self.sign_in(other))
        notices = browser.get("/api/v1/me/notices").value["items"]
        self.assertEqual(["198.18.4.4"], [n["client"] for n in notices])
        self.must(204, browser.post("/api/v1/me/notices", {
            "up_to": notices[0]["id"]}))
        self.assertEqual([], browser.get("/api/v1/me/notices").value["items"])

    def test_other_sessions_are_ended_one_by_one_and_together(self):
        mine, other, third = (self.servers.client() for _ in range(3))
        for client in (mine, other, third):
            self.must(200, self.sign_in(client))
        rows = mine.get("/api/v1/me/sessions").value["items"]
        self.assertEqual(3, len(rows))
        self.assertEqual(1, sum(r["current"] for r in rows))
        gone = next(r for r in rows if not r["current"])
        self.must(204, mine.delete(f"/api/v1/me/sessions/{gone['id']}"))
        self.must(404, mine.delete(f"/api/v1/me/sessions/{gone['id']}"))
        self.must(204, mine.delete("/api/v1/me/sessions"))
        self.must(200, mine.get("/api/v1/session"))
        for client in (other, third):
            self.must(401, client.get("/api/v1/session"))

    def test_a_password_that_is_common_or_like_the_name_is_refused(self):
        who = self.servers.client()
        self.must(200, self.sign_in(who))
        for password, reason in (("password123", "common_password"),
                                 (self.box["address"], "like_login"),
                                 ("short", "too_short")):
            self.refused(422, who.post("/api/v1/me/password",
                                       {"password": password}),
                         "password", reason)

    def test_a_weak_hash_is_renewed_when_its_owner_signs_in(self):
        self.must(200, self.root.post(
            f"/api/v1/mailboxes/{self.box['id']}/password",
            {"password_hash": "{SHA256}" + base64.b64encode(
                hashlib.sha256(PASSWORD.encode()).digest()
            ).decode()}))
        path = f"/api/v1/mailboxes/{self.box['id']}"
        self.assertEqual("SHA256",
                         self.root.get(path).value["password_scheme"])
        first, again = self.servers.client(), self.servers.client()
        self.must(200, self.sign_in(first))
        self.assertEqual("CRYPT/yescrypt",
                         self.root.get(path).value["password_scheme"])
        self.must(200, self.sign_in(again))
        self.must(200, first.get("/api/v1/session"))
        last = self.root.get("/api/v1/revisions", limit=1).value["items"][0]
        self.assertEqual(("mailbox.rehash", "owner"), (
            last["action"], last["actor"]["kind"]))
