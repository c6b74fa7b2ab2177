"""Who may send outside: whitelisted networks, and people with a password."""

import datetime
import itertools
import os
import smtplib
import time
import unittest

import mail
from mailcase import PASSWORD, MailCase

# Client addresses: all of 127/8 is this machine, only 127.0.0.1 is trusted.
STRANGER = "127.0.2.7"
_numbers = itertools.count(1)


class Relay(MailCase):

    def setUp(self):
        super().setUp()
        number = next(_numbers)
        self.network = f"127.1.{number}.0/24"
        self.inside = f"127.1.{number}.7"

    def entry(self):
        return self.servers.wait_live(
            self.api.post("/whitelist", {"network": self.network}))

    def remove(self, row):
        current = self.api.get(f"/whitelist/{row['id']}")
        self.api.delete("/whitelist", current)

    def relays(self):
        return mail.rcpt_code(self.servers, "x@far.test",
                              self.inside) == 250

    def relay_table(self):
        with open(os.path.join(self.servers.maps, "whitelist.cidr")) as f:
            return f.read()

    def test_whitelisted_network_relays_and_others_get_554(self):
        self.assertFalse(self.relays())
        self.entry()
        replies = mail.send(self.servers, ["x@far.test"], "relayed",
                            source=self.inside)
        self.assertEqual(replies["x@far.test"][0], 250)
        self.outside.wait_for("x@far.test", "relayed")
        self.assert_code(554, "x@far.test", STRANGER)

    def test_removal_closes_the_relay_within_two_seconds(self):
        row = self.entry()
        self.assertTrue(self.relays())
        self.remove(row)
        took = mail.seconds(lambda: self.wait_until(
            lambda: not self.relays(), "the relay to close"))
        self.assertLess(took, 2)

    def test_disabling_closes_and_enabling_opens(self):
        row = self.entry()
        row = self.servers.wait_live(
            self.api.patch("/whitelist", row, {"state": "disabled"}))
        self.assertFalse(self.relays())
        row = self.servers.wait_live(
            self.api.patch("/whitelist", row, {"state": "active"}))
        self.assertTrue(self.relays())

    def assert_expiry_acts(self, meanwhile):
        row = self.entry()
        before = self.relay_table()
        due = time.time() + 5
        self.api.patch("/whitelist", row, {
            "expires_at": datetime.datetime.fromtimestamp(
                due, datetime.timezone.utc).strftime(
                    "%Y-%m-%dT%H:%M:%S.%fZ")})
        self.wait_until(lambda: self.relay_table() != before,
                        "the expiry to reach the mail server", 2)
        self.assertTrue(self.relays())
        meanwhile()
        open_at = time.time()
        while self.relays():
            open_at = time.time()
            self.assertLess(open_at, due + 2, "open past its expiry")
        self.assertGreater(open_at, due - 1.5, "closed before its expiry")

    def test_expiry_in_five_seconds_closes_within_seven(self):
        self.assert_expiry_acts(lambda: None)

    def test_expiry_closes_also_with_the_database_away(self):
        try:
            self.assert_expiry_acts(self.servers.db.stop)
        finally:
            self.servers.db.start()
        self.wait_until(self.servers.api_is_back, "the API to come back", 20)

    def test_submission_needs_the_password(self):
        self.mailbox("taro")
        for port in ("submission", "submissions"):
            with self.subTest(port=port):
                mail.submit(self.servers, self.at("taro"), PASSWORD,
                            "x@far.test", port=port, subject=port)
                self.outside.wait_for("x@far.test", port)
                with self.assertRaises(smtplib.SMTPAuthenticationError):
                    mail.submit(self.servers, self.at("taro"), "wrong",
                                "x@far.test", port=port)

    def test_submission_without_sign_in_is_refused(self):
        self.mailbox("taro")
        with smtplib.SMTP("127.0.0.1", self.servers.ports["submission"],
                          "client.test", timeout=30) as client:
            client.starttls(context=mail.TLS)
            client.ehlo()
            client.mail(self.at("taro"))
            self.assertGreaterEqual(client.rcpt("x@far.test")[0], 550)

    def test_submission_does_not_offer_a_password_in_clear_text(self):
        with smtplib.SMTP("127.0.0.1", self.servers.ports["submission"],
                          "client.test", timeout=30) as client:
            client.ehlo()
            self.assertFalse(client.has_extn("auth"))

    def test_nobody_sends_under_another_address(self):
        self.mailbox("taro", live=False)
        self.mailbox("hanako")
        with self.assertRaises(smtplib.SMTPRecipientsRefused) as refused:
            mail.submit(self.servers, self.at("taro"), PASSWORD,
                        "x@far.test", sender=self.at("hanako"))
        self.assertEqual(refused.exception.recipients["x@far.test"][0], 553)

    def test_alias_with_send_as_may_be_sent_from(self):
        self.mailbox("taro", live=False)
        self.alias("info", [self.at("taro")], send_as=True)
        mail.submit(self.servers, self.at("taro"), PASSWORD, "x@far.test",
                    sender=self.at("info"), subject="as info")
        self.outside.wait_for("x@far.test", "as info")

    def test_submission_to_a_disabled_domain_is_refused(self):
        self.mailbox("taro")
        other = self.api.post("/domains", {"name": f"x{self.name}",
                                           "state": "disabled"})
        self.servers.wait_live(other)
        with self.assertRaises(smtplib.SMTPRecipientsRefused) as refused:
            mail.submit(self.servers, self.at("taro"), PASSWORD,
                        f"any@x{self.name}")
        self.assertEqual(
            refused.exception.recipients[f"any@x{self.name}"][0], 450)


if __name__ == "__main__":
    unittest.main()
