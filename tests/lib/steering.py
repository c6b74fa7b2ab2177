"""What tests of reviewed publishing and rollback have in common."""

import contextlib
import os
import subprocess

from mailcase import MailCase

ROUTING = ("mailboxes", "aliases", "transport", "refuse", "domains")


class Steering(MailCase):

    def head(self):
        return self.api.get("/publishing")["head_serial"]

    def node(self):
        return self.api.get("/publishing")["nodes"][0]

    def mode(self, mode):
        self.api.call("PUT", "/publishing/mode", {"mode": mode, "note": ""})
        self.servers.wait_live()

    @contextlib.contextmanager
    def reviewed(self):
        self.mode("reviewed")
        try:
            yield
        finally:
            self.mode("automatic")
        self.assert_clean()

    def publish(self, *domains, serial=None, note=""):
        self.api.post("/publishing/publish", {
            "serial": serial or self.head(), "note": note,
            **({"domains": list(domains)} if domains else {})})

    def wait_code(self, code, recipient, deadline_s=10):
        import mail
        self.wait_until(lambda: mail.rcpt_code(self.servers, recipient)
                        == code, f"{code} for {recipient}", deadline_s)

    def program(self, *argv):
        done = subprocess.run(
            [self.servers.path("bin", "postroom-mapd"), "-c",
             self.servers.conf, *argv], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def check(self):
        return self.program("--check")

    def assert_clean(self):
        code, text = self.check()
        self.assertEqual(code, 0, text)

    def rollback(self, serial):
        code, text = self.program("--rollback", str(serial))
        self.assertEqual(code, 0, text)

    def resume(self):
        code, text = self.program("--resume")
        self.assertEqual(code, 0, text)

    def lines(self, name):
        """Every line of a map, as Postfix reads it."""
        done = subprocess.run(
            ["postmap", "-c", self.servers.postfix_etc, "-s",
             "lmdb:" + os.path.join(self.servers.maps, name)],
            capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return set(done.stdout.splitlines())

    def routing(self):
        """The lines of all maps that route mail, by map."""
        return {name: self.lines(name) for name in ROUTING}
