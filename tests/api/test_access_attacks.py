"""What an attacker sends: each test's name says what came of it."""

import json
import os
import socket
import time
import unittest

from apicase import ApiCase, HASH, etag


class Raw(ApiCase):
    def raw(self, data, seconds=10):
        """All that comes back for these bytes, until the connection ends."""
        with socket.create_connection(
                ("127.0.0.1", self.servers.ports["http"]), seconds) as s:
            s.settimeout(seconds)
            s.sendall(data)
            got = b""
            try:
                while piece := s.recv(65536):
                    got += piece
            except TimeoutError:
                pass
        return got

    def head(self, method, path, *lines, token=None):
        names = self.root.headers()
        if token is not None:
            names["Cookie"] = token
        return (f"{method} {path} HTTP/1.1\r\n" + "".join(
            f"{k}: {v}\r\n" for k, v in names.items())
            + "".join(line + "\r\n" for line in lines) + "\r\n").encode()

    def statuses(self, got):
        return [int(line.split()[1]) for line in got.split(b"\r\n")
                if line.startswith(b"HTTP/1.1 ")]

    def domains(self):
        return self.servers.count("SELECT COUNT(*) FROM domain")


class Headers(Raw):
    def test_header_injection_by_a_line_break_in_a_path_gets_400_or_404(self):
        for path in ("/api/v1/domains/1%0d%0aSet-Cookie:%20x=1",
                     "/api/v1/%0d%0aX-Evil:%20yes",
                     "/api/v1/domains?q=%0d%0aX-Evil:%20yes",
                     "/api/v1/domains?%0d%0aX-Evil:%20yes=1"):
            got = self.raw(self.head("GET", path, "Connection: close"))
            head = got.split(b"\r\n\r\n")[0].lower()
            self.assertNotIn(b"\r\nx-evil", head)
            self.assertNotIn(b"\r\nset-cookie: x", head)
            self.assertTrue(set(self.statuses(got)) <= {200, 400, 404, 422},
                            got[:200])

    def test_header_injection_into_what_is_sent_back_finds_no_header(self):
        domain = self.domain()
        for name in ("a\r\nX-Evil: 1", "a\nX-Evil: 1", "a\rX-Evil: 1"):
            self.refused(422, self.root.post("/api/v1/mailboxes", {
                "address": f"x@{domain['name']}", "name": name,
                "password_hash": HASH}), field="name")
        reply = self.root.post("/api/v1/domains", {
            "name": "b\r\nLocation: http://evil.example"})
        self.must(422, reply)

    def test_two_hosts_or_a_foreign_host_change_nothing(self):
        before = self.domains()
        body = b'{"name":"evil-host.example"}'
        for extra in (("Host: evil.example",), ("Host : evil.example",)):
            got = self.raw(self.head(
                "POST", "/api/v1/domains", *extra, "Connection: close",
                "Content-Type: application/json",
                f"Content-Length: {len(body)}") + body)
            self.assertNotIn(201, self.statuses(got))
        self.assertEqual(before, self.domains())


class Smuggling(Raw):
    """Each is one request to whoever reads lengths one way, two to others."""

    INNER = (b"POST /api/v1/domains HTTP/1.1\r\nHost: localhost\r\n"
             b"X-Postroom: 1\r\nContent-Type: application/json\r\n"
             b"Content-Length: 26\r\n\r\n"
             b'{"name":"smuggled.example"}')

    def smuggled(self):
        return self.servers.count(
            "SELECT COUNT(*) FROM domain WHERE name = 'smuggled.example'")

    def test_smuggling_with_length_and_chunks_is_refused_before_a_worker(self):
        for te in ("Transfer-Encoding: chunked",
                   "Transfer-Encoding: xchunked",
                   "Transfer-Encoding : chunked",
                   "Transfer-Encoding: chunked, identity",
                   "Transfer-Encoding:\tchunked",
                   "X: y\nTransfer-Encoding: chunked"):
            with self.subTest(te):
                got = self.raw(self.head(
                    "POST", "/api/v1/domains", te,
                    "Content-Type: application/json",
                    f"Content-Length: {5 + len(self.INNER)}")
                    + b"0\r\n\r\n" + self.INNER, 3)
                self.assertTrue(
                    set(self.statuses(got)) <= {400, 501}
                    and self.statuses(got), got[:300])
                self.assertEqual(0, self.smuggled())

    def test_smuggling_with_two_lengths_is_refused_before_a_worker(self):
        for second in ("Content-Length: 0", "Content-Length : 0",
                       "Content-Length: +2", "Content-Length: 0x2"):
            got = self.raw(self.head(
                "POST", "/api/v1/domains", second,
                "Content-Type: application/json",
                f"Content-Length: {len(self.INNER)}") + self.INNER, 3)
            self.assertTrue(set(self.statuses(got)) <= {400}
                            and self.statuses(got), got[:300])
            self.assertEqual(0, self.smuggled())

    def test_a_body_behind_a_get_is_no_second_request(self):
        got = self.raw(self.head(
            "GET", "/api/v1/session", "Connection: close",
            f"Content-Length: {len(self.INNER)}") + self.INNER, 5)
        self.assertLessEqual(len(self.statuses(got)), 1, got[:400])
        self.assertEqual(0, self.smuggled())

    def test_chunks_are_taken_whole_or_not_at_all(self):
        name = f"chunked{time.monotonic_ns()}.example"
        body = json.dumps({"name": name}).encode()
        good = b"".join(f"{len(p):x}\r\n".encode() + p + b"\r\n"
                        for p in (body[:5], body[5:])) + b"0\r\n\r\n"
        for sent in (good[:-7], good.replace(b"0\r\n\r\n", b"-1\r\n\r\n")):
            got = self.raw(self.head(
                "POST", "/api/v1/domains", "Transfer-Encoding: chunked",
                "Connection: close",
                "Content-Type: application/json") + sent, 3)
            self.assertNotIn(201, self.statuses(got))
        self.assertEqual(0, self.servers.count(
            f"SELECT COUNT(*) FROM domain WHERE name = '{name}'"))


