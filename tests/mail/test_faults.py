"""The publisher's folders are full or read-only, its root daemon hangs, its
clock is wrong: what is live stays live, the reason is told, and all heals."""

import contextlib
import datetime
import glob
import os
import signal
import subprocess
import unittest

import mail
import private
import steps
from mailcase import HASH
from steering import Steering


class InSmallFolder(steps.Publisher):
    """postroom-mapd with its state folder on a small file system of its own,
    which is gone when it ends."""

    def start(self):
        node = self.servers.path("node")
        script = ('cp -a "$0" "$0.copy" && '
                  'mount -t tmpfs -o size=512k,mode=0700 tmpfs "$0" && '
                  'chown --reference="$0.copy" "$0" && '
                  'cp -a "$0.copy/." "$0/" && rm -rf "$0.copy" && '
                  'exec "$@"')
        super().start(["unshare", "-m", "sh", "-c", script, node])
        private.wait_for(self._is_mounted, "the small folder")

    def _is_mounted(self):
        with open(f"/proc/{self.process.pid}/comm") as f:
            return f.read().startswith("postroom-mapd")

    @property
    def folder(self):
        return f"/proc/{self.process.pid}/root" + self.servers.path("node")

    @contextlib.contextmanager
    def full(self):
        path = os.path.join(self.folder, "filler")
        with open(path, "wb", buffering=0) as f:
            with contextlib.suppress(OSError):
                while True:
                    f.write(b"\0" * 512)
        try:
            yield
        finally:
            os.unlink(path)


class WithReadOnlyMaps(steps.Publisher):
    """postroom-mapd that sees the maps' folder read-only until told."""

    def start(self):
        super().start(["unshare", "-m", "sh", "-c",
                       'mount --bind "$0" "$0" && '
                       'mount -o remount,ro,bind "$0" && exec "$@"',
                       self.servers.maps])

    def make_writable(self):
        subprocess.run(["nsenter", "-t", str(self.process.pid), "-m", "mount",
                        "-o", "remount,rw,bind", self.servers.maps],
                       check=True)


class Faults(Steering):

    def setUp(self):
        super().setUp()
        self.mailbox("always", password_hash=HASH)

    def publisher(self, kind, **how):
        """A publisher of the test's own in the place of the instance's."""
        self.servers.programs("stop", "mapd")
        self.addCleanup(self.servers.programs, "start", "mapd")
        publisher = kind(self.servers)
        self.addCleanup(publisher.close)
        publisher.start(**how)
        return publisher

    def started(self):
        publisher = self.publisher(InSmallFolder)
        self.wait_until(lambda: self.node()["state"] == "ok", "the start", 20)
        self.servers.wait_live()
        return publisher

    def test_a_full_folder(self):
        publisher = self.started()
        with publisher.full():
            # The last block of a file takes some more.
            for number in range(60):
                row = self.mailbox(f"m{number}", live=False,
                                   password_hash=HASH)
            row = self.mailbox("later", live=False, password_hash=HASH)
            self.wait_until(lambda: "No space" in self.node()["message"],
                            "the reason", 20)
            self.assertEqual(self.node()["state"], "error")
            self.assert_code(250, self.at("always"))
        self.servers.wait_live(row)
        self.assert_code(250, self.at("later"))
        self.wait_until(lambda: self.node()["state"] == "ok", "well", 20)
        self.assert_clean()

    def logged(self, text):
        with open(self.servers.path("log", "mapd.log"),
                  errors="replace") as f:
            return text in f.read()

    def test_a_read_only_folder(self):
        publisher = self.publisher(WithReadOnlyMaps)
        row = self.mailbox("later", live=False, password_hash=HASH)
        self.wait_until(lambda: self.node()["message"], "the reason", 20)
        self.assertIn("Read-only", self.node()["message"])
        self.assertEqual(self.node()["state"], "error")
        self.assertTrue(self.logged("Read-only"))
        self.assert_code(250, self.at("always"))
        self.assert_code(550, self.at("later"))
        publisher.make_writable()
        self.servers.wait_live(row, 30)
        self.assert_code(250, self.at("later"))
        self.wait_until(lambda: not self.node()["message"], "well again", 20)
        self.assert_clean()

    def at_clock(self, shift):
        """The environment of a program whose clock is off; the clock that
        only goes forward is not."""
        return {"LD_PRELOAD": glob.glob(
                    "/usr/lib/*/faketime/libfaketime.so.1")[0],
                "FAKETIME": shift, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}

    def test_a_clock_set_back_opens_no_relay_again(self):
        client, far = "127.0.0.91", "x@far.test"
        until = datetime.datetime.now(datetime.timezone.utc) \
            + datetime.timedelta(seconds=6)
        self.servers.wait_live(self.api.post("/whitelist", {
            "network": f"{client}/32",
            "expires_at": until.strftime("%Y-%m-%dT%H:%M:%SZ")}))
        self.assertEqual(mail.rcpt_code(self.servers, far, client), 250)
        self.servers.db.stop()
        try:
            self.wait_until(lambda: mail.rcpt_code(
                self.servers, far, client) == 554, "the expiry", 20)
            self.publisher(steps.Publisher, **self.at_clock("-1h"))
            table = os.path.join(self.servers.maps, "whitelist.cidr")
            os.unlink(table)  # It is made anew by the clock that is wrong.
            self.wait_until(lambda: os.path.exists(table), "the table", 20)
            self.wait_until(lambda: mail.rcpt_code(
                self.servers, far, client) == 554, "refused", 20)
            with open(table) as f:
                self.assertNotIn(client, f.read())
        finally:
            self.servers.db.start()
        self.wait_until(self.servers.api_is_back, "the API", 20)

    def test_a_clock_ahead_does_not_keep_a_local_order_in_force(self):
        serial = self.head()
        self.mailbox("hidden", password_hash=HASH)
        self.publisher(steps.Publisher, **self.at_clock("+10m"))
        self.wait_until(lambda: self.node()["state"] == "ok", "ok", 20)
        self.rollback(serial)
        self.wait_until(lambda: self.node()["hold_serial"] == serial, "hold")
        self.assert_code(550, self.at("hidden"))
        self.api.post("/publishing/resume", {})
        self.wait_until(lambda: self.node()["hold_serial"] is None, "resumed")
        self.wait_until(lambda: mail.rcpt_code(
            self.servers, self.at("hidden")) == 250, "the mailbox")

    def test_a_root_daemon_that_hangs(self):
        pid = next(int(p) for name, _, p, _ in self.servers.processes()
                   if name == "rootd")
        os.kill(pid, signal.SIGSTOP)
        try:
            name = f"late.{self.name}"
            self.api.post("/domains", {"name": name})
            self.wait_until(lambda: self.node()["message"], "the reason", 30)
            self.assert_code(250, self.at("always"))
        finally:
            os.kill(pid, signal.SIGCONT)
        self.servers.wait_live(deadline_s=30)
        self.wait_until(lambda: not self.node()["message"], "well again", 20)
        self.assert_clean()


if __name__ == "__main__":
    unittest.main()
