"""The `postroom` command: every group, as an operator types it."""

import getpass
import os
import pwd
import re
import subprocess
import unittest

from dbcase import BIN, HASH, ROOT, DbCase


class Calls(unittest.TestCase):
    """What works without a database."""

    def run_it(self, *argv):
        return subprocess.run([os.path.join(BIN, "postroom"), *argv],
                              capture_output=True, text=True)

    def test_help_names_every_command(self):
        said = self.run_it("--help")
        self.assertEqual(said.returncode, 0)
        for words in ("domain add DOMAIN", "mailbox password ADDRESS",
                      "alias add ADDRESS TARGET...", "whitelist add NETWORK",
                      "admin first-use-link LOGIN", "revision undo [SERIAL]",
                      "job cancel ID", "publish [SERIAL]", "migrate",
                      "doctor"):
            self.assertIn(words, said.stdout)

    def test_help_of_one_command_names_its_options(self):
        said = self.run_it("mailbox", "add", "--help")
        self.assertEqual(said.returncode, 0)
        self.assertIn("--password-stdin", said.stdout)

    def test_the_manual_names_every_command(self):
        with open(os.path.join(ROOT, "docs", "man", "postroom.1")) as f:
            manual = f.read().replace("\\", "")
        for line in self.run_it("--help").stdout.splitlines():
            if not re.match("  [a-z]", line):
                continue
            words = line.split()
            alone = words[0] in ("migrate", "status", "doctor", "publish",
                                 "explain", "settings", "document")
            name = words[0] if alone else " ".join(words[:2])
            self.assertTrue(name in manual, name)

    def test_wrong_usage_is_2(self):
        for argv in ((), ("domain",), ("mailbox", "fly"),
                     ("domain", "list", "--no-such")):
            self.assertEqual(self.run_it(*argv).returncode, 2, argv)

    def test_a_missing_configuration_is_named(self):
        said = self.run_it("-c", "/no/such/file", "status")
        self.assertNotEqual(said.returncode, 0)
        self.assertIn("/no/such/file", said.stderr)

    def test_a_database_that_is_away_is_75(self):
        conf = os.path.join("/tmp", f"pr-away-{os.getpid()}.conf")
        with open(conf, "w") as f:
            f.write("[database]\nsocket=/tmp/no-such.sock\n")
        try:
            self.assertEqual(self.run_it("-c", conf, "status").returncode, 75)
        finally:
            os.unlink(conf)


