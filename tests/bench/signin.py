"""Sign-ins without pause, and what they do to deliveries."""

import contextlib
import json
import os
import signal
import subprocess
import threading
import time

from world import BIN, SECRET, instance, lmtp_socket


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
    for size in (10000, 100000):
        storm(report, opts, size)


def storm(report, opts, size):
    label = f"{size:,} mailboxes"
    with instance(size, 1000, default_scheme=True) as it:
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
        if json.loads(load.stdout.readline())["refused"] or load.wait():
            raise SystemExit("LMTP did not accept a known recipient")
        report.add(f"sign-in storm, 32 clients, {label}",
                   sum(counts) / took, "login/s", None, None, 1)
        report.limit(f"LMTP RCPT p99 during it, {label}",
                     lmtp["p99"] / 1000, "ms", 50)
