"""The publisher is killed at every step of a publish, and nothing is lost.

Each case pauses postroom-mapd, saves changes of every kind through the API,
lets it go on and kills it at one system call of the round. After a fresh
start the saved changes must be live, the files equal to the database, and
addresses that were known all the while must never have got a 5xx.
"""

import contextlib
import imaplib
import itertools
import os
import smtplib
import subprocess
import threading
import unittest

import mail
import private
import steps
from mailcase import HASH, PASSWORD, SOAK, MailCase
from steering import Steering

# Steps of the publisher itself: each call of these. The last number is how
# many are left out between two that are tried in the short run.
OWN = [("fdatasync", 1), ("rename", 1), ("unlink", 1), ("fsync", 2),
       ("pwrite64", 2), ("sendto", 6)]
# Steps of its children, by file.
ON_FILES = [("mailboxes", "pwrite64", 3), ("mailboxes", "fdatasync", 1),
            ("aliases", "fcntl", 3), ("sender_login", "pwrite64", 5),
            ("domains", "pwrite64", 1), ("domains", "fdatasync", 1)]
ON_FILES_SOAK = [(m, call, 1)
                 for m in ("mailboxes", "aliases", "sender_login", "domains")
                 for call in ("openat", "fcntl", "pwrite64", "fdatasync")]
STEPS_MAX = 60


class Prober(threading.Thread):
    """Asks for known addresses without pause; keeps what was refused."""

    def __init__(self, servers):
        super().__init__()
        self.servers = servers
        self.known, self.refused, self.asked = [], [], 0
        self.ended = threading.Event()

    def run(self):
        while not self.ended.wait(0.02):
            with contextlib.suppress(smtplib.SMTPException, OSError):
                self._ask()

    def _ask(self):
        with smtplib.SMTP("127.0.0.1", self.servers.ports["smtp"],
                          "client.test", timeout=30) as client:
            client.ehlo()
            client.mail("sender@outside.test")
            for address in list(self.known):
                code = client.rcpt(address)[0]
                self.asked += 1
                if code >= 500:
                    self.refused.append((address, code))

    def end(self):
        self.ended.set()
        self.join()