class Paths(Raw):
    def test_path_traversal_finds_no_file_outside_of_the_panel(self):
        with open("/etc/passwd", "rb") as f:
            secret = f.readline().strip()
        for path in ("/../../../../etc/passwd", "/..%2f..%2f..%2fetc/passwd",
                     "/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
                     "/assets/../../../postroom.conf",
                     "/assets/..%2f..%2f..%2fpostroom.conf",
                     "/assets/%2e%2e%2f%2e%2e%2fpostroom.conf",
                     "/..\\..\\etc\\passwd", "/%c0%ae%c0%ae/etc/passwd",
                     "//etc/passwd", "/./.git/config", "/index.html/../..",
                     "/api/v1/../../../../etc/passwd",
                     "/api/v1/domains/..%2f..%2fmetrics"):
            with self.subTest(path):
                got = self.raw(self.head("GET", path, "Connection: close"))
                self.assertNotIn(secret, got)
                self.assertNotIn(b"[database]", got)

    def test_an_encoded_slash_or_dot_reaches_no_other_route(self):
        for path in ("/api/v1/domains%2f1", "/api/v1/%2e%2e/v1/domains",
                     "/api/v1/domains/1%00", "/api/v1/domains/1%2frestore",
                     "/api/v1/domains/+1", "/api/v1/domains/1e0",
                     "/api/v1/domains/0x1", "/api/v1/domains/99999999999999999999"):
            got = self.raw(self.head("GET", path, "Connection: close"))
            self.assertTrue(set(self.statuses(got)) <= {400, 404},
                            (path, got[:100]))


class Mass(ApiCase):
    def test_mass_assignment_is_refused_and_names_the_key(self):
        domain = self.domain()
        box = self.mailbox(domain, "ana")
        for key, value in (("id", 1), ("domain_id", 1), ("version", 9),
                           ("address", "root@other.example"),
                           ("home", "/etc"), ("secret_id", 1),
                           ("password_id", 1), ("password_hash", HASH),
                           ("changed_serial", 0), ("alive", False),
                           ("deleted_at", None), ("purge_at", None),
                           ("created_at", "2020-01-01T00:00:00Z"),
                           ("__proto__", {"role": 1}), ("role", 1)):
            with self.subTest(key):
                self.refused(422, self.root.patch(
                    f"/api/v1/mailboxes/{box['id']}", {key: value},
                    etag(box)), field=key, reason="unknown_key")
        now = self.must(200, self.root.get(
            f"/api/v1/mailboxes/{box['id']}")).value
        self.assertEqual(box, now)

    def test_mass_assignment_of_a_domain_admin_raises_no_right(self):
        domain = self.domain()
        admin = self.servers.signed_in(2, [domain["id"]])
        for path in ("/api/v1/session", "/api/v1/first-use"):
            reply = admin.post(path, {"login": "x", "password": "y",
                                      "token": "z", "role": "superadmin"})
            self.assertIn(reply.status, (401, 403, 409, 422), reply)
        self.must(403, admin.post("/api/v1/domains", {"name": "x.example"}))