class Domains(DbCase):
    def test_a_life(self):
        made = self.cli("domain", "add", "life.test", "--max-mailboxes", "5",
                        "--max-quota", "10G", "--default-quota", "1G",
                        "--description", "from the shell")
        self.assertEqual((made["name"], made["max_mailboxes"],
                          made["max_quota_bytes"]),
                         ("life.test", 5, 10 << 30))
        set_ = self.cli("domain", "set", "life.test", "--max-aliases", "7",
                        "--if-version", str(made["version"]))
        self.assertEqual(set_["max_aliases"], 7)
        self.refused(4, "domain", "set", "life.test", "--max-aliases", "8",
                     "--if-version", str(made["version"]))
        self.assertEqual(self.cli("domain", "disable", "life.test")["state"],
                         "disabled")
        self.assertEqual(self.cli("domain", "enable", "life.test")["state"],
                         "active")
        self.assertEqual(
            self.cli("domain", "show", "life.test")["state"], "active")

    def test_delete_tells_first_and_wants_the_name(self):
        self.cli("domain", "add", "gone.test")
        self.cli("mailbox", "add", "a@gone.test", "--hash", HASH)
        self.refused(2, "domain", "delete", "gone.test")
        self.assertEqual(
            self.cli("domain", "show", "gone.test")["mailbox_count"], 1)
        self.refused(2, "domain", "delete", "gone.test", "--confirm",
                     "other.test", reason="not_the_name")
        job = self.cli("domain", "delete", "gone.test", "--confirm",
                       "gone.test")
        self.assertEqual(job["kind"], "domain.delete")
        self.refused(3, "domain", "show", "gone.test")
        back = self.cli("domain", "restore", "gone.test")
        self.assertEqual((back["state"], back["mailbox_count"]),
                         ("active", 1))

    def test_unicode_and_full_width(self):
        made = self.cli("ｄｏｍａｉｎ", "add", "ｂücher．test")
        self.assertEqual(made["name"], "xn--bcher-kva.test")
        shown = self.cli("domain", "show", "bücher.test")
        self.assertEqual(shown["id"], made["id"])

    def test_a_second_one_is_a_conflict(self):
        self.cli("domain", "add", "twice.test")
        self.refused(4, "domain", "add", "twice.test")

    def test_a_bad_name_is_refused_with_its_reason(self):
        self.refused(2, "domain", "add", "no_underscores.test",
                     reason="bad_character")

    def test_all_walks_every_page(self):
        for n in range(7):
            self.cli("domain", "add", f"page{n}.test")
        got = self.cli("domain", "list", "--search", "page", "--limit", "3")
        self.assertEqual(len(got["items"]), 3)
        more = self.cli("domain", "list", "--search", "page", "--limit", "3",
                        "--after", got["next"])
        self.assertEqual(more["items"][0]["name"], "page3.test")
        every = self.cli("domain", "list", "--search", "page", "--all")
        self.assertEqual([d["name"] for d in every["items"]],
                         [f"page{n}.test" for n in range(7)])

    def test_text_shows_what_json_tells(self):
        self.cli("domain", "add", "text.test", "--description", "日本語")
        shown = self.run_cli("domain", "show", "text.test").stdout
        self.assertRegex(shown, r"(?m)^name\s+text\.test$")
        self.assertRegex(shown, r"(?m)^description\s+日本語$")
        table = self.run_cli("domain", "list", "--search", "text").stdout
        self.assertEqual(table.splitlines()[0].split()[:3],
                         ["id", "name", "state"])


