"""Map lines on the command line: `publish --diff`, and --dry-run of every
command that writes."""

import os
import re
import subprocess

from dbcase import BIN, HASH, DbCase

TABLES = ("domain, mailbox, mailbox_part, alias, alias_target, whitelist, "
          "secret, revision, `change`, change_key, head, job, setting, node")


class Lines(DbCase):
    def everything(self):
        return self.sql(f"CHECKSUM TABLE {TABLES}")

    def head(self):
        return int(self.sql("SELECT serial FROM head")[0][0])

    def text(self, *argv):
        done = self.run_cli(*argv)
        return done.stdout

    def commands(self):
        """Words of every command, as the help lists them."""
        done = subprocess.run([os.path.join(BIN, "postroom"), "--help"],
                              capture_output=True, text=True, check=True)
        for line in done.stdout.splitlines():
            found = re.match(r"  ([a-z]+(?: [a-z-]+)?)\b", line)
            if found:
                yield found.group(1).split()

    def writes(self, words):
        done = subprocess.run(
            [os.path.join(BIN, "postroom"), *words, "--help"],
            capture_output=True, text=True, check=True)
        return "--dry-run" in done.stdout


class DryRun(Lines):
    def scenes(self):
        """For each command that writes, what is told of it."""
        for name in ("a", "b", "c"):
            self.cli("domain", "add", f"{name}.test")
            self.cli("mailbox", "add", f"taro@{name}.test", "--hash", HASH)
        self.cli("alias", "add", "info@a.test", "taro@a.test", "x@far.test")
        self.cli("whitelist", "add", "192.0.2.1")
        self.cli("domain", "delete", "c.test", "--confirm", "c.test")
        self.cli("mailbox", "add", "old@a.test", "--hash", HASH)
        self.cli("mailbox", "delete", "old@a.test")
        self.cli("alias", "add", "past@a.test", "x@far.test")
        self.cli("alias", "delete", "past@a.test")
        self.cli("domain", "add", "off.test", "--state", "disabled")
        serial = str(self.head())
        self.cli("mailbox", "add", "shut@a.test", "--hash", HASH, "--state",
                 "closed")
        self.cli("alias", "add", "idle@a.test", "taro@a.test", "--state",
                 "disabled")
        self.cli("whitelist", "add", "192.0.2.3", "--state", "disabled")
        self.cli("whitelist", "add", "192.0.2.4")
        self.cli("whitelist", "delete", "192.0.2.4")
        return {
            "domain add": ("new.test", "+new.test x"),
            "domain edit": ("a.test", "--transport", "smtp:[h.test]:25",
                           "+a.test smtp:[h.test]:25"),
            "domain disable": ("a.test", "+a.test 450 "),
            "domain enable": ("off.test", "-off.test 450 "),
            "domain delete": ("b.test", "-taro@b.test x"),
            "domain restore": ("c.test", "+taro@c.test x"),
            "mailbox add": ("new@a.test", "--hash", HASH, "+new@a.test x"),
            "mailbox edit": ("taro@a.test", "--quota", "5M",
                            "quota_rule=*:bytes=5242880"),
            "mailbox password": ("taro@a.test", "--hash", HASH,
                                 "+taro@a.test password=new "),
            "mailbox state": ("taro@b.test", "closed", "-taro@b.test x"),
            "mailbox delete": ("taro@b.test", "-taro@b.test x"),
            "mailbox restore": ("old@a.test", "+old@a.test x"),
            "alias add": ("more@a.test", "taro@a.test",
                          "+more@a.test taro@a.test"),
            "alias edit": ("info@a.test", "--state", "disabled",
                          "-info@a.test taro@a.test, x@far.test"),
            "mailbox disable": ("taro@b.test", "-taro@b.test x"),
            "mailbox enable": ("shut@a.test", "+shut@a.test x"),
            "mailbox bulk": ("--domain", "b.test", "--set-state", "closed",
                             "-taro@b.test x"),
            "alias disable": ("info@a.test",
                              "-info@a.test taro@a.test, x@far.test"),
            "alias enable": ("idle@a.test", "+idle@a.test taro@a.test"),
            "alias bulk": ("info@a.test", "--delete",
                           "-info@a.test taro@a.test"),
            "domain bulk": ("--search", "b.test", "--set-state", "disabled",
                            "+b.test 450 "),
            "whitelist disable": ("192.0.2.1", "-192.0.2.1 OK"),
            "whitelist enable": ("192.0.2.3", "+192.0.2.3 OK"),
            "whitelist restore": ("192.0.2.4", "+192.0.2.4 OK"),
            "whitelist bulk": ("192.0.2.1", "--set-state", "disabled",
                               "-192.0.2.1 OK"),
            "alias delete": ("info@a.test", "-info@a.test taro@a.test"),
            "alias restore": ("past@a.test", "+past@a.test x@far.test"),
            "whitelist add": ("192.0.2.2", "+192.0.2.2 OK"),
            "whitelist edit": ("192.0.2.1", "--expires", "+30d",
                              "+192.0.2.1 OK until "),
            "whitelist delete": ("192.0.2.1", "-192.0.2.1 OK"),
            "revision undo": (serial, "-off.test x"),
        }

    def test_every_command_that_writes_tells_and_does_nothing(self):
        scenes = self.scenes()
        before = self.everything()
        seen = set()
        for words in self.commands():
            name = " ".join(words)
            with self.subTest(name):
                if not self.writes(words):
                    self.assertEqual(2, subprocess.run(
                        [os.path.join(BIN, "postroom"), *words, "--dry-run"],
                        capture_output=True).returncode)
                    continue
                # They have no line in any map, nor has a second factor.
                if words[0] in ("admin", "token") \
                        or words[1:] == ["reset-factors"]:
                    continue
                seen.add(name)
                *argv, line = scenes[name]
                told = self.text(*words, *argv, "--dry-run")
                self.assertRegex(told, r"\A--- [a-z_]+\t")
                self.assertIn(line, told)
                self.assertEqual(before, self.everything())
        self.assertEqual(set(scenes), seen)

    def test_as_json(self):
        told = self.cli("domain", "add", "json.test", "--dry-run")
        self.assertEqual([{"noun": "domain", "op": "create",
                           "subject": "json.test"}], told["changes"])
        self.assertEqual([("domains", "json.test", None, "x")], [
            (x["map"], x["key"], x["before"], x["after"])
            for x in told["lines"]])
        self.refused(2, "domain", "add", "no_underscores.test", "--dry-run",
                     reason="bad_character")


