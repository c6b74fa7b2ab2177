"""What the tests with real mail servers have in common.

Each test class has an instance of its own, each test a domain of its own, so
that no test sees what another left.
"""

import itertools
import os
import unittest

import instance
import mail
import private

PASSWORD = "a quiet river 7"
# A ready hash (of PASSWORD), for tests that make many mailboxes.
HASH = ("{CRYPT}$5$rounds=1000$postroom$y"
        "JaFpseYm4syZeheJyKeJ1QGnUWu6UQ/Rm9XGisvlJC")
SOAK = bool(os.environ.get("POSTROOM_SOAK"))
_numbers = itertools.count(1)


class MailCase(unittest.TestCase):
    """One running instance for the class, one fresh domain for each test."""

    maxDiff = None
    apache = False

    @classmethod
    def setUpClass(cls):
        cls.servers = cls.enterClassContext(
            instance.running(apache=cls.apache))
        cls.api = cls.servers.api
        cls.outside = mail.Outside(cls.servers)
        cls.addClassCleanup(cls.outside.close)

    def setUp(self):
        self.name = f"d{next(_numbers)}.test"
        self.domain = self.api.post("/domains", {"name": self.name})

    def at(self, local):
        return f"{local}@{self.name}"

    def mailbox(self, local, live=True, **fields):
        """A new mailbox in the test's domain, live unless told otherwise."""
        if "password_hash" not in fields:
            fields.setdefault("password", PASSWORD)
        row = self.api.post("/mailboxes", {"address": self.at(local),
                                           **fields})
        return self.servers.wait_live(row) if live else row

    def alias(self, local, targets, **fields):
        row = self.api.post("/aliases", {
            "address": self.at(local), "targets": targets, **fields})
        return self.servers.wait_live(row)

    def set_domain(self, **fields):
        """Change the test's domain, as it is now, and wait until live."""
        row = self.api.get(f"/domains/{self.domain['id']}")
        return self.servers.wait_live(
            self.api.patch("/domains", row, fields))

    def assert_code(self, code, recipient, source="127.0.0.1"):
        self.assertEqual(
            mail.rcpt_code(self.servers, recipient, source), code, recipient)

    def assert_delivered(self, recipients, subject, readers=None,
                         outside=()):
        """Send one message and find it with every reader."""
        replies = mail.send(self.servers, recipients, subject)
        self.assertEqual({r: code for r, (code, _) in replies.items()},
                         {r: 250 for r in recipients})
        for reader in readers or recipients:
            mail.wait_for_subject(self.servers, reader, PASSWORD, subject)
        for recipient in outside:
            self.outside.wait_for(recipient, subject)

    def assert_sign_in(self, wanted, local, password=PASSWORD):
        self.assertEqual(mail.can_sign_in(self.servers, self.at(local),
                                          password), wanted, local)

    def wait_until(self, condition, what, deadline_s=10):
        return private.wait_for(condition, what, deadline_s)

    def mail_log(self):
        with open(self.servers.path("log", "mail.log"),
                  errors="replace") as f:
            return f.read()
