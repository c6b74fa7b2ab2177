"""Routing is put back to what it was, held there, and resumed."""

import os
import unittest

import mail
from mailcase import HASH
from steering import Steering


class Rollback(Steering):

    def setUp(self):
        super().setUp()
        self.addCleanup(self.follow)

    def follow(self):
        """Whatever a test left, the node follows again."""
        self.resume()
        self.servers.wait_live()
        self.wait_until(lambda: self.check()[0] == 0, "all live", 20)

    def change(self):
        """Changes of every kind; the serial before them, and the routing."""
        self.closed = self.mailbox("closed", password_hash=HASH)
        self.kept = self.mailbox("kept", password_hash=HASH)
        self.info = self.alias("info", [self.at("kept")])
        before = self.head(), self.routing()
        self.closed = self.servers.wait_live(
            self.api.patch("/mailboxes", self.closed, {"state": "closed"}))
        self.servers.wait_live(self.api.patch("/aliases", self.info, {
            "targets": [self.at("kept"), "x@outside.test"]}))
        self.mailbox("added", password_hash=HASH)
        new = self.api.post("/domains", {"name": f"new.{self.name}"})
        self.servers.wait_live(new)
        self.alias("", [self.at("kept")])
        self.set_domain(transport="smtp:[127.0.0.1]:1")
        return before

    def test_routing_is_as_it_was_and_comes_back(self):
        serial, before = self.change()
        after = self.routing()
        self.assertNotEqual(before, after)
        self.rollback(serial)
        self.assertEqual(self.routing(), before)
        self.assert_clean()
        node = self.wait_until(
            lambda: self.node() if self.node()["hold_serial"] == serial
            else None, "the report")
        self.assertEqual(node["hold_by"], "local")
        self.wait_code(250, self.at("closed"))
        self.assert_code(550, self.at("added"))
        self.wait_until(lambda: self.node()["pending"] > 0, "what waits")
        # What is saved meanwhile waits too, but the end of a sign-in.
        self.servers.wait_live(self.api.patch(
            "/mailboxes", self.kept, {"state": "closed"}))
        self.assertEqual(self.routing(), before)
        self.assert_sign_in(False, "kept")
        self.assert_clean()
        self.resume()
        self.wait_code(550, self.at("kept"))
        self.assert_clean()
        self.wait_until(lambda: self.node()["hold_serial"] is None, "follow")

    def test_a_locked_account_stays_locked(self):
        row = self.mailbox("leaver", password_hash=HASH)
        serial = self.head()
        self.assert_sign_in(True, "leaver")
        self.servers.wait_live(
            self.api.patch("/mailboxes", row, {"state": "closed"}))
        self.rollback(serial)
        self.assert_code(250, self.at("leaver"))
        self.assert_sign_in(False, "leaver")
        self.assertNotIn(self.at("leaver"), "".join(
            self.lines("sender_login")))

    def test_with_the_database_stopped(self):
        serial, before = self.change()
        after = self.routing()
        self.servers.db.stop()
        try:
            self.rollback(serial)
            self.assertEqual(self.routing(), before)
            self.servers.programs("stop", "mapd")
            self.servers.programs("start", "mapd")
            self.assertEqual(self.routing(), before)
            self.resume()
            self.assertEqual(self.routing(), after)
            self.rollback(serial)
            self.assertEqual(self.routing(), before)
        finally:
            self.servers.db.start()
        self.wait_until(self.servers.api_is_back, "the API", 20)
        self.wait_until(lambda: self.check()[0] == 0, "the check", 20)
        self.assertEqual(self.routing(), before)

    def test_a_serial_that_never_was_live_is_refused(self):
        code, text = self.program("--rollback", "999999999")
        self.assertNotEqual(code, 0)
        self.assertIn("not live", text)
        self.assertIsNone(self.node()["hold_serial"])

    def target(self, mode, serial=0):
        """What the panel's rollback leaves in the rows."""
        self.servers.db.sql(
            "REPLACE INTO node_target (node_id, mode, serial, updated)"
            f" SELECT id, '{mode}', {serial}, UTC_TIMESTAMP(6) FROM node"
            " WHERE role = 'mailbox' LIMIT 1", "postroom")

    def test_the_target_of_the_node_is_followed(self):
        serial, before = self.change()
        self.target("hold", serial)
        self.wait_until(lambda: self.routing() == before, "the rollback")
        self.wait_until(lambda: self.node()["hold_by"] == "target", "report")
        self.assert_clean()
        # A further one, and forth again.
        later = self.head()
        self.mailbox("meanwhile", password_hash=HASH)
        self.assertEqual(self.routing(), before)
        self.target("hold", later)
        self.wait_code(250, self.at("added"))
        line = self.at("meanwhile") + "\tx"
        self.assertNotIn(line, self.lines("mailboxes"))
        self.assert_clean()
        self.target("follow")
        self.wait_until(lambda: line in self.lines("mailboxes"), "the line")
        self.assert_clean()

    def test_maps_made_anew_are_the_held_ones(self):
        serial, before = self.change()
        self.rollback(serial)
        paths = [os.path.join(self.servers.maps, name + ".lmdb")
                 for name in ("mailboxes", "aliases", "domains")]
        for path in paths:
            os.truncate(path, os.path.getsize(path) // 2)

        def is_mended():
            return self.check()[0] == 0 and self.routing() == before

        self.wait_until(is_mended, "the held lines", 20)
        self.assert_clean()
        self.wait_until(lambda: mail.rcpt_code(
            self.servers, self.at("closed")) == 250, "250", 10)

    def test_history_tells_what_was_published(self):
        row = self.mailbox("one", password_hash=HASH)
        code, text = self.program("--history")
        self.assertEqual(code, 0)
        self.assertIn(f"\n{row['changed_serial']} ", text)


if __name__ == "__main__":
    unittest.main()
