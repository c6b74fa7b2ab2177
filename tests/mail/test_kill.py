"""The publisher is killed at every step of a publish, and nothing is lost.

Each case pauses postroom-mapd, saves changes of every kind through the API,
lets it go on and kills it at one system call of the round. After a fresh
start the saved changes must be live, the files equal to the database, and
addresses that were known all the while must never have got a 5xx.
"""

import collections
import contextlib
import http.client
import imaplib
import itertools
import os
import smtplib
import subprocess
import threading
import unittest

import api
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
# Steps of the child that makes a missing map anew, on the file that it writes.
REBUILDING = [("pwrite64", 4), ("fdatasync", 1), ("rename", 1)]
# More steps than any of these has; whoever counts so far lost count.
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

    def kill_at(self, call, number, path=None, missing=None):
        """One round with a kill; whether the step was reached.

        `missing` is a map that is taken away before, so that the round makes
        it anew.
        """
        if not self.publisher.is_running():
            self.publisher.start()
        self.wait_until(self.is_live, "the publisher to settle")
        with self.publisher.paused():
            new, gone = self.save()
            if missing:
                os.unlink(missing)
            step = steps.Step(self.publisher, call, number, path)

        def is_done():
            return self.is_live() and (
                not missing or os.path.exists(missing))

        try:
            steps.wake(self.servers)
            reached = step.wait(is_done)
        finally:
            step.close()
        if not self.publisher.is_running():
            self.publisher.start()
        with self.subTest(call=call, number=number, missing=missing,
                          file=path and os.path.basename(path)):
            self.wait_until(is_done, "live after the kill", 20)
            self.check()
            for address in new:
                self.assert_code(250, address)
            self.assert_code(550, gone)
        self.prober.known.append(new[0])
        return reached

    def kill_at_each(self, call, stride, path=None, missing=None):
        stride = 1 if SOAK else stride
        for number in range(1, STEPS_MAX, stride):
            if not self.kill_at(call, number, path, missing):
                self.assertGreater(number, 1, f"{call} was never called")
                return
        self.fail(f"{call}: the last step was not reached")

    def assert_nothing_refused(self):
        self.assertEqual(self.prober.refused, [])
        self.assertGreater(self.prober.asked, 10)

    def test_at_each_step_of_its_own(self):
        for call, stride in OWN:
            self.kill_at_each(call, stride)
        self.assert_nothing_refused()

    def test_at_each_step_on_the_files(self):
        for name, call, stride in ON_FILES_SOAK if SOAK else ON_FILES:
            self.kill_at_each(call, stride, os.path.join(
                self.servers.maps, name + ".lmdb"))
        self.assert_nothing_refused()

    def test_at_each_step_of_a_rebuild(self):
        missing = os.path.join(self.servers.maps, "mailboxes.lmdb")
        for call, stride in REBUILDING:
            self.kill_at_each(call, stride, missing + ".new", missing)
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
            else:
                self.fail(f"{call}: the last step was not reached")


# Postroom's processes, as they are told apart here. With one of the last two
# all others end.
PROGRAMS = ("mapd", "rootd", "jobd", "prober", "web", "web's worker",
            "supervisor", "keeper")


class KilledWhole(MailCase):
    """Programs die at any moment while changes are saved."""

    def test_any_program_at_any_moment(self):
        self.mailbox("always", password_hash=HASH)
        prober = Prober(self.servers)
        prober.known.append(self.at("always"))
        prober.start()
        self.addCleanup(prober.end)
        saved, killed = [], collections.Counter()
        rounds = 6 if SOAK else 2
        for number in range(rounds * len(PROGRAMS)):
            victim = PROGRAMS[number % len(PROGRAMS)]
            pid = private.wait_for(lambda: self.pid(victim),
                                   f"a running {victim}")
            killer = threading.Timer(0.013 * (number % 5), self.strike,
                                     [pid, victim, killed])
            killer.start()
            saved.append(self.save(number))
            killer.join()
        self.assertEqual(killed, {victim: rounds for victim in PROGRAMS})
        saved.append(self.save("last"))
        self.servers.wait_live(deadline_s=30)
        for address in saved:
            self.assert_code(250, address)
        self.servers.postroom("publish", "--check")
        self.assertEqual(prober.refused, [])
        self.assertGreater(prober.asked, killed.total())

    def strike(self, pid, victim, killed):
        """Kill it. Where all others end with it, start them again: what is
        being saved meanwhile may wait for them."""
        self.kill(pid, victim, killed)
        if victim in ("supervisor", "keeper"):
            private.wait_for(lambda: self.pid("keeper") is None,
                             "the keeper's end")
            self.servers.start_programs()

    def save(self, number):
        """The address of a mailbox whose saving was acknowledged.

        What happened to one that was not is unknown: another is tried.
        """
        attempts = itertools.count(1)

        def attempt():
            with contextlib.suppress(OSError, http.client.HTTPException):
                try:
                    return self.mailbox(f"m{number}-{next(attempts)}",
                                        live=False, password_hash=HASH)
                except api.Problem as problem:
                    if problem.status not in (502, 503, 504):
                        raise

        return private.wait_for(attempt, "the API to save", 60)["address"]

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

    def pid(self, program):
        """The process that runs a program, if it runs."""
        keeper = self.servers.pid("supervise")
        if program == "keeper":
            return keeper
        if program == "supervisor":
            return next(iter(self.children(keeper)), None)
        try:
            pids = {name: int(pid)
                    for name, _, pid, _ in self.servers.processes()}
        except private.InstanceError:
            return None
        if program == "web's worker":
            return next(iter(self.children(pids.get("web"))), None)
        return pids.get(program)

    def children(self, pid):
        try:
            with open(f"/proc/{pid}/task/{pid}/children") as f:
                return [int(child) for child in f.read().split()]
        except OSError:
            return []

    def kill(self, pid, program, killed):
        """Ends it for good; counted where it was there to be killed."""
        os.kill(pid, 9)
        killed[program] += 1


if __name__ == "__main__":
    unittest.main()