class Mailboxes(DbCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.run_cli("domain", "add", "box.test")

    def test_a_password_is_made_and_shown_once(self):
        made = self.cli("mailbox", "add", "made@box.test", "--name", "Ana")
        self.assertGreaterEqual(len(made["password"]), 16)
        shown = self.cli("mailbox", "show", "made@box.test")
        self.assertNotIn("password", shown)
        self.assertNotIn(made["password"], str(self.sql(
            "SELECT value FROM secret; SELECT after_image FROM `change`")))

    def test_a_password_from_standard_input_is_not_shown(self):
        made = self.cli("mailbox", "add", "stdin@box.test",
                        "--password-stdin", input="correct horse 9\n")
        self.assertNotIn("password", made)
        self.assertTrue(made["mailbox"]["has_password"])

    def test_a_short_password_is_refused(self):
        self.refused(2, "mailbox", "add", "short@box.test",
                     "--password-stdin", input="short\n", reason="too_short")
        self.refused(2, "mailbox", "add", "short@box.test",
                     "--password-stdin", input="")
        self.refused(3, "mailbox", "show", "short@box.test")

    def test_a_ready_hash_is_kept(self):
        self.cli("mailbox", "add", "ready@box.test", "--hash", HASH)
        self.assertEqual(self.sql(
            "SELECT s.value FROM secret s JOIN mailbox m ON m.secret_id = "
            "s.id WHERE m.address = 'ready@box.test'"), [[HASH]])
        self.refused(2, "mailbox", "password", "ready@box.test", "--hash",
                     "{NOPE}x")

    def test_a_password_never_is_an_argument(self):
        self.refused(2, "mailbox", "add", "arg@box.test", "--password",
                     "secret", reason="unknown_option")

    def test_states_and_quota(self):
        self.cli("mailbox", "add", "state@box.test", "--hash", HASH,
                 "--quota", "512M")
        self.assertEqual(self.cli("mailbox", "state", "state@box.test",
                                  "nologin")["state"], "nologin")
        set_ = self.cli("mailbox", "set", "state@box.test", "--quota", "2G",
                        "--name", "山田　太郎", "--state", "active")
        self.assertEqual((set_["quota_bytes"], set_["name"], set_["state"]),
                         (2 << 30, "山田　太郎", "active"))
        self.refused(2, "mailbox", "state", "state@box.test", "asleep")

    def test_delete_asks_about_aliases_and_restore_brings_back(self):
        self.cli("mailbox", "add", "gone@box.test", "--hash", HASH)
        self.cli("alias", "add", "to-gone@box.test", "gone@box.test",
                 "else@far.test")
        said = self.refused(1, "mailbox", "delete", "gone@box.test",
                            reason="referenced")
        self.assertIn("to-gone@box.test", said)
        gone = self.cli("mailbox", "delete", "gone@box.test",
                        "--remove-targets")
        self.assertEqual(gone["state"], "deleted")
        self.assertEqual(self.cli("alias", "show", "to-gone@box.test")
                         ["targets"], ["else@far.test"])
        back = self.cli("mailbox", "restore", "gone@box.test")
        self.assertEqual((back["id"], back["state"]),
                         (gone["id"], "active"))

    def test_list_by_domain_and_search(self):
        self.cli("mailbox", "add", "zelda@box.test", "--hash", HASH)
        got = self.cli("mailbox", "list", "--domain", "box.test", "--search",
                       "zelda", "--count")
        self.assertEqual([m["address"] for m in got["items"]],
                         ["zelda@box.test"])

    def test_an_unknown_one_is_3(self):
        self.refused(3, "mailbox", "show", "nobody@box.test")


class Aliases(DbCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.run_cli("domain", "add", "al.test")
        cls.run_cli("mailbox", "add", "taro@al.test", "--hash", HASH)

    def test_a_life(self):
        made = self.cli("alias", "add", "info@al.test", "taro@al.test",
                        "out@far.test", "--description", "desk")
        self.assertEqual(made["targets"], ["out@far.test", "taro@al.test"])
        set_ = self.cli("alias", "set", "info@al.test", "--targets",
                        "taro@al.test", "--send-as", "no")
        self.assertEqual((set_["targets"], set_["send_as"]),
                         (["taro@al.test"], False))
        got = self.cli("alias", "list", "--target", "taro@al.test")
        self.assertIn("info@al.test", [a["address"] for a in got["items"]])
        self.cli("alias", "delete", "info@al.test")
        self.refused(3, "alias", "show", "info@al.test")
        self.assertEqual(
            self.cli("alias", "restore", "info@al.test")["state"], "active")

    def test_loops_and_nowhere_are_refused_by_name(self):
        self.refused(2, "alias", "add", "me@al.test", "me@al.test",
                     reason="alias_to_itself")
        said = self.refused(2, "alias", "add", "x@al.test", "nix@al.test",
                            reason="target_nowhere")
        self.assertIn("nix@al.test", said)

    def test_a_catch_all(self):
        made = self.cli("alias", "add", "@al.test", "taro@al.test")
        self.assertEqual(made["address"], "@al.test")


class Whitelist(DbCase):
    def test_a_life(self):
        made = self.cli("whitelist", "add", "192.0.2.0/24", "--note",
                        "printers", "--owner", "facility", "--expires", "+1d")
        self.assertEqual(made["network"], "192.0.2.0/24")
        self.assertIsNotNone(made["expires_at"])
        set_ = self.cli("whitelist", "set", "192.0.2.0/24", "--expires",
                        "never", "--state", "disabled")
        self.assertEqual((set_["expires_at"], set_["state"]),
                         (None, "disabled"))
        self.cli("whitelist", "delete", "192.0.2.0/24")
        self.refused(3, "whitelist", "show", "192.0.2.0/24")

    def test_what_is_too_wide_or_wrong_is_refused(self):
        for network, reason in (("0.0.0.0/0", "network_too_wide"),
                                ("10.0.0.1/8", "host_bits_set"),
                                ("::/0", "network_too_wide"),
                                ("10.0.0.0/8", "network_too_wide"),
                                ("hello", "bad_network")):
            self.refused(2, "whitelist", "add", network, reason=reason)


class Admins(DbCase):
    def test_the_first_link_makes_the_first_admin_and_no_second(self):
        said = self.run_cli("admin", "first-use-link", "root@x").stdout
        self.assertRegex(said.split()[-1],
                         r"^http://localhost:8080/#/first-use\?token=\w{22}$")
        token = said.split("token=")[1].strip()
        self.assertEqual(self.number(
            "SELECT COUNT(*) FROM first_use WHERE token_hash = "
            f"UNHEX(SHA2('{token}', 256))"), 1)
        self.refused(3, "admin", "first-use-link", "somebody")
        self.refused(4, "admin", "add", "root@x")
        self.cli("domain", "add", "theirs.test")
        self.cli("admin", "add", "helper", "--role", "admin", "--domains",
                 "theirs.test", "--name", "H")
        rows = {a["login"]: a for a in self.cli("admin", "list")["items"]}
        self.assertEqual(rows["root@x"]["role"], "superadmin")
        self.assertEqual(
            (rows["helper"]["role"], rows["helper"]["domain_count"]),
            ("admin", 1))


class History(DbCase):
    def test_who_did_it_and_the_way_back(self):
        self.cli("domain", "add", "his.test")
        newest = self.cli("revision", "list", "--limit", "1")["items"][0]
        sudo = os.environ.get("SUDO_USER")
        me = sudo if sudo and os.geteuid() == 0 and has_user(sudo) \
            else getpass.getuser()
        self.assertEqual((newest["action"], newest["by"], newest["by_kind"]),
                         ("domain.create", me, "cli"))
        shown = self.cli("revision", "show", str(newest["serial"]))
        self.assertEqual(shown["changes"][0]["after"]["name"], "his.test")
        undone = self.cli("revision", "undo", str(newest["serial"]))
        self.assertEqual(undone["serial"], newest["serial"] + 1)
        self.refused(3, "domain", "show", "his.test")
        self.refused(4, "revision", "undo", str(newest["serial"]),
                     reason="undone_already")


def has_user(name):
    try:
        pwd.getpwnam(name)
        return True
    except KeyError:
        return False


class Operation(DbCase):
    def test_migrate_again_is_harmless(self):
        done = self.cli("migrate", "--schema", os.path.join(ROOT, "schema"),
                        "--skip-grants")
        self.assertEqual(done["from"], done["version"])
        self.assertEqual(self.cli("migrate", "--status")["version"],
                         done["program"])

    def test_a_node_is_made_once(self):
        first = self.cli("node", "add", "local")
        again = self.cli("node", "add", "local")
        self.assertEqual((first["is_new"], again["is_new"]), (True, False))
        self.assertEqual(first["id"], again["id"])
        self.refused(2, "node", "add", "No Such", reason="bad_character")
        names = [n["name"] for n in self.cli("publish")["items"]]
        self.assertEqual(names, ["local"])

    def test_waiting_has_a_deadline(self):
        self.cli("node", "add", "local")
        self.cli("domain", "add", "wait.test")
        self.refused(75, "publish", "--wait", "--timeout", "0",
                     reason="timeout")
        self.sql("INSERT INTO node_status (node_id, serial, state, seen, "
                 "applied) SELECT id, 1000000, 'ok', UTC_TIMESTAMP(6), "
                 "UTC_TIMESTAMP(6) FROM node")
        self.assertEqual(self.cli("publish", "--wait", "1")["live_serial"],
                         1000000)
        self.sql("DELETE FROM node_status")

    def test_status_counts(self):
        self.cli("domain", "add", "count.test")
        self.assertGreaterEqual(self.cli("status")["domains"], 1)

    def test_the_doctor_names_what_is_wrong(self):
        done = subprocess.run(
            [os.path.join(BIN, "postroom"), "-c", self.conf, "doctor"],
            capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"(?m)^database\s+ok")
        self.assertRegex(done.stdout, r"(?m)^schema\s+ok")
        self.assertRegex(done.stdout, r"(?m)^socket\s+FAILED\s+.*web\.sock")
        self.assertRegex(done.stdout, r"(?m)^file\s+FAILED\s+.*domains\.lmdb")


if __name__ == "__main__":
    unittest.main()
