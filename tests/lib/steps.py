"""Kill a running publisher at a chosen step, by strace's fault injection.

The product has no hooks for tests: a step is the Nth call of one system call
(on one file, where asked), counted from the moment that strace is attached.
"""

import contextlib
import os
import re
import signal
import subprocess
import tempfile
import time

import private


class Publisher:
    """postroom-mapd of an instance, started by the test and not by the
    supervisor, so that a kill is answered when the test says so."""

    def __init__(self, servers):
        self.servers = servers
        self.process = None
        self.log = open(servers.path("log", "mapd.log"), "a")

    def start(self, wrapper=(), **environment):
        self.process = subprocess.Popen(
            [*wrapper, self.servers.path("bin", "postroom-mapd"), "-c",
             self.servers.conf], stdin=subprocess.DEVNULL, stdout=self.log,
            stderr=self.log, cwd=self.servers.state,
            env=dict(private.ENVIRONMENT, **environment))

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def close(self):
        self.kill()
        self.log.close()

    @contextlib.contextmanager
    def paused(self):
        """Changes made meanwhile are published in one round."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            if self.is_running():
                self.process.send_signal(signal.SIGCONT)


class Step:
    """Attached to a publisher: it dies at its Nth call of `call`.

    With `path`, only calls on that file count; these are made by the
    publisher's worker and its other children, so that process is stopped
    there and the publisher killed, which takes it along.
    """

    def __init__(self, publisher, call, number, path=None):
        self.publisher = publisher
        self.on_child = path is not None
        self.out = tempfile.NamedTemporaryFile("r", suffix=".strace")
        what = "SIGSTOP" if self.on_child else "SIGKILL"
        command = ["strace", "-f", "-qq", "-o", self.out.name,
                   "-e", f"trace={call}",
                   "-e", f"inject={call}:signal={what}:when={number}",
                   "-p", str(publisher.process.pid)]
        if path:
            command[1:1] = ["-P", path]
            for child in self._children():
                command += ["-p", child]
        else:
            # The children are not to die at a number of their own.
            command.remove("-f")
        self.strace = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
        private.wait_for(self._is_attached, "strace")

    def _children(self):
        pid = self.publisher.process.pid
        with open(f"/proc/{pid}/task/{pid}/children") as f:
            return f.read().split()

    def _is_attached(self):
        if self.strace.poll() is not None:
            raise AssertionError("strace ended")
        with open(f"/proc/{self.publisher.process.pid}/status") as f:
            return not re.search(r"^TracerPid:\t0$", f.read(), re.M)

    def was_reached(self):
        """Whether the step came. Then the publisher is dead."""
        if not self.on_child:
            return not self.publisher.is_running()
        child = rf"^(?!{self.publisher.process.pid} )\d+ +--- stopped by"
        if not re.search(child, self._seen(), re.M):
            return False
        self.publisher.kill()
        return True

    def _seen(self):
        with open(self.out.name) as f:
            return f.read()

    def close(self):
        if self.strace.poll() is None:
            self.strace.kill()
        self.strace.wait()
        self.out.close()

    def wait(self, is_done, deadline_s=20):
        """Until the step came (True) or is_done() says that it will not."""
        end = time.monotonic() + deadline_s
        while time.monotonic() < end:
            if self.was_reached():
                return True
            if is_done():
                return self.was_reached()
            time.sleep(0.01)
        raise AssertionError("neither the step nor the end came")


def wake(servers):
    """What a writer sends after its commit."""
    import socket
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        with contextlib.suppress(OSError):
            s.sendto(b"", os.path.join(servers.run, "map", "wake"))


def change(servers, statements, keys, action="mailbox.import"):
    """One revision of rows changed by SQL, as an importer writes it, with the
    (kind, key) that it touches; its serial."""
    rows = "".join(
        "INSERT INTO change_key VALUES " + ",".join(
            f"(@p, 1, '{kind}', '{key}')"
            for kind, key in keys[i:i + 500]) + ";"
        for i in range(0, len(keys), 500))
    text = servers.db.sql(
        f"BEGIN; SET @p = UUID_SHORT(); {statements}; {rows}"
        "UPDATE head SET serial = LAST_INSERT_ID(serial + 1) WHERE id = 1;"
        " SET @s = LAST_INSERT_ID();"
        "INSERT INTO revision (serial, prov_id, action, actor_kind,"
        " actor_name, changes, created) VALUES"
        f" (@s, @p, '{action}', 2, 'test', 1, UTC_TIMESTAMP(6));"
        "COMMIT; SELECT @s", "postroom")
    wake(servers)
    return int(text)


def add_mailboxes(servers, domain, like, count):
    """Mailboxes n1 to n`count` in one revision, with the password and state
    of the mailbox `like`; the serial."""
    return change(
        servers,
        "INSERT INTO mailbox (domain_id, address, secret_id, home, created,"
        f" updated) SELECT m.domain_id, CONCAT('n', s.seq, '@{domain}'),"
        " m.secret_id, CONCAT(m.home, s.seq), m.created, m.updated"
        f" FROM mailbox m JOIN seq_1_to_{count} s"
        f" WHERE m.address = '{like}'", numbered(domain, count))


def numbered(domain, count):
    """The keys of these mailboxes."""
    return [("a", f"n{k}@{domain}") for k in range(1, count + 1)]
