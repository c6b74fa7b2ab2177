"""Export, import, export: the same bytes; into the system that it came from,
where nothing changes, and into an empty one."""

import os
import subprocess
import unittest

from dbcase import BIN, HASH, DbCase

LISTS = {"domains": "domain", "mailboxes": "mailbox", "aliases": "alias",
         "whitelist": "whitelist"}


class RoundTrip(DbCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with open(cls.conf, "a") as f:
            f.write(f"[secrets]\nkey_file={cls.dir}/seal.key\n")
        cls.run_cli("seal", "init")
        with open(os.path.join(cls.dir, "jobd.log"), "w") as log:
            cls.jobd = subprocess.Popen(
                [os.path.join(BIN, "postroom-jobd"), "-c", cls.conf],
                stderr=log)

    @classmethod
    def tearDownClass(cls):
        cls.jobd.terminate()
        cls.jobd.wait(20)
        super().tearDownClass()

    def fill(self):
        self.cli("domain", "add", "r.test", "--description", 'a, "b"',
                 "--max-mailboxes", "9", "--default-quota", "1G")
        self.cli("domain", "add", "off.test", "--state", "disabled")
        self.cli("mailbox", "add", "t@r.test", "--hash", HASH, "--name",
                 "=1+1 山田", "--quota", "1048577")
        self.cli("mailbox", "add", "u@r.test", "--hash", HASH, "--state",
                 "nologin", "--quota", "none")
        self.cli("alias", "add", "info@r.test", "t@r.test", "x@far.test",
                 "--description", "desk", "--send-as", "no")
        self.cli("alias", "add", "@r.test", "t@r.test")
        self.cli("alias", "add", "idle@r.test", "t@r.test", "--state",
                 "disabled")
        self.cli("whitelist", "add", "192.0.2.7", "--note", "-x", "--owner",
                 "o", "--expires", "+30d")
        self.cli("whitelist", "add", "2001:db8::/64", "--state", "disabled")

    def export(self, name):
        more = ["--hashes"] if name == "mailboxes" else []
        return self.run_cli("export", name, *more).stdout

    def take(self, name, text):
        path = os.path.join(self.dir, f"{name}.csv")
        with open(path, "w", newline="") as f:
            f.write(text)
        return self.cli("import", path, "--of", LISTS[name], "--mode",
                        "add_or_update")

    def test_the_same_bytes(self):
        self.fill()
        first = {name: self.export(name) for name in LISTS}
        head = self.number("SELECT serial FROM head")
        for name, text in first.items():
            told = self.take(name, text)
            self.assertEqual((0, 0, 0),
                             (told["new"], told["changed"], told["wrong"]))
        self.assertEqual(head, self.number("SELECT serial FROM head"))
        self.sql("DELETE FROM alias_target; DELETE FROM alias; "
                 "DELETE FROM mailbox; DELETE FROM whitelist; "
                 "DELETE FROM domain")
        for name, text in first.items():
            told = self.take(name, text)
            self.assertEqual((text.count("\n") - 1, 0),
                             (told["imported"], told["wrong"]), told)
            self.assertEqual(text, self.export(name))


if __name__ == "__main__":
    unittest.main()
