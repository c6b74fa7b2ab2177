"""What goes live, shown before: map lines between what is live and what is
saved, between any two serials, and back to one."""

import apicase
from apicase import etag


class DiffCase(apicase.ApiCase):
    def head(self):
        return self.servers.count("SELECT serial FROM head")

    def diff(self, client=None, **query):
        client = client or self.root
        return self.must(200, client.get("/api/v1/publishing/diff",
                                         **query)).value

    def lines(self, diff, *maps):
        return {(line["map"], line["key"]): (line["before"], line["after"])
                for line in diff["lines"]
                if not maps or line["map"] in maps}

    def node(self, serial, **columns):
        """The one node's own words, as its postroom-mapd writes them."""
        names = "".join(f", {name}" for name in columns)
        values = "".join(f", {value}" for value in columns.values())
        self.servers.db.sql(
            "INSERT IGNORE INTO node (id, name, role, created) VALUES "
            "(1, 'one', 'mailbox', UTC_TIMESTAMP(6));"
            "DELETE FROM node_status; DELETE FROM node_domain;"
            f"INSERT INTO node_status (node_id, serial{names}) "
            f"VALUES (1, {serial}{values})", "postroom")
        self.addCleanup(self.servers.db.sql, "DELETE FROM node_status;"
                        "DELETE FROM node_domain; DELETE FROM node",
                        "postroom")

    def reviewed(self, approved, **domains):
        """Reviewed mode, with what was approved."""
        rows = "".join(
            f"INSERT INTO approval (domain, serial, updated) VALUES "
            f"('{name}', {serial}, UTC_TIMESTAMP(6));"
            for name, serial in domains.items())
        self.servers.db.sql(
            "INSERT INTO setting (name, value) VALUES "
            "('publish.mode', 'reviewed');"
            f"UPDATE approval SET serial = {approved} WHERE domain = '';"
            + rows, "postroom")
        self.addCleanup(
            self.servers.db.sql,
            "DELETE FROM setting WHERE name = 'publish.mode';"
            "DELETE FROM approval WHERE domain <> '';"
            "UPDATE approval SET serial = 0", "postroom")


