"""Networks of a test's own, in namespaces that end with the test.

A program that is started inside one stays there, and so does a socket that
was made there. A process of no meaning holds each namespace for ip(8); it ends
when the test does.
"""

import contextlib
import ctypes
import os
import subprocess

CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def _check(result, what):
    if result != 0:
        raise OSError(ctypes.get_errno(), what)


class Net:
    """A fresh network namespace with a loopback."""

    def __init__(self):
        here = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            _check(_libc.unshare(CLONE_NEWNET),
                   "cannot make a network namespace")
            self.fd = os.open("/proc/self/ns/net",
                              os.O_RDONLY | os.O_CLOEXEC)
            self.holder = subprocess.Popen(["cat"], stdin=subprocess.PIPE,
                                           stdout=subprocess.DEVNULL)
            self._ip("link", "set", "lo", "up")
        finally:
            _check(_libc.setns(here, CLONE_NEWNET), "setns")
            os.close(here)

    @contextlib.contextmanager
    def inside(self):
        """What is started or connected in the block is in this network."""
        here = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            _check(_libc.setns(self.fd, CLONE_NEWNET), "setns")
            yield
        finally:
            _check(_libc.setns(here, CLONE_NEWNET), "setns")
            os.close(here)

    @staticmethod
    def _ip(*words):
        subprocess.run(["ip", *words], check=True)

    def ip(self, *words):
        with self.inside():
            self._ip(*words)

    def join(self, other, name, here, there):
        """A cable: this end has the address `here`, the other `there`."""
        with self.inside():
            self._ip("link", "add", name, "type", "veth", "peer", "name",
                     name, "netns", str(other.holder.pid))
            self._ip("addr", "add", f"{here}/30", "dev", name)
            self._ip("link", "set", name, "up")
        other.ip("addr", "add", f"{there}/30", "dev", name)
        other.ip("link", "set", name, "up")

    def cut(self, address):
        """Nothing of this network reaches the address any more. Links stay
        up: a server whose address is gone does not start its processes."""
        self.ip("route", "add", "unreachable", f"{address}/32")

    def mend(self, address):
        self.ip("route", "del", "unreachable", f"{address}/32")

    def close(self):
        self.holder.stdin.close()
        self.holder.wait()
        os.close(self.fd)
