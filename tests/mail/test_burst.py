"""A new mailbox takes mail the moment that it is called live."""

import re
import time
import unittest

import mail
from mailcase import HASH, PASSWORD, SOAK, MailCase

COUNT = 500 if SOAK else 60


class Burst(MailCase):

    def test_each_new_mailbox_takes_mail_at_once(self):
        self.mailbox("first")
        for number in range(COUNT):
            self.mailbox(f"u{number}", password_hash=HASH)
            replies = mail.send(self.servers, [self.at(f"u{number}")],
                                f"mail {number}")
            self.assertEqual(replies[self.at(f"u{number}")][0], 250, number)
        self.wait_until(
            lambda: len(re.findall(r"status=sent", self.mail_log())) >= COUNT,
            "every message to be delivered", 60)
        log = self.mail_log()
        for word in ("status=deferred", "status=bounced", "reject:",
                     "dsn=4.1.1"):
            self.assertNotIn(word, log)
        self.assertIn(f"mail {COUNT - 1}", mail.subjects(
            self.servers, self.at(f"u{COUNT - 1}"), PASSWORD))


class FreshDomain(MailCase):

    def test_first_mailbox_of_a_domain_that_was_just_asked_for(self):
        """Postfix has cached that the domain is not ours."""
        for number in range(50 if SOAK else 2):
            name = f"fresh{number}.test"
            self.assert_code(554, f"taro@{name}", "127.0.2.1")
            self.api.post("/domains", {"name": name})
            self.servers.wait_live(self.api.post("/mailboxes", {
                "address": f"taro@{name}", "password_hash": HASH}))
            began = time.monotonic()
            self.assert_code(250, f"taro@{name}", "127.0.2.1")
            self.assertLess(time.monotonic() - began, 5)


if __name__ == "__main__":
    unittest.main()
