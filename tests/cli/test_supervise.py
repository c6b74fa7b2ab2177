"""postroom-supervise: what it starts, restarts, hands over and ends."""

import contextlib
import os
import pwd
import signal
import socket
import subprocess
import tempfile
import time
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
PROGRAM = os.path.join(ROOT, os.environ.get("POSTROOM_BUILD", "build"), "bin",
                       "postroom-supervise")

# What the tests let it run: a program that says what it was given.
REPORT = """
import os, signal, socket, sys, time
out = open(sys.argv[1], "a")
out.write("pid=%d uid=%d gid=%d groups=%s fds=%s mine=%s priv=%s dir=%s\\n" % (
    os.getpid(), os.getuid(), os.getgid(), ",".join(map(str, os.getgroups())),
    os.environ.get("LISTEN_FDS"),
    os.environ.get("LISTEN_PID") == str(os.getpid()),
    [l for l in open("/proc/self/status") if l.startswith("NoNewPrivs")
     ][0].split()[1], os.getcwd()))
out.flush()
if "stubborn" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if "child" in sys.argv:
    pid = os.fork()
    if pid == 0:
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        while True:
            time.sleep(60)
    out.write("child=%d\\n" % pid)
    out.flush()
if "serve" in sys.argv:
    s = socket.socket(fileno=3)
    while True:
        c, _ = s.accept()
        c.sendall(b"%d" % os.getpid())
        c.close()
if "fail" in sys.argv:
    sys.exit(3)
while True:
    time.sleep(60)
"""


def until(what, condition, seconds=10):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError(f"not within {seconds} s: {what}")


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


class Supervise(unittest.TestCase):
    def setUp(self):
        self.tmp = tempfile.TemporaryDirectory(prefix="pr-sup-")
        os.chmod(self.tmp.name, 0o755)
        self.dir = self.tmp.name
        self.file = self.path("ini")
        self.proc = None
        with open(self.path("report.py"), "w") as f:
            f.write(REPORT)

    def tearDown(self):
        if self.proc and self.proc.poll() is None:
            self.proc.terminate()
            try:
                self.proc.wait(10)
            except subprocess.TimeoutExpired:
                self.proc.kill()
                self.proc.wait()
        if self.proc:
            self.log.close()
        self.tmp.cleanup()

    def path(self, name):
        return os.path.join(self.dir, name)

    def command(self, out, *words):
        open(self.path(out), "a").close()
        os.chmod(self.path(out), 0o666)
        return (f"command=/usr/bin/python3\n {self.path('report.py')}\n "
                f"{self.path(out)} {' '.join(words)}\n")

    def write(self, text, own=""):
        with open(self.file, "w") as f:
            f.write(f"[supervisor]\npid_file={self.path('pid')}\n"
                    f"control={self.path('ctl')}\n{own}\n{text}")

    def start(self, text, own=""):
        self.write(text, own)
        self.log = open(self.path("log"), "w+")
        self.proc = subprocess.Popen([PROGRAM, "-c", self.file], stderr=self.log)
        until("control socket", lambda: os.path.exists(self.path("ctl")))

    def act(self, *words):
        return subprocess.run([PROGRAM, "-c", self.file, *words], timeout=20,
                              capture_output=True, text=True)

    def status(self):
        rows = [dict(word.split("=", 1) for word in line.split())
                for line in self.act("status").stdout.splitlines()]
        return {row["program"]: row for row in rows}

    def lines(self, out):
        with open(self.path(out)) as f:
            return [dict(w.split("=", 1) for w in line.split())
                    for line in f if line.endswith("\n")]

    def first(self, out):
        return until(f"{out} to report", lambda: self.lines(out))[0]

    def pid(self, out, at=-1):
        return int(self.lines(out)[at]["pid"])


