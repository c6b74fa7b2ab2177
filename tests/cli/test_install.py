"""What `make install` lays down works from where it lies; and the database is
brought up to date once, whoever asks at the same time."""

import json
import os
import subprocess
import tempfile
import unittest

from dbcase import BIN, ROOT, DbCase

IS_SANITIZED = os.environ.get("POSTROOM_BUILD") == "build-san"


def tables(case):
    return sorted(row[0] for row in case.sql("SHOW TABLES"))


class Fresh(DbCase):
    """A database that is not there yet."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.wanted = tables(cls)

    def setUp(self):
        subprocess.run(
            ["mariadb", "--no-defaults", "-S", self.socket, "-e",
             f"DROP DATABASE {self.database}; "
             f"CREATE DATABASE {self.database}"], check=True)

    def assert_migrated(self):
        self.assertEqual(tables(self), self.wanted)
        files = [name for name in os.listdir(os.path.join(ROOT, "schema"))
                 if name[:4].isdigit()]
        self.assertEqual(self.cli("migrate", "--status")["version"],
                         len(files))


class Installed(Fresh):

    def install(self, folder):
        done = subprocess.run(
            ["make", "-s", "install", f"DESTDIR={folder}",
             *(["SAN=1"] if IS_SANITIZED else [])], cwd=ROOT,
            capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_programs_and_schema_work_from_there(self):
        with tempfile.TemporaryDirectory(prefix="pr-install-") as folder:
            self.install(folder)
            usr = os.path.join(folder, "usr", "local")
            self.assertEqual(sorted(os.listdir(os.path.join(usr, "bin"))),
                             sorted(os.listdir(BIN)))
            postroom = os.path.join(usr, "bin", "postroom")
            told = subprocess.run([postroom, "--version"], text=True,
                                  capture_output=True, check=True).stdout
            self.assertRegex(told, r"^postroom \d+\.\d+\.\d+")
            subprocess.run(
                [postroom, "-c", self.conf, "migrate", "--skip-grants"],
                check=True, capture_output=True, env=dict(
                    os.environ, POSTROOM_SCHEMA=os.path.join(
                        usr, "share", "postroom", "schema")))
        self.assert_migrated()

    def test_a_configuration_that_is_there_is_kept(self):
        with tempfile.TemporaryDirectory(prefix="pr-install-") as folder:
            self.install(folder)
            conf = os.path.join(folder, "etc", "postroom", "postroom.conf")
            with open(conf, "a") as f:
                f.write("# mine\n")
            with open(conf) as f:
                mine = f.read()
            self.install(folder)
            with open(conf) as f:
                self.assertEqual(f.read(), mine)
            with open(conf + ".dist") as f:
                self.assertEqual(f.read() + "# mine\n", mine)


class AtOnce(Fresh):

    def test_migrations_at_the_same_time_are_made_once(self):
        argv = [os.path.join(BIN, "postroom"), "-c", self.conf, "--json",
                "migrate", "--schema", os.path.join(ROOT, "schema"),
                "--skip-grants"]
        asked = [subprocess.Popen(argv, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True)
                 for _ in range(4)]
        answers = []
        for process in asked:
            out, err = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 0, err)
            answers.append(json.loads(out))
        self.assertEqual(len({a["version"] for a in answers}), 1, answers)
        # One of them began with nothing, the others found it done.
        self.assertEqual(sorted(a["from"] for a in answers),
                         [0] + [answers[0]["version"]] * 3)
        self.assert_migrated()


if __name__ == "__main__":
    unittest.main()