class Slow(ApiCase):
    def test_redos_like_input_is_answered_as_fast_as_any_other(self):
        """Nothing here backtracks: long input costs its length."""
        domain = self.domain()
        texts = ["a" * 200, "a." * 100, "(" * 200, "%" * 200, "_%" * 100,
                 "\\" * 200, "a@" * 100, "あ" * 60, "-" * 200, "*" * 200,
                 "xn--" * 50, "a" * 63 + "." + "b" * 63]
        for path in ("/api/v1/mailboxes", "/api/v1/aliases",
                     "/api/v1/domains", "/api/v1/search",
                     "/api/v1/revisions"):
            for text in texts:
                began = time.monotonic()
                reply = self.root.get(path, q=text)
                took = time.monotonic() - began
                self.assertIn(reply.status, (200, 422), (path, text))
                self.assertLess(took, 2, (path, text))
        for address in ("a" * 5000, "a." * 2500, "a@" * 2500, '"' * 5000,
                        "a" * 60 + "@" + "b-" * 2000, "a" * 60 + "@"
                        + "xn--a" * 800):
            began = time.monotonic()
            reply = self.root.post("/api/v1/mailboxes", {
                "address": address, "password_hash": HASH})
            self.must(422, reply)
            self.assertLess(time.monotonic() - began, 2, address[:20])
        self.must(200, self.root.get(f"/api/v1/domains/{domain['id']}"))

    def test_deep_and_wide_json_is_refused_at_once(self):
        for body in ("[" * 100000, '{"a":' * 100000, '{"name":"' + "x" * 900000
                     + '"}', '{"a":1,' * 1000, "[" + "0," * 400000 + "0]"):
            began = time.monotonic()
            reply = self.root.send("POST", "/api/v1/domains", body=body)
            self.assertIn(reply.status, (400, 413, 422), reply)
            self.assertLess(time.monotonic() - began, 2)


class SlowClients(Raw):
    own = True
    web = {"request_timeout_s": 2, "workers": 2}

    def test_clients_that_send_their_body_slowly_leave_the_workers_free(self):
        """nginx takes the body whole before a worker sees it."""
        held = []
        try:
            for _ in range(40):
                s = socket.create_connection(
                    ("127.0.0.1", self.servers.ports["http"]), 10)
                s.sendall(self.head(
                    "POST", "/api/v1/domains",
                    "Content-Type: application/json",
                    "Content-Length: 1000") + b"{")
                held.append(s)
            took = []
            for _ in range(20):
                began = time.monotonic()
                self.must(200, self.root.get("/api/v1/session"))
                took.append(time.monotonic() - began)
            self.assertLess(max(took), 1.5, took)
        finally:
            for s in held:
                s.close()

    def test_a_client_of_the_socket_that_says_nothing_ends_at_the_deadline(
            self):
        """Straight to the FastCGI socket, as whoever got past nginx."""
        path = os.path.join(self.servers.run, "web.sock")
        held = []
        try:
            for _ in range(2):  # as many as there are workers
                s = socket.socket(socket.AF_UNIX)
                s.connect(path)
                s.sendall(b"\x01\x01\x00\x01\x00\x08\x00\x00"
                          b"\x00\x01\x00\x00\x00\x00\x00\x00")
                held.append(s)
            began = time.monotonic()
            self.must(200, self.root.get("/api/v1/session"))
            self.assertLess(time.monotonic() - began, 6)
        finally:
            for s in held:
                s.close()


class Replies(ApiCase):
    POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; "
              "img-src 'self'; font-src 'self'; connect-src 'self'; "
              "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
              "object-src 'none'; require-trusted-types-for 'script'; "
              "trusted-types 'none'")

    def test_every_reply_of_the_web_server_carries_the_policy(self):
        for path in ("/", "/index.html", "/nothing-here",
                     "/api/v1/session", "/api/v1/nothing", "/api/v1/domains"):
            for client in (self.root, self.servers.client()):
                status, names, _ = client.raw("GET", path, None,
                                              client.headers())
                with self.subTest(path=path, status=status):
                    self.assertEqual(
                        "default-src 'none'; frame-ancestors 'none'"
                        if path.startswith("/api/") else self.POLICY,
                        names.get("content-security-policy"))
                    self.assertEqual("nosniff",
                                     names.get("x-content-type-options"))
                    self.assertEqual("no-referrer",
                                     names.get("referrer-policy"))
                    if not path.startswith("/api/"):
                        self.assertIn("publickey-credentials-get=(self)",
                                      names.get("permissions-policy", ""))


if __name__ == "__main__":
    unittest.main()
