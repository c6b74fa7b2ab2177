"""The publisher's folder is full, its root daemon hangs: what is live stays
live, the reason is told, and all heals."""

import contextlib
import os
import signal
import subprocess
import unittest

import private
import steps
from mailcase import HASH
from steering import Steering


class InSmallFolder(steps.Publisher):
    """postroom-mapd with its state folder on a small file system of its own,
    which is gone when it ends."""

    def start(self):
        node = self.servers.path("node")
        argv = [self.servers.path("bin", "postroom-mapd"), "-c",
                self.servers.conf]
        script = ('cp -a "$0" "$0.copy" && '
                  'mount -t tmpfs -o size=512k,mode=0700 tmpfs "$0" && '
                  'chown --reference="$0.copy" "$0" && '
                  'cp -a "$0.copy/." "$0/" && rm -rf "$0.copy" && '
                  'exec "$@"')
        self.process = subprocess.Popen(["unshare", "-m", "sh", "-c", script, node,
                             *argv], stdin=subprocess.DEVNULL,
                            stdout=self.log, stderr=self.log,
                            cwd=self.servers.state)

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


class Faults(Steering):

    def setUp(self):
        super().setUp()
        self.mailbox("always", password_hash=HASH)

    def started(self):
        self.servers.programs("stop", "mapd")
        self.addCleanup(self.servers.programs, "start", "mapd")
        publisher = InSmallFolder(self.servers)
        self.addCleanup(publisher.close)
        publisher.start()
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
