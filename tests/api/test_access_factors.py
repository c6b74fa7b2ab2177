"""Second factors: codes of an app, recovery codes, and proving again."""

import base64
import hashlib
import hmac
import os
import re
import struct
import subprocess
import time

import apicase
from apicase import PASSWORD


def code_of(secret, shift=0):
    """What an app shows (RFC 6238), `shift` steps from now."""
    counter = struct.pack(">Q", int(time.time()) // 30 + shift)
    mac = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    at = mac[-1] & 15
    number = struct.unpack(">I", mac[at:at + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06d}"


class Factors(apicase.ApiCase):
    def setUp(self):
        super().setUp()
        self.home = self.domain()
        self.box = self.mailbox(self.home, "taro", password=PASSWORD)
        self.who = self.owner()

    def first_step(self, status, password=PASSWORD, **options):
        client = self.servers.client(**options)
        reply = client.post("/api/v1/session", {
            "login": self.box["address"], "password": password})
        self.must(status, reply)
        return client, reply.value

    def owner(self):
        return self.first_step(200)[0]

    def second(self, client, ticket, code):
        return client.post("/api/v1/session/code",
                           {"ticket": ticket, "code": code})

    def switch_on(self):
        """Secret and recovery codes of an app; the step before now used."""
        offer = self.must(200, self.who.post("/api/v1/me/totp")).value
        self.assertIn(offer["secret"], offer["uri"])
        self.refused(422, self.who.post("/api/v1/me/totp/confirm",
                                        {"code": "000000"}),
                     "code", "wrong_code")
        self.assertFalse(self.factors()["totp"])
        codes = self.must(200, self.who.post(
            "/api/v1/me/totp/confirm",
            {"code": code_of(offer["secret"], -1)})).value["recovery_codes"]
        return offer["secret"], codes

    def factors(self):
        return self.must(200, self.who.get("/api/v1/me/factors")).value

    def grow_old(self, client):
        """The proof of this session is older than it may be."""
        digest = hashlib.sha256(client.token.encode()).hexdigest()
        self.servers.db.sql(
            "UPDATE session SET proved = proved - INTERVAL 11 MINUTE "
            f"WHERE token_hash = UNHEX('{digest}')", "postroom")

    def test_an_app_is_on_once_a_code_was_given(self):
        self.assertEqual({"totp": False, "recovery_codes_left": 0,
                          "passkeys": []}, self.factors())
        secret, codes = self.switch_on()
        self.assertEqual(10, len(set(codes)))
        self.assertEqual({"totp": True, "recovery_codes_left": 10,
                          "passkeys": []}, self.factors())
        client, step = self.first_step(202)
        self.assertEqual((True, True, False), (
            step["totp"], step["recovery"], step["passkey"]))
        self.refused(401, client.get("/api/v1/session"))
        done = self.must(200, self.second(client, step["ticket"],
                                          code_of(secret)))
        self.assertEqual("code", done.value["method"])
        self.must(200, client.get("/api/v1/session"))
        self.refused(409, self.who.post("/api/v1/me/totp"), "", "totp_on")

    def test_no_code_counts_twice_and_none_of_long_ago(self):
        secret, _ = self.switch_on()
        client, step = self.first_step(202)
        # The one that switched it on is used up too.
        for code in (code_of(secret, -1), code_of(secret, -2),
                     code_of(secret, 3)):
            self.refused(401, self.second(client, step["ticket"], code),
                         "code", "wrong_code")
        now = code_of(secret)
        self.must(200, self.second(client, step["ticket"], now))
        again, step = self.first_step(202)
        self.servers.db.sql("DELETE FROM throttle", "postroom")
        self.refused(401, self.second(again, step["ticket"], now),
                     "code", "wrong_code")

    def test_a_recovery_code_counts_once(self):
        _, codes = self.switch_on()
        client, step = self.first_step(202)
        typed = codes[0].replace("-", " ").upper()
        done = self.must(200, self.second(client, step["ticket"], typed))
        self.assertEqual("recovery", done.value["method"])
        again, step = self.first_step(202)
        self.refused(401, self.second(again, step["ticket"], codes[0]),
                     "code", "wrong_code")
        self.assertEqual(9, self.factors()["recovery_codes_left"])
        fresh = self.must(200, self.who.post(
            "/api/v1/me/recovery-codes")).value["recovery_codes"]
        self.refused(401, self.second(again, step["ticket"], codes[1]),
                     "code", "wrong_code")
        self.must(200, self.second(again, step["ticket"], fresh[1]))

    def test_a_ticket_is_good_for_one_password_and_nobody_else(self):
        secret, _ = self.switch_on()
        client, step = self.first_step(202)
        spoilt = step["ticket"][:-4] + "AAAA"
        for ticket in ("x", spoilt, step["ticket"] + "A"):
            self.refused(401, self.second(client, ticket, code_of(secret)),
                         "", "ticket_over")
        self.must(200, self.root.post(
            f"/api/v1/mailboxes/{self.box['id']}/password",
            {"password": "another quiet river"}))
        self.refused(401, self.second(client, step["ticket"],
                                      code_of(secret)), "", "ticket_over")

    def test_wrong_codes_make_one_wait(self):
        self.switch_on()
        client, step = self.first_step(202, address="198.51.100.20")
        for i in range(4):
            self.refused(401, self.second(client, step["ticket"],
                                          f"00000{i}"), "code", "wrong_code")
        self.refused(429, self.second(client, step["ticket"], "000009"),
                     "", "throttled")

    def test_the_seed_is_sealed_and_the_codes_are_digests(self):
        secret, codes = self.switch_on()
        dump = self.servers.db.sql(
            "SELECT HEX(seed) FROM totp; SELECT HEX(code_hash) FROM "
            "recovery_code; SELECT COALESCE(before_image, ''), "
            "COALESCE(after_image, '') FROM `change`", "postroom")
        raw = base64.b32decode(secret).hex().upper()
        for text in (raw, secret, *codes, codes[0].encode().hex().upper()):
            self.assertNotIn(text, dump)

    def test_dangerous_acts_ask_for_a_fresh_proof(self):
        secret, _ = self.switch_on()
        self.grow_old(self.who)
        self.refused(403, self.who.delete("/api/v1/me/totp"), "",
                     "proof_needed")
        self.refused(422, self.who.post("/api/v1/session/proof",
                                        {"password": "wrong"}),
                     "password", "wrong_password")
        self.refused(422, self.who.post("/api/v1/session/proof",
                                        {"password": "x", "code": "1"}),
                     "password", "one_of_two")
        self.must(200, self.who.post("/api/v1/session/proof",
                                     {"code": code_of(secret)}))
        self.must(204, self.who.delete("/api/v1/me/totp"))
        self.assertEqual(0, self.factors()["recovery_codes_left"])
        self.first_step(200)
        self.grow_old(self.who)
        self.refused(403, self.who.post("/api/v1/me/password",
                                        {"password": "a new quiet one"}),
                     "", "proof_needed")
        self.must(200, self.who.post("/api/v1/session/proof",
                                     {"password": PASSWORD}))
        self.must(204, self.who.post("/api/v1/me/password",
                                     {"password": "a new quiet one"}))

    def test_every_route_that_declares_a_proof_asks_for_it(self):
        out = subprocess.run(
            [os.path.join(apicase.BUILD, "bin", "postroom-web"), "--routes"],
            capture_output=True, text=True, check=True).stdout
        old = self.servers.signed_in()
        self.grow_old(old)
        asked = 0
        for line in out.splitlines():
            method, path, role, _, flags = line.split("\t")
            if "proof" not in flags.split():
                continue
            asked += 1
            with self.subTest(f"{method} {path}"):
                self.refused(403, old.send(
                    method, re.sub(r"\{\w+\}", "1", path), {},
                    match='"1"'), "", "proof_needed")
        self.assertGreater(asked, 10)

    def test_an_admin_resets_what_an_owner_lost(self):
        self.switch_on()
        self.must(204, self.root.post(
            f"/api/v1/mailboxes/{self.box['id']}/reset-factors"))
        self.refused(401, self.who.get("/api/v1/session"), "", "no_session")
        self.first_step(200)
        last = self.root.get("/api/v1/revisions", limit=1).value["items"][0]
        self.assertEqual("factor.reset", last["action"])

    def test_another_superadmin_resets_an_admin_and_nobody_himself(self):
        login, token = self.servers.make_admin()
        client = self.servers.client()
        me = self.must(200, client.post(
            "/api/v1/first-use",
            {"token": token, "password": PASSWORD})).value["admin"]["id"]
        self.who = client
        self.switch_on()
        self.refused(403, client.post(f"/api/v1/admins/{me}/reset-factors"),
                     "", "not_oneself")
        self.must(204, self.root.post(f"/api/v1/admins/{me}/reset-factors"))
        self.refused(401, client.get("/api/v1/session"))
        self.must(200, self.servers.client().post(
            "/api/v1/session", {"login": login, "password": PASSWORD}))

    def test_the_command_line_resets_an_admin(self):
        login, token = self.servers.make_admin()
        self.who = self.servers.client()
        self.must(200, self.who.post("/api/v1/first-use", {
            "token": token, "password": PASSWORD}))
        self.switch_on()
        self.servers.postroom("admin", "reset-factors", login)
        self.must(200, self.servers.client().post(
            "/api/v1/session", {"login": login, "password": PASSWORD}))
