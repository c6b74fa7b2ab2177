"""Checking passwords costs memory and time: at most two are checked at once,
a few wait, the others are sent away, and the other pages answer meanwhile.

The places are shared by all of a user's programs on a host. So that the tests
of other files do not take part, these see a memory folder of their own.
"""

import concurrent.futures
import ctypes
import os
import subprocess
import threading
import time
import unittest

import apicase

WORKERS = 8
RUNNING = 2
WAITING = WORKERS // 2 - RUNNING
PEOPLE = 40


def setUpModule():
    clone_newns = 0x20000
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(clone_newns):
        raise OSError(ctypes.get_errno(), "unshare")
    for argv in (["--make-rprivate", "/"],
                 ["-t", "tmpfs", "-o", "mode=1777", "tmpfs", "/dev/shm"]):
        subprocess.run(["mount", *argv], check=True)


class Storm(apicase.ApiCase):
    own = True
    web = {"workers": WORKERS}

    def sign_in(self, number):
        """A wrong password, of nobody that another of these is."""
        browser = self.servers.client(address=f"203.0.113.{number}")
        self.together.wait()
        return browser.post("/api/v1/session", {
            "login": f"nobody{number}", "password": "wrong password"})

    def places(self):
        """The bytes of the shared file that are locked at this moment."""
        path = f"/proc/{self.servers.web.pid}/root/dev/shm"
        inodes = {os.stat(os.path.join(path, name)).st_ino
                  for name in os.listdir(path) if "signin" in name}
        with open("/proc/locks") as f:
            lines = [line.split() for line in f]
        return {int(words[-2]) for words in lines if "OFDLCK" in words
                and int(words[-3].split(":")[2]) in inodes}

    def test_a_storm_leaves_half_of_the_workers_to_the_others(self):
        self.together = threading.Barrier(PEOPLE)
        seen, took = set(), []
        with concurrent.futures.ThreadPoolExecutor(PEOPLE) as pool:
            asked = [pool.submit(self.sign_in, n) for n in range(PEOPLE)]
            while not all(a.done() for a in asked):
                start = time.monotonic()
                self.must(200, self.root.get("/api/v1/domains"))
                took.append(time.monotonic() - start)
                seen |= self.places()
        replies = [a.result() for a in asked]
        checked = [r for r in replies if r.status == 401]
        away = [r for r in replies if r.status == 429]
        self.assertEqual(len(checked) + len(away), PEOPLE, replies)
        self.assertGreaterEqual(len(checked), RUNNING + WAITING)
        self.assertTrue(away, "nobody was sent away")
        for reply in away:
            self.refused(429, reply, reason="busy")
            self.assertGreater(int(reply.headers["retry-after"]), 0)
        self.assertTrue(seen, "no place was seen to be taken")
        self.assertLess(max(seen), RUNNING + WAITING)
        self.assertLess(max(took), 4, "a page waited for the sign-ins")

    def test_whoever_comes_afterwards_is_checked(self):
        self.together = threading.Barrier(1)
        self.must(401, self.sign_in(200))
        self.assertEqual(self.places(), set())


if __name__ == "__main__":
    unittest.main()
