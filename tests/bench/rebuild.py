"""Making all map files anew beside the plain way to make the same files."""

import contextlib
import os
import statistics
import subprocess
import tempfile
import time

import dataset
import private
from world import instance

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
                         "full rebuild", 1200)
        return time.monotonic() - start
    finally:
        mapd.terminate()
        mapd.wait()


def has_maps(it):
    with contextlib.suppress(private.InstanceError):
        it.wait_for_maps(0)
        return True
    return False


def bench_rebuild(report, size):
    domains = 10000 if size == 1000000 else dataset.DOMAINS
    with instance(size, 1000, domains, programs=False) as it:
        ours, floor = [], []
        for _ in range(3 if size < 1000000 else 2):
            with tempfile.TemporaryDirectory(dir=it.state) as folder:
                floor.append(plain_rebuild(it, folder))
            ours.append(own_rebuild(it))
    report.add(f"full rebuild, {size:,} mailboxes", statistics.median(ours),
               "s", statistics.median(floor),
               ("<=", 1.5) if size == 1000000 else None)
