"""Random publishes by a model, with mail to what is valid throughout.

After each step the live files must be what a fresh render gives, and a
rollback to any earlier serial must give the routing that was live then. The
seed is printed; POSTROOM_SEED repeats a run.
"""

import itertools
import os
import random
import re
import smtplib
import subprocess
import threading
import unittest

import mail
from mailcase import HASH, SOAK
from publishmodel import Administrator
from steering import Steering

PUBLISHES = 1000 if SOAK else 40
SEED = int(os.environ.get("POSTROOM_SEED", random.SystemRandom().randrange(
    1 << 32)))


class Sender(threading.Thread):
    """Sends to the same recipients without pause; keeps what was refused."""

    def __init__(self, servers, recipients):
        super().__init__()
        self.servers, self.recipients = servers, recipients
        self.sent, self.refused = 0, []
        self.ended = threading.Event()

    def run(self):
        while not self.ended.wait(0.05):
            try:
                replies = mail.send(self.servers, self.recipients,
                                    f"model {self.sent}")
            except (smtplib.SMTPException, OSError, AssertionError) as e:
                self.refused.append(repr(e))
                continue
            self.sent += 1
            self.refused += [(r, reply) for r, reply in replies.items()
                             if reply[0] != 250]

    def end(self):
        self.ended.set()
        self.join()


class Model(Steering):

    def setUp(self):
        super().setUp()
        print(f"seed {SEED}", flush=True)
        names = [self.name]
        for number in range(2):
            names.append(f"m{number}.{self.name}")
            self.api.post("/domains", {"name": names[-1]})
        for name in names:
            self.api.post("/mailboxes", {"address": f"always@{name}",
                                         "password_hash": HASH})
            self.api.post("/aliases", {"address": f"team@{name}",
                                       "targets": [f"always@{name}"]})
        self.servers.wait_live()
        self.random = random.Random(SEED)
        self.admin = Administrator(self.api, names, SEED + 1,
                                   f"own.{self.name}")
        self.sender = Sender(self.servers, [
            f"{local}@{name}" for name in names
            for local in ("always", "team")])
        self.was = {}  # serial: the routing that was live
        self.is_reviewed = False
        self.published = 0
        self.sender.start()
        self.addCleanup(self.sender.end)

    def settle(self):
        self.servers.wait_live(deadline_s=30)
        self.assert_clean()

    def remember(self):
        self.was[self.head()] = self.routing()

    def is_live(self):
        """Something was published, and the files were found equal."""
        self.published += 1
        if not self.is_reviewed:
            self.remember()

    def change(self):
        for _ in range(self.random.randrange(1, 4)):
            self.admin.step()
        self.settle()
        if not self.is_reviewed:
            self.is_live()

    def switch(self):
        self.is_reviewed = not self.is_reviewed
        self.mode("reviewed" if self.is_reviewed else "automatic")
        self.settle()
        if not self.is_reviewed:
            self.is_live()

    def approve(self):
        if not self.is_reviewed:
            return self.change()
        if self.random.random() < 0.5:
            self.publish(self.random.choice(self.admin.domains))
            self.settle()
            self.is_live()
        else:
            self.publish()
            self.wait_until(lambda: self.node()["pending"] == 0, "live", 20)
            self.settle()
            self.is_live()
            self.remember()
        return None

    def go_back(self):
        serial = self.random.choice(list(self.was))
        self.rollback(serial)
        self.assertEqual(self.routing(), self.was[serial], serial)
        self.assert_clean()
        for _ in range(self.random.randrange(3)):
            self.admin.step()
        self.settle()
        self.assertEqual(self.routing(), self.was[serial], serial)
        self.resume()
        self.wait_until(lambda: self.node()["hold_serial"] is None, "resume")
        self.settle()
        self.is_live()

    def restart(self):
        self.servers.programs("stop", "mapd")
        self.servers.programs("start", "mapd")
        self.settle()

    def test_random_publishes(self):
        self.remember()
        steps = [self.change, self.approve, self.switch, self.go_back,
                 self.restart]
        for number in itertools.count():
            if self.published >= PUBLISHES:
                break
            step = self.random.choices(steps, [10, 4, 2, 3, 1])[0]
            with self.subTest(seed=SEED, step=number, what=step.__name__):
                step()
        self.sender.end()
        print(f"{self.published} publishes, {self.sender.sent} messages;"
              f" done {dict(self.admin.done)},"
              f" refused {dict(self.admin.refused)}", flush=True)
        self.assertEqual(self.sender.refused, [])
        self.assertGreater(self.sender.sent, PUBLISHES)
        self.empty_queue()
        log = self.mail_log()
        # `own` domains come and go, and their mail is not sent by us.
        for word in ("deferred", "bounced"):
            self.assertEqual(re.findall(
                rf"to=<(?:always|team)@[^ ]* .*status={word}.*", log), [])
        self.assertEqual(re.findall(r".*dsn=4\.1\.1.*", log), [])

    def empty_queue(self):
        """A message whose delivery a reload of Postfix met is locked then, and
        put off by minimal_backoff_time without any reply: not that long."""
        subprocess.run(["postqueue", "-c", self.servers.postfix_etc, "-f"],
                       check=True)
        self.wait_until(lambda: not self.queue(), "an empty queue", 60)

    def queue(self):
        return subprocess.run(
            ["postqueue", "-c", self.servers.postfix_etc, "-j"],
            capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    unittest.main()
