"""Every route as everybody: what happens equals a table that is derived from
what `postroom-web --routes` declares of the row (gate, right, flags).

Whoever may not call a route is told so before anything is read, so these are
exact. Whoever may is told neither 401 nor 403; where the row can be tried
(`dry`), he is told what would change. Nothing may have changed at the end.
"""

import json
import os
import subprocess
import unittest

import apicase
import apiclient
import test_access_tokens
from apicase import etag

RIGHTS = ["mailboxes", "aliases", "passwords", "lists", "dns", "import"]


class Route:
    def __init__(self, line):
        self.method, self.path, self.gate, self.action, flags = \
            line.split("\t")
        words = flags.split()
        self.right = next((w[6:] for w in words if w.startswith("right=")),
                          None)
        self.flags = set(words)
        self.is_read = self.method == "GET"
        self.takes_token = "token" in self.flags
        parts = self.path.split("/")
        self.noun = parts[3] if len(parts) > 3 else ""

    def __str__(self):
        return f"{self.method} {self.path}"


def routes():
    out = subprocess.run(
        [os.path.join(apicase.BUILD, "bin", "postroom-web"), "--routes"],
        capture_output=True, text=True, check=True).stdout
    return [Route(line) for line in out.splitlines()]


ROUTES = routes()

# Gates that a session opens, for whom.
OPENS = {
    "person": {"owner", "admin", "superadmin"},
    "owner": {"owner"},
    "admin": {"admin", "superadmin"},
    "superadmin": {"superadmin"},
}
# Why the others are refused; the row's gate alone decides.
CLOSED = {"owner": "owners_only", "admin": "admins_only",
          "superadmin": "superadmin_only"}
# Who shows that he is a node or asks from this host; no session counts. The
# web server passes the latter on to nobody: test_publishing.Metrics.
ASIDE = {"node": (401, "no_token"), "loopback": None}


def expected(route, role, rights=RIGHTS):
    """(status, reason) of a refusal, or None: it is let through."""
    if route.gate == "public":
        return None
    if route.gate in ASIDE:
        return ASIDE[route.gate]
    if role == "nobody":
        return 401, "no_session"
    if role not in OPENS[route.gate]:
        return 403, CLOSED[route.gate]
    if role == "admin" and route.right and route.right not in rights:
        return 403, f"no_right_{route.right}"
    return None


def scope_opens(scope, route):
    noun, _, verb = route.action.partition(".")
    if scope == "*":
        return True
    its, _, wants = scope.partition(".")
    return its in ("*", noun) and (
        wants in ("*", verb) or (wants == "read" and route.is_read))


