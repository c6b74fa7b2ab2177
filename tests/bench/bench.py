#!/usr/bin/python3
"""Measures Postroom beside floors that are taken in the same run.

usage: bench.py [--quick] [PART...]    parts: list save rebuild signin

Machines are noisy, ratios less so: every figure is a median of rounds in
which floor and product take turns. BENCH_JSON=FILE writes one object a line.
"""

import argparse
import contextlib
import http.client
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(ROOT, "scripts", "lib")]

import dataset  # noqa: E402
import layout  # noqa: E402
import private  # noqa: E402
from report import Report  # noqa: E402

BIN = os.path.join(ROOT, "build", "bench")
PASSWORD = "correct horse battery staple"
SECRET = "bench-password"
# The best plan there is: a bare SELECT must not lose to a bad guess of the
# optimizer.
SELECT = ("SELECT id, domain_id, address, name, state, quota_bytes, home, "
          "created, updated, version, changed_serial FROM mailbox FORCE INDEX "
          "(mailbox_list_address) WHERE alive = 1 ")
ORDER = "ORDER BY address, id LIMIT 50"


@contextlib.contextmanager
def instance(mailboxes, in_bench, programs=True, default_scheme=False):
    """A throwaway instance that holds the data set and is live.

    All mailboxes share one hash: SHA512-CRYPT, or the product's default.
    """
    it = private.Instance(f"bench{os.getpid()}")
    it.create(throwaway=False)
    try:
        tune(it)
        it._make_run()
        it.db.start()
        it.migrate()
        it.postroom("node", "add", "local")
        for sql in dataset.statements(mailboxes, in_bench,
                                      it.path("vmail"), ready_hash()):
            it.db.sql(sql, "postroom")
        if default_scheme:
            use_default_scheme(it)
        if programs:
            it.start_programs()
            it.wait_for_maps()
            it.start_dovecot()
            it.start_postfix()
            it.start_nginx()
            private.wait_for(lambda: is_live(it), "first publish", 120)
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
    it.db.sql("UPDATE secret a, secret b SET a.value = b.value WHERE "
              "a.id = 1 AND b.id = (SELECT secret_id FROM mailbox WHERE "
              "address = 'probe@bench.test')", "postroom")


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


