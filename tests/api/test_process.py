"""The program itself: workers that die, a database that goes, both gateways,
memory, and what it does to a connection that says nothing.
"""

import concurrent.futures
import json
import os
import random
import signal
import socket
import unittest

import apicase
import private
from apicase import etag

MIXED = 10000 if apicase.SOAK else 800
UNDER_VALGRIND = 1000 if apicase.SOAK else 200
IS_SANITIZED = "san" in os.path.basename(apicase.BUILD)


def mixed_requests(case, client, n, domain):
    """n requests of all sorts, good and bad, as a panel and a fool send."""
    chance = random.Random(7)
    box = case.mailbox(domain, f"mix{n}")
    for i in range(n):
        kind = chance.randrange(12)
        if kind == 0:
            reply = client.post("/api/v1/mailboxes", {
                "address": f"mix{n}-{i}@{domain['name']}",
                "password_hash": apicase.HASH})
            case.assertEqual(201, reply.status, reply)
        elif kind == 1:
            reply = client.patch(f"/api/v1/mailboxes/{box['id']}",
                                 {"name": f"Name {i}"}, etag(box))
            case.assertEqual(200, reply.status, reply)
            box = reply.value
        elif kind == 2:
            client.patch(f"/api/v1/mailboxes/{box['id']}", {"name": "x"},
                         '"999999"')
        elif kind == 3:
            client.post("/api/v1/domains", body=b'{"name":')
        elif kind == 4:
            client.post("/api/v1/aliases", {
                "address": f"al{i}@{domain['name']}",
                "targets": [f"nobody{i}@{domain['name']}"]})
        elif kind == 5:
            client.get("/api/v1/revisions", limit=200)
        elif kind == 6:
            client.get("/api/v1/search", q=f"mix{i}")
        elif kind == 7:
            client.post("/api/v1/domains", {
                "name": f"x{i}.example", "description": "y" * 100000})
        elif kind == 8:
            client.get("/api/v1/home")
        elif kind == 9:
            client.get("/api/v1/nowhere")
        else:
            case.assertEqual(200, client.get(
                "/api/v1/mailboxes", limit=200,
                sort=chance.choice(("address", "name", "-quota"))).status)


class Workers(apicase.ApiCase):
    own = True
    web = {"workers": 3}

    def _look_at_log(self):
        pass  # workers die here on purpose

    def test_a_killed_worker_is_replaced_while_others_serve(self):
        failed = []

        def read(i):
            try:
                reply = self.root.clone().get("/api/v1/domains")
                return reply.status
            except (AssertionError, OSError) as lost:
                failed.append(lost)
                return 0

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            asked = []
            for round_ in range(5):
                asked += [pool.submit(read, i) for i in range(40)]
                victim = private.wait_for(self.servers.worker_pids, "a worker")
                os.kill(victim[0], signal.SIGKILL)
                private.wait_for(
                    lambda gone=victim[0]: gone not in
                    self.servers.worker_pids()
                    and len(self.servers.worker_pids()) == 3, "a new worker")
            statuses = [a.result() for a in asked]
        # A kill may take the one request that the worker was serving.
        self.assertLessEqual(sum(s != 200 for s in statuses), 5, failed)
        self.must(200, self.root.get("/api/v1/domains"))

    def test_a_kill_in_a_write_leaves_all_or_nothing(self):
        domain = self.domain()
        acknowledged = []

        def write(i):
            address = f"k{i}@{domain['name']}"
            try:
                reply = self.root.clone().post("/api/v1/mailboxes", {
                    "address": address, "password_hash": apicase.HASH})
            except (AssertionError, OSError):
                return
            if reply.status == 201:
                acknowledged.append(address)

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            asked = [pool.submit(write, i) for i in range(120)]
            for done in range(10, 120, 10):
                private.wait_for(lambda n=done: sum(
                    a.done() for a in asked) >= n, "writes", 60)
                alive = private.wait_for(self.servers.worker_pids, "workers")
                os.kill(random.choice(alive), signal.SIGKILL)
        there = self.servers.db.sql(
            "SELECT address FROM mailbox WHERE domain_id = "
            f"{domain['id']}", "postroom").split()
        self.assertTrue(acknowledged)
        self.assertEqual(set(), set(acknowledged) - set(there))
        count, head, revisions = (self.servers.count(sql) for sql in (
            f"SELECT mailbox_count FROM domain WHERE id = {domain['id']}",
            "SELECT serial FROM head", "SELECT COUNT(*) FROM revision"))
        self.assertEqual(len(there), count)
        self.assertEqual(head, revisions)

    def test_hanging_up_replaces_all_workers(self):
        old = set(private.wait_for(
            lambda: len(self.servers.worker_pids()) == 3
            and self.servers.worker_pids(), "workers"))
        self.servers.web.send_signal(signal.SIGHUP)
        private.wait_for(
            lambda: len(self.servers.worker_pids()) == 3
            and not old & set(self.servers.worker_pids()), "new workers")
        self.must(200, self.root.get("/api/v1/domains"))

    def test_workers_cannot_start_programs_or_gain_rights(self):
        def settled(pid):
            with open(f"/proc/{pid}/status") as f:
                status = dict(line.split(":\t", 1) for line in f)
            return status if status["Seccomp"].strip() == "2" else None

        for pid in private.wait_for(self.servers.worker_pids, "workers"):
            status = private.wait_for(lambda of=pid: settled(of), "sandbox")
            self.assertEqual("1", status["NoNewPrivs"].strip())
            self.assertEqual(0, int(status["CapEff"], 16))
            self.assertNotEqual("0", status["Uid"].split()[0])

    def test_connections_that_say_nothing_hold_nobody_up(self):
        path = os.path.join(self.servers.run, "web.sock")
        silent = [socket.socket(socket.AF_UNIX) for _ in range(6)]
        for s in silent:
            s.connect(path)
        try:
            self.must(200, self.root.get("/api/v1/domains"))
        finally:
            for s in silent:
                s.close()
        half = socket.socket(socket.AF_UNIX)
        half.connect(path)
        # A FastCGI record that promises more than it sends.
        half.sendall(bytes([1, 1, 0, 1, 0, 8, 0, 0]) + b"\0\1\0")
        self.must(200, self.root.get("/api/v1/domains"))
        half.close()
        for noise in (b"GET / HTTP/1.0\r\n\r\n", b"\xff" * 64,
                      bytes([1, 4, 0, 1, 255, 255, 0, 0]) + b"A" * 100):
            with socket.socket(socket.AF_UNIX) as s:
                s.connect(path)
                s.sendall(noise)
        self.must(200, self.root.get("/api/v1/domains"))


