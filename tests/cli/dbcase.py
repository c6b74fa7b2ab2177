"""A database and a configuration for tests of the command line and jobd.

The MariaDB is the one of tests/lib/with-mariadb; each test class has a
database of its own in it. Programs sign in as the user that runs the tests.
"""

import json
import os
import pwd
import secrets
import subprocess
import tempfile
import time
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BIN = os.path.join(ROOT, os.environ.get("POSTROOM_BUILD", "build"), "bin")
HASH = "{CRYPT}$6$saltsalt$" + "x" * 86


def until(what, condition, seconds=20):
    """Poll until condition() is true; its value."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.02)


class Refused(Exception):
    """The command line answered with an error."""

    def __init__(self, code, text):
        super().__init__(f"exit {code}: {text}")
        self.code, self.text = code, text
        try:
            self.reasons = [item["reason"]
                            for item in json.loads(text)["errors"]]
        except (ValueError, KeyError):
            self.reasons = []


class DbCase(unittest.TestCase):
    """One migrated database for all tests of a class."""

    settings = ""

    @classmethod
    def setUpClass(cls):
        cls.socket = os.environ["POSTROOM_TEST_DB_SOCKET"]
        cls.tmp = tempfile.TemporaryDirectory(prefix="pr-cli-")
        cls.dir = cls.tmp.name
        cls.database = "t" + secrets.token_hex(6)
        cls.conf = os.path.join(cls.dir, "postroom.conf")
        user = pwd.getpwuid(os.geteuid()).pw_name
        with open(cls.conf, "w") as f:
            f.write(f"[database]\nsocket={cls.socket}\nname={cls.database}\n"
                    f"[job]\nuser={user}\n[cli]\nuser={user}\n"
                    f"[map]\nwake={cls.dir}/wake\nnode=local\n"
                    f"[web]\nlisten={cls.dir}/web.sock\n"
                    "origin=http://localhost:8080\n"
                    f"[rootd]\nlisten={cls.dir}/rootd.sock\n"
                    f"[node]\npostfix_maps={cls.dir}/maps\n"
                    f"dovecot_db={cls.dir}/mail.db\n"
                    "[password]\nscheme=SHA512-CRYPT\n" + cls.settings)
        cls.run_cli("migrate", "--schema", os.path.join(ROOT, "schema"),
                    "--skip-grants")

    @classmethod
    def tearDownClass(cls):
        cls.sql(f"DROP DATABASE IF EXISTS {cls.database}")
        cls.tmp.cleanup()

    @classmethod
    def run_cli(cls, *argv, **options):
        """Run `postroom`; the finished process."""
        done = subprocess.run(
            [os.path.join(BIN, "postroom"), "-c", cls.conf, *argv],
            capture_output=True, text=True, timeout=60, **options)
        if done.returncode:
            raise Refused(done.returncode, done.stderr)
        return done

    def cli(self, *argv, **options):
        """Run `postroom --json`; its answer."""
        out = self.run_cli("--json", *argv, **options).stdout
        return json.loads(out) if out else None

    def refused(self, code, *argv, reason=None, **options):
        """The call fails with this exit code (and reason)."""
        with self.assertRaises(Refused) as caught:
            self.run_cli("--json", *argv, **options)
        self.assertEqual(caught.exception.code, code, caught.exception.text)
        if reason:
            self.assertIn(reason, caught.exception.reasons,
                          caught.exception.text)
        return caught.exception.text

    @classmethod
    def sql(cls, text):
        """Rows of a statement, as lists of texts."""
        done = subprocess.run(
            ["mariadb", "--no-defaults", "-S", cls.socket, "-N", "-B",
             cls.database], input=text, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return [line.split("\t") for line in done.stdout.splitlines()]

    def number(self, text):
        return int(self.sql(text)[0][0])
