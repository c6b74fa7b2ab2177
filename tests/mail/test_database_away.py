"""Mail goes on while the database is away, and the API says that it is."""

import unittest

import api as api_client
import mail
from mailcase import PASSWORD, MailCase

INSIDE, STRANGER = "127.0.1.7", "127.0.2.7"


class DatabaseAway(MailCase):

    def test_mail_goes_on_and_everything_comes_back_by_itself(self):
        self.mailbox("taro", live=False)
        row = self.api.post("/whitelist", {"network": "127.0.1.0/24"})
        self.servers.wait_live(row)
        before = self.servers.processes()
        self.servers.db.stop()
        try:
            self.assert_mail_goes_on()
            self.assert_api_says_so()
        finally:
            self.servers.db.start()
        self.wait_until(self.servers.api_is_back, "the API to come back", 20)
        self.mailbox("hanako")
        self.assert_delivered([self.at("hanako")], "afterwards")
        self.assertEqual(self.servers.processes(), before,
                         "a program was restarted")

    def assert_mail_goes_on(self):
        self.assert_delivered([self.at("taro")], "without a database")
        self.assert_code(550, self.at("nobody"))
        self.assert_code(250, "x@far.test", INSIDE)
        self.assert_code(554, "x@far.test", STRANGER)
        mail.submit(self.servers, self.at("taro"), PASSWORD, "x@far.test",
                    subject="submitted")
        self.outside.wait_for("x@far.test", "submitted")

    def assert_api_says_so(self):
        with self.assertRaises(api_client.Problem) as refused:
            self.api.get("/domains")
        self.assertEqual(refused.exception.status, 503)
        self.assertEqual(refused.exception.body["code"], "unavailable")


if __name__ == "__main__":
    unittest.main()
