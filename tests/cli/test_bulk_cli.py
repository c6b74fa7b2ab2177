"""The command line as a whole: one table for help, completion and the manual
page; formats; changes to many; files of lists; questions."""

import csv
import io
import json
import os
import pty
import re
import shutil
import subprocess
import unittest

from dbcase import BIN, HASH, ROOT, DbCase, Refused

PROGRAM = os.path.join(BIN, "postroom")


def table():
    """(group, verb, arguments, options) of every command."""
    text = subprocess.run([PROGRAM, "completion", "table"], check=True,
                          capture_output=True, text=True).stdout
    for line in text.splitlines():
        group, verb, args, options = line.split("\t")
        yield group, verb, args, options.split()


class Table(unittest.TestCase):
    def test_the_manual_page_has_every_command_and_option(self):
        with open(os.path.join(ROOT, "docs", "man", "postroom.1")) as f:
            page = f.read()
        made = subprocess.run([PROGRAM, "completion", "roff"], check=True,
                              capture_output=True, text=True).stdout
        part = re.search(r'(?s)\.\\" BEGIN REFERENCE\n(.*)'
                         r'\.\\" END REFERENCE', page)[1]
        self.assertEqual(made, part, "scripts/man makes it anew")
        for group, verb, _, options in table():
            self.assertIn(f".SS {group}{' ' + verb if verb else ''}", part)
            for option in options:
                self.assertIn(option.replace("-", "\\-"), part)

    def test_every_noun_has_its_verbs(self):
        verbs = {}
        for group, verb, _, _ in table():
            verbs.setdefault(group, set()).add(verb)
        basic = {"list", "show", "add", "edit", "delete"}
        switch = {"enable", "disable"}
        for noun, more in (("domain", switch | {"restore", "bulk"}),
                           ("mailbox", switch | {"restore", "bulk"}),
                           ("alias", switch | {"restore", "bulk"}),
                           ("whitelist", switch | {"restore", "bulk"}),
                           ("admin", switch), ("node", set())):
            self.assertLessEqual(basic | more, verbs[noun], noun)
        for word in ("export", "backup", "restore", "job", "publish",
                     "explain", "document"):
            self.assertIn(word, verbs)

    def test_every_writing_command_can_be_tried(self):
        reading = {"list", "show", "census"}
        # Of sign-in, now: there is nothing to try.
        reading |= {"lock", "link", "reset-factors"}
        for group, verb, _, options in table():
            if group in ("domain", "mailbox", "alias", "whitelist") \
                    and verb not in reading:
                self.assertIn("--dry-run", options, f"{group} {verb}")

    def test_each_command_has_help(self):
        for group, verb, _, options in table():
            words = [group] + ([verb] if verb else [])
            done = subprocess.run([PROGRAM, *words, "--help"], check=True,
                                  capture_output=True, text=True)
            for option in options:
                self.assertIn(option, done.stdout)

    def test_what_was_probably_meant(self):
        for words, wanted in (
                (["mailbx", "lst"], "did you mean mailbox list?"),
                (["mailbox", "lits"], "did you mean mailbox list?"),
                (["domian", "show", "a.test"], "did you mean domain show?"),
                (["publsh"], "did you mean publish?"),
                (["mailbox"], "mailbox needs one of its commands"),
                (["mailbox", "list", "--serch", "x"],
                 "did you mean --search?"),
                (["frobnicate"], "there is no command frobnicate")):
            done = subprocess.run([PROGRAM, *words], capture_output=True,
                                  text=True)
            self.assertEqual(2, done.returncode, words)
            self.assertIn(wanted, done.stderr)
        self.assertNotIn("did you mean", done.stderr)


