"""`postroom publish` and `postroom node`, as an operator types them."""

import hashlib
import os
import pwd
import re
import shutil
import subprocess
import tempfile
import unittest

from dbcase import BIN, DbCase


class Publish(DbCase):
    def setUp(self):
        self.addCleanup(self.sql, "DELETE FROM node_target")
        self.cli("node", "add", "local")
        self.sql("REPLACE INTO node_status (node_id, serial, state, seen, "
                 "applied, journal_from) SELECT id, (SELECT serial FROM head),"
                 " 'ok', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), 1 FROM node")

    def reviewed(self):
        self.cli("publish", "--mode", "reviewed", "--note", "from now on")
        self.addCleanup(self.cli, "publish", "--mode", "automatic")

    def test_the_mode_and_the_limits_of_the_guard_are_told(self):
        status = self.cli("publish", "--status")
        self.assertEqual("automatic", status["mode"])
        self.assertGreater(status["guard"]["lines"], 0)
        self.assertGreater(status["guard"]["percent"], 0)
        self.refused(2, "publish", "--mode", "never", reason="not_a_choice")

    def test_what_waits_is_published_by_domain_and_as_a_whole(self):
        for name in "one.test", "two.test", "three.test":
            self.cli("domain", "add", name)
        self.reviewed()
        for name in "one", "two", "three":
            self.cli("alias", "add", f"x@{name}.test", "x@else.test")
        self.assertEqual(
            [("one.test", "review"), ("three.test", "review"),
             ("two.test", "review")],
            [(x["domain"], x["kind"])
             for x in self.cli("publish", "--pending")["items"]])
        page = self.cli("publish", "--pending", "--limit", "2")
        self.assertEqual(["two.test"], [x["domain"] for x in self.cli(
            "publish", "--pending", "--after", page["next"])["items"]])
        status = self.cli("publish", "--domain", "one.test", "--domain",
                          "two.test", "--note", "good")
        self.assertEqual(1, status["pending"]["revisions"])
        seen = status["head_serial"]
        self.cli("alias", "add", "y@three.test", "y@else.test")
        self.refused(4, "publish", "--all", str(seen),
                     reason="changed_since")
        self.assertEqual(0, self.cli("publish", "--all")["pending"][
            "revisions"])
        kinds = [x["kind"] for x in self.cli("publish", "--versions")[
            "items"][:3]]
        self.assertEqual(["publish", "revision", "publish"], kinds)

    def test_a_guarded_domain_is_confirmed_with_a_note(self):
        self.cli("domain", "add", "guard.test")
        self.sql("INSERT INTO node_domain (node_id, domain, held) SELECT id,"
                 " 'guard.test', 'guard: would remove 9 of 9 lines' "
                 "FROM node")
        self.addCleanup(self.sql, "DELETE FROM node_domain")
        self.refused(2, "publish", "--confirm", "guard.test",
                     reason="required")
        self.cli("publish", "--confirm", "guard.test", "--note", "meant")
        self.assertEqual(self.cli("publish")["head_serial"], self.number(
            "SELECT guard_serial FROM approval WHERE domain = "
            "'guard.test'"))

    def test_rollback_and_resume_of_a_node(self):
        self.cli("domain", "add", "back.test")
        serial = self.cli("publish")["items"][0]["serial"]
        self.cli("publish", "--rollback", str(serial), "--node", "local",
                 "--note", "wrong")
        self.assertEqual([["hold"]], self.sql(
            "SELECT mode FROM node_target"))
        self.assertEqual("hold", self.cli("publish", "--pending")["items"][
            0]["kind"])
        self.cli("publish", "--resume")
        self.assertEqual([["follow"]], self.sql(
            "SELECT mode FROM node_target"))
        self.refused(4, "publish", "--resume", reason="not_holding")
        self.refused(3, "publish", "--rollback", "1", "--node", "nobody",
                     reason="not_found")
        self.refused(2, "publish", "--rollback", "99999",
                     reason="no_such_serial")

    def test_one_thing_at_a_time(self):
        for words in (("--all", "--domain", "a.test"),
                      ("--pending", "--versions"),
                      ("--rollback", "1", "--resume"),
                      ("--mode", "reviewed", "--all"),
                      ("--resume", "--local", "--node", "local")):
            with self.subTest(words):
                self.refused(2, "publish", *words, reason="one_of_two")
        self.refused(2, "publish", "--pending", "5",
                     reason="too_many_items")


class WithoutDatabase(unittest.TestCase):
    def test_a_local_rollback_is_the_publishers_own(self):
        with tempfile.TemporaryDirectory() as folder:
            conf = os.path.join(folder, "postroom.conf")
            with open(conf, "w") as f:
                f.write(f"[database]\nsocket={folder}/none.sock\n"
                        f"[map]\nuser={pwd.getpwuid(os.geteuid()).pw_name}\n"
                        f"[node]\nstate={folder}\n")

            def publish(*words):
                return subprocess.run(
                    [os.path.join(folder, "postroom"), "-c", conf, "publish",
                     *words], capture_output=True, text=True)

            # What it is asked, told by a program in its place.
            shutil.copy(os.path.join(BIN, "postroom"), folder)
            with open(os.path.join(folder, "postroom-mapd"), "w") as f:
                f.write('#!/bin/sh\necho "$@"\n')
                os.fchmod(f.fileno(), 0o755)
            for words in ("--rollback", "5"), ("--resume",):
                said = publish(*words, "--local")
                self.assertEqual((0, f"-c {conf} {' '.join(words)}\n"),
                                 (said.returncode, said.stdout))
                said = publish(*words)
                self.assertEqual(75, said.returncode)
                self.assertIn("database is away", said.stderr)


class Nodes(DbCase):
    def test_a_token_is_shown_once(self):
        made = self.cli("node", "add", "mx2", "--role", "secondary",
                        "--network", "192.0.2.25", "--next-hop",
                        "smtp:[mx1.example.org]", "--note", "in the cellar")
        self.assertTrue(re.fullmatch("[A-Za-z0-9]{22,}", made["token"]))
        self.assertEqual(
            hashlib.sha256(made["token"].encode()).hexdigest().upper(),
            self.sql("SELECT HEX(token_hash) FROM node WHERE name = "
                     "'mx2'")[0][0])
        again = self.cli("node", "add", "mx2", "--role", "secondary",
                         "--network", "192.0.2.25")
        self.assertEqual((False, made["id"]), (again["is_new"], again["id"]))
        self.assertNotIn("token", again)
        self.assertNotIn("token", self.cli("node", "show", "mx2"))
        self.assertNotEqual(made["token"],
                            self.cli("node", "token", "mx2")["token"])
        self.assertFalse(self.cli("node", "token", "mx2",
                                  "--revoke")["has_token"])
        self.refused(4, "node", "add", "mx2", reason="role_differs")

    def test_a_life(self):
        made = self.cli("node", "add", "mx5")
        self.assertNotIn("token", made)
        edited = self.cli("node", "edit", "mx5", "--note", "old",
                          "--if-version", "1")
        self.assertEqual(("old", 2), (edited["note"], edited["version"]))
        self.refused(4, "node", "edit", "mx5", "--note", "older",
                     "--if-version", "1", reason="stale")
        self.assertIn("mx5", [n["name"] for n in self.cli("node", "list")[
            "items"]])
        self.cli("node", "delete", str(made["id"]), "--yes")
        self.refused(3, "node", "show", "mx5", reason="not_found")
        self.refused(2, "node", "add", "mx6", "--role", "secondary",
                     reason="required")
