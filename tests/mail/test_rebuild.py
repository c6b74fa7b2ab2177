"""Maps that are made anew: the guard, and what stays as it is live."""

import unittest

import steps
from mailcase import HASH
from steering import Steering

MANY = 5200  # a comparison names up to 5,000 keys


class Rebuild(Steering):

    def fill(self):
        self.mailbox("first", password_hash=HASH)
        self.servers.wait_live({"changed_serial": steps.add_mailboxes(
            self.servers, self.name, self.at("first"), MANY)}, deadline_s=60)

    def held(self):
        return [h["domain"] for h in self.node()["held"]]

    def restart(self):
        self.servers.programs("stop", "mapd")
        self.servers.programs("start", "mapd")

    def test_rows_changed_beside_postroom_do_not_pass_the_guard(self):
        self.fill()
        self.assert_code(250, self.at("n1"))
        self.servers.db.sql("UPDATE mailbox SET state = 3 WHERE address"
                            f" LIKE 'n%@{self.name}'", "postroom")
        self.restart()
        self.wait_until(lambda: self.held() == [self.name], "the hold", 40)
        self.assert_code(250, self.at("n1"))
        self.assert_code(250, self.at(f"n{MANY}"))
        self.assert_sign_in(False, "n1")
        self.assert_clean()
        # Nothing of it is a revision, so nothing is newer than what was seen.
        self.api.post("/publishing/confirm", {
            "domain": self.name, "serial": self.head(), "note": "for sure"})
        self.wait_code(550, self.at("n1"), 30)
        self.assert_code(250, self.at("first"))
        self.wait_until(lambda: self.held() == [], "the release")
        self.assert_clean()


if __name__ == "__main__":
    unittest.main()
