"""Saves, and how long they take to be live, under a load of RCPT clients."""

import contextlib
import json
import os
import signal
import statistics
import subprocess
import tempfile

import dataset
import private
from world import BIN, Panel, instance, lmtp_socket, ready_hash


@contextlib.contextmanager
def rcpt_clients(it, clients, out):
    """Clients that ask Postfix for known addresses meanwhile."""
    load = subprocess.Popen(
        [os.path.join(BIN, "rcpt_load"), f"127.0.0.1:{it.ports['smtp']}",
         str(clients), "bench.test", "1000"],
        stdout=subprocess.PIPE, text=True)
    if load.stdout.readline().strip() != "ready":
        raise SystemExit("rcpt_load did not start")
    try:
        yield
    finally:
        load.send_signal(signal.SIGTERM)
        out.append({**json.loads(load.stdout.readline()),
                    **json.loads(load.stdout.readline())})
        if load.wait() != 0:
            raise SystemExit("rcpt_load lost its connection")


def save_round(it, panel, tag, count):
    """One round: the floor, the reply, delivered, and the answers to RCPT
    meanwhile."""
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
    return json.loads(floor), saved, delivered, rcpt[1]


def p99(rounds):
    """Milliseconds, over the samples of all rounds together."""
    us = sorted(x for r in rounds for x in r["us"])
    return us[len(us) * 99 // 100] / 1000


# The two at 100,000 and more stand beside what is measured at 100,000.
SETS = {
    "10000": ("10,000 mailboxes", 10000, 1000, dataset.DOMAINS),
    "100000": ("100,000 mailboxes", 100000, 1000, dataset.DOMAINS),
    "domain": ("100,000 in one domain", 100000, 99999, dataset.DOMAINS),
    "1000000": ("1,000,000 in 10,000 domains", 1000000, 1000, 10000),
}


def publish_times(it, panel, count):
    """Milliseconds that the publisher takes for one change each."""
    times = []
    for number in range(count):
        row = panel.request("POST", "/api/v1/mailboxes", {
            "address": f"one{number}@bench.test",
            "password_hash": ready_hash()})[0]

        def took():
            live, us = it.db.sql(
                "SELECT serial, took_us FROM node_status", "postroom").split()
            return int(live) >= row["changed_serial"] and int(us)

        times.append(private.wait_for(took, "one change live") / 1000)
    return times


class Saves:
    """The sets that were measured, for the lines that compare them."""

    def __init__(self):
        self.delivered, self.published = {}, {}

    def measure(self, report, opts, name):
        if name in self.delivered:
            return
        is_base = name in ("10000", "100000")
        if not is_base:
            self.measure(report, opts, "100000")
        label, size, in_bench, domains = SETS[name]
        with instance(size, in_bench, domains) as it:
            panel = Panel(it, "bench-root")
            published = statistics.median(publish_times(it, panel, 50))
            rounds = [save_round(it, panel, f"s{n}x", opts.saves // 3)
                      for n in range(3)]
        floor, saved, delivered = (
            p99([r[i] for r in rounds]) for i in range(3))
        self.delivered[name] = delivered / floor
        self.published[name] = published
        if is_base:
            report.add(f"save, request to reply, p99, {label}", saved, "ms",
                       floor, ("<=", 5))
        report.add(f"save to delivered, p99, {label}", delivered, "ms",
                   floor, ("<=", 10) if is_base else None)
        report.limit(f"known recipients refused, {opts.saves // 3 * 3} "
                     f"publishes, {label}",
                     sum(r[3]["refused"] for r in rounds), "RCPT", 0, 0)
        report.add(f"publish one change, median, {label}", published, "ms")
        if not is_base:
            self.compare(report, name, label)

    def compare(self, report, name, label):
        report.add(f"save to delivered, {label} beside 100,000",
                   self.delivered[name], "x floor", self.delivered["100000"],
                   ("<=", 1.3))
        report.add(f"publish one change, {label} beside 100,000",
                   self.published[name], "ms", self.published["100000"],
                   ("<=", 1.3))
