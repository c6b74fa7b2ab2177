"""List pages beside a bare FastCGI program that does one SELECT."""

import contextlib
import http.client
import os
import statistics
import subprocess

import dataset
import layout
import private
from world import BIN, Panel, instance

# The best plan there is: a bare SELECT must not lose to a bad guess of the
# optimizer.
SELECT = ("SELECT id, domain_id, address, name, state, quota_bytes, home, "
          "created, updated, version, changed_serial FROM mailbox FORCE INDEX "
          "(mailbox_list_address) WHERE alive = 1 ")
ORDER = "ORDER BY address, id LIMIT 50"


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
                deep_list(it, report, panel, opts)
            more_lists(it, report, panel, opts, label)
    report.add("list, first page, 100,000 beside 10,000", rates[100000],
               "req/s", rates[10000], (">=", 0.8), 0)


def deep_list(it, report, panel, opts):
    cursor = deep_cursor(panel, "address", 1000)
    at = it.db.sql("SELECT address FROM mailbox WHERE alive = 1 ORDER BY "
                   "address, id LIMIT 49999, 1", "postroom").strip()
    compare_list(it, report, 2, "list, 1,000th page, 100,000 mailboxes",
                 SELECT + f"AND (address > '{at}' OR (address = '{at}' AND "
                 f"id > 0)) {ORDER}",
                 f"/api/v1/mailboxes?after={cursor}", panel, opts)


def more_lists(it, report, panel, opts, label):
    compare_list(it, report, 3, f"search, address prefix, {label}",
                 SELECT + f"AND address LIKE 'u00012%' {ORDER}",
                 "/api/v1/mailboxes?q=u00012", panel, opts)
    scoped = Panel(it, "bench-admin")
    it.db.sql(dataset.admin_domain(scoped.admin_id), "postroom")
    ids = ", ".join(str(n + 2) for n in range(dataset.ADMIN_DOMAINS))
    compare_list(it, report, 4, f"list, admin of 50 domains, {label}",
                 SELECT + f"AND domain_id IN ({ids}) {ORDER}",
                 "/api/v1/mailboxes", scoped, opts)
