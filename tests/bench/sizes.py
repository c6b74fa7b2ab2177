"""What a worker and the panel take: memory after a day's work, bytes to load."""

import concurrent.futures
import os
import random
import re
import subprocess

from world import ROOT, Panel, instance, ready_hash

REQUESTS = 10000
CLIENTS = 4


def resident_kb(it):
    """Of the one worker, which must be the one that served all."""
    status = it.programs("status")
    pid = next(line.split("pid=")[1].split()[0]
               for line in status.splitlines() if "=web " in line)
    with open(f"/proc/{pid}/task/{pid}/children") as f:
        (worker,) = f.read().split()
    with open(f"/proc/{worker}/smaps_rollup") as f:
        return worker, int(next(
            line.split()[1] for line in f if line.startswith("Rss")))


def mixed(panel, client, count):
    """What people do all day: lists of all kinds, searches, saves."""
    chance = random.Random(client)
    for number in range(count):
        kind = chance.randrange(10)
        if kind == 0:
            panel.request("POST", "/api/v1/mailboxes", {
                "address": f"mix{client}-{number}@bench.test",
                "password_hash": ready_hash_once()})
        elif kind == 1:
            panel.request("GET", "/api/v1/revisions?limit=200")
        elif kind == 2:
            panel.request("GET", f"/api/v1/search?q=u{number:05d}")
        elif kind == 3:
            panel.request("GET", "/api/v1/aliases?limit=200")
        elif kind == 4:
            panel.request("GET", "/api/v1/domains?limit=200")
        else:
            panel.request("GET", "/api/v1/mailboxes?limit=200&sort="
                          + chance.choice(("address", "name", "-quota")))


_hash = []


def ready_hash_once():
    if not _hash:
        _hash.append(ready_hash())
    return _hash[0]


def one_worker(it):
    """One that serves all requests and is not replaced meanwhile."""
    with open(it.conf, encoding="utf-8") as f:
        text = f.read()
    text = re.sub(r"(?m)^workers = .*", "workers = 1", text)
    text = re.sub(r"(?m)^requests_per_worker = .*",
                  "requests_per_worker = 1000000", text)
    with open(it.conf, "w", encoding="utf-8") as f:
        f.write(text)


def bench_worker(report, opts):
    ready_hash_once()
    with instance(10000, 1000, prepare=one_worker) as it:
        panel = Panel(it, "bench-root")
        worker, _ = resident_kb(it)
        with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
            for done in [pool.submit(mixed, panel, n, REQUESTS // CLIENTS)
                         for n in range(CLIENTS)]:
                done.result()
        again, kb = resident_kb(it)
    if again != worker:
        raise SystemExit("the worker was replaced while it was measured")
    report.limit(f"a worker's memory after {REQUESTS:,} mixed requests",
                 kb / 1024, "MB", 10)


def bench_panel(report, opts):
    """The sizes that the panel's build prints."""
    built = subprocess.run(
        ["npm", "--prefix", os.path.join(ROOT, "www"), "run", "build"],
        capture_output=True, text=True)
    found = re.search(r"^sign-in.*?([0-9.]+) KB gz of ([0-9]+)",
                      built.stdout, re.M)
    if not found:
        raise SystemExit(f"the panel was not built:\n{built.stderr}")
    report.limit("the panel's sign-in, compressed", float(found.group(1)),
                 "KB", float(found.group(2)), 1)
