"""Bulk imports: rows a second beside array binding of the same rows, plain
passwords beside what the cores hash, memory of the daemon, size of the logs.
"""

import grp
import json
import os
import signal
import subprocess
import time

import private
from world import BIN, ready_hash

BIG = 1000000


def _path(it):
    return it.path("import.csv")


def write(it, domain, rows, word):
    with open(_path(it), "w", encoding="ascii") as f:
        f.write("address,name,password,quota\n")
        for i in range(rows):
            f.write(f"u{i:07}@{domain},Person {i},{word},1G\n")
    os.chmod(_path(it), 0o644)
    it.postroom("domain", "add", domain)


class Jobd:
    """postroom-jobd alone, and the most memory that it had."""

    def __init__(self, it):
        with open(it.path("log", "jobd.log"), "a") as log:
            self.process = subprocess.Popen(
                [it.path("bin", "postroom-jobd"), "-c", it.conf],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                user="postroom-job", group="postroom-job",
                extra_groups=[grp.getgrnam("postroom").gr_gid],
                env=dict(private.ENVIRONMENT, CREDENTIALS_DIRECTORY=it.
                         path("seal-job")))

    def peak_mb(self):
        with open(f"/proc/{self.process.pid}/status") as f:
            for line in f:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) / 1024
        raise ValueError("no VmHWM")

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)


def log_mb(it):
    """Binlog and undo, in MB."""
    binlog = sum(int(row.split("\t")[1]) for row in it.db.sql(
        "SHOW BINARY LOGS").splitlines() if row) if it.db.sql(
            "SELECT @@log_bin").strip() == "1" else 0
    undo = int(it.db.sql(
        "SELECT COUNT FROM information_schema.INNODB_METRICS WHERE NAME = "
        "'trx_rseg_history_len'") or 0)
    return binlog / 1e6, undo


def bring_in(it):
    """Seconds of check and of import."""
    started = time.monotonic()
    told = json.loads(it.postroom("--json", "import", _path(it)))
    whole = time.monotonic() - started
    if told["state"] != "done" or told["failed"] or told["wrong"]:
        raise SystemExit(f"import: {told}")
    check, run = (float(it.db.sql(
        "SELECT TIMESTAMPDIFF(MICROSECOND, j.started, j.finished) / 1e6 FROM "
        f"job j JOIN import i ON j.id = i.{kind}_job WHERE i.id = "
        f"{told['id']}", "postroom")) for kind in ("check", "run"))
    return whole, check, run


def floor(it, domain, rows):
    it.postroom("domain", "add", domain)
    first = int(it.db.sql(
        "SELECT GREATEST((SELECT COALESCE(MAX(id), 0) FROM mailbox), "
        "(SELECT COALESCE(MAX(id), 0) FROM secret)) + 1", "postroom"))
    out = subprocess.run(
        [os.path.join(BIN, "floor_import"), it.db.socket, "postroom", domain,
         str(first), str(rows), ready_hash()], capture_output=True, text=True,
        check=True).stdout
    return json.loads(out)["us"] / 1e6


def hashes_per_second(it):
    """What all cores make of the product's scheme at once."""
    cores = os.cpu_count()
    began = time.monotonic()
    runs = [subprocess.Popen(
        [os.path.join(BIN, "hash_rate"), "3"], stdout=subprocess.PIPE,
        text=True) for _ in range(cores)]
    done = sum(int(run.communicate()[0]) for run in runs)
    return done / (time.monotonic() - began)


def bench_import(report, opts):
    rows = 20000 if opts.quick else 100000
    it = private.Instance(f"bench{os.getpid()}")
    it.create(throwaway=False)
    try:
        it._make_run()
        it.db.start()
        it.migrate()
        jobd = Jobd(it)
        word = ready_hash()
        mine, floors = [], []
        for n in range(opts.rounds):
            floors.append(floor(it, f"floor{n}.test", rows))
            write(it, f"import{n}.test", rows, word)
            mine.append(bring_in(it))
        best = sorted(range(opts.rounds), key=lambda n: mine[n][2])[
            opts.rounds // 2]
        whole, check, run = mine[best]
        report.add(f"import, {rows} ready hashes", rows / run, "rows/s",
                   rows / floors[best], (">=", 0.6))
        report.add("the same, goal 20,000 rows/s", rows / run, "rows/s",
                   20000, (">=", 1))
        report.add("its check (read, looks)", rows / check, "rows/s")
        report.add("upload, check and import", rows / whole, "rows/s")
        plain = 400 if opts.quick else 2000
        write(it, "plain.test", plain, "a quiet river 7")
        _, _, run = bring_in(it)
        report.add("import, plain passwords", plain / run, "rows/s",
                   hashes_per_second(it), (">=", 0.9))
        binlog, undo = log_mb(it)
        report.add("binlog so far", binlog, "MB")
        report.add("undo history so far", undo, "trx")
        if not opts.quick:
            write(it, "big.test", BIG, word)
            bring_in(it)
        report.limit(f"jobd's memory, {BIG if not opts.quick else rows} rows",
                     jobd.peak_mb(), "MB", 64)
        jobd.end()
    finally:
        it.destroy()
