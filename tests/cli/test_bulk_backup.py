"""`postroom backup` and `postroom restore` on a real MariaDB."""

import os
import secrets
import shutil
import subprocess
import unittest

from dbcase import ROOT, DbCase, HASH, Refused

PASSPHRASE = "a long walk by the sea"


class Backup(DbCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key = os.path.join(cls.dir, "seal.key")
        with open(cls.conf, "a") as f:
            f.write(f"[secrets]\nkey_file={cls.key}\n")
        cls.run_cli("seal", "init")
        cls.run_cli("domain", "add", "a.test", "--description", "日本語 ✓")
        cls.run_cli("domain", "add", "gone.test")
        for i in range(8):
            cls.run_cli("mailbox", "add", f"u{i}@a.test", "--hash", HASH,
                        "--name", f"O'Neil \\ {i}")
        cls.run_cli("alias", "add", "all@a.test", "u1@a.test", "u2@a.test",
                    "x@else.test")
        cls.run_cli("whitelist", "add", "192.0.2.0/24", "--note", "printers")
        cls.run_cli("mailbox", "delete", "u7@a.test")
        cls.run_cli("domain", "delete", "gone.test", "--confirm", "gone.test")
        # What ids were used up is remembered without any row.
        cls.sql("INSERT INTO whitelist (network, net_from, net_to, created, "
                "updated) SELECT '10.0.0.0/8', net_from, net_to, created, "
                "updated FROM whitelist LIMIT 1; "
                "DELETE FROM whitelist WHERE network = '10.0.0.0/8'")
        cls.phrase = os.path.join(cls.dir, "phrase")
        with open(os.open(cls.phrase, os.O_WRONLY | os.O_CREAT, 0o600),
                  "w") as f:
            f.write(PASSPHRASE + "\n")
        cls.file = os.path.join(cls.dir, "backup")
        cls.made = cls.cli(cls, "backup", cls.file,
                           "--passphrase-file", cls.phrase)

    def setUp(self):
        """Another host: a database, a configuration and a key of its own."""
        self.host = os.path.join(self.dir, secrets.token_hex(4))
        os.mkdir(self.host)
        self.there = "t" + secrets.token_hex(6)
        with open(self.conf) as f:
            text = f.read()
        text = text.replace(f"name={self.database}", f"name={self.there}")
        text = text.replace(self.key, f"{self.host}/seal.key")
        self.there_conf = os.path.join(self.host, "postroom.conf")
        with open(self.there_conf, "w") as f:
            f.write(text)
        self.addCleanup(self.sql, f"DROP DATABASE IF EXISTS {self.there}")

    def restore(self, file=None, *more, phrase=None):
        return self.on_host("restore", file or self.file,
                            "--passphrase-file", phrase or self.phrase,
                            "--schema", os.path.join(ROOT, "schema"),
                            "--skip-grants", *more)

    def on_host(self, *argv):
        here, type(self).conf = self.conf, self.there_conf
        try:
            return self.cli(*argv)
        finally:
            type(self).conf = here

    def assert_refused(self, reason, file=None, *more, phrase=None):
        """Refused, and nothing was made on the other host."""
        before = self.databases(), sorted(os.listdir(self.host))
        with self.assertRaises(Refused) as caught:
            self.restore(file, *more, phrase=phrase)
        self.assertIn(reason, caught.exception.reasons,
                      caught.exception.text)
        self.assertEqual((self.databases(), sorted(os.listdir(self.host))),
                         before)

    def databases(self):
        return self.sql("SHOW DATABASES")

    def dump(self, database):
        """What mariadb-dump says of the data, and the next ids."""
        tables = ["session", "throttle", "idempotency", "lease",
                  "node_status", "node_domain", "node_request", "node_reply",
                  "schema_version"]
        text = subprocess.run(
            ["mariadb-dump", "--no-defaults", "-S", self.socket,
             "--no-create-info", "--hex-blob", "--order-by-primary",
             "--skip-extended-insert", "--compact", "--skip-routines",
             *(f"--ignore-table={database}.{t}" for t in tables), database],
            capture_output=True, text=True, check=True).stdout
        self.assertIn("u1@a.test", text)
        ids = self.sql(
            "SELECT table_name, auto_increment FROM "
            f"information_schema.tables WHERE table_schema = '{database}' "
            "AND auto_increment IS NOT NULL ORDER BY 1")
        return text, [row for row in ids if row[0] not in tables]

    def test_restores_what_was_there(self):
        done = self.restore()
        self.assertEqual(done["rows"], self.made["rows"])
        self.assertEqual(done["serial"], self.made["serial"])
        self.assertEqual(done["key_files"], 1)
        self.assertEqual(self.dump(self.there), self.dump(self.database))
        with open(self.key, "rb") as f, \
                open(f"{self.host}/seal.key", "rb") as g:
            self.assertEqual(f.read(), g.read())
        self.assertEqual(os.stat(f"{self.host}/seal.key").st_mode & 0o777,
                         0o600)
        # And it goes on from there.
        made = self.on_host("mailbox", "add", "new@a.test", "--hash", HASH)
        self.assertGreater(made["mailbox"]["id"], 8)
        self.on_host("mailbox", "restore", "u7@a.test")

    def test_verify_reads_it_to_its_end(self):
        seen = self.cli("backup", "--verify", self.file,
                        "--passphrase-file", self.phrase)
        for name in ("rows", "tables", "serial", "bytes", "schema",
                     "created_at", "key_files"):
            self.assertEqual(seen[name], self.made[name], name)
        self.assertEqual(os.stat(self.file).st_mode & 0o777, 0o600)

    def test_nothing_of_it_can_be_read_without_the_passphrase(self):
        with open(self.file, "rb") as f:
            data = f.read()
        for word in (b"a.test", b"saltsalt", b"printers", b"table/mailbox"):
            self.assertNotIn(word, data)

    def test_refuses_a_wrong_passphrase(self):
        other = os.path.join(self.dir, "other")
        with open(os.open(other, os.O_WRONLY | os.O_CREAT, 0o600), "w") as f:
            f.write("a short walk by the sea\n")
        self.assert_refused("wrong_passphrase", phrase=other)

    def test_refuses_a_damaged_file(self):
        with open(self.file, "rb") as f:
            data = bytearray(f.read())
        bad = os.path.join(self.dir, "bad")
        places = [200, len(data) // 2, len(data) - 1]
        for what in [("flip", at) for at in places] + \
                [("cut", len(data) - 1), ("cut", len(data) // 2),
                 ("add", 0)]:
            with self.subTest(what=what):
                changed = bytearray(data)
                if what[0] == "flip":
                    changed[what[1]] ^= 1
                elif what[0] == "cut":
                    del changed[what[1]:]
                else:
                    changed += b"x"
                with open(bad, "wb") as f:
                    f.write(changed)
                self.assert_refused("damaged", bad)

    def test_refuses_what_is_no_backup(self):
        self.assert_refused("not_a_backup", "/bin/true")

    def test_refuses_a_host_that_is_not_empty(self):
        self.sql(f"CREATE DATABASE {self.there}; "
                 f"CREATE TABLE {self.there}.mine (id INT)")
        self.assert_refused("not_empty")

    def test_a_key_of_the_fresh_host_is_kept_aside(self):
        self.on_host("seal", "init")
        with open(f"{self.host}/seal.key") as f:
            fresh = f.read()
        self.restore()
        with open(f"{self.host}/seal.key.before-restore") as f:
            self.assertEqual(f.read(), fresh)

    def test_refuses_a_backup_of_a_newer_schema(self):
        self.sql("INSERT INTO schema_version VALUES (9999, 'x', 'y', NOW(), "
                 "NOW())")
        self.addCleanup(self.sql, "DELETE FROM schema_version "
                        "WHERE version = 9999")
        self.refused(4, "backup", self.file + "2", "--passphrase-file",
                     self.phrase, reason="schema_newer")
        self.assertFalse(os.path.exists(self.file + "2"))

    def test_migrates_a_backup_of_an_older_schema(self):
        """Made when the schema had three versions."""
        folder = os.path.join(self.dir, "old-schema")
        shutil.copytree(os.path.join(ROOT, "schema"), folder)
        for name in os.listdir(folder):
            if name[:4].isdigit() and name > "0004":
                os.unlink(os.path.join(folder, name))
        old = "t" + secrets.token_hex(6)
        self.addCleanup(self.sql, f"DROP DATABASE IF EXISTS {old}")
        conf = self.there_conf
        with open(conf) as f:
            text = f.read()
        with open(conf, "w") as f:
            f.write(text.replace(self.there, old))
        self.on_host("migrate", "--schema", folder, "--skip-grants")
        self.sql(f"INSERT INTO {old}.domain (name, name_unicode, created, "
                 "updated) VALUES ('old.test', 'old.test', NOW(), NOW())")
        made = self.on_host("backup", self.file + "3", "--passphrase-file",
                            self.phrase)
        self.assertEqual(made["schema"], 3)
        with open(conf, "w") as f:
            f.write(text)
        self.restore(self.file + "3")
        newest = max(int(name[:4]) for name in os.listdir(
            os.path.join(ROOT, "schema")) if name[:4].isdigit())
        self.assertEqual(self.number(
            f"SELECT MAX(version) FROM {self.there}.schema_version"), newest)
        self.assertEqual(self.sql(f"SELECT name FROM {self.there}.domain"),
                         [["old.test"]])

    def test_the_program_knows_its_newest_migration(self):
        newest = max(int(name[:4]) for name in os.listdir(
            os.path.join(ROOT, "schema")) if name[:4].isdigit())
        status = self.cli("migrate", "--status")
        self.assertEqual((status["program"], status["version"]),
                         (newest, newest))

    def test_a_restore_that_was_killed_can_run_again(self):
        self.restore()
        wanted = self.dump(self.database)
        self.sql(f"DELETE FROM {self.there}.mailbox_part; "
                 f"CREATE TABLE {self.there}.restore_under_way "
                 "(id INT NOT NULL PRIMARY KEY)")
        self.restore()
        self.assertEqual(self.dump(self.there), wanted)

    def test_a_passphrase_file_that_others_can_read_is_refused(self):
        loose = os.path.join(self.dir, "loose")
        with open(loose, "w") as f:
            f.write(PASSPHRASE)
        os.chmod(loose, 0o644)
        self.refused(2, "backup", self.file + "4", "--passphrase-file",
                     loose, reason="open_to_others")

    def test_a_short_passphrase_is_refused(self):
        self.refused(2, "backup", self.file + "5", reason="too_short",
                     input="short\n")


if __name__ == "__main__":
    unittest.main()