class Recycling(apicase.ApiCase):
    own = True
    web = {"workers": 2, "requests_per_worker": 10}

    def test_a_worker_ends_after_its_share_and_nobody_notices(self):
        old = set(private.wait_for(self.servers.worker_pids, "workers"))
        for _ in range(60):
            self.must(200, self.root.get("/api/v1/domains"))
        private.wait_for(
            lambda: not old & set(self.servers.worker_pids()), "new workers")


class Ending(apicase.ApiCase):
    own = True
    def test_it_ends_cleanly_when_told(self):
        self.assertEqual(0, self.servers.stop_web())
        status, _, body = self.servers.client().raw("GET", "/healthz")
        self.assertEqual((503, "unavailable"),
                         (status, json.loads(body)["code"]))
        self.servers.start_web()
        private.wait_for(
            lambda: self.root.get("/api/v1/domains").status == 200, "web")


class DatabaseAway(apicase.ApiCase):
    own = True
    def _look_at_log(self):
        pass  # it is told there that the database is away

    def test_it_says_so_and_comes_back_by_itself(self):
        domain = self.domain()
        workers = set(self.servers.worker_pids())
        self.servers.db.stop()
        for _ in range(12):
            reply = self.must(503, self.root.get("/api/v1/domains"))
            self.assertEqual("unavailable", reply.value["code"])
            self.assertEqual([("", "database_away")], reply.reasons)
            self.assertNotIn(b"sock", reply.body)
        self.must(503, self.root.post("/api/v1/mailboxes", {
            "address": f"x@{domain['name']}"}))
        self.must(503, self.servers.client().get("/api/v1/health"))
        self.servers.db.start()
        private.wait_for(lambda: all(
            self.root.get("/api/v1/domains").status == 200
            for _ in range(12)), "the database in the API")
        self.mailbox(domain, "after")
        self.assertEqual(workers, set(self.servers.worker_pids()))

    def test_a_start_without_database_waits_for_it(self):
        self.servers.stop_web()
        self.servers.db.stop()
        self.servers.start_web()
        private.wait_for(self.servers.worker_pids, "workers")
        self.must(503, self.root.get("/api/v1/domains"))
        self.servers.db.start()
        private.wait_for(lambda: self.root.get(
            "/api/v1/domains").status == 200, "the database in the API")


@unittest.skipUnless(apicase.SOAK, "waits for time-outs")
class DatabaseHangs(apicase.ApiCase):
    own = True
    web = {"workers": 2, "request_timeout_s": 2}

    def _look_at_log(self):
        pass  # workers that hang are killed

    def test_requests_end_and_it_recovers(self):
        self.root.timeout = 60
        os.kill(self.servers.db.pid(), signal.SIGSTOP)
        try:
            with concurrent.futures.ThreadPoolExecutor(4) as pool:
                asked = [pool.submit(self.root.clone().get,
                                     "/api/v1/domains") for _ in range(4)]
                for a in asked:
                    self.assertEqual(503, a.result(60).status)
        finally:
            os.kill(self.servers.db.pid(), signal.SIGCONT)
        private.wait_for(lambda: self.root.get(
            "/api/v1/domains").status == 200, "the database in the API")