class RouteCase(apicase.ApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if cls.own:
            cls.make_rows()
        elif not hasattr(RouteCase, "rows"):
            RouteCase.root, RouteCase.servers = cls.root, cls.servers
            RouteCase.make_rows()

    @classmethod
    def make_rows(cls):
        """What the classes of this file share, and none of them changes."""
        case = cls("setUp")
        cls.mine = case.domain(name="mine.example")
        cls.theirs = case.domain(name="theirs.example")
        cls.rows = {}
        for name, domain in (("mine", cls.mine), ("theirs", cls.theirs)):
            box = case.mailbox(domain, "taro", name=f"Taro {name}",
                               password=apicase.PASSWORD)
            gone = case.mailbox(domain, "gone")
            case.must(200, cls.root.delete(
                f"/api/v1/mailboxes/{gone['id']}", None, etag(gone)))
            alias = case.alias(domain, "info", ["a@else.example"])
            gone_alias = case.alias(domain, "away", ["a@else.example"])
            case.must(200, cls.root.delete(
                f"/api/v1/aliases/{gone_alias['id']}", None,
                etag(gone_alias)))
            admin = case.must(201, cls.root.post("/api/v1/admins", {
                "login": f"of-{name}", "domain_ids": [domain["id"]]}))
            job = case.must(202, cls.root.post("/api/v1/mailboxes/bulk", {
                "filter": {"domain_id": domain["id"]}, "expected_count": 1,
                "action": {"quota_bytes": 5}})).value["job"]
            cls.rows[name] = {
                "domains": domain["id"], "mailboxes": box["id"],
                "aliases": alias["id"], "jobs": job["id"],
                "admins": admin.value["admin"]["id"],
                "revisions": box["changed_serial"],
                "restore": {"mailboxes": gone["id"],
                            "aliases": gone_alias["id"]}}
        net = case.network("192.0.2.0/24", note="theirs")
        token = case.must(201, cls.root.post("/api/v1/tokens", {
            "name": "of root", "scopes": ["*"]})).value["info"]
        asked = case.must(201, cls.root.post("/api/v1/relay-requests", {
            "network": "192.0.2.128/25", "reason": "x",
            "domain_ids": [cls.theirs["id"]]})).value
        imported = case.must(201, cls.root.post("/api/v1/imports", {
            "noun": "whitelist"})).value
        for rows in cls.rows.values():
            # What is nobody's domain's is a superadmin's alone.
            rows.update({"relay-requests": asked["id"]})
            rows.update(imports=imported["id"], whitelist=net["id"],
                        nodes=987654321, tokens=token["id"])
        cls.owner = cls.servers.client()
        case.must(200, cls.owner.post("/api/v1/session", {
            "login": "taro@mine.example", "password": apicase.PASSWORD}))

    def row_id(self, route, whose):
        rows = self.rows[whose]
        if route.path.endswith("/restore"):
            return rows["restore"].get(route.noun, rows.get(route.noun, 1))
        if "{id}" in route.path and route.noun not in rows \
                and route.gate == "admin":
            self.fail(f"{route}: add an id of {route.noun} to the rows")
        return rows.get(route.noun, 987654321)

    def at(self, route, whose):
        path = route.path.replace("{id}", str(self.row_id(route, whose)))
        path = path.replace("{request}", "1").replace("{seq}", "1")
        if route.action == "import.rows":
            path += "?outcome=new"
        return path + ("?dry_run=true" if "dry" in route.flags else "")

    def body(self, route, whose):
        """A body that would be taken, where one is known; else an empty
        one, which no row takes that is let through."""
        name = f"{whose}.example"
        domain_id = self.rows[whose]["domains"]
        known = {
            "domain.create": {"name": "more.example"},
            "domain.update": {"description": "x"},
            "domain.delete": {"confirm": name},
            "mailbox.create": {"address": f"new@{name}",
                               "password_hash": apicase.HASH},
            "mailbox.update": {"name": "x"},
            "mailbox.bulk": {"filter": {"ids": [
                self.rows[whose]["mailboxes"]]}, "expected_count": 1,
                "action": {"state": "closed"}},
            "mailbox.password": {"password": "another quiet river"},
            "alias.create": {"address": f"new@{name}",
                             "targets": ["a@else.example"]},
            "alias.update": {"description": "x"},
            "whitelist.create": {"network": "198.51.100.0/24"},
            "whitelist.update": {"note": "x"},
            "admin.grant": {"domain_ids": [domain_id], "rights": []},
            "admin.revoke": {"domain_ids": [domain_id]},
            "admin.update": {"name": "x"},
            "import.run": {"expected_new": 1, "expected_changed": 0},
            "mailbox.lock.queue": {"act": "hold"},
        }
        if "body" not in route.flags or "optional" in route.flags:
            return None
        return known.get(route.action, {})

    def is_harmless(self, route):
        """Calling it with the right to changes nothing: it reads, is only
        tried, is of somebody else's import, or gets a body that no row
        takes."""
        return route.is_read or "dry" in route.flags \
            or route.noun == "imports" or self.body(route, "mine") == {}

    def call(self, client, route, whose="mine", **more):
        # What is no JSON: a file, a page.
        if route.action.endswith(".export") or route.action == "document.get":
            return self.export(client, self.at(route, whose))
        if "bytes" in route.flags:
            more = {"body": b"x", "Content_Type": "application/octet-stream",
                    **more}
        return client.send(
            route.method, self.at(route, whose), self.body(route, whose),
            match='"1"' if "match" in route.flags else None, **more)

    def export(self, client, path):
        """A file, or a problem document."""
        status, headers, body = client.raw("GET", path, None,
                                           client.headers())
        value = None if status == 200 else json.loads(body)
        return apiclient.Reply(status, headers, body, value)

    def judge(self, route, reply, want):
        if want is None:
            self.assertNotIn(reply.status, (401, 403, 500), reply)
        else:
            self.refused(want[0], reply, "", want[1])

    def everything(self):
        # But what a person may do about his own sign-in.
        tables = [t for t in self.servers.db.sql(
            "SELECT GROUP_CONCAT(table_name) FROM "
            "information_schema.tables WHERE table_schema = 'postroom' "
            "AND table_type = 'BASE TABLE'", "postroom").strip().split(",")
            if t not in ("session", "throttle", "api_token", "sign_in",
                         "lease", "totp")]
        return self.servers.db.sql(
            "CHECKSUM TABLE " + ", ".join(f"`{t}`" for t in tables),
            "postroom")

    # Ends the session of the caller, which the next calls need.
    def skips(self, route):
        return route.action == "session.delete"


class Table(RouteCase):
    def test_the_table_knows_every_gate(self):
        for route in ROUTES:
            self.assertIn(route.gate, {*OPENS, *ASIDE, "public"}, route)
            self.assertEqual(1, sum(
                r.method == route.method and r.path == route.path
                for r in ROUTES), route)
            self.assertRegex(route.action, r"^[a-z_]+(\.[a-z_]+)+$")

    def test_what_changes_a_domain_needs_a_right_or_a_superadmin(self):
        """A new row that forgets its right is found here."""
        by_core = {
            "admin.create", "admin.update", "admin.delete", "admin.link",
            "admin.grant", "admin.revoke",     # those whom one named
            "revision.undo", "revision.undo_range", "job.undo",
                                               # as what it undoes
            "job.cancel",                      # one's own
            "token.create", "token.revoke",    # one's own
            "relay_request.create",            # grants nothing
            "relay_request.withdraw",          # one's own
        }
        for route in ROUTES:
            if route.gate == "admin" and not route.is_read:
                with self.subTest(str(route)):
                    self.assertTrue(route.right
                                    or route.action in by_core
                                    or route.noun in LATER, route)

    def test_nobody(self):
        before = self.everything()
        for token in (None, "A" * 43, "short"):
            stranger = self.servers.client(token)
            for route in ROUTES:
                if route.gate not in ("public", "loopback"):
                    with self.subTest(f"{route} {token}"):
                        self.judge(route, self.call(stranger, route),
                                   expected(route, "nobody"))
        self.assertEqual(before, self.everything())

    def test_the_owner_of_a_mailbox(self):
        before = self.everything()
        for route in ROUTES:
            if route.gate in ("admin", "superadmin", "node"):
                with self.subTest(str(route)):
                    self.judge(route, self.call(self.owner, route),
                               expected(route, "owner"))
        self.assertEqual(before, self.everything())

    def admin_of(self, domain, rights):
        bits = sum(1 << i for i, r in enumerate(RIGHTS) if r in rights)
        return self.servers.signed_in(2, [domain["id"]], rights=bits)

    def test_an_admin_of_the_domain_with_each_right_alone(self):
        for rights in ([], *([r] for r in RIGHTS)):
            client = self.admin_of(self.mine, rights)
            before = self.everything()
            for route in ROUTES:
                if not route.right:
                    continue
                with self.subTest(f"{route} {rights}"):
                    want = expected(route, "admin", rights)
                    if want is None and not self.is_harmless(route):
                        continue
                    reply = self.call(client, route)
                    self.judge(route, reply, want)
                    # Imports are their author's alone.
                    if want is None and "dry" in route.flags \
                            and route.noun != "imports" \
                            and self.body(route, "mine") != {}:
                        self.must(200, reply)
            self.assertEqual(before, self.everything())

    def test_an_admin_of_the_domain_who_may_only_look(self):
        client = self.admin_of(self.mine, [])
        before = self.everything()
        for route in ROUTES:
            if self.skips(route) or route.gate in (
                    "owner", "loopback", "public"):
                continue
            with self.subTest(str(route)):
                reply = self.call(client, route)
                if route.action in ("revision.undo", "job.cancel",
                                    "admin.update", "admin.delete",
                                    "admin.link", "admin.grant",
                                    "admin.revoke"):
                    # Not his, and he has no right: core says so.
                    self.must(403, reply)
                elif (route.is_read or route.right
                        or route.gate != "admin"):
                    self.judge(route, reply, expected(route, "admin", []))
        self.assertEqual(before, self.everything())

    def test_a_superadmin(self):
        before = self.everything()
        for route in ROUTES:
            tried = route.is_read or "dry" in route.flags
            if tried and route.gate not in ("loopback", "public"):
                with self.subTest(str(route)):
                    reply = self.call(self.root, route)
                    self.judge(route, reply, expected(route, "superadmin"))
        self.assertEqual(before, self.everything())

    def test_no_write_of_a_session_without_its_header_or_from_elsewhere(
            self):
        before = self.everything()
        for route in ROUTES:
            # A node's token is no cookie: no browser sends it by itself.
            if route.is_read or route.gate == "node":
                continue
            for more, reason in (
                    ({"drop": ["X-Postroom"]}, "csrf_header_missing"),
                    ({"X_Postroom": "0"}, "csrf_header_missing"),
                    ({"Origin": "https://evil.example"}, "foreign_origin"),
                    ({"Origin": "null"}, "foreign_origin"),
                    ({"Origin": self.root.origin + ".evil.example"},
                     "foreign_origin"),
                    ({"drop": ["Origin"], "Sec_Fetch_Site": "cross-site"},
                     "foreign_origin")):
                with self.subTest(f"{route} {more}"):
                    self.refused(403, self.call(self.root, route, **more),
                                 "", reason)
        self.assertEqual(before, self.everything())


# Nouns whose rows others look at in tests of their own.
LATER = set()


class Foreign(RouteCase):
    """The admin of another domain, with all rights in his own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.servers.signed_in(2, [cls.mine["id"]])

    def test_ids_in_the_path_are_not_found(self):
        before = self.everything()
        tried = 0
        for route in ROUTES:
            if route.gate != "admin" or "{id}" not in route.path:
                continue
            with self.subTest(str(route)):
                reply = self.call(self.admin, route, "theirs")
                self.must(404, reply)
                self.assertNotIn(b"theirs", reply.body)
                tried += 1
        self.assertGreater(tried, 20)
        self.assertEqual(before, self.everything())

    def test_ids_and_addresses_in_the_body(self):
        theirs = self.rows["theirs"]
        own = self.rows["mine"]["admins"]
        for path, body, status in (
                ("mailboxes", {"local_part": "eve",
                               "domain_id": theirs["domains"],
                               "password_hash": apicase.HASH}, 422),
                ("mailboxes", {"address": "eve@theirs.example",
                               "password_hash": apicase.HASH}, 422),
                ("aliases", {"address": "eve@theirs.example",
                             "targets": ["e@else.example"]}, 422),
                ("admins", {"login": "eve",
                            "domain_ids": [theirs["domains"]]}, 404),
                ("tokens", {"name": "eve", "scopes": ["*"],
                            "domain_ids": [theirs["domains"]]}, 404)):
            before = self.everything()
            with self.subTest(f"{path} {body}"):
                reply = self.must(status, self.admin.post(
                    f"/api/v1/{path}", body))
                self.assertIn(reply.reasons[0][1],
                              ("not_found", "no_such_domain"))
                self.assertEqual(before, self.everything())
        self.must(404, self.admin.put(
            f"/api/v1/admins/{own}/domains",
            {"domain_ids": [theirs["domains"]], "rights": []}, match='"1"'))

    def test_ids_in_filters_are_not_found(self):
        theirs = self.rows["theirs"]
        for path in ("mailboxes", "aliases", "revisions", "admins"):
            with self.subTest(path):
                self.must(404, self.admin.get(
                    f"/api/v1/{path}", domain_id=theirs["domains"]))
        self.must(404, self.admin.get(
            "/api/v1/tokens", admin_id=theirs["admins"]))
        for noun in ("mailbox", "alias", "domain"):
            got = self.must(200, self.admin.get(
                "/api/v1/revisions", noun=noun,
                noun_id=theirs["mailboxes"]))
            self.assertEqual([], got.value["items"])

    def test_ids_in_a_bulk_selection_match_nothing(self):
        theirs, mine = self.rows["theirs"], self.rows["mine"]
        before = self.everything()
        for noun, action in (("mailboxes", {"state": "closed"}),
                             ("aliases", {"state": "disabled"})):
            for ids, count in (([theirs[noun]], 1),
                               ([mine[noun], theirs[noun]], 2)):
                with self.subTest(f"{noun} {ids}"):
                    self.refused(409, self.admin.post(
                        f"/api/v1/{noun}/bulk", {
                            "filter": {"ids": ids}, "expected_count": count,
                            "action": action}),
                        "expected_count", "count_moved")
            self.must(404, self.admin.post(f"/api/v1/{noun}/bulk", {
                "filter": {"domain_id": theirs["domains"]},
                "expected_count": 1, "action": action}))
        self.assertEqual(before, self.everything())

    def test_lists_hold_nothing_foreign(self):
        for route in ROUTES:
            if route.gate == "admin" and route.is_read \
                    and "{id}" not in route.path:
                with self.subTest(str(route)):
                    reply = self.call(self.admin, route)
                    self.assertIn(reply.status, (200, 422), reply)
                    self.assertNotIn(b"theirs", reply.body)


class Tokens(RouteCase):
    make = test_access_tokens.TokenCase.make

    def judge_scope(self, program, scope, role):
        for route in ROUTES:
            if route.gate in ("public", *ASIDE):
                continue
            tried = route.is_read or "dry" in route.flags
            want = (403, "not_with_a_token") if not route.takes_token \
                else (403, "no_scope") if not scope_opens(scope, route) \
                else expected(route, role)
            # What would be done is done by sessions in other tests.
            if want is None and not tried:
                continue
            with self.subTest(f"{route} {scope} {role}"):
                self.judge(route, self.call(program, route), want)

    def test_each_scope_of_a_superadmin_without_any_csrf_proof(self):
        person = self.servers.signed_in()
        nouns = sorted({r.action.split(".")[0] for r in ROUTES
                        if r.takes_token})
        for scope in ("*", "*.read", *(f"{n}.*" for n in nouns),
                      *(f"{n}.read" for n in nouns if any(
                          r.is_read and r.action.startswith(n + ".")
                          for r in ROUTES))):
            program = self.make(person, scope)
            before = self.everything()
            self.judge_scope(program, scope, "superadmin")
            self.assertEqual(before, self.everything(), scope)

    def test_each_action_alone(self):
        """As a scope it opens its own requests and no others."""
        actions = sorted({r.action for r in ROUTES if r.takes_token})
        for i, scope in enumerate(actions):
            if i % 50 == 0:
                person = self.servers.signed_in()
            program = self.make(person, scope)
            others = [r for r in ROUTES if r.takes_token
                      and r.action != scope]
            near = [r for r in others if r.action.split(".")[0]
                    == scope.split(".")[0]] or others[:3]
            for route in near:
                with self.subTest(f"{route} with {scope}"):
                    self.refused(403, self.call(program, route), "",
                                 "no_scope")
            for route in ROUTES:
                if route.action == scope and (
                        route.is_read or "dry" in route.flags):
                    with self.subTest(f"{route} with {scope}"):
                        self.judge(route, self.call(program, route), None)

    def test_of_a_domain_admin(self):
        browser = self.servers.signed_in(2, [self.mine["id"]])
        self.judge_scope(self.make(browser, "*"), "*", "admin")


class Relay(RouteCase):
    """No role but superadmin gets an unbound client to relay."""

    own = True

    def relays(self):
        return self.servers.db.sql(
            "SELECT network, state FROM whitelist ORDER BY id; "
            "SELECT name, network FROM node ORDER BY id", "postroom")

    def test_by_any_write_of_the_api(self):
        """Every write that there is, with bodies that would open a relay."""
        people = {
            "nobody": self.servers.client(),
            "owner": self.owner,
            "admin": self.servers.signed_in(2, [self.mine["id"]]),
            "reader": self.servers.signed_in(2, [self.mine["id"]], rights=0),
        }
        people["token"] = test_access_tokens.TokenCase.make(
            self, people["admin"], "*")
        people["narrow"] = test_access_tokens.TokenCase.make(
            self, self.root, "*", domain_ids=[self.mine["id"]])
        bodies = (
            {"network": "203.0.113.0/24"},
            {"network": "203.0.113.0/24", "state": "active"},
            {"name": "relay", "network": "203.0.113.0/24",
             "role": "outbound"},
            {"filter": {"ids": [self.rows["mine"]["whitelist"]]},
             "expected_count": 1, "action": {"state": "active"}},
            {"state": "active"}, {"state": "approved"}, {},
        )
        before = self.relays()
        for role, client in people.items():
            for route in ROUTES:
                if route.is_read or route.gate in ("public", *ASIDE) \
                        or self.skips(route) or route.noun in (
                            "session", "tokens"):
                    continue
                for body in bodies:
                    path = self.at(route, "mine").split("?")[0]
                    reply = client.send(
                        route.method, path,
                        body if "body" in route.flags else None,
                        match='"1"' if "match" in route.flags else None)
                    if route.noun in ("whitelist", "nodes"):
                        with self.subTest(f"{role} {route} {body}"):
                            self.assertIn(reply.status, (401, 403), reply)
        self.assertEqual(before, self.relays())

    def test_by_undoing_what_a_superadmin_did(self):
        net = self.network("203.0.113.64/26")
        gone = self.must(200, self.root.delete(
            f"/api/v1/whitelist/{net['id']}", None, etag(net))).value
        self.mailbox(self.mine, "fresh", password=apicase.PASSWORD)
        owner = self.servers.client()
        self.must(200, owner.post("/api/v1/session", {
            "login": "fresh@mine.example", "password": apicase.PASSWORD}))
        before = self.relays()
        for client in (owner,
                       self.servers.signed_in(2, [self.mine["id"]])):
            reply = client.post(
                f"/api/v1/revisions/{gone['changed_serial']}/undo")
            self.assertIn(reply.status, (403, 404), reply)
        self.assertEqual(before, self.relays())

    def test_by_naming_a_superadmin(self):
        client = self.servers.signed_in(2, [self.mine["id"]])
        self.refused(403, client.post("/api/v1/admins", {
            "login": "mallory", "role": "superadmin"}), "",
            "superadmin_only")


if __name__ == "__main__":
    unittest.main()
