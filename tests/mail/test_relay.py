"""Who may send outside: whitelisted networks, and people with a password."""

import datetime
import itertools
import os
import signal
import smtplib
import time
import unittest

import mail
from mailcase import HASH, PASSWORD, SOAK, MailCase

# Client addresses: all of 127/8 is this machine, only 127.0.0.1 is trusted.
STRANGER = "127.0.2.7"
_numbers = itertools.count(1)


class RelayCase(MailCase):
    """Each test has a network of its own."""

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


class Relay(RelayCase):

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


class Closing(RelayCase):
    """Closing a relay waits for nothing else that goes on."""

    def assert_closes(self, row):
        self.assertTrue(self.relays())
        self.remove(row)
        self.wait_until(lambda: not self.relays(), "the relay to close", 30)

    def fill(self, count):
        """Single addresses below 10.0.0.0/8, as rows that were loaded."""
        self.servers.db.sql(
            "INSERT IGNORE INTO whitelist "
            "(network, net_from, net_to, created, updated) "
            "SELECT CONCAT('10.', seq DIV 65536, '.', (seq DIV 256) % 256,"
            " '.', seq % 256, '/32'), a, a, UTC_TIMESTAMP(6),"
            " UTC_TIMESTAMP(6) FROM (SELECT seq,"
            " UNHEX(CONCAT('00000000000000000000FFFF0A',"
            f" LPAD(HEX(seq), 6, '0'))) AS a FROM seq_1_to_{count}) AS n",
            "postroom")
        self.addCleanup(self.servers.db.sql,
                        "DELETE FROM whitelist WHERE net_from >= "
                        "UNHEX('00000000000000000000FFFF0A000000') AND "
                        "net_to <= UNHEX('00000000000000000000FFFF0AFFFFFF')",
                        "postroom")

    def test_among_thousands_of_networks(self):
        row = self.entry()
        self.fill(20000 if SOAK else 8000)
        self.servers.wait_live(self.api.post(
            "/whitelist", {"network": "127.250.0.0/24"}), 60)
        self.wait_until(lambda: "10.0.31.64/32 OK" in self.relay_table(),
                        "the networks", 30)
        # Looking for what closes takes no time that grows with its square.
        took = mail.seconds(lambda: self.assert_closes(row))
        self.assertLess(took, 4)

    def test_while_many_are_signed_out(self):
        row = self.entry()
        domains = [self.api.post("/domains", {"name": f"o{i}.{self.name}"})
                   for i in range(9)]
        for domain in domains:
            for i in range(10):
                last = self.api.post("/mailboxes", {
                    "address": f"out{i}@{domain['name']}",
                    "password_hash": HASH})
        self.servers.wait_live(last, 60)
        count = 10 * len(domains)
        job = self.api.post("/mailboxes/bulk", {
            "filter": {"q": "out"}, "expected_count": count,
            "action": {"state": "nologin"}})["job"]
        self.wait_until(lambda: self.api.get(f"/jobs/{job['id']}")["done"],
                        "the job to begin", 30)
        self.remove(row)
        self.wait_until(lambda: not self.relays(), "the relay to close", 30)
        owed = self.servers.path("node", "sessions")
        self.assertTrue(os.path.exists(owed), "waited for the sessions")
        self.mailbox("new", password_hash=HASH)
        self.wait_until(lambda: not os.path.exists(owed),
                        "the sessions to be ended", 60)

    def publisher(self):
        return next((int(pid) for name, _, pid, _ in
                     self.servers.processes()
                     if name == "mapd" and int(pid)), None)

    def kill_publisher(self):
        pid = self.publisher()
        os.kill(pid, signal.SIGKILL)
        self.wait_until(lambda: self.publisher() not in (None, pid),
                        "the publisher to be started again")

    def test_a_damaged_state_file_stops_nothing(self):
        row = self.entry()
        path = self.servers.path("node", "whitelist")
        os.truncate(path, os.path.getsize(path) // 2)
        self.kill_publisher()
        self.mailbox("late", password_hash=HASH)
        self.assert_closes(row)

    def test_open_relays_outlive_the_state_file_and_the_database(self):
        row = self.entry()
        before = self.relay_table()
        self.servers.db.stop()
        try:
            os.unlink(self.servers.path("node", "whitelist"))
            self.kill_publisher()
            self.wait_until(lambda: os.path.exists(
                self.servers.path("node", "whitelist")), "the state file")
            self.assertEqual(self.relay_table(), before)
            self.assertTrue(self.relays())
        finally:
            self.servers.db.start()
        self.wait_until(self.servers.api_is_back, "the API to come back", 20)
        self.assert_closes(row)

    def test_of_a_table_that_was_cut_off_nobody_is_refused_for_good(self):
        self.entry()
        path = os.path.join(self.servers.maps, "whitelist.cidr")
        for size in (os.path.getsize(path) - 3, 10, 0):
            with self.subTest(size=size):
                os.truncate(path, size)
                codes, others = set(), set()

                def is_mended():
                    codes.add(mail.rcpt_code(
                        self.servers, "x@far.test", self.inside))
                    others.add(mail.rcpt_code(
                        self.servers, "x@far.test", STRANGER))
                    return "reject_unauth_destination\n" in \
                        self.relay_table()

                self.wait_until(is_mended, "the table", 10)
                self.wait_until(self.relays, "the relay", 10)
                self.assertFalse([c for c in codes if c >= 500], codes)
                self.assertNotIn(250, others)


if __name__ == "__main__":
    unittest.main()
