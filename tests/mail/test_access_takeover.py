"""A web worker that was taken over, beside running mail servers.

build/hooks/cgi_takeover opens the worker's connection and enters its sandbox
by the worker's own functions, as its user, and tries what an intruder would.
The same tries, made by root outside of the sandbox, succeed: so a refusal here
is one of the walls and not a mistake in the try.
"""

import glob
import grp
import os
import shutil
import subprocess
import unittest

import instance
import private
from mailcase import MailCase


def status_of(pid):
    """What the kernel tells of a process."""
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return dict(line.split(":", 1) for line in f)


class TakenOver(MailCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        build = os.environ.get("POSTROOM_BUILD", "build")
        cls.hook = cls.servers.path("bin", "takeover")
        shutil.copy2(os.path.join(instance.ROOT, build, "hooks",
                                  "cgi_takeover"), cls.hook)
        os.chmod(cls.hook, 0o755)

    def pid_of(self, program):
        return next(pid for name, _, pid, _ in self.servers.processes()
                    if name == program)

    def run_hook(self, tries, free=False):
        """What came of each (kind, argument)."""
        argv = [self.hook, "-c", self.servers.conf]
        if free:
            argv.append("--free")
        for kind, argument in tries:
            argv += [kind, argument]
        who = {} if free else {
            "user": "postroom-web", "group": "postroom-web",
            "extra_groups": [grp.getgrnam("postroom").gr_gid]}
        done = subprocess.run(
            argv, capture_output=True, text=True, timeout=60,
            env=dict(private.ENVIRONMENT, CREDENTIALS_DIRECTORY=self.servers
                     .path("seal-web")), **who)
        self.assertEqual(0, done.returncode, done.stderr)
        lines = [line.split("\t") for line in done.stdout.splitlines()]
        return {(kind, argument): said for kind, argument, said in lines}

    def walls(self, tries, control=True):
        """Each try is refused; root, outside, would get through."""
        refused = self.run_hook(tries)
        for one in tries:
            with self.subTest(one):
                self.assertNotEqual("done", refused[one])
        if control:
            free = self.run_hook(tries, free=True)
            self.assertEqual({one: "done" for one in tries}, free)
        return refused

    def maps(self):
        folder = self.servers.maps
        files = sorted(glob.glob(os.path.join(folder, "**", "*.lmdb"),
                                 recursive=True))
        self.assertTrue(files, os.listdir(folder))
        return [folder, *files, self.servers.path("maps", "dovecot",
                                                  "mail.db")]

    def test_it_cannot_write_a_map_file(self):
        self.walls([("write", path) for path in self.maps()])

    def test_it_cannot_read_the_files_of_another_identity(self):
        self.walls([("read", path) for path in (
            self.servers.path("maps", "dovecot", "mail.db"),
            self.servers.path("seal-job", "seal.key"),
            self.servers.path("seal.key"),
            self.servers.path("tls", "key.pem"),
            "/etc/shadow",
            f"/proc/{self.pid_of('mapd')}/environ",
            f"/proc/{self.pid_of('jobd')}/maps")])

    def test_it_cannot_write_anywhere_on_the_disk(self):
        self.walls([("write", path) for path in (
            self.servers.state, self.servers.conf,
            self.servers.path("www"), self.servers.path("bin", "postroom"),
            "/tmp", "/var/tmp", "/etc", "/run")])

    def test_it_cannot_start_a_program_or_a_process(self):
        refused = self.walls([("fork", "-"), ("inet", "-")])
        self.assertEqual({"EPERM", "EACCES"}, set(refused.values()))
        for path in ("/bin/true", "/bin/sh",
                     self.servers.path("bin", "postroom")):
            self.assertEqual("EPERM", self.run_hook([("exec", path)])[
                ("exec", path)])

    def test_it_cannot_reload_or_steer_other_programs(self):
        rootd = os.path.join(self.servers.run, "rootd.sock")
        pids = [self.pid_of(name) for name in ("mapd", "rootd", "jobd")]
        refused = self.run_hook(
            [("connect", rootd)] + [("kill", pid) for pid in pids]
            + [("trace", pid) for pid in pids])
        self.assertEqual({"EPERM", "EACCES"}, set(refused.values()), refused)

    def test_it_cannot_change_the_schema(self):
        self.walls([("sql", text) for text in (
            "CREATE TABLE takeover (id INT)",
            "ALTER TABLE mailbox ADD COLUMN takeover INT",
            "CREATE OR REPLACE VIEW map_head AS SELECT 1",
            "CREATE TRIGGER takeover BEFORE INSERT ON mailbox FOR EACH ROW "
            "SET NEW.name = 'x'",
            "DROP TRIGGER takeover",
            "ALTER TABLE mailbox DROP COLUMN takeover",
            "DROP TABLE takeover",
            "CREATE USER takeover@localhost",
            "DROP USER takeover@localhost")], control=False)
        self.assertEqual("done", self.run_hook(
            [("sql", "SELECT COUNT(*) INTO @x FROM mailbox")])[
                ("sql", "SELECT COUNT(*) INTO @x FROM mailbox")])

    def test_it_cannot_rewrite_the_log_or_the_secrets(self):
        self.mailbox("log")
        before = self.log_rows()
        refused = self.walls([("sql", text) for text in (
            "UPDATE revision SET actor_name = 'nobody'",
            "DELETE FROM revision", "TRUNCATE TABLE revision",
            "REPLACE INTO revision SELECT * FROM revision",
            "INSERT INTO revision SELECT * FROM revision AS r ON DUPLICATE "
            "KEY UPDATE note = 'x'",
            "UPDATE `change` SET after_image = '{}'",
            "DELETE FROM `change`", "DELETE FROM change_key",
            "UPDATE change_key SET key_text = 'x'",
            "UPDATE secret SET value = ''", "DELETE FROM secret",
            "SELECT prune_revisions(30, 100000) INTO @x",
            "SELECT prune_secrets(30, 100000) INTO @x",
            "SET GLOBAL general_log = 1",
            "SELECT * FROM mysql.global_priv INTO @a, @b, @c",
            "SELECT LOAD_FILE('/etc/passwd') IS NULL INTO OUTFILE "
            "'/tmp/takeover'")], control=False)
        self.assertEqual(len(refused), 16)
        self.assertEqual(before, self.log_rows())

    def log_rows(self):
        return self.servers.db.sql(
            "SELECT COUNT(*), SUM(CRC32(CONCAT_WS('|', serial, prov_id, "
            "action, actor_name, note))) FROM revision; SELECT COUNT(*), "
            "SUM(CRC32(CONCAT_WS('|', prov_id, seq, subject, after_image))) "
            "FROM `change`; SELECT COUNT(*), SUM(CRC32(value)) FROM secret",
            "postroom")


class Jobd(MailCase):
    def test_the_job_daemon_s_account_cannot_rewrite_the_log(self):
        """The grants of postroom-job, as its user."""
        for text in ("UPDATE revision SET note = 'x'",
                     "DELETE FROM `change`", "UPDATE secret SET value = ''",
                     "CREATE TABLE takeover (id INT)",
                     "UPDATE admin SET role = 1"):
            done = subprocess.run(
                ["mariadb", "--no-defaults", "-S", self.servers.db.socket,
                 "postroom", "-e", text], user="postroom-job",
                group="postroom-job", extra_groups=[], capture_output=True,
                text=True)
            self.assertIn("denied", done.stderr, text)

    def test_every_program_runs_as_its_own_user_without_new_privileges(self):
        wanted = {"web": "postroom-web", "jobd": "postroom-job",
                  "mapd": "postroom-map", "prober": "nobody",
                  "rootd": "root"}
        for name, _, pid, _ in self.servers.processes():
            status = status_of(pid)
            with self.subTest(name):
                user = subprocess.run(
                    ["id", "-nu", status["Uid"].split()[0]],
                    capture_output=True, text=True).stdout.strip()
                self.assertEqual(wanted[name], user)
                self.assertEqual("1", status["NoNewPrivs"].strip())
                if name != "web":  # its workers enter, not the parent
                    self.assertEqual("2", status["Seccomp"].strip())
                if name not in ("rootd", "web"):
                    self.assertEqual(0, int(status["CapEff"], 16))
        workers = subprocess.run(
            ["pgrep", "-P", self.pid("web")], capture_output=True,
            text=True).stdout.split()
        self.assertTrue(workers)
        for pid in workers:
            status = status_of(pid)
            self.assertEqual(("2", "1", 0), (
                status["Seccomp"].strip(), status["NoNewPrivs"].strip(),
                int(status["CapEff"], 16)))

    def pid(self, program):
        return next(pid for name, _, pid, _ in self.servers.processes()
                    if name == program)


if __name__ == "__main__":
    unittest.main()