class PlainCgi(apicase.ApiCase):
    """The same program, started by Apache for each request."""

    apache = True

    def test_a_day_at_the_office(self):
        browser = self.servers.signed_in(apache=True)
        domain = self.must(201, browser.post(
            "/api/v1/domains", {"name": "cgi.example"})).value
        box = self.must(201, browser.post("/api/v1/mailboxes", {
            "address": "taro@cgi.example",
            "password": apicase.PASSWORD})).value
        path = f"/api/v1/mailboxes/{box['id']}"
        self.must(428, browser.patch(path, {"name": "x"}))
        box = self.must(200, browser.patch(path, {"name": "太郎"},
                                           etag(box))).value
        self.assertEqual("太郎", box["name"])
        self.must(412, browser.patch(path, {"name": "x"}, '"1"'))
        self.refused(422, browser.post("/api/v1/mailboxes", {
            "address": "ta ro@cgi.example"}), "address", "bad_character")
        self.must(200, browser.get("/api/v1/mailboxes", q="taro"))
        self.must(404, browser.get("/api/v1/nowhere"))
        self.must(403, browser.post("/api/v1/domains", {"name": "x.example"},
                                    drop=["X-Postroom"]))
        self.must(401, self.servers.client(apache=True).get(
            "/api/v1/domains"))
        self.must(202, browser.delete(
            f"/api/v1/domains/{domain['id']}", {"confirm": "cgi.example"},
            etag(self.root.get(f"/api/v1/domains/{domain['id']}").value)))
        status, _, body = browser.raw("GET", "/healthz")
        self.assertEqual((200, "ok"), (status, json.loads(body)["status"]))

    def test_a_query_is_never_taken_for_options(self):
        browser = self.servers.client(apache=True)
        for query in ("--routes", "--version", "-c+/etc/passwd", "-h"):
            status, _, body = browser.raw("GET", f"/api/v1/health?{query}")
            self.assertEqual(422, status, body)

    def test_bodies_that_are_cut_or_too_large(self):
        browser = self.servers.signed_in(apache=True)
        self.refused(413, browser.post(
            "/api/v1/domains", body=json.dumps({"name": "x" * (2 << 20)})),
            "", "too_large")
        self.refused(400, browser.post("/api/v1/domains", body=b'{"name"'),
                     "", "bad_json")


@unittest.skipIf(IS_SANITIZED, "sizes and Valgrind are of the plain build")
class Memory(apicase.ApiCase):
    own = True
    web = {"workers": 1, "requests_per_worker": 1000000}

    def resident_kb(self):
        (worker,) = self.servers.worker_pids()
        with open(f"/proc/{worker}/smaps_rollup") as f:
            return worker, int(next(
                line.split()[1] for line in f if line.startswith("Rss")))

    def test_a_worker_stays_small_and_does_not_grow(self):
        domain = self.domain()
        mixed_requests(self, self.root, MIXED // 4, domain)
        worker, before_kb = self.resident_kb()
        mixed_requests(self, self.root, MIXED, domain)
        again, after_kb = self.resident_kb()
        self.assertEqual(worker, again, "another worker was measured")
        self.assertLess(after_kb, 10 * 1024)
        self.assertLess(after_kb - before_kb, 400)


@unittest.skipIf(IS_SANITIZED, "Valgrind runs the plain build")
class Leaks(apicase.ApiCase):
    own = True
    web = {"workers": 1, "options": ["--no-sandbox"],
           "under": ["valgrind", "-q", "--vgdb=no", "--leak-check=full",
                     "--errors-for-leak-kinds=definite,indirect",
                     "--error-exitcode=99", "--child-silent-after-fork=no"]}

    def test_no_leak_and_no_wild_access(self):
        self.root.timeout = 120
        domain = self.domain()
        mixed_requests(self, self.root, UNDER_VALGRIND, domain)
        (worker,) = self.servers.worker_pids()
        os.kill(worker, signal.SIGTERM)
        private.wait_for(lambda: worker not in self.servers.worker_pids(),
                         "end of the worker", 60)
        self.assertEqual(0, self.servers.stop_web())
        log = self.servers.tail("web.log", 10000)
        for word in ("definitely lost", "indirectly lost", "Invalid",
                     "uninitialised", "status 99", "status=99"):
            self.assertNotIn(word, log)
