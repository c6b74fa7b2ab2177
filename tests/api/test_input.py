"""Bad input: each refused with a field and a reason, and nothing changed.

A reply is checked against docs/openapi.json like any other; after each table
of cases the tables of the database are the same as before.
"""

import json

import apicase
from apicase import etag

TABLES = ["domain", "mailbox", "alias", "alias_target", "whitelist",
          "secret", "revision", "`change`", "head", "job"]


class InputCase(apicase.ApiCase):
    """`taro` is a mailbox, `info` an alias to it, in `ours`."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if hasattr(InputCase, "ours"):
            return
        case = cls("setUp")
        InputCase.ours = case.domain(name="ours.example")
        InputCase.taro = case.mailbox(cls.ours, "taro")
        InputCase.info = case.alias(cls.ours, "info", [cls.taro["address"]])
        InputCase.net = case.network("192.0.2.0/24")

    def setUp(self):
        super().setUp()
        self.before = self.everything()

    def tearDown(self):
        self.assertEqual(self.before, self.everything(),
                         "something was changed")

    def everything(self):
        return self.servers.db.sql(
            "CHECKSUM TABLE " + ", ".join(TABLES), "postroom")

    def try_all(self, path, cases, status=422, method="POST", match=None):
        """cases: (what, body as a value or raw bytes, field, reason)."""
        for what, body, field, reason in cases:
            with self.subTest(what):
                if isinstance(body, (bytes, str)):
                    reply = self.root.send(method, path, body=body,
                                           match=match)
                else:
                    reply = self.root.send(method, path, body, match=match)
                want = status
                if isinstance(status, dict):
                    want = status.get(reason, 422)
                self.must(want, reply)
                self.assertIn((field, reason), reply.reasons, reply)
                self.assertTrue(reply.value["detail"])


class Bodies(InputCase):
    PATH = "/api/v1/domains"

    def test_json_that_is_broken(self):
        good = b'{"name":"new.example"}'
        self.try_all(self.PATH, [
            ("cut short", good[:-1], "", "bad_json"),
            ("nothing but a blank", b" ", "", "empty"),
            ("single quotes", b"{'name':'new.example'}", "", "bad_json"),
            ("NaN", b'{"name":"new.example","max_aliases":NaN}', "",
             "bad_json"),
            ("a comment", b'{"name":"new.example"/*x*/}', "", "bad_json"),
            ("a comma too many", b'{"name":"new.example",}', "", "bad_json"),
            ("something behind it", good + b"x", "", "trailing_data"),
            ("a second document", good + good, "", "trailing_data"),
            ("bytes that are not UTF-8", b'{"name":"\xff.example"}', "",
             "bad_utf8"),
            ("an overlong slash", b'{"name":"\xc0\xaf.example"}', "",
             "bad_utf8"),
            ("a NUL byte", b'{"name":"new\0.example"}', "", "nul_byte"),
            ("a line feed in a text", b'{"name":"new\n.example"}', "",
             "bad_json"),
            ("a hundred arrays", b"[" * 100 + b"]" * 100, "", "too_deep"),
        ], 400)

    def test_json_of_another_shape(self):
        self.try_all(self.PATH, [
            ("an array", [], "", "wrong_type"),
            ("a text", b'"new.example"', "", "wrong_type"),
            ("null", b"null", "", "wrong_type"),
            ("nothing in it", {}, "name", "required"),
            ("an unknown key", {"name": "new.example", "colour": 1},
             "colour", "unknown_key"),
            ("a duplicate key",
             b'{"name":"new.example","name":"other.example"}', "name",
             "duplicate_key"),
            ("a number for a text", {"name": 5}, "name", "wrong_type"),
            ("null for a text", {"name": None}, "name", "null_not_allowed"),
            ("a text for a number",
             {"name": "new.example", "max_aliases": "5"}, "max_aliases",
             "wrong_type"),
            ("true for a number",
             {"name": "new.example", "max_aliases": True}, "max_aliases",
             "wrong_type"),
            ("a fraction", {"name": "new.example", "max_aliases": 1.5},
             "max_aliases", "not_integer"),
            ("an exponent",
             b'{"name":"new.example","max_aliases":1e3}', "max_aliases",
             "not_integer"),
            ("a negative number", {"name": "new.example", "max_aliases": -1},
             "max_aliases", "out_of_range"),
            ("more than 64 bits",
             b'{"name":"new.example","max_aliases":99999999999999999999}',
             "max_aliases", "out_of_range"),
            ("more than the limit allows",
             {"name": "new.example", "max_quota_bytes": (1 << 50) + 1},
             "max_quota_bytes", "out_of_range"),
            ("a state that is none", {"name": "new.example", "state": "on"},
             "state", "not_a_choice"),
            ("a state that is not to be set",
             {"name": "new.example", "state": "deleted"}, "state",
             "not_a_choice"),
            ("an escaped NUL", b'{"name":"new\\u0000.example"}', "name",
             "bad_character"),
            ("a text too long", {"name": "new.example",
                                 "description": "x" * 801}, "description",
             "too_long"),
        ])

    def test_several_faults_are_told_at_once(self):
        reply = self.must(422, self.root.post(self.PATH, {
            "name": "no", "max_aliases": -1, "colour": "red"}))
        self.assertEqual({"name", "max_aliases", "colour"},
                         {field for field, _ in reply.reasons})

    def test_bodies_that_are_too_large(self):
        for size in (2 << 20, 9 << 20):
            body = json.dumps({"name": "x" * size})
            self.refused(413, self.root.post(self.PATH, body=body), "",
                         "too_large")

    def test_bodies_of_another_type(self):
        body = b'{"name":"new.example"}'
        for kind in ("text/plain", "application/x-www-form-urlencoded",
                     "multipart/form-data; boundary=x", "application/jsonx",
                     "application/json; charset=latin1"):
            self.refused(415, self.root.send(
                "POST", self.PATH, body=body, Content_Type=kind), "",
                "not_json")

    def test_a_body_where_none_belongs(self):
        self.refused(422, self.root.post(
            f"/api/v1/mailboxes/{self.taro['id']}/restore", {}), "",
            "body_not_wanted")


class Names(InputCase):
    def test_domains(self):
        label64 = "a" * 64
        self.try_all("/api/v1/domains", [
            ("empty", {"name": ""}, "name", "required"),
            ("a label of 64 bytes", {"name": f"{label64}.example"}, "name",
             "label_too_long"),
            ("300 bytes", {"name": ("a" * 59 + ".") * 5}, "name",
             "too_long"),
            ("punycode that does not decode",
             {"name": "xn--99999999.example"}, "name", "bad_punycode"),
            ("one label", {"name": "localhost"}, "name", "single_label"),
            ("a dot at the end", {"name": "new.example."}, "name",
             "trailing_dot"),
            ("two dots", {"name": "new..example"}, "name", "label_empty"),
            ("a blank", {"name": "new .example"}, "name", "bad_character"),
            ("a line feed", {"name": "new.example\nx"}, "name",
             "bad_character"),
            ("a slash", {"name": "new/x.example"}, "name", "bad_character"),
            ("an underscore", {"name": "a_b.example"}, "name",
             "bad_character"),
            ("a hyphen at the front", {"name": "-a.example"}, "name",
             "bad_hyphen"),
            ("an address", {"name": "192.0.2.1"}, "name", "numeric_tld"),
        ])

    def test_a_domain_that_is_there(self):
        for name in ("ours.example", "OURS.example", "ｏｕｒｓ．ｅｘａｍｐｌｅ"):
            self.refused(409, self.root.post("/api/v1/domains",
                                             {"name": name}), "name")

    LOCALS = [
        ("a local part of 65 bytes", "a" * 65, "local_too_long"),
        ("no local part", "", "local_empty"),
        ("a blank", "ta ro", "bad_character"),
        ("a line feed", "taro\nx", "bad_character"),
        ("a NUL", "ta\0ro", "bad_character"),
        ("double quotes", '"taro"', "quoted_local"),
        ("a slash", "ta/ro", "bad_character"),
        ("a percent sign", "ta%ro", "bad_character"),
        ("an asterisk", "ta*ro", "bad_character"),
        ("a backslash", "ta\\ro", "bad_character"),
        ("a comma", "ta,ro", "bad_character"),
        ("non-ASCII", "tarō", "non_ascii_local"),
        ("Japanese", "太郎", "non_ascii_local"),
        ("a dot at the front", ".taro", "bad_dot"),
        ("two dots", "ta..ro", "bad_dot"),
    ]

    # What an alias may hold and a mailbox may not.
    ALIAS_ONLY = "+=&'~#"

    WHOLE = [
        ("no at sign", "taro", "no_at"),
        ("two at signs", "a@b@ours.example", "two_ats"),
        ("a bad domain", "new@ours..example", "label_empty"),
        ("a blank in the domain", "new@ours .example", "bad_character"),
        ("a line feed behind it", "new@ours.example\nx", "bad_character"),
        ("punycode that does not decode", "new@xn--99999999.example",
         "bad_punycode"),
        ("a domain of 300 bytes", "new@" + "a." * 150 + "example",
         "too_long"),
    ]

    def addresses(self, locals_, **more):
        return [(what, {"address": f"{local}@ours.example", **more},
                 "address", reason) for what, local, reason in locals_] + [
            (what, {"address": address, **more}, "address", reason)
            for what, address, reason in self.WHOLE]

    def test_addresses_of_mailboxes(self):
        self.try_all("/api/v1/mailboxes", self.addresses(
            [(what, local, reason if local else "catch_all_not_here")
             for what, local, reason in self.LOCALS]
            + [(f"a {c}", f"new{c}tag", "bad_character")
               for c in self.ALIAS_ONLY]) + [
            ("no address at all", {"name": "Taro"}, "address", "required"),
            ("both ways at once", {"address": "new@ours.example",
                                   "local_part": "new",
                                   "domain_id": self.ours["id"]},
             "local_part", "one_of_two"),
        ])

    def test_addresses_of_aliases(self):
        targets = ["taro@ours.example"]
        self.try_all("/api/v1/aliases", self.addresses(
            [case for case in self.LOCALS if case[1]]
            + [(f"a {c}", f"new{c}x", "bad_character")
               for c in "!$?^`{|}()<>[];:"], targets=targets) + [
            ("nothing", {"address": "", "targets": targets}, "address",
             "required"),
            ("no address at all", {"targets": targets}, "address",
             "required"),
            ("an address that is none", {"address": 5, "targets": targets},
             "address", "wrong_type"),
        ])

    def test_what_an_alias_alone_may_hold(self):
        for c in self.ALIAS_ONLY:
            with self.subTest(c):
                row = self.made("aliases", {
                    "address": f"new{c}x@ours.example",
                    "targets": ["taro@ours.example"]})
                self.assertEqual(row["address"], f"new{c}x@ours.example")
        self.before = self.everything()

    def test_local_parts(self):
        self.try_all("/api/v1/mailboxes", [
            (what, {"local_part": local, "domain_id": self.ours["id"]},
             "local_part", reason if local else "required")
            for what, local, reason in self.LOCALS])

    def test_addresses_that_are_taken_or_of_no_domain(self):
        for path, more in (("mailboxes", {}),
                           ("aliases", {"targets": ["x@else.example"]})):
            for address in ("taro@ours.example", "TARO@Ours.Example",
                            "info@ours.example"):
                self.refused(409, self.root.post(
                    f"/api/v1/{path}", {"address": address, **more}),
                    "address", "address_taken")
            reply = self.root.post(f"/api/v1/{path}", {
                "address": "taro@unknown.example", **more})
            self.assertIn(reply.status, (404, 422))
            self.assertEqual("address", reply.value["errors"][0]["field"])

    def test_passwords(self):
        path = f"/api/v1/mailboxes/{self.taro['id']}/password"
        self.try_all(path, [
            ("neither", {}, "password", "required"),
            ("both", {"password": apicase.PASSWORD,
                      "password_hash": apicase.HASH}, "password_hash",
             "one_of_two"),
            ("too short", {"password": "short"}, "password", "too_short"),
            ("too long", {"password": "x" * 257}, "password", "too_long"),
            ("a line feed", {"password": "long enough\nx"}, "password",
             "bad_character"),
            ("an unknown scheme", {"password_hash": "{ROT13}abcdef"},
             "password_hash", "unknown_scheme"),
            ("a colon", {"password_hash": "{CRYPT}$6$a:b"}, "password_hash",
             "bad_character"),
            ("an empty hash", {"password_hash": "{CRYPT}"}, "password_hash",
             "bad_hash"),
        ])

    def test_no_refusal_repeats_a_password(self):
        secret = "hunter2"
        for path in ("mailboxes", f"mailboxes/{self.taro['id']}/password"):
            reply = self.root.post(f"/api/v1/{path}", {
                **({"address": "new@ours.example"}
                   if path == "mailboxes" else {}), "password": secret})
            self.must(422, reply)
            self.assertNotIn(secret.encode(), reply.body)


class Aliases(InputCase):
    def test_targets(self):
        def to(*targets):
            return {"address": "new@ours.example", "targets": list(targets)}
        self.try_all("/api/v1/aliases", [
            ("itself", to("new@ours.example"), "targets[0]",
             "alias_to_itself"),
            ("itself in capitals", to("NEW@Ours.Example"), "targets[0]",
             "alias_to_itself"),
            ("nowhere", to("nobody@ours.example"), "targets[0]",
             "target_nowhere"),
            ("the second is nowhere", to("taro@ours.example",
                                         "nobody@ours.example"),
             "targets[1]", "target_nowhere"),
            ("none", to(), "targets", "too_few_items"),
            ("the same twice", to("taro@ours.example", "TARO@ours.example"),
             "targets[1]", "repeated_item"),
            ("no address", to("taro"), "targets[0]", "no_at"),
            ("a pipe to a program", to("|/bin/sh@x.example"), "targets[0]",
             "bad_character"),
            ("a line feed", to("a@x.example\nroot: x"), "targets[0]",
             "bad_character"),
            ("a quoted local part", to('"a b"@x.example'), "targets[0]",
             "quoted_local"),
            ("no list", {"address": "new@ours.example",
                         "targets": "taro@ours.example"}, "targets",
             "wrong_type"),
            ("a catch-all", to("@x.example"), "targets[0]",
             "catch_all_not_here"),
            ("1001 of them", to(*(f"t{i}@x.example" for i in range(1001))),
             "targets", "too_many_items"),
        ])

    def test_a_loop_is_named(self):
        second = {"address": "second@ours.example",
                  "targets": ["info@ours.example"]}
        self.must(201, self.root.post("/api/v1/aliases", second))
        self.before = self.everything()
        info = self.root.get(f"/api/v1/aliases/{self.info['id']}").value
        reply = self.refused(422, self.root.patch(
            f"/api/v1/aliases/{info['id']}",
            {"targets": ["second@ours.example"]}, etag(info)), "targets[0]",
            "alias_loop")
        self.assertEqual("second@ours.example",
                         reply.value["errors"][0]["subject"])


class Networks(InputCase):
    def test_networks(self):
        self.try_all("/api/v1/whitelist", [
            ("the whole of IPv4", {"network": "0.0.0.0/0"}, "network",
             "network_too_wide"),
            ("host bits", {"network": "10.0.0.1/8"}, "network",
             "host_bits_set"),
            ("the whole of IPv6", {"network": "::/0"}, "network",
             "network_too_wide"),
            ("IPv4 in IPv6", {"network": "::ffff:10.0.0.0/104"}, "network",
             "v4_mapped"),
            ("wider than allowed", {"network": "10.0.0.0/8"}, "network",
             "network_too_wide"),
            ("wider than allowed", {"network": "2001::/16"}, "network",
             "network_too_wide"),
            ("a name", {"network": "mail.example"}, "network",
             "bad_network"),
            ("five numbers", {"network": "10.0.0.0.1"}, "network",
             "bad_network"),
            ("a leading zero", {"network": "010.0.0.1"}, "network",
             "bad_network"),
            ("a prefix too long", {"network": "10.0.0.0/33"}, "network",
             "bad_prefix"),
            ("no prefix behind the slash", {"network": "10.0.0.0/"},
             "network", "bad_prefix"),
            ("a zone", {"network": "fe80::1%eth0"}, "network", "has_zone"),
            ("empty", {"network": ""}, "network", "required"),
            ("a time that is none", {"network": "10.9.9.0/24",
                                     "expires_at": "tomorrow"},
             "expires_at", "bad_time"),
            ("the thirtieth of February",
             {"network": "10.9.9.0/24",
              "expires_at": "2099-02-30T00:00:00Z"}, "expires_at",
             "bad_time"),
        ])
        self.refused(409, self.root.post(
            "/api/v1/whitelist", {"network": "192.0.2.0/24"}), "network",
            "network_taken")


class Versions(InputCase):
    def rows(self):
        return [("domains", self.ours, {"description": "x"}),
                ("mailboxes", self.taro, {"name": "x"}),
                ("aliases", self.info, {"description": "x"}),
                ("whitelist", self.net, {"note": "x"})]

    def test_a_missing_or_stale_version_changes_nothing(self):
        for noun, row, change in self.rows():
            path = f"/api/v1/{noun}/{row['id']}"
            gone = {"confirm": "ours.example"} if noun == "domains" else None
            with self.subTest(noun):
                self.refused(428, self.root.patch(path, change), "If-Match",
                             "required")
                self.refused(428, self.root.delete(path, gone), "If-Match",
                             "required")
                self.refused(412, self.root.patch(path, change, '"99"'))
                self.refused(412, self.root.delete(path, gone, '"99"'))
                for bad in ("1", "*", '"1', '"x"', '"1", "2"', ""):
                    reply = self.root.patch(path, change, bad)
                    self.assertIn(reply.status, (400, 428), reply)

    def test_an_empty_change_is_refused_or_changes_nothing(self):
        for noun, row, _ in self.rows():
            reply = self.root.patch(f"/api/v1/{noun}/{row['id']}", {},
                                    etag(row))
            self.assertIn(reply.status, (200, 422), reply)


class Queries(InputCase):
    def test_queries(self):
        for query, field, reason in (
                ("limit=0", "limit", "out_of_range"),
                ("limit=201", "limit", "out_of_range"),
                ("limit=x", "limit", "wrong_type"),
                ("limit=1&limit=2", "limit", "duplicate_key"),
                ("colour=red", "colour", "unknown_key"),
                ("sort=size", "sort", None),
                ("sort=name;drop", "sort", None),
                ("after=nonsense", "after", "bad_cursor"),
                ("before=nonsense", "before", "bad_cursor"),
                ("after=a&before=b", None, None),
                ("count=all", "count", "not_a_choice"),
                ("state=on", "state", "not_a_choice"),
                ("q=" + "x" * 201, "q", "too_long")):
            with self.subTest(query):
                self.refused(422, self.root.get(f"/api/v1/domains?{query}"),
                             field, reason)

    def test_queries_that_cannot_be_decoded(self):
        for query in ("q=%", "q=%zz", "q=%f", "q=%00", "q=%ff",
                      "q=%0a"):
            with self.subTest(query):
                reply = self.root.get(f"/api/v1/domains?{query}")
                self.assertIn(reply.status, (400, 422), reply)

    def test_search_text_only_ever_binds(self):
        for text in ("' OR 1=1 --", "%", "_", "\\", "a' UNION SELECT 1 -- ",
                     "taro%", "日本", "\U0001f98a", "@", "x@", "*", "0x41"):
            for path in ("domains", "mailboxes", "aliases", "whitelist",
                         "search"):
                with self.subTest(f"{path} {text}"):
                    reply = self.must(200, self.root.get(
                        f"/api/v1/{path}", q=text))
                    if text in ("%", "_", "*") and path != "search":
                        self.assertEqual([], reply.value["items"])

    def test_paths(self):
        for path, status in (
                ("/api/v1/domains/", 404), ("/api/v1//domains", 404),
                ("/api/v1/domains/0", 404), ("/api/v1/domains/-1", 404),
                ("/api/v1/domains/1e3", 404), ("/api/v1/domains/x", 404),
                ("/api/v1/domains/99999999999999999999", 404),
                ("/api/v1/domains/9007199254740991", 404),
                ("/api/v1/domains%2f1", 400), ("/api/v1/domains/%", 400),
                ("/api/v1/domains/%ff", 400), ("/api/v1/%00", 400),
                ("/api/v2/domains", 404), ("/api/", 404)):
            with self.subTest(path):
                status_got, _, body = self.root.raw(
                    "GET", path, None, self.root.headers())
                if body[:1] == b"{":
                    self.assertEqual(status, status_got, body)
                else:  # nginx refused it first
                    self.assertEqual(400, status_got, body)

    def test_methods(self):
        for method in ("PUT", "OPTIONS", "TRACE", "FROB", "DELETE"):
            with self.subTest(method):
                status, headers, body = self.root.raw(
                    method, "/api/v1/domains", None, self.root.headers())
                self.assertEqual(405, status, body)
                if body[:1] == b"{":
                    self.assertEqual("GET, POST", headers["allow"])

    def test_long_lines_and_many_headers(self):
        reply = self.root.get("/api/v1/domains?q=" + "x" * 5000)
        self.assertEqual(413, reply.status)
        reply = self.root.send("GET", "/api/v1/domains",
                               User_Agent="x" * 3000)
        self.assertEqual(413, reply.status)
