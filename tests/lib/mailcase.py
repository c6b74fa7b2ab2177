"""What the tests with real mail servers have in common.

The tests of one file share an instance; each test has a domain of its own, so
that no test sees what another left. The domains are made together, because
Postfix is reloaded for new ones at most once in five seconds.
"""

import contextlib
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


def _start():
    """The instance of this test file, and the world outside of it."""
    servers = stack.enter_context(instance.running())
    outside = mail.Outside(servers)
    stack.callback(outside.close)
    return servers, outside


stack = contextlib.ExitStack()
unittest.addModuleCleanup(stack.close)


class MailCase(unittest.TestCase):
    """A running instance, and a fresh domain for each test."""

    maxDiff = None
    shared = None

    @classmethod
    def setUpClass(cls):
        if MailCase.shared is None:
            MailCase.shared = _start()
        cls.servers, cls.outside = MailCase.shared
        cls.api = cls.servers.api
        cls.domains = [
            cls.api.post("/domains", {"name": f"d{next(_numbers)}.test"})
            for _ in unittest.defaultTestLoader.getTestCaseNames(cls)]
        cls.servers.wait_live(cls.domains[-1])

    def setUp(self):
        self.domain = self.domains.pop()
        self.name = self.domain["name"]

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
