"""`postroom import`, and its jobs through kills of postroom-jobd."""

import json
import os
import random
import signal
import subprocess
import unittest

from dbcase import BIN, HASH, DbCase, Refused, until

SOAK = bool(os.environ.get("POSTROOM_SOAK"))
KILLS = 20 if SOAK else 4
ROWS = 20000 if SOAK else 6000


class ImportCase(DbCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with open(cls.conf, "a") as f:
            f.write(f"[secrets]\nkey_file={cls.dir}/seal.key\n")
        cls.run_cli("seal", "init")

    def setUp(self):
        self.daemons = []
        self.addCleanup(self.stop)

    def stop(self):
        for daemon in self.daemons:
            if daemon.poll() is None:
                daemon.terminate()
        for daemon in self.daemons:
            try:
                daemon.wait(20)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()

    def jobd(self):
        with open(os.path.join(self.dir, "jobd.log"), "a") as log:
            daemon = subprocess.Popen(
                [os.path.join(BIN, "postroom-jobd"), "-c", self.conf],
                stderr=log)
        self.daemons.append(daemon)
        return daemon

    def file(self, name, text):
        path = os.path.join(self.dir, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path


class CommandLine(ImportCase):
    def told(self, *argv, **options):
        """The finished process, whatever its exit code."""
        return subprocess.run(
            [os.path.join(BIN, "postroom"), "-c", self.conf, *argv],
            capture_output=True, text=True, timeout=60, check=False,
            **options)

    def test_preview_then_import_then_what_is_left_to_fetch(self):
        self.jobd()
        self.cli("domain", "add", "a.test")
        path = self.file("users.csv", "Email,Name,Size\nana@a.test,Ana,1G\n"
                         "ben@a.test,Ben,500\ncy@a.test,Cy,\n")
        done = self.told("--json", "import", path, "--preview")
        self.assertEqual(done.returncode, 1, done.stderr)
        told = json.loads(done.stdout)
        self.assertEqual((told["state"], told["new"], told["wrong"]),
                         ("ready", 2, 1))
        self.assertEqual([(e["line"], e["column"], e["value"], e["reason"])
                          for e in told["items"]],
                         [(3, 3, "500", "no_unit")])
        self.assertEqual(self.cli("mailbox", "list")["items"], [])
        words = os.path.join(self.dir, "words")
        left = os.path.join(self.dir, "left.csv")
        done = self.told("--json", "import", path, "--passwords-to", words,
                         "--failed-to", left)
        self.assertEqual(json.loads(done.stdout)["imported"], 2, done.stderr)
        self.assertEqual(os.stat(words).st_mode & 0o777, 0o600)
        with open(words) as f:
            self.assertEqual([line.split(",")[0] for line in f],
                             ["ana@a.test", "cy@a.test"])
        with open(left) as f:
            self.assertEqual(f.read(), "Email,Name,Size\nben@a.test,Ben,500\n")
        # As text: counts, and a table of what is wrong.
        done = self.told("import", "-", "--preview", "--mode", "update",
                         "--no-header", "--columns", "address,name",
                         input="ana@a.test,Anna\nx@a.test,X\n")
        self.assertIn("not_there", done.stdout)
        self.assertRegex(done.stdout, r"\nchanged\s+1\n")
        with self.assertRaises(Refused):
            self.cli("import", path, "--columns", "address,nonsense")
        self.assertEqual(self.cli("import", "list")["items"][-1]["imported"],
                         0)


class Kills(ImportCase):
    def data(self, domain):
        rows = ["address,name,password,quota"]
        for i in range(ROWS):
            word = "a quiet river 7" if i % 400 == 0 else HASH
            rows.append(f"u{i}@{domain},Person {i},{word},{i % 9 + 1}G"
                        if i % 97 else f"u {i}@{domain},,,")
        return "\n".join(rows) + "\n"

    def state(self, domain):
        """All that an import makes, but for ids and hashes of its own."""
        return [self.sql(q.replace("DOMAIN", domain)) for q in (
            "SELECT SUBSTRING_INDEX(m.address, '@', 1), m.name, m.state, "
            "m.quota_bytes, m.password_scheme, m.secret_id IS NULL, "
            "m.home LIKE CONCAT('%/', m.id), m.version, m.changed_serial > 0, "
            "(SELECT COUNT(*) FROM mailbox_part p WHERE p.mailbox_id = m.id), "
            "(SELECT COUNT(*) FROM `change` c JOIN revision r ON r.prov_id = "
            "c.prov_id WHERE c.noun = 'mailbox' AND c.noun_id = m.id AND "
            "c.op = 1), (SELECT COUNT(*) FROM change_key k WHERE k.key_text ="
            " m.address) FROM mailbox m WHERE m.address LIKE '%@DOMAIN' "
            "ORDER BY m.id",
            "SELECT mailbox_count, quota_allotted_bytes FROM domain "
            "WHERE name = 'DOMAIN'",
            "SELECT e.line, e.field, e.reason FROM import_error e JOIN import "
            "i ON i.id = e.import_id WHERE i.file_name = 'DOMAIN.csv' "
            "ORDER BY e.row_no, e.n",
            "SELECT n_rows, n_new, n_wrong, n_made, n_failed, n_passwords, "
            "state FROM import WHERE file_name = 'DOMAIN.csv'")]

    def import_in(self, domain):
        """`postroom import` in the background."""
        self.cli("domain", "add", domain)
        path = self.file(f"{domain}.csv", self.data(domain))
        return subprocess.Popen(
            [os.path.join(BIN, "postroom"), "-c", self.conf, "--json",
             "import", path], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)

    def test_killed_at_any_moment_it_ends_as_if_it_had_not_been(self):
        random.seed(20261128)
        daemon = self.jobd()
        calm = self.import_in("calm.test")
        self.assertEqual(calm.wait(120), 1)
        daemon.terminate()
        daemon.wait()
        hard = self.import_in("hard.test")
        for _ in range(KILLS):
            before = self.sql("SELECT phase, at_row, n_made, place FROM import "
                              "WHERE file_name = 'hard.test.csv'")
            daemon = self.jobd()
            until("a step", lambda b=before: hard.poll() is not None
                  or self.sql(
                      "SELECT phase, at_row, n_made, place FROM import "
                      "WHERE file_name = 'hard.test.csv'") != b, 60)
            # Anywhere within the next steps; the deadline is the moment.
            try:
                hard.wait(random.uniform(0, 0.15))
            except subprocess.TimeoutExpired:
                pass
            os.kill(daemon.pid, signal.SIGKILL)
            daemon.wait()
            # The lease that nobody holds any more, without the wait for it.
            self.sql("UPDATE job SET lease_until = NOW(6) WHERE state = 2")
        self.jobd()
        self.assertEqual(hard.wait(120), 1)
        for was, now in zip(self.state("calm.test"), self.state("hard.test")):
            self.assertEqual(was, now)
        self.assertEqual(self.sql(
            "SELECT COUNT(*) - MAX(serial), MAX(serial) - "
            "(SELECT serial FROM head) FROM revision"), [["0", "0"]])


if __name__ == "__main__":
    unittest.main()