class BetweenSerials(DiffCase):
    def test_lines_of_one_domain_with_revision_and_person(self):
        before = self.head()
        d = self.domain()
        name = d["name"]
        box = self.mailbox(d, "taro")
        self.alias(d, "info", [box["address"], "x@else.example"])
        got = self.diff(**{"from": before, "to": self.head()})
        self.assertEqual({
            ("mailboxes", f"taro@{name}"): (None, "x"),
            ("aliases", f"info@{name}"):
                (None, f"taro@{name}, x@else.example"),
            ("sender_login", f"info@{name}"): (None, f"taro@{name}"),
            ("sender_login", f"taro@{name}"): (None, f"taro@{name}"),
            ("domains", name): (None, "x"),
        }, self.lines(got, "mailboxes", "aliases", "sender_login",
                      "transport", "refuse", "domains", "whitelist"))
        account = self.lines(got, "accounts")[("accounts", f"taro@{name}")]
        self.assertRegex(account[1], r"^password=[0-9a-f]{16} home=/")
        who = {line["key"]: (line["serial"], line["action"])
               for line in got["lines"] if line["map"] != "sender_login"}
        self.assertEqual((before + 1, "domain.create"), who[name])
        self.assertEqual((before + 2, "mailbox.create"), who[f"taro@{name}"])
        self.assertEqual((before + 3, "alias.create"), who[f"info@{name}"])
        self.assertEqual([{"domain": name, "added": 6, "changed": 0,
                           "removed": 0}], got["domains"])
        self.assertFalse(got["truncated"])

    def test_backwards_is_the_reverse(self):
        before = self.head()
        d = self.domain()
        self.mailbox(d, "taro")
        there = self.lines(self.diff(**{"from": before, "to": self.head()}))
        back = self.lines(self.diff(**{"from": self.head(), "to": before}))
        self.assertEqual({key: (b, a) for key, (a, b) in there.items()}, back)

    def test_no_hash_is_shown(self):
        d = self.domain()
        box = self.mailbox(d, "taro")
        before = self.head()
        self.must(200, self.root.post(
            f"/api/v1/mailboxes/{box['id']}/password",
            {"password_hash": "{SHA512-CRYPT}$6$other$" + "b" * 86}))
        reply = self.root.get("/api/v1/publishing/diff",
                              **{"from": before, "to": self.head()})
        self.assertNotIn(b"$6$", reply.body)
        (line,) = reply.value["lines"]
        self.assertEqual("accounts", line["map"])
        self.assertNotEqual(line["before"].split()[0],
                            line["after"].split()[0])

    def test_pages_hold_every_line_once(self):
        before = self.head()
        d = self.domain()
        for n in range(7):
            self.mailbox(d, f"b{n}")
        query = {"from": before, "to": self.head()}
        whole = self.diff(**query)["lines"]
        got, cursor = [], {}
        while cursor is not None:
            page = self.diff(**query, limit=4, **cursor)
            got += page["lines"]
            cursor = {"cursor": page["next"]} if page["next"] else None
        self.assertEqual(whole, got)
        boxes = self.diff(**query, map="mailboxes")
        self.assertEqual({"mailboxes"}, {x["map"] for x in boxes["lines"]})
        self.assertEqual(4, len(boxes["files"]))

    def test_what_the_log_cannot_tell_is_refused(self):
        path = "/api/v1/publishing/diff"
        head = self.head()
        for query, field, reason in (
                ({"from": 0}, "to", "required"),
                ({"from": 0, "to": head + 1}, "to", "no_such_serial"),
                ({"from": 0, "to": head, "cursor": "x"}, "cursor",
                 "bad_cursor"),
                ({"from": 0, "to": 0, "map": "x"}, "map", None),
                ({"domain": "a b"}, "domain", None)):
            self.refused(422, self.root.get(path, **query), field, reason)

    def test_whitelist_with_its_expiry(self):
        before = self.head()
        w = self.network("203.0.113.7/32", expires_at="2099-01-01T00:00:00Z")
        mid = self.head()
        self.must(200, self.root.delete(f"/api/v1/whitelist/{w['id']}",
                                        match=etag(w)))
        text = "OK until 2099-01-01T00:00:00Z"
        key = ("whitelist", "203.0.113.7")
        self.assertEqual({key: (None, text)}, self.lines(
            self.diff(**{"from": before, "to": mid})))
        self.assertEqual({key: (text, None)}, self.lines(
            self.diff(**{"from": mid, "to": self.head()})))
        self.assertEqual({}, self.lines(
            self.diff(**{"from": before, "to": self.head()})))

    def test_too_much_is_counted(self):
        before = self.head()
        d = self.domain()
        self.servers.db.sql(
            "INSERT INTO mailbox (domain_id, address, home, created, updated)"
            f" SELECT {d['id']}, CONCAT('m', seq, '@{d['name']}'), "
            "CONCAT('/m/', seq), UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) "
            "FROM seq_1_to_4100", "postroom")
        got = self.diff(**{"from": before, "to": self.head()})
        self.assertTrue(got["truncated"])
        self.assertEqual([], got["lines"])
        self.assertEqual([{"noun": "domain", "domain": d["name"],
                           "changes": 1}], got["counts"])
        # Its own line alone is not too much.
        mid = self.head()
        self.must(200, self.root.patch(
            f"/api/v1/domains/{d['id']}",
            {"transport": "smtp:[old.example]:25"}, match=etag(d)))
        self.assertEqual(
            {("transport", d["name"]): (None, "smtp:[old.example]:25")},
            self.lines(self.diff(**{"from": mid, "to": self.head()})))

    def test_an_admin_sees_own_domains(self):
        mine, theirs = self.domain(), self.domain()
        admin = self.servers.signed_in(2, [mine["id"]])
        before = self.head()
        self.mailbox(mine, "a")
        self.mailbox(theirs, "a")
        self.network("203.0.113.8/32")
        got = self.diff(admin, **{"from": before, "to": self.head()})
        self.assertEqual({mine["name"]},
                         {line["domain"] for line in got["lines"]})
        self.assertEqual([mine["name"]],
                         [x["domain"] for x in got["domains"]])
        self.assertEqual([], self.diff(
            admin, domain=theirs["name"],
            **{"from": before, "to": self.head()})["lines"])


