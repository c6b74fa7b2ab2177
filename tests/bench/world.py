"""What all measurements stand on: an instance, a client, a bare hash."""

import contextlib
import http.client
import json
import os
import subprocess
import time

import dataset
import private

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))

BIN = os.path.join(ROOT, "build", "bench")
PASSWORD = "correct horse battery staple"
SECRET = "bench-password"


@contextlib.contextmanager
def instance(mailboxes, in_bench, domains=dataset.DOMAINS, programs=True,
             default_scheme=False, prepare=None):
    """A throwaway instance that holds the data set and is live.

    All mailboxes have the same hash: SHA512-CRYPT, or the product's default.
    `prepare` may change what was laid out before anything is started.
    """
    it = private.Instance(f"bench{os.getpid()}")
    it.create(throwaway=False)
    try:
        tune(it)
        if prepare:
            prepare(it)
        it._make_run()
        it.db.start()
        it.migrate()
        it.postroom("node", "add", "local")
        it.db.sql(";\n".join(dataset.statements(
            mailboxes, in_bench, domains, it.path("vmail"), ready_hash())),
            "postroom")
        if default_scheme:
            use_default_scheme(it)
        if programs:
            it.start_programs()
            it.wait_for_maps(600)
            it.start_dovecot()
            it.start_postfix()
            it.start_nginx()
            private.wait_for(lambda: is_live(it), "first publish", 600)
            wait_until_idle(it)
        yield it
    finally:
        it.destroy()


def ready_hash():
    return "{CRYPT}" + subprocess.run(
        ["openssl", "passwd", "-6", "-salt", "benchbench", SECRET],
        capture_output=True, text=True, check=True).stdout.strip()


def use_default_scheme(it):
    """Give every mailbox the hash that the product itself makes."""
    it.postroom("mailbox", "add", "probe@bench.test", "--password-stdin",
                input=SECRET + "\n")
    it.db.sql("UPDATE secret a, (SELECT value FROM secret WHERE id = "
              "(SELECT secret_id FROM mailbox WHERE address = "
              "'probe@bench.test')) b SET a.value = b.value", "postroom")


def tune(it):
    """What a benchmark's clients need of the servers beside the product.

    Postfix slows down and drops clients that are refused often, and a poll
    for an address that is not there yet is refused often.
    """
    with open(os.path.join(it.postfix_etc, "main.cf"), "a") as main:
        main.write("smtpd_soft_error_limit = 1000000\n"
                   "smtpd_hard_error_limit = 1000000\n"
                   "smtpd_error_sleep_time = 0\n"
                   "smtpd_client_connection_count_limit = 0\n")


def is_live(it):
    rows = it.db.sql("SELECT s.serial >= h.serial AND s.state = 'ok' FROM "
                     "node_status s, head h", "postroom")
    return rows.split() == ["1"]


def wait_until_idle(it):
    """Until the first comparison and the first text copies are made."""
    texts = [os.path.join(it.maps, name + ".txt")
             for name in ("mailboxes", "aliases", "sender_login")]

    def is_idle():
        status = it.programs("status")
        pid = next(line.split("pid=")[1].split()[0]
                   for line in status.splitlines() if "=mapd " in line)
        with open(f"/proc/{pid}/task/{pid}/children") as f:
            # One of them is the worker that it always has.
            return all(map(os.path.exists, texts)) and \
                len(f.read().split()) <= 1

    for _ in range(3):
        private.wait_for(is_idle, "the publisher's first work", 600)
        time.sleep(1)


class Panel:
    """A signed-in client of the API."""

    def __init__(self, it, login):
        self.port = it.ports["http"]
        role = ["--role", "admin"] if login == "bench-admin" else []
        it.postroom("admin", "add", login, *role)
        link = it.postroom("admin", "first-use-link", login)
        token = link.split("token=")[1].split()[0]
        reply, headers = self.request(
            "POST", "/api/v1/first-use",
            {"token": token, "password": PASSWORD})
        self.cookie = headers["Set-Cookie"].split(";")[0]
        self.admin_id = reply["admin"]["id"]

    def request(self, method, path, body=None):
        conn = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"X-Postroom": "1", "Content-Type": "application/json",
                   "Host": f"localhost:{self.port}"}
        if hasattr(self, "cookie"):
            headers["Cookie"] = self.cookie
        conn.request(method, path, json.dumps(body) if body else None,
                     headers)
        answer = conn.getresponse()
        text = answer.read()
        if answer.status >= 400:
            raise SystemExit(f"{method} {path}: {answer.status} {text!r}")
        return json.loads(text) if text else None, answer.headers


def lmtp_socket(it):
    return "unix:" + it.path("postfix", "queue", "private", "dovecot-lmtp")
