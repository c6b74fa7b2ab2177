"""A worker that has answered a thousand requests has lost no memory.

Valgrind runs the program itself, so this test is long for what it counts; it
needs no sanitizer and is skipped on programs that have one.
"""

import os
import pwd
import re
import unittest

import api as api_client
import instance

REQUESTS = 1000
VALGRIND = ("valgrind --leak-check=full --show-leak-kinds=definite,indirect "
            "--child-silent-after-fork=no --num-callers=25 --log-file={} ")


@unittest.skipIf("san" in os.environ.get("POSTROOM_BUILD", ""),
                 "Valgrind and the sanitizers exclude each other")
class Leaks(unittest.TestCase):

    def prepare(self, servers):
        self.log = f"/var/tmp/{servers.name}.valgrind"
        with open(self.log, "w"):
            pass
        owner = pwd.getpwnam("postroom-web")
        os.chown(self.log, owner.pw_uid, owner.pw_gid)
        self.addCleanup(os.unlink, self.log)
        servers.wrap["web"] = "/usr/bin/" + VALGRIND.format(self.log)
        servers.workers = 1

    def test_a_thousand_requests_lose_no_memory(self):
        with instance.running(prepare=self.prepare) as servers:
            self.ask(servers.api)
            servers.programs("stop", "web")
            with open(self.log) as f:
                report = f.read()
        self.assertIn("ERROR SUMMARY", report)
        lost = [int(n.replace(",", "")) for n in re.findall(
            r"(?:definitely|indirectly) lost: ([\d,]+) bytes", report)]
        self.assertFalse(any(lost), report[-6000:])
        errors = [int(n) for n in re.findall(
            r"ERROR SUMMARY: (\d+) errors", report)]
        self.assertFalse(any(errors), report[-6000:])

    def ask(self, api):
        domain = api.post("/domains", {"name": "leaks.test"})
        paths = ["/domains", "/mailboxes", "/aliases", "/whitelist",
                 "/revisions", "/jobs", "/quota", "/publishing", "/home",
                 "/health", "/session", "/search?q=a", "/domains?q=le",
                 f"/domains/{domain['id']}", "/mailboxes?sort=-created_at",
                 "/nothing", "/mailboxes?limit=x", "/domains/999999"]
        made = 0
        for number in range(REQUESTS):
            if number % 20 == 7:
                made += 1
                api.post("/mailboxes", {
                    "address": f"u{made}@leaks.test",
                    "password_hash": "{CRYPT}$6$abc$"
                                     + "x" * 86})
            elif number % 20 == 13:
                self.refused(api.raw, "POST", "/api/v1/domains", "{broken",
                             {"X-Postroom": "1",
                              "Content-Type": "application/json"})
            else:
                self.refused(api.get, paths[number % len(paths)])

    @staticmethod
    def refused(call, *argv):
        """Errors are answers too."""
        try:
            call(*argv)
        except api_client.Problem as problem:
            if problem.status >= 500:
                raise


if __name__ == "__main__":
    unittest.main()