class Runs(Supervise):
    def test_a_killed_program_is_started_again(self):
        self.start("[a]\n" + self.command("a"))
        self.first("a")
        os.kill(self.pid("a"), signal.SIGKILL)
        until("a second start", lambda: len(self.lines("a")) == 2)
        self.assertEqual(self.status()["a"]["restarts"], "1")

    def test_the_delay_grows_while_a_program_fails(self):
        self.start("[a]\n" + self.command("a", "fail"))
        began = time.monotonic()
        until("five starts", lambda: len(self.lines("a")) >= 5)
        # 0 + 50 + 100 + 200 ms at the least.
        self.assertGreater(time.monotonic() - began, 0.3)

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_rights_are_given_up(self):
        nobody = pwd.getpwnam("nobody")
        self.start("[a]\n" + self.command("a") +
                   f"user=nobody\nno_new_privs=yes\ndir=/tmp\n"
                   f"listen=unix:{self.path('s')} mode=0640 group=mail\n")
        said = self.first("a")
        self.assertEqual(said["uid"], str(nobody.pw_uid))
        self.assertEqual(said["gid"], str(nobody.pw_gid))
        self.assertEqual(said["groups"], str(nobody.pw_gid))
        self.assertEqual(said["priv"], "1")
        self.assertEqual(said["dir"], "/tmp")
        self.assertEqual(os.stat(self.path("s")).st_mode & 0o777, 0o640)
        self.assertNotEqual(os.stat(self.path("s")).st_gid, 0)

    def ask(self):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(10)
            s.connect(self.path("s"))
            return int(s.recv(100))

    def test_a_program_and_its_session_are_nice(self):
        self.start("[a]\nnice=5\n" + self.command("a"))
        pid = int(self.first("a")["pid"])
        self.assertEqual(os.getpriority(os.PRIO_PROCESS, pid), 5)
        self.assertEqual(os.getsid(pid), pid)
        with contextlib.suppress(FileNotFoundError), \
                open(f"/proc/{pid}/autogroup") as f:
            self.assertTrue(f.read().endswith("nice 5\n"))

    def test_a_client_waits_for_a_restart_instead_of_being_refused(self):
        self.start("[a]\n" + self.command("a", "serve") +
                   f"listen=unix:{self.path('s')}\n")
        said = self.first("a")
        self.assertEqual((said["fds"], said["mine"]), ("1", "True"))
        first = self.ask()
        self.assertEqual(self.act("stop", "a").returncode, 0)
        self.assertFalse(alive(first))
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(10)
            s.connect(self.path("s"))
            self.assertEqual(self.act("start", "a").returncode, 0)
            self.assertNotEqual(int(s.recv(100)), first)

    def test_a_socket_may_keep_the_bounds_of_messages(self):
        self.start("[a]\n" + self.command("a", "serve") +
                   f"listen=unix:{self.path('s')} type=seqpacket\n")
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
            s.settimeout(10)
            s.connect(self.path("s"))
            self.assertEqual(int(s.recv(100)), self.pid("a"))

    def test_restart_answers_when_the_new_one_runs(self):
        self.start("[a]\n" + self.command("a"))
        self.first("a")
        old = self.status()["a"]["pid"]
        self.assertEqual(self.act("restart", "a").returncode, 0)
        row = self.status()["a"]
        self.assertEqual(row["state"], "running")
        self.assertNotEqual(row["pid"], old)

    def test_an_unknown_program_is_an_error(self):
        self.start("[a]\n" + self.command("a"))
        asked = self.act("stop", "b")
        self.assertEqual(asked.returncode, 1)
        self.assertIn("no such", asked.stderr)

    def test_a_second_one_on_the_same_pid_file_refuses(self):
        self.start("[a]\n" + self.command("a"))
        second = self.act()
        self.assertEqual(second.returncode, 1)
        self.assertIn("running already", second.stderr)

    def test_a_start_waits_for_what_a_killed_keeper_left(self):
        text = "[a]\n" + self.command("a", "stubborn")
        self.start(text, own="stop_s=1")
        self.first("a")
        self.proc.kill()
        self.proc.wait()
        self.log.close()
        self.assertTrue(alive(self.pid("a")))
        self.start(text, own="stop_s=1")
        until("a second report", lambda: len(self.lines("a")) == 2)
        self.assertFalse(alive(self.pid("a", 0)))


class Ends(Supervise):
    def start_three(self):
        self.start("[a]\n" + self.command("a") +
                   "[b]\n" + self.command("b", "stubborn") +
                   "[c]\n" + self.command("c", "child"), own="stop_s=1")
        for out in "ab":
            self.first(out)
        until("the child", lambda: len(self.lines("c")) == 2)
        return [self.pid("a"), self.pid("b"), self.pid("c", 0),
                int(self.lines("c")[1]["child"])]

    def gone(self, pids):
        for pid in pids:
            until(f"{pid} to end", lambda: not alive(pid))
        self.proc.wait(10)

    def test_down_ends_all_in_reverse_and_leaves_nothing(self):
        pids = self.start_three()
        self.assertEqual(self.act("down").returncode, 0)
        for pid in pids:
            self.assertFalse(alive(pid))
        self.assertEqual(self.proc.wait(10), 0)
        self.log.seek(0)
        ends = [line.split("program=")[1].split()[0].strip('"')
                for line in self.log if "ended program=" in line]
        self.assertEqual(ends, ["c", "b", "a"])
        self.assertFalse(os.path.exists(self.path("pid")))
        self.assertFalse(os.path.exists(self.path("ctl")))

    def test_sigterm_ends_all(self):
        pids = self.start_three()
        self.proc.terminate()
        self.gone(pids)

    def test_a_killed_keeper_ends_all(self):
        pids = self.start_three()
        self.proc.kill()
        self.gone(pids)

    def test_a_killed_supervisor_ends_all(self):
        pids = self.start_three()
        with open(f"/proc/{self.proc.pid}/task/{self.proc.pid}/children") as f:
            os.kill(int(f.read().split()[0]), signal.SIGKILL)
        self.gone(pids)


class File(Supervise):
    def test_what_is_wrong_is_named_with_its_line(self):
        for name, text, said in (
                ("an unknown key", "[a]\nmood=3\n", ":6: [a] has no key mood"),
                ("an unknown user", "[a]\nuser=no-such\n",
                 ':6: user cannot be no-such'),
                ("a relative command", "[a]\ncommand=true\n", "full path"),
                ("a missing command", "[a]\ndir=/\n", "needs a command"),
                ("a bad mode", "[a]\nlisten=unix:/x mode=9\n", "listen"),
                ("a tcp socket", "[a]\nlisten=tcp:1\n", "listen"),
                ("a long line", "[a]\ncommand=/" + "x" * 300 + "\n",
                 "too long"),
                ("a path over 107 bytes",
                 "[a]\nlisten=unix:/" + "x" * 120 + "\n", "listen"),
                ("no program", "", "must be a program"),
                ("a bad name", "[A b]\ndir=/\n", "section"),
                ("no key", "[a]\nhello\n", "neither")):
            with self.subTest(name):
                self.write(text)
                asked = self.act("check")
                self.assertEqual(asked.returncode, 2)
                self.assertIn(said, asked.stderr)

    def test_a_right_file_passes(self):
        self.write("[a]\n" + self.command("a"))
        self.assertEqual(self.act("check").returncode, 0)

    def test_an_action_without_a_supervisor_says_so(self):
        self.write("[a]\n" + self.command("a"))
        self.assertEqual(self.act("status").returncode, 3)


if __name__ == "__main__":
    unittest.main()