def wrk(url, cookie, seconds):
    """Requests a second; any answer but 200 ends the run."""
    out = subprocess.run(
        ["wrk", "-t1", "-c16", f"-d{seconds}s", "-H", f"Cookie: {cookie}",
         url], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in out or "Socket errors" in out:
        raise SystemExit(f"{url}: wrk saw errors:\n{out}")
    for line in out.splitlines():
        if line.startswith("Requests/sec:"):
            return float(line.split()[1])
    raise SystemExit(f"{url}: wrk said nothing:\n{out}")


@contextlib.contextmanager
def floor_list(it, number, sql):
    """The bare FastCGI program for one SELECT, behind an nginx of its own."""
    folder = it.path(f"floor{number}")
    os.makedirs(folder, exist_ok=True)
    sock = os.path.join(it.run, f"floor{number}.sock")
    port = layout.pick_ports(["http"], set(it.ports.values()), False)["http"]
    server = subprocess.Popen(
        [os.path.join(BIN, "floor_list"), sock, it.db.socket, "postroom",
         "4", sql], stdout=subprocess.PIPE, text=True)
    nginx = None
    try:
        if server.stdout.readline().strip() != "ready":
            raise SystemExit("floor_list did not start")
        os.chmod(sock, 0o666)
        conf = os.path.join(folder, "nginx.conf")
        with open(conf, "w") as out:
            out.write(
                "user www-data;\nworker_processes 2;\ndaemon off;\n"
                f"pid {folder}/pid;\nerror_log {folder}/err.log;\n"
                "events { worker_connections 512; }\nhttp {\n"
                "access_log off; tcp_nodelay on;\n"
                f"client_body_temp_path {folder}; proxy_temp_path {folder};\n"
                f"fastcgi_temp_path {folder}; uwsgi_temp_path {folder};\n"
                f"scgi_temp_path {folder};\n"
                f"server {{ listen 127.0.0.1:{port}; location / {{\n"
                f"fastcgi_pass unix:{sock}; fastcgi_keep_conn off;\n"
                "fastcgi_param REQUEST_METHOD $request_method;\n"
                "fastcgi_param QUERY_STRING $query_string; } } }\n")
        nginx = subprocess.Popen(["nginx", "-p", folder, "-c", conf],
                                 stderr=subprocess.DEVNULL)
        private.wait_for(lambda: answers(port), "the floor's nginx")
        yield f"http://127.0.0.1:{port}/"
    finally:
        for child in (nginx, server):
            if child:
                child.terminate()
                child.wait()


def answers(port):
    conn = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        conn.request("GET", "/")
        return conn.getresponse().status == 200
    except OSError:
        return False
    finally:
        conn.close()


def compare_list(it, report, number, name, sql, path, panel, opts):
    """Our rate for one list page beside the bare SELECT's, taking turns."""
    ours, floor = [], []
    url = f"http://localhost:{it.ports['http']}{path}"
    items = panel.request("GET", path)[0]["items"]
    if len(items) != 50:
        raise SystemExit(f"{name}: {len(items)} rows instead of 50")
    with floor_list(it, number, sql) as floor_url:
        for _ in range(opts.rounds):
            floor.append(wrk(floor_url, "x=y", opts.seconds))
            ours.append(wrk(url, panel.cookie, opts.seconds))
    rate = statistics.median(ours)
    report.add(name, rate, "req/s", statistics.median(floor), (">=", 0.5), 0)
    return rate


def deep_cursor(panel, sort, page):
    """The cursor of a page far down, by walking to it."""
    path = f"/api/v1/mailboxes?limit=200&sort={sort}"
    reply = panel.request("GET", path)[0]
    for _ in range(page * 50 // 200 - 1):
        reply = panel.request("GET", path + "&after=" + reply["next"])[0]
    return reply["next"]


def bench_list(report, opts):
    rates = {}
    for size in (10000, 100000):
        with instance(size, 1000) as it:
            panel = Panel(it, "bench-root")
            label = f"{size:,} mailboxes"
            rates[size] = compare_list(
                it, report, 1, f"list, first page, {label}",
                SELECT + ORDER,
                "/api/v1/mailboxes", panel, opts)
            if size == 100000:
                more_lists(it, report, panel, opts)
    report.add("list, first page, 100,000 beside 10,000", rates[100000],
               "req/s", rates[10000], (">=", 0.8), 0)


def more_lists(it, report, panel, opts):
    cursor = deep_cursor(panel, "address", 1000)
    at = it.db.sql("SELECT address FROM mailbox WHERE alive = 1 ORDER BY "
                   "address, id LIMIT 49999, 1", "postroom").strip()
    compare_list(it, report, 2, "list, 1,000th page, 100,000 mailboxes",
                 SELECT + f"AND (address > '{at}' OR (address = '{at}' AND "
                 f"id > 0)) {ORDER}",
                 f"/api/v1/mailboxes?after={cursor}", panel, opts)
    compare_list(it, report, 3, "search, address prefix, 100,000 mailboxes",
                 SELECT + f"AND address LIKE 'u00012%' {ORDER}",
                 "/api/v1/mailboxes?q=u00012", panel, opts)
    scoped = Panel(it, "bench-admin")
    it.db.sql(dataset.admin_domain(scoped.admin_id), "postroom")
    ids = ", ".join(str(n + 2) for n in range(dataset.ADMIN_DOMAINS))
    compare_list(it, report, 4, "list, admin of 50 domains, 100,000 mailboxes",
                 SELECT + f"AND domain_id IN ({ids}) {ORDER}",
                 "/api/v1/mailboxes", scoped, opts)


@contextlib.contextmanager
def rcpt_clients(it, clients, out):
    """Clients that ask Postfix for known addresses meanwhile."""
    load = subprocess.Popen(
        [os.path.join(BIN, "rcpt_load"), f"127.0.0.1:{it.ports['smtp']}",
         str(clients), "bench.test", "1000"],
        stdout=subprocess.PIPE, text=True)
    try:
        if load.stdout.readline().strip() != "ready":
            raise SystemExit("rcpt_load did not start")
        yield
    finally:
        load.send_signal(signal.SIGTERM)
        out.append(json.loads(load.stdout.readline()))
        if load.wait() != 0:
            raise SystemExit("a known recipient was not accepted")


def lmtp_socket(it):
    return "unix:" + it.path("postfix", "queue", "private", "dovecot-lmtp")


def save_round(it, panel, tag, count):
    """Percentiles of one round: the floor, the reply, delivered."""
    rcpt = []
    with tempfile.TemporaryDirectory(dir=it.state) as folder:
        copy = os.path.join(folder, "floor.lmdb")
        subprocess.run(["cp", os.path.join(it.maps, "mailboxes.lmdb"), copy],
                       check=True)
        with rcpt_clients(it, 8, rcpt):
            floor = subprocess.run(
                [os.path.join(BIN, "floor_save"), it.db.socket, "postroom",
                 folder, copy, str(count)], capture_output=True, text=True,
                check=True).stdout
    with rcpt_clients(it, 8, rcpt):
        client = subprocess.run(
            [os.path.join(BIN, "save_client"),
             f"127.0.0.1:{it.ports['http']}",
             f"127.0.0.1:{it.ports['smtp']}", lmtp_socket(it), "bench.test",
             "u0000000@bench.test", panel.cookie, ready_hash(), str(count), tag],
            capture_output=True, text=True)
    if client.returncode:
        raise SystemExit(f"save_client: {client.stderr}")
    saved, delivered = map(json.loads, client.stdout.splitlines())
    return json.loads(floor), saved, delivered


def bench_save(report, opts):
    figures = {}
    sets = [("100,000", 100000, 1000), ("1,000,000", 1000000, 1000),
            ("100,000 in one domain", 100000, 99999)]
    for label, size, in_bench in sets[:1] if opts.quick else sets:
        with instance(size, in_bench) as it:
            panel = Panel(it, "bench-root")
            rounds = [save_round(it, panel, f"s{n}x", opts.saves // 3)
                      for n in range(3)]
        floor, saved, delivered = (
            statistics.median(r[i]["p99"] for r in rounds) / 1000
            for i in range(3))
        figures[label] = delivered / floor
        if label == "100,000":
            report.add("save, request to reply, p99, 100,000", saved, "ms",
                       floor, ("<=", 5))
        report.add(f"save to delivered, p99, {label}", delivered, "ms",
                   floor, ("<=", 10) if label == "100,000" else None)
    base = figures["100,000"]
    for label, ratio in figures.items():
        if label != "100,000":
            report.add(f"save to delivered, {label} beside 100,000", ratio,
                       "x floor", base, ("<=", 1.3))


PLAIN = {
    "domains": "SELECT name, 'x' FROM domain WHERE alive = 1 ORDER BY name",
    "mailboxes": "SELECT address, 'x' FROM mailbox WHERE alive = 1 "
                 "ORDER BY address",
    "aliases": "SELECT a.address, t.target FROM alias a JOIN alias_target t "
               "ON t.alias_id = a.id WHERE a.alive = 1 ORDER BY a.address",
    "sender_login": "SELECT address, address FROM mailbox WHERE alive = 1 "
                    "UNION ALL SELECT a.address, t.target FROM alias a JOIN "
                    "alias_target t ON t.alias_id = a.id WHERE a.alive = 1 "
                    "ORDER BY 1",
}
PLAIN_USERS = ("SELECT m.address, s.value, m.home, 5000, 5000, "
               "CONCAT('*:bytes=', m.quota_bytes), '', '', 0, 0, 0, 0 "
               "FROM mailbox m JOIN secret s ON s.id = m.secret_id "
               "WHERE m.alive = 1 ORDER BY m.address")
ACCOUNT = ("CREATE TABLE account (address TEXT PRIMARY KEY, password TEXT, "
           "home TEXT, uid INTEGER, gid INTEGER, quota_rule TEXT, allow_nets "
           "TEXT, nologin TEXT, block_imap INTEGER, block_pop3 INTEGER, "
           "block_smtp INTEGER, block_sieve INTEGER) WITHOUT ROWID")


def plain_rebuild(it, folder):
    """The same outputs the plain way: a dump and `postmap` for each map."""
    start = time.monotonic()
    for name, sql in list(PLAIN.items()) + [("users", PLAIN_USERS)]:
        path = os.path.join(folder, name)
        with open(path, "w") as out:
            subprocess.run(["mariadb", "--no-defaults", "-uroot", "-S",
                            it.db.socket, "-NB", "--quick", "-e", sql,
                            "postroom"], stdout=out, check=True)
        if name == "users":
            subprocess.run(
                ["sqlite3", path + ".db", "PRAGMA journal_mode=WAL;", ACCOUNT,
                 ".mode tabs", f".import {path} account"],
                stdout=subprocess.DEVNULL, check=True)
        else:
            subprocess.run(["postmap", "-c", it.postfix_etc, "lmdb:" + path],
                           check=True)
        subprocess.run(["sync", path,
                        path + (".db" if name == "users" else ".lmdb")],
                       check=True)
    return time.monotonic() - start


def own_rebuild(it):
    """postroom-mapd with no file there: until the last one is in place."""
    for folder in (it.maps, it.path("maps", "dovecot"), it.path("node")):
        for name in os.listdir(folder):
            with contextlib.suppress(IsADirectoryError):
                os.unlink(os.path.join(folder, name))
    start = time.monotonic()
    mapd = subprocess.Popen(
        ["setpriv", "--reuid=postroom-map", "--regid=postroom-map",
         "--init-groups", it.path("bin", "postroom-mapd"), "-c", it.conf],
        stderr=subprocess.DEVNULL)
    try:
        private.wait_for(lambda: mapd.poll() is None and has_maps(it),
                         "full rebuild", 300)
        return time.monotonic() - start
    finally:
        mapd.terminate()
        mapd.wait()


def has_maps(it):
    with contextlib.suppress(private.InstanceError):
        it.wait_for_maps(0)
        return True
    return False


def bench_rebuild(report, opts):
    sizes = [10000, 100000] if opts.quick else [10000, 100000, 1000000]
    for size in sizes:
        with instance(size, 1000, programs=False) as it:
            ours, floor = [], []
            for _ in range(3 if size < 1000000 else 2):
                with tempfile.TemporaryDirectory(dir=it.state) as folder:
                    floor.append(plain_rebuild(it, folder))
                ours.append(own_rebuild(it))
            report.add(f"full rebuild, {size:,} mailboxes",
                       statistics.median(ours), "s",
                       statistics.median(floor),
                       ("<=", 1.5) if size == 1000000 else None)


def sign_in_loop(it, stop, counts, index):
    import imaplib
    while not stop.is_set():
        client = imaplib.IMAP4("127.0.0.1", it.ports["imap"], timeout=30)
        try:
            client.login(f"u{index:07d}@bench.test", SECRET)
            counts[index] += 1
        finally:
            with contextlib.suppress(Exception):
                client.logout()


def bench_signin(report, opts):
    """32 clients sign in without pause, with the default scheme."""
    with instance(10000, 1000, default_scheme=True) as it:
        stop, counts, rcpt = threading.Event(), [0] * 32, []
        threads = [threading.Thread(target=sign_in_loop,
                                    args=(it, stop, counts, n))
                   for n in range(32)]
        load = subprocess.Popen(
            [os.path.join(BIN, "rcpt_load"), lmtp_socket(it), "1",
             "bench.test", "1000", "5"], stdout=subprocess.PIPE, text=True)
        load.stdout.readline()
        start = time.monotonic()
        for thread in threads:
            thread.start()
        stop.wait(opts.seconds * 3)
        stop.set()
        for thread in threads:
            thread.join()
        took = time.monotonic() - start
        load.send_signal(signal.SIGTERM)
        lmtp = json.loads(load.stdout.readline())
        if load.wait() != 0:
            raise SystemExit("LMTP did not accept a known recipient")
        report.add("sign-in storm, 32 clients, default scheme",
                   sum(counts) / took, "login/s", None, None, 1)
        report.limit("LMTP RCPT p99 during the storm", lmtp["p99"] / 1000,
                     "ms", 50)


PARTS = {"list": bench_list, "save": bench_save, "rebuild": bench_rebuild,
         "signin": bench_signin}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true",
                        help="fewer rounds, no million")
    parser.add_argument("parts", nargs="*")
    opts = parser.parse_args()
    for part in opts.parts:
        if part not in PARTS:
            parser.error(f"{part}: not one of {', '.join(PARTS)}")
    opts.rounds = 1 if opts.quick else 3
    opts.seconds = 2 if opts.quick else 4
    opts.saves = 300 if opts.quick else 1000
    report = Report()
    report.head()
    for part in opts.parts or PARTS:
        PARTS[part](report, opts)
    sys.exit(report.finish())


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    main()
