"""What a publish does and does not: the guard, faults, the safe order of the
files' contents, live serials, and what the journal tells."""

import os
import subprocess
import unittest

import steps
from mailcase import HASH, MailCase


class Publish(MailCase):

    def look(self, name, key):
        """The value of a key in a map, or None."""
        done = subprocess.run(
            ["postmap", "-c", self.servers.postfix_etc, "-q", key,
             f"lmdb:{self.servers.maps}/{name}"], capture_output=True,
            text=True)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return done.stdout.rstrip("\n") or None

    def change(self, *args):
        """As steps.change; live when it returns."""
        return self.servers.wait_live(
            {"changed_serial": steps.change(self.servers, *args)})

    def check(self):
        done = subprocess.run(
            [self.servers.path("bin", "postroom"), "-c", self.servers.conf,
             "publish", "--check"], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def held(self):
        now = self.api.get("/publishing")
        return {h["domain"]: h["reason"]
                for node in now["nodes"] for h in node["held"]}

    def fill(self, count):
        """Mailboxes in one revision."""
        self.mailbox("first", password_hash=HASH)
        self.servers.wait_live({"changed_serial": steps.add_mailboxes(
            self.servers, self.name, self.at("first"), count)})

    def close_many(self, count, action):
        self.change(
            "UPDATE mailbox SET state = 3 WHERE address LIKE"
            f" 'n%@{self.name}' ORDER BY id LIMIT {count}",
            steps.numbered(self.name, count), action)

    def confirm(self, serial):
        """What a person's confirmation leaves in the rows."""
        self.servers.db.sql(
            "INSERT INTO approval (domain, guard_serial, updated) VALUES"
            f" ('{self.name}', GREATEST(0, {serial}), UTC_TIMESTAMP(6))"
            " ON DUPLICATE KEY UPDATE guard_serial = VALUES(guard_serial);"
            "INSERT INTO publication (act, serial, domains, actor_kind,"
            " actor_name, created) VALUES ('confirm', 1, '', 2, 'test',"
            " UTC_TIMESTAMP(6))", "postroom")
        steps.wake(self.servers)

    def test_guard_holds_a_domain_that_would_lose_many_lines(self):
        self.fill(200)
        self.close_many(150, "mailbox.import")
        self.assertIn(self.name, self.held())
        self.assertIn("150", self.held()[self.name])
        self.assert_code(250, self.at("n1"))
        code, text = self.check()
        self.assertEqual(code, 0, text)
        self.assertIn(f"held {self.name}", text)

        # Others go on, and nobody who may not sign in does.
        other = self.api.post("/domains", {"name": f"other.{self.name}"})
        self.servers.wait_live(other)
        self.assertEqual(self.look("domains", other["name"]), "x")
        self.assert_sign_in(False, "n1")
        self.assert_sign_in(True, "n200")

        # A confirmation of less than what changed is none.
        serial = self.api.get("/publishing")["head_serial"]
        self.confirm(serial - 1000)
        self.mailbox("later", password_hash=HASH)
        self.assertIn(self.name, self.held())
        self.confirm(self.api.get("/publishing")["head_serial"])
        self.wait_until(lambda: self.name not in self.held(), "the release")
        self.assert_code(550, self.at("n1"))
        self.assert_code(250, self.at("n200"))
        self.assertEqual(self.check()[0], 0)

    def test_guard_lets_pass_what_a_person_confirmed(self):
        self.fill(200)
        self.close_many(150, "mailbox.bulk")
        self.assertNotIn(self.name, self.held())
        self.assert_code(550, self.at("n1"))

    def test_guard_lets_few_lines_of_a_small_domain_go(self):
        self.fill(10)
        self.close_many(10, "mailbox.import")
        self.assertNotIn(self.name, self.held())
        self.assert_code(550, self.at("n10"))

    def test_a_line_that_cannot_be_written_holds_its_domain_alone(self):
        self.mailbox("taro")
        self.change(
            "UPDATE domain SET state = 3, refuse_text = 'a\\nb.test x'"
            f" WHERE name = '{self.name}'", [("d", self.name)],
            "domain.update")
        self.assertIn("cannot be written", self.held()[self.name])
        self.assertIsNone(self.look("refuse", self.name))
        self.assert_code(250, self.at("taro"))
        self.change(
            "UPDATE domain SET refuse_text = 'closed'"
            f" WHERE name = '{self.name}'", [("d", self.name)],
            "domain.update")
        self.assertNotIn(self.name, self.held())
        self.assertEqual(self.look("refuse", self.name),
                         "450 4.2.1 closed")
        self.assertEqual(self.check()[0], 0)

    def test_a_password_of_a_held_domain_goes_live(self):
        row = self.mailbox("taro")
        self.change(
            "UPDATE domain SET state = 4, refuse_text = 'a\\nb'"
            f" WHERE name = '{self.name}'", [("d", self.name)],
            "domain.update")
        self.assertIn(self.name, self.held())
        self.api.post(f"/mailboxes/{row['id']}/password",
                      {"password": "another long one 9"}, row["version"])
        self.servers.wait_live()
        self.assert_sign_in(False, "taro")
        self.assert_sign_in(True, "taro", "another long one 9")

    def test_identity_lines_come_and_go_with_the_catch_all(self):
        self.mailbox("taro")
        row = self.alias("", [self.at("taro")])
        self.assertEqual(self.look("aliases", self.at("taro")),
                         self.at("taro"))
        self.mailbox("later")
        self.assertEqual(self.look("aliases", self.at("later")),
                         self.at("later"))
        self.servers.wait_live(
            self.api.patch("/aliases", row, {"state": "disabled"}))
        self.assertIsNone(self.look("aliases", self.at("taro")))
        self.assertIsNone(self.look("aliases", self.at("later")))
        self.assertEqual(self.check()[0], 0)

    def test_text_copies_follow_and_tell_no_hash(self):
        self.mailbox("taro")

        def text(name):
            with open(os.path.join(self.servers.maps, name)) as f:
                return f.read()

        self.wait_until(lambda: self.at("taro") + " x\n"
                        in text("mailboxes.txt"), "the text copy", 15)
        lines = text("mailboxes.txt").splitlines()
        self.assertEqual(lines, sorted(lines))
        self.wait_until(lambda: self.at("taro") + " home="
                        in text("accounts.txt"), "the users' copy", 15)
        self.assertFalse("$" in text("accounts.txt"))

    def test_journal_is_private_and_tells_no_hash(self):
        self.mailbox("taro")
        path = self.servers.path("node", "journal")
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        with open(path) as f:
            text = f.read()
        self.assertTrue(f"+mailboxes\t{self.at('taro')}\t\tx\n" in text)
        self.assertFalse("$" in text)

    def test_unchanged_servers_are_not_reloaded(self):
        self.mailbox("taro")
        log = self.servers.path("log", "rootd.log")
        time_of = os.path.getsize
        before = time_of(log)
        for number in range(5):
            self.mailbox(f"m{number}", password_hash=HASH)
        self.assertEqual(time_of(log), before)


if __name__ == "__main__":
    unittest.main()