class Killed(MailCase):

    numbers = itertools.count(1)

    def setUp(self):
        super().setUp()
        self.closed = self.mailbox("v0", password_hash=HASH)
        self.mailbox("always", password_hash=HASH)
        self.servers.programs("stop", "mapd")
        self.addCleanup(self.servers.programs, "start", "mapd")
        self.publisher = steps.Publisher(self.servers)
        self.addCleanup(self.publisher.close)
        self.prober = Prober(self.servers)
        self.prober.known.append(self.at("always"))
        self.prober.start()
        self.addCleanup(self.prober.end)
        self.entry = None

    def save(self):
        """Changes that touch every map, in one round; what must be live."""
        n = next(self.numbers)
        self.api.post("/domains", {"name": f"k{n}.{self.name}"})
        address = f"u{n}@k{n}.{self.name}"
        self.api.post("/mailboxes", {"address": address,
                                     "password_hash": HASH})
        row = self.api.post("/mailboxes", {"address": self.at(f"v{n}"),
                                           "password_hash": HASH})
        self.api.post("/aliases", {"address": self.at(f"al{n}"),
                                   "targets": [self.at("always")]})
        gone = self.closed["address"]
        self.api.patch("/mailboxes", self.closed, {"state": "closed"})
        self.closed = row
        if self.entry:
            self.api.delete("/whitelist", self.entry)
        self.entry = self.api.post("/whitelist", {
            "network": f"10.{n // 250}.{n % 250}.0/24"})
        return [address, row["address"], self.at(f"al{n}")], gone

    def is_live(self):
        now = self.api.get("/publishing")
        return now["live_serial"] == now["head_serial"]

    def check(self):
        done = subprocess.run(
            [self.servers.path("bin", "postroom-mapd"), "-c",
             self.servers.conf, "--check"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def kill_at(self, call, number, path=None):
        """One round with a kill; whether the step was reached."""
        if not self.publisher.is_running():
            self.publisher.start()
        self.wait_until(self.is_live, "the publisher to settle")
        with self.publisher.paused():
            new, gone = self.save()
            step = steps.Step(self.publisher, call, number, path)
        try:
            steps.wake(self.servers)
            reached = step.wait(self.is_live)
        finally:
            step.close()
        if not self.publisher.is_running():
            self.publisher.start()
        with self.subTest(call=call, number=number,
                          file=path and os.path.basename(path)):
            self.wait_until(self.is_live, "live after the kill", 20)
            self.check()
            for address in new:
                self.assert_code(250, address)
            self.assert_code(550, gone)
        self.prober.known.append(new[0])
        return reached

    def kill_at_each(self, call, stride, path=None):
        stride = 1 if SOAK else stride
        for number in range(1, STEPS_MAX, stride):
            if not self.kill_at(call, number, path):
                self.assertGreater(number, 1, f"{call} was never called")
                return

    def assert_nothing_refused(self):
        self.assertEqual(self.prober.refused, [])
        self.assertGreater(self.prober.asked, 100)

    def test_at_each_step_of_its_own(self):
        for call, stride in OWN:
            self.kill_at_each(call, stride)
        self.assert_nothing_refused()

    def test_at_each_step_on_the_files(self):
        for name, call, stride in ON_FILES_SOAK if SOAK else ON_FILES:
            self.kill_at_each(call, stride, os.path.join(
                self.servers.maps, name + ".lmdb"))
        self.assert_nothing_refused()


# Steps of a rollback, with the database stopped: of the publisher, and of its
# worker on a file.
BACK = [("fdatasync", None), ("rename", None),
        ("pwrite64", "aliases"), ("pwrite64", "domains"),
        ("fdatasync", "mailboxes")]


class KilledGoingBack(Steering):
    """A rollback that was cut off at any step is finished by the next start,
    without the database."""

    def setUp(self):
        super().setUp()
        self.closed = self.mailbox("closed", password_hash=HASH)
        self.mailbox("kept", password_hash=HASH)
        self.servers.wait_live()
        self.before = self.head(), self.routing()
        self.api.patch("/mailboxes", self.closed, {"state": "closed"})
        self.alias("info", [self.at("kept")])
        self.api.post("/domains", {"name": f"new.{self.name}"})
        self.mailbox("added", password_hash=HASH)
        self.servers.wait_live()
        self.after = self.routing()
        self.servers.programs("stop", "mapd")
        self.addCleanup(self.servers.programs, "start", "mapd")
        self.publisher = steps.Publisher(self.servers)
        self.addCleanup(self.publisher.close)
        self.publisher.start()
        self.servers.db.stop()
        self.addCleanup(self.servers.db.start)

    def order(self, *words):
        """An order, and not to wait for its answer."""
        return subprocess.Popen(
            [self.servers.path("bin", "postroom-mapd"), "-c",
             self.servers.conf, *words], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)

    def kill_at(self, call, number, path):
        if not self.publisher.is_running():
            self.publisher.start()
        self.resume()
        self.wait_until(lambda: self.routing() == self.after, "the resume")
        step = steps.Step(self.publisher, call, number, path)
        asking = self.order("--rollback", str(self.before[0]))
        try:
            reached = step.wait(lambda: asking.poll() is not None)
        finally:
            step.close()
            asking.kill()
            asking.wait()
        if not self.publisher.is_running():
            self.publisher.start()
        with self.subTest(call=call, number=number, path=path):
            self.wait_until(lambda: self.routing() == self.before[1],
                            "the rollback after the kill", 20)
        return reached

    def test_at_each_step_of_a_rollback(self):
        for call, name in BACK:
            path = name and os.path.join(self.servers.maps, name + ".lmdb")
            for number in range(1, STEPS_MAX, 1 if SOAK else 2):
                if not self.kill_at(call, number, path):
                    self.assertGreater(number, 1, f"{call} was never called")
                    break


class KilledWhole(MailCase):
    """Programs die at any moment while changes are saved."""

    def test_any_program_at_any_moment(self):
        self.mailbox("always", password_hash=HASH)
        prober = Prober(self.servers)
        prober.known.append(self.at("always"))
        prober.start()
        self.addCleanup(prober.end)
        saved = []
        for number in range(40 if SOAK else 10):
            victim = ("mapd", "rootd", "jobd")[number % 3]
            killer = threading.Timer(0.013 * (number % 7), self.kill,
                                     [victim])
            killer.start()
            saved.append(self.mailbox(f"m{number}", live=False,
                                      password_hash=HASH)["address"])
            killer.join()
        self.servers.wait_live(deadline_s=30)
        for address in saved:
            self.assert_code(250, address)
        self.assertEqual(prober.refused, [])

    def test_a_session_ends_when_the_root_daemon_is_back(self):
        row = self.mailbox("leaver")
        client = mail.imap(self.servers, self.at("leaver"), PASSWORD)
        client.select()
        self.servers.programs("stop", "rootd")
        try:
            row = self.api.patch("/mailboxes", row, {"state": "nologin"})
            self.servers.wait_live(row)
            client.noop()
        finally:
            self.servers.programs("start", "rootd")

        def is_over():
            try:
                client.noop()
            except (imaplib.IMAP4.abort, OSError):
                return True
            return False

        private.wait_for(is_over, "the session's end", 15)

    def kill(self, program):
        for line in self.servers.programs("status").splitlines():
            words = dict(w.split("=", 1) for w in line.split() if "=" in w)
            if words.get("program") == program and \
                    int(words.get("pid", 0)) > 0:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(words["pid"]), 9)


if __name__ == "__main__":
    unittest.main()