class Pending(DiffCase):
    def test_behind_by_what_the_node_has_not(self):
        d = self.domain()
        self.node(self.head())
        self.assertEqual([], self.diff()["lines"])
        self.mailbox(d, "taro")
        self.assertEqual({("mailboxes", f"taro@{d['name']}"): (None, "x")},
                         self.lines(self.diff(), "mailboxes"))

    def test_routing_waits_for_approval_of_its_domain(self):
        a, b = self.domain(), self.domain()
        approved = self.head()
        box = self.mailbox(a, "taro")
        self.mailbox(b, "taro")
        self.must(200, self.root.patch(f"/api/v1/mailboxes/{box['id']}",
                                       {"state": "closed"},
                                       match=etag(box)))
        self.node(self.head())
        self.reviewed(approved)
        got = self.lines(self.diff())
        # What only moves forward is live already.
        self.assertEqual({("mailboxes", f"taro@{b['name']}"): (None, "x")},
                         got)
        self.servers.db.sql(
            "INSERT INTO approval (domain, serial, updated) VALUES "
            f"('{b['name']}', {self.head()}, UTC_TIMESTAMP(6))", "postroom")
        self.assertEqual({}, self.lines(self.diff()))

    def test_relays_open_late_and_close_at_once(self):
        opened = {"expires_at": "2099-01-01T00:00:00Z"}
        later = self.network("203.0.113.20", **opened)
        sooner = self.network("203.0.113.21", **opened)
        gone = self.network("203.0.113.22")
        approved = self.head()
        self.network("203.0.113.23")
        for row, year in ((later, "2100"), (sooner, "2098")):
            self.must(200, self.root.patch(
                f"/api/v1/whitelist/{row['id']}",
                {"expires_at": f"{year}-01-01T00:00:00Z"}, etag(row)))
        self.must(200, self.root.delete(f"/api/v1/whitelist/{gone['id']}",
                                        match=etag(gone)))
        self.node(self.head())
        self.reviewed(approved)
        self.assertEqual(
            {("whitelist", "203.0.113.20"), ("whitelist", "203.0.113.23")},
            set(self.lines(self.diff())))

    def test_an_account_goes_with_its_routing(self):
        d = self.domain()
        box = self.mailbox(d, "taro")
        self.must(200, self.root.delete(f"/api/v1/mailboxes/{box['id']}",
                                        None, etag(box)))
        approved = self.head()
        # As the clock does when its mail need not be kept any more.
        self.servers.db.sql(
            f"DELETE FROM mailbox WHERE id = {box['id']};"
            "UPDATE head SET serial = serial + 1;"
            "INSERT INTO revision (serial, prov_id, action, actor_kind, "
            "actor_name, changes, created) SELECT serial, 7, 'purge', 3, "
            "'clock', 1, UTC_TIMESTAMP(6) FROM head;"
            "INSERT INTO `change` (prov_id, seq, noun, noun_id, domain_id, "
            "op, subject, version, before_image) VALUES (7, 0, 'mailbox', "
            f"{box['id']}, {d['id']}, 3, '{box['address']}', 9, "
            "'{\"state\":\"deleted\"}');"
            "INSERT INTO change_key VALUES "
            f"(7, 0, 'a', '{box['address']}')", "postroom")
        self.node(self.head())
        self.reviewed(approved)
        ((key, (before, after)),) = self.lines(self.diff()).items()
        self.assertEqual(("accounts", box["address"]), key)
        self.assertIn(" nologin=Y", before)
        self.assertIsNone(after)

    def test_a_hold_counts_as_its_serial(self):
        d = self.domain()
        held = self.head()
        self.mailbox(d, "taro")
        self.node(self.head(), hold_serial=held)
        self.assertEqual({("mailboxes", f"taro@{d['name']}"): (None, "x")},
                         self.lines(self.diff()))

    def test_a_domain_that_is_held_back(self):
        a, b = self.domain(), self.domain()
        at = self.head()
        self.mailbox(a, "taro")
        self.mailbox(b, "taro")
        self.node(self.head())
        self.servers.db.sql(
            "INSERT INTO node_domain (node_id, domain, serial, held) VALUES "
            f"(1, '{a['name']}', {at}, 'guard')", "postroom")
        self.assertEqual({("mailboxes", f"taro@{a['name']}"): (None, "x")},
                         self.lines(self.diff()))


class Rollback(DiffCase):
    def preview(self, serial):
        return self.must(200, self.root.get(
            "/api/v1/publishing/rollback-preview", serial=serial)).value

    def test_routing_back_and_what_is_kept(self):
        d = self.domain()
        closed = self.mailbox(d, "closed")
        changed = self.mailbox(d, "changed")
        w = self.network("203.0.113.9/32")
        target = self.head()
        self.mailbox(d, "later")
        self.must(200, self.root.patch(
            f"/api/v1/mailboxes/{closed['id']}", {"state": "closed"},
            match=etag(closed)))
        self.must(200, self.root.post(
            f"/api/v1/mailboxes/{changed['id']}/password",
            {"password_hash": "{SHA512-CRYPT}$6$other$" + "b" * 86}))
        self.must(200, self.root.delete(f"/api/v1/whitelist/{w['id']}",
                                        match=etag(w)))
        self.node(self.head())
        got = self.preview(target)
        name = d["name"]
        self.assertEqual({
            ("mailboxes", f"closed@{name}"): (None, "x"),
            ("mailboxes", f"later@{name}"): ("x", None),
        }, self.lines(got))
        self.assertEqual({
            ("sign_in_ended", f"closed@{name}", target + 2),
            ("sender_login", f"closed@{name}", target + 2),
            ("password", f"changed@{name}", target + 3),
            ("relay_closed", "203.0.113.9", target + 4),
        }, {(k["kind"], k["subject"], k["serial"]) for k in got["kept"]})

    def test_from_one_hold_to_a_later_one(self):
        d = self.domain()
        held = self.head()
        self.mailbox(d, "between")
        target = self.head()
        self.mailbox(d, "later")
        self.node(self.head(), hold_serial=held)
        self.assertEqual(
            {("mailboxes", f"between@{d['name']}"): (None, "x")},
            self.lines(self.preview(target)))
        self.assertEqual({}, self.lines(self.preview(held)))

    def test_only_superadmins(self):
        admin = self.servers.signed_in(2, [self.domain()["id"]])
        self.must(403, admin.get("/api/v1/publishing/rollback-preview",
                                 serial=0))