class Diff(Lines):
    def test_between_two_serials(self):
        before = self.head()
        self.cli("domain", "add", "between.test")
        self.cli("mailbox", "add", "taro@between.test", "--hash", HASH)
        to = str(self.head())
        text = self.text("publish", "--diff", str(before), to)
        self.assertIn(f"--- mailboxes\t{before}\n+++ mailboxes\t{to}\n"
                      f"@@ serial {to} mailbox.create by ", text)
        self.assertIn("+taro@between.test x\n", text)
        self.assertNotIn(HASH[8:], text)
        back = self.text("publish", "--diff", to, str(before))
        self.assertIn("-taro@between.test x\n", back)
        self.assertEqual("no map line differs\n", self.text(
            "publish", "--diff", str(before), to, "--domain", "other.test"))
        got = self.cli("publish", "--diff", str(before), to)
        self.assertEqual({"between.test"},
                         {x["domain"] for x in got["domains"]})

    def test_from_live_to_saved(self):
        self.cli("node", "add", "local")
        self.cli("domain", "add", "pending.test")
        self.sql("INSERT INTO node_status (node_id, serial) SELECT id, "
                 f"{self.head()} FROM node")
        self.addCleanup(self.sql, "DELETE FROM node_status")
        self.assertEqual("no map line differs\n",
                         self.text("publish", "--diff"))
        self.cli("alias", "add", "info@pending.test", "x@far.test")
        self.assertIn("+info@pending.test x@far.test\n",
                      self.text("publish", "--diff"))

    def test_what_cannot_be_told(self):
        self.refused(2, "publish", "--diff", "1", reason="required")
        self.refused(2, "publish", "--diff", "0", "1000000",
                     reason="no_such_serial")
        self.refused(2, "publish", "--diff", "x", "1")
