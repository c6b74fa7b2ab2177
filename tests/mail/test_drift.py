"""Drift of lines that stay as they are live: they wait, or their domain is
held. No row says what they must be, so nothing but the node's own records can
put them right."""

import os
import subprocess
import unittest

import mail
import steps
from mailcase import HASH
from steering import Steering


class Drift(Steering):

    def remove(self, name, key):
        """What no hand should do to a map of ours."""
        done = subprocess.run(
            ["postmap", "-c", self.servers.postfix_etc, "-d", key,
             "lmdb:" + os.path.join(self.servers.maps, name)])
        self.assertEqual(done.returncode, 0)

    def add(self, name, key, value):
        subprocess.run(
            ["postmap", "-c", self.servers.postfix_etc, "-i",
             "lmdb:" + os.path.join(self.servers.maps, name)],
            input=f"{key} {value}\n", text=True, check=True)

    def assert_mended(self, local):
        """The check names the key, unless it is mended already; it is."""
        self.wait_code(250, self.at(local), 20)
        self.wait_until(lambda: self.check()[0] == 0, "a clean check", 20)
        self.wait_until(lambda: self.node()["drift"] > 0, "the drift told")

    def close(self, row):
        return self.servers.wait_live(
            self.api.patch("/mailboxes", row, {"state": "closed"}))

    def test_a_line_that_waits_is_put_right(self):
        row = self.mailbox("taro", password_hash=HASH)
        self.mailbox("hana", password_hash=HASH)
        with self.reviewed():
            self.close(row)
            added = self.mailbox("added", password_hash=HASH)
            self.assert_code(550, self.at("added"))
            self.servers.programs("stop", "mapd")
            self.remove("mailboxes", self.at("taro"))
            code, text = self.check()
            self.assertNotEqual(code, 0)
            self.assertIn(f"mailboxes {self.at('taro')} is missing", text)
            self.servers.programs("start", "mapd")
            self.assert_mended("taro")
            # What waits does not come by a hand either.
            self.add("mailboxes", self.at("added"), "x")
            self.wait_code(550, self.at("added"), 20)
            self.publish(serial=added["changed_serial"])
            self.wait_code(250, self.at("added"))
            self.wait_code(550, self.at("taro"))

    def test_all_lines_of_a_domain_that_waits(self):
        self.mailbox("taro", password_hash=HASH)
        with self.reviewed():
            self.set_domain(transport="smtp:[127.0.0.1]:9")
            self.remove("mailboxes", self.at("taro"))
            self.assert_mended("taro")

    def test_a_line_behind_a_rollback(self):
        row = self.mailbox("taro", password_hash=HASH)
        serial = self.head()
        self.servers.wait_live(
            self.api.patch("/mailboxes", row, {"quota_bytes": 1 << 20}))
        self.rollback(serial)
        try:
            self.remove("mailboxes", self.at("taro"))
            self.assert_mended("taro")
        finally:
            self.resume()
        self.assert_clean()

    def test_a_line_of_a_domain_that_the_guard_holds(self):
        self.mailbox("first", password_hash=HASH)
        self.servers.wait_live({"changed_serial": steps.add_mailboxes(
            self.servers, self.name, self.at("first"), 100)})
        self.servers.wait_live({"changed_serial": steps.change(
            self.servers, "UPDATE mailbox SET state = 3 WHERE address LIKE"
            f" 'n%@{self.name}'", steps.numbered(self.name, 100))})
        self.assertIn(self.name, [h["domain"] for h in self.node()["held"]])
        self.remove("mailboxes", self.at("n7"))
        self.assert_mended("n7")
        # A line in another map, that a rollback would not take back.
        before = self.lines("mailboxes")
        self.rollback(self.head())
        self.assertEqual(self.lines("mailboxes"), before)
        self.resume()

    def test_after_the_map_was_made_anew(self):
        self.mailbox("hana", password_hash=HASH)
        row = self.mailbox("taro", password_hash=HASH)
        with self.reviewed():
            self.close(row)
            path = os.path.join(self.servers.maps, "mailboxes.lmdb")
            os.truncate(path, os.path.getsize(path) // 2)
            self.wait_until(lambda: self.check()[0] == 0, "the map", 20)
            self.assertEqual(mail.rcpt_code(self.servers, self.at("taro")),
                             250)
            self.remove("mailboxes", self.at("taro"))
            self.assert_mended("taro")


if __name__ == "__main__":
    unittest.main()