class Lists(DbCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.run_cli("domain", "add", "a.test")
        cls.run_cli("domain", "add", "b.test")
        for i in range(5):
            cls.run_cli("mailbox", "add", f"u{i}@a.test", "--hash", HASH,
                        "--name", f"Person, {i}", "--quota", "1G")
        cls.run_cli("alias", "add", "info@a.test", "u0@a.test", "u1@a.test")
        cls.run_cli("whitelist", "add", "192.0.2.7", "--note", "=SUM(A1)")
        cls.sql(
            "INSERT INTO mailbox (domain_id, address, home, created, updated)"
            " SELECT id, CONCAT('m', seq, '@b.test'), '/m', "
            "UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) FROM domain, seq_1_to_450 "
            "WHERE name = 'b.test'")

    def rows(self, *argv):
        return list(csv.DictReader(io.StringIO(self.run_cli(*argv).stdout)))

    def test_lines_of_json_page_by_page(self):
        out = self.run_cli("--jsonl", "mailbox", "list", "--all").stdout
        rows = [json.loads(line) for line in out.splitlines()]
        self.assertEqual(455, len({row["address"] for row in rows}))
        whole = self.cli("mailbox", "list", "--all")["items"]
        self.assertEqual(whole, rows)
        one = self.run_cli("--jsonl", "domain", "show", "a.test").stdout
        self.assertEqual("a.test", json.loads(one)["name"])
        self.assertEqual("", self.run_cli("--jsonl", "mailbox", "list",
                                          "--search", "nobody").stdout)

    def test_csv_of_a_list_is_the_export_with_its_filter(self):
        rows = self.rows("mailbox", "list", "--csv", "--domain", "a.test",
                         "--sort", "-address")
        self.assertEqual([f"u{i}@a.test" for i in (4, 3, 2, 1, 0)],
                         [row["address"] for row in rows])
        self.assertEqual(("Person, 4", "1G"),
                         (rows[0]["name"], rows[0]["quota"]))
        self.assertEqual(455, len(self.rows("mailbox", "list", "--csv")))
        self.assertEqual(rows, self.rows(
            "export", "mailboxes", "--domain", "a.test", "--sort",
            "-address"))
        self.assertEqual("u0@a.test u1@a.test", self.rows(
            "export", "aliases", "--target", "u1@a.test")[0]["targets"])
        self.assertEqual("'=SUM(A1)",
                         self.rows("export", "whitelist")[0]["note"])
        self.assertEqual(HASH, self.rows(
            "export", "mailboxes", "--domain", "a.test", "--hashes")
            [0]["password"])

    def test_csv_of_other_lists_and_of_none(self):
        rows = self.rows("revision", "list", "--csv", "--limit", "3")
        self.assertEqual(3, len(rows))
        self.assertIn("serial", rows[0])
        self.refused(2, "domain", "show", "a.test", "--csv",
                     reason="no_list")

    def test_a_file_of_its_own_mode(self):
        path = os.path.join(self.dir, "out.csv")
        self.run_cli("export", "domains", "--output", path, "--encoding",
                     "utf-8-bom")
        with open(path, "rb") as f:
            self.assertTrue(f.read().startswith(b"\xef\xbb\xbfdomain,"))
        self.assertEqual(0o600, os.stat(path).st_mode & 0o777)
        self.refused(70, "export", "domains", "--output", "/nowhere/x.csv",
                     reason="output")
        self.refused(2, "export", "people", reason="not_a_choice")
        self.refused(2, "export", "domains", "--encoding", "latin1",
                     reason="not_a_choice")
        self.refused(1 if False else 2, "export", "mailboxes", "--sort",
                     "password", reason="not_a_choice")

    def test_the_system_as_one_page(self):
        page = self.run_cli("document", "--as-known").stdout
        self.assertTrue(page.startswith("<!doctype html>"))
        self.assertTrue(page.endswith("</html>\n"))
        self.assertIn("<td>info@a.test</td><td>u0@a.test, u1@a.test</td>",
                      page)
        self.assertNotIn(HASH, page)
        path = os.path.join(self.dir, "system.html")
        self.run_cli("document", "--language", "ja", "--as-known",
                     "--output", path)
        with open(path, encoding="utf-8") as f:
            self.assertIn("ドメイン", f.read())

    def test_completion_in_a_real_shell(self):
        home = os.path.join(self.dir, "bin")
        os.makedirs(home, exist_ok=True)
        shutil.copy(PROGRAM, home)
        env = dict(os.environ, PATH=home + ":" + os.environ["PATH"],
                   POSTROOM_CONF=self.conf)
        script = 'source <(postroom completion bash)\n' \
                 'try() { COMP_LINE=$1; COMP_POINT=${#1}; COMPREPLY=();' \
                 ' _postroom; echo "${COMPREPLY[*]}"; }\n'
        for line, wanted in (
                ("postroom mail", "mailbox"),
                ("postroom mailbox dis", "disable"),
                ("postroom mailbox list --so", "--sort"),
                ("postroom domain show a", "a.test"),
                ("postroom mailbox show u3", "u3@a.test"),
                ("postroom mailbox show u3@a", "a.test"),
                ("postroom mailbox list --domain b", "b.test"),
                ("postroom mailbox list --state no", "nologin"),
                ("postroom alias show i", "info@a.test"),
                ("postroom whitelist show 1", "192.0.2.7"),
                ("postroom export mail", "mailboxes")):
            done = subprocess.run(
                ["bash", "-c", f'{script}try "{line}"'], env=env,
                capture_output=True, text=True)
            # An option's help names its states for it.
            got = done.stdout.split()
            self.assertIn(wanted, got or [done.stderr], line)
        if shutil.which("zsh"):
            subprocess.run(["zsh", "-n"], input=subprocess.run(
                [PROGRAM, "completion", "zsh"], capture_output=True,
                check=True).stdout, check=True)


class Many(DbCase):
    def setUp(self):
        with open(os.path.join(self.dir, "jobd.log"), "a") as log:
            self.jobd = subprocess.Popen(
                [os.path.join(BIN, "postroom-jobd"), "-c", self.conf],
                stderr=log)

    def tearDown(self):
        self.jobd.terminate()
        self.jobd.wait(20)

    def boxes(self, domain, n):
        self.cli("domain", "add", domain)
        for i in range(n):
            self.cli("mailbox", "add", f"u{i}@{domain}", "--hash", HASH)

    def test_a_filter_its_count_and_the_end(self):
        self.boxes("many.test", 3)
        where = ("mailbox", "bulk", "--domain", "many.test")
        self.refused(2, *where, "--set-quota", "2G", reason="not_confirmed")
        self.refused(4, *where, "--set-quota", "2G", "--expect", "4",
                     reason="count_moved")
        told = self.run_cli(*where, "--set-quota", "2G", "--dry-run").stdout
        self.assertIn("u0@many.test", told)
        done = self.run_cli(*where, "--set-quota", "2G", "--expect", "3",
                            "--wait")
        self.assertRegex(done.stderr, r"job \d+: done, 3 of 3, 0 failed")
        self.assertEqual(2 << 30, self.cli(
            "mailbox", "show", "u2@many.test")["mailbox"]["quota_bytes"])
        job = self.cli(*where, "--set-state", "nologin", "--yes", "--wait")
        self.assertEqual(("done", 3), (job["state"], job["done"]))

    def test_names_and_one_thing_only(self):
        self.boxes("names.test", 3)
        job = self.cli("mailbox", "bulk", "u0@names.test", "u1@names.test",
                       "--set-state", "closed", "--wait")
        self.assertEqual(2, job["done"])
        self.cli("alias", "add", "team@names.test", "u2@names.test")
        self.cli("mailbox", "bulk", "u0@names.test", "u1@names.test",
                 "--add-to-alias", "team@names.test", "--wait")
        self.assertEqual(3, self.cli("alias", "show", "team@names.test")
                         ["target_count"])
        self.refused(2, "mailbox", "bulk", "u0@names.test", "--set-state",
                     "closed", "--delete", "--yes", reason="one_of_these")
        self.refused(2, "mailbox", "bulk", "u0@names.test", "--delete",
                     reason="not_confirmed")
        job = self.cli("mailbox", "bulk", "u0@names.test", "--delete",
                       "--targets", "remove", "--yes", "--wait")
        self.assertEqual(("done", 0), (job["state"], job["failed"]))
        self.cli("mailbox", "bulk", "u0@names.test", "--restore", "--wait")
        self.cli("mailbox", "show", "u0@names.test")
        self.cli("whitelist", "add", "198.51.100.7")
        self.cli("whitelist", "bulk", "198.51.100.7", "--delete", "--yes",
                 "--wait")
        self.cli("whitelist", "bulk", "198.51.100.7", "--restore", "--wait")
        self.assertEqual("active", self.cli(
            "whitelist", "show", "198.51.100.7")["state"])

    def test_switches_of_every_noun(self):
        self.boxes("switch.test", 1)
        self.cli("alias", "add", "info@switch.test", "u0@switch.test")
        self.cli("whitelist", "add", "198.51.100.9")
        for noun, name, off in (
                ("domain", "switch.test", "disabled"),
                ("mailbox", "u0@switch.test", "closed"),
                ("alias", "info@switch.test", "disabled"),
                ("whitelist", "198.51.100.9", "disabled")):
            self.assertEqual(off, self.cli(noun, "disable", name)["state"])
            self.assertEqual("active",
                             self.cli(noun, "enable", name)["state"])
        self.cli("whitelist", "delete", "198.51.100.9")
        self.assertEqual("active", self.cli(
            "whitelist", "restore", "198.51.100.9")["state"])
        self.cli("domain", "delete", "switch.test", "--confirm",
                 "switch.test", "--wait")
        self.assertEqual("active", self.cli(
            "domain", "restore", "switch.test", "--wait")["state"])

    def test_a_bar_on_a_terminal(self):
        self.boxes("bar.test", 2)
        ours, theirs = pty.openpty()
        done = subprocess.run(
            [PROGRAM, "-c", self.conf, "mailbox", "bulk", "--domain",
             "bar.test", "--set-quota", "1G", "--yes", "--wait"],
            stderr=theirs, stdout=subprocess.PIPE, check=True)
        os.close(theirs)
        shown = os.read(ours, 65536).decode()
        os.close(ours)
        self.assertIn(f"[{'#' * 30}] 2 of 2, 0 failed", shown)
        self.assertIn(b"done", done.stdout)

    def test_a_terminal_is_asked(self):
        self.cli("node", "add", "mx9")
        for answer, code in (("n", 1), ("y", 0)):
            ours, theirs = pty.openpty()
            asked = subprocess.Popen(
                [PROGRAM, "-c", self.conf, "node", "delete", "mx9"],
                stdin=theirs, stderr=theirs, stdout=subprocess.DEVNULL)
            os.write(ours, answer.encode() + b"\n")
            self.assertEqual(code, min(asked.wait(20), 1))
            os.close(theirs)
            self.assertIn("Go on?", os.read(ours, 4096).decode())
            os.close(ours)
        with self.assertRaises(Refused):
            self.cli("node", "show", "mx9")


if __name__ == "__main__":
    unittest.main()
