"""Throwaway instances for tests: real mail servers that cannot outlive them.

    with instance.running() as servers:
        servers.api.post("/domains", {"name": "example.test"})

All the work is done by scripts/lib/private.py. This module adds a name that
nobody else has, an administrator who is signed in, and a keeper process that
removes everything when the test is gone, however it went.
"""

import contextlib
import json
import os
import re
import secrets
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "scripts", "lib"))

import api as api_client  # noqa: E402
import private  # noqa: E402

ADMIN, PASSWORD = "admin", "correct horse battery"


class Servers(private.Instance):
    """A private instance with what tests ask of it."""

    def __init__(self, name, build=None):
        super().__init__(name, build)
        self.api = None

    def first_link(self, login=ADMIN):
        """A fresh one-time link that sets the administrator's password."""
        return json.loads(self.postroom("admin", "first-use-link", login,
                                        "--json"))["link"]

    def sign_in(self):
        """Set the first administrator's password and sign in."""
        self.api = api_client.Api(self.ports["http"])
        token = re.search(r"token=(\w+)", self.first_link()).group(1)
        self.api.first_use(token, PASSWORD)
        return self.api

    def api_is_back(self):
        """Whether the API answers from its database."""
        try:
            self.api.get("/domains?limit=1")
            return True
        except api_client.Problem as problem:
            if problem.status != 503:
                raise
            return False

    def processes(self):
        """Each of Postroom's programs with its process and restarts."""
        return re.findall(r"program=(\S+) state=(\S+) pid=(\d+) "
                          r"restarts=(\d+)", self.programs("status"))

    def wait_live(self, row=None, deadline_s=10):
        """Until the mail servers have what was saved."""
        wanted = row["changed_serial"] if row else None

        def is_live():
            now = self.api.get("/publishing")
            return now["live_serial"] is not None and \
                now["live_serial"] >= (wanted or now["head_serial"])

        private.wait_for(is_live, "publishing", deadline_s)
        return row


# What sanitizers and the programs' own assertions print.
FAULTS = re.compile(r"ERROR: \w+Sanitizer|runtime error:|Assertion .* failed")


@contextlib.contextmanager
def laid_out(build=None, outside="sink", prepare=None):
    """An instance of which nothing runs yet; gone afterwards.

    POSTROOM_BUILD names another folder of programs, relative to the tree's
    top, than `build`. `prepare` is called before the servers are laid out.
    """
    build = build or os.environ.get("POSTROOM_BUILD")
    servers = Servers(f"t-{os.getpid()}-{secrets.token_hex(2)}",
                      os.path.join(ROOT, build) if build else None)
    if prepare:
        prepare(servers)
    keeper = subprocess.Popen(
        [sys.executable, os.path.join(ROOT, "scripts", "lib", "reap.py"),
         servers.run, servers.state],
        stdin=subprocess.PIPE, start_new_session=True)
    try:
        servers.create(throwaway=True, outside=outside)
        yield servers
        refuse_faults(servers)
    except BaseException:
        show_logs(servers)
        raise
    finally:
        keeper.stdin.close()
        keeper.wait()


@contextlib.contextmanager
def running(sign_in=True, apache=False, **layout):
    """A started instance that is gone afterwards; see laid_out()."""
    with laid_out(**layout) as servers:
        servers.start(apache=apache)
        if sign_in:
            servers.sign_in()
        yield servers


def refuse_faults(servers):
    """No program may have met a fault that its sanitizer reported."""
    for name in os.listdir(servers.path("log")):
        with open(servers.path("log", name), errors="replace") as f:
            found = FAULTS.search(f.read())
        if found:
            raise AssertionError(f"{name}: {found.group()}")


def show_logs(servers):
    """The last lines of each log, for the person who reads the failure."""
    folder = servers.path("log")
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        text = servers.tail(name, 15)
        if text:
            print(f"--- {name}\n{text}", file=sys.stderr)
