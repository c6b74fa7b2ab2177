"""Damaged, truncated and missing files are found, replaced and reloaded
within ten seconds; mail gets 4xx or no banner meanwhile, never 5xx."""

import concurrent.futures
import os
import subprocess
import time
import unittest

import mail
from mailcase import HASH, PASSWORD, SOAK, MailCase

# A client that may not relay: were a domain forgotten, it would get a 554.
STRANGER = "127.0.2.7"
RIGHT = {"mailbox": 250, "alias": 250, "submission": 250, "unknown": 550,
         "disabled": 450}


def truncate(path):
    # Half of a small map may be all that its lines need.
    os.truncate(path, min(os.path.getsize(path) // 2, 4096))


def empty(path):
    os.truncate(path, 0)


def overwrite(path):
    with open(path, "r+b") as f:
        f.write(os.urandom(min(os.path.getsize(path), 16384)))


DAMAGES = [truncate, empty, os.unlink, overwrite]


class Repair(MailCase):

    def setUp(self):
        super().setUp()
        self.mailbox("taro", password_hash=HASH)
        self.alias("info", [self.at("taro")])
        self.api.post("/domains", {"name": f"off.{self.name}",
                                   "state": "disabled"})
        self.servers.wait_live()

    def check(self):
        return subprocess.run(
            [self.servers.path("bin", "postroom-mapd"), "-c",
             self.servers.conf, "--check"], capture_output=True,
            text=True).returncode == 0

    def files(self):
        maps = [os.path.join(self.servers.maps, name + ".lmdb")
                for name in ("mailboxes", "aliases", "domains", "refuse",
                             "sender_login", "transport")]
        return maps + [
            os.path.join(self.servers.maps, "whitelist.cidr"),
            self.servers.path("maps", "dovecot", "mail.db")]

    def mark(self, path):
        if not os.path.exists(path):
            return None
        found = os.stat(path)
        return found.st_ino, found.st_mtime_ns

    def answers(self):
        """What clients get to see of the maps at one time: the codes for
        what must be taken, and for what must not."""
        def rcpt(recipient):
            return mail.rcpt_code(self.servers, recipient, STRANGER)

        def submit(login):
            return mail.submit_code(self.servers, login, PASSWORD,
                                    "x@far.test")

        asked = {
            "mailbox": (rcpt, self.at("taro")),
            "alias": (rcpt, self.at("info")),
            "submission": (submit, self.at("taro")),
            "unknown": (rcpt, self.at("nobody")),
            "disabled": (rcpt, f"any@off.{self.name}")}
        with concurrent.futures.ThreadPoolExecutor(len(asked)) as pool:
            futures = {name: pool.submit(*ask) for name, ask in asked.items()}
            return {name: f.result() for name, f in futures.items()}

    def assert_mended(self, path, damage):
        damage(path)
        spoiled = self.mark(path)
        start, wrong = time.monotonic(), []

        def is_well():
            codes = self.answers()
            wrong.extend(x for x in codes.items() if not (
                x[1] < 500 if RIGHT[x[0]] == 250 else x[1] >= 400))
            return codes == RIGHT

        def is_mended():
            is_well()
            return self.mark(path) not in (None, spoiled) and self.check()

        self.wait_until(is_mended, f"repair of {path}", 10)
        self.wait_until(is_well, "the right answers again", 10)
        self.assertLess(time.monotonic() - start, 10)
        self.assertEqual(wrong, [])

    def test_every_kind_of_damage_to_every_file(self):
        for number, path in enumerate(self.files()):
            for damage in DAMAGES if SOAK else \
                    [DAMAGES[number % len(DAMAGES)]]:
                with self.subTest(file=os.path.basename(path),
                                  damage=damage.__name__):
                    self.assert_mended(path, damage)
        self.assert_delivered([self.at("info")], "after all",
                              [self.at("taro")])

    def test_a_missing_map_is_mended_with_the_database_away(self):
        path = self.files()[0]
        self.wait_until(lambda: self.at("taro") in self.text("mailboxes"),
                        "the text copy", 15)
        self.servers.db.stop()
        try:
            os.unlink(path)
            self.wait_until(lambda: os.path.exists(path), "the map", 10)
            self.wait_until(lambda: mail.rcpt_code(
                self.servers, self.at("taro")) == 250, "250 again", 10)
            self.assert_code(550, self.at("nobody"))
        finally:
            self.servers.db.start()
        self.wait_until(self.servers.api_is_back, "the API", 20)
        self.wait_until(self.check, "the check", 20)

    def text(self, name):
        """The text copy of a map, which comes some seconds after the map."""
        path = os.path.join(self.servers.maps, name + ".txt")
        if not os.path.exists(path):
            return ""
        with open(path) as f:
            return f.read()

    def test_a_line_that_somebody_changed_is_put_right(self):
        path = os.path.join(self.servers.maps, "mailboxes")
        self.assertEqual(self.postmap("-d", self.at("taro"), path), 0)
        self.assert_code(550, self.at("taro"))
        # What the publisher writes right after it hides nothing.
        self.mailbox("hanako", password_hash=HASH)
        self.wait_until(lambda: mail.rcpt_code(
            self.servers, self.at("taro")) == 250, "the line", 10)
        self.assertTrue(self.check())

    def postmap(self, action, key, path):
        return subprocess.run(
            ["postmap", "-c", self.servers.postfix_etc, action, key,
             f"lmdb:{path}"], capture_output=True).returncode


if __name__ == "__main__":
    unittest.main()
