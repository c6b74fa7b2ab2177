"""Lists as files: whole, in their order, safe in a spreadsheet, of one
moment, in little memory."""

import csv
import http.client
import io
import re
import unittest

import apicase

HASHED = ["address", "name", "quota", "active", "password"]


class Exports(apicase.ApiCase):
    def get(self, noun, client=None, status=200, **query):
        words = "&".join(f"{k}={v}" for k, v in query.items())
        client = client or self.root
        got, headers, body = client.raw(
            "GET", f"/api/v1/{noun}/export?{words}", None, client.headers())
        self.assertEqual(status, got, body)
        return headers, body

    def rows(self, noun, client=None, **query):
        _, body = self.get(noun, client, **query)
        text = body.decode("utf-8-sig")
        self.assertTrue(text.endswith("\r\n"))
        return list(csv.DictReader(io.StringIO(text)))

    def fill(self, d, n):
        self.servers.db.sql(
            "INSERT INTO mailbox (domain_id, address, name, home, quota_bytes,"
            f" created, updated) SELECT {d['id']}, "
            f"CONCAT('m', seq, '@{d['name']}'), CONCAT('Person ', seq), "
            "CONCAT('/m/', seq), seq % 7, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) "
            f"FROM seq_1_to_{n}; UPDATE domain SET mailbox_count = {n} "
            f"WHERE id = {d['id']}", "postroom")


class Lists(Exports):
    def test_every_list_has_the_columns_of_an_import(self):
        d = self.domain(description="main, and \"first\"", max_mailboxes=9,
                        max_quota_bytes=3 << 30, default_quota_bytes=1 << 29)
        box = self.mailbox(d, "taro", name="山田 太郎", quota_bytes=1 << 30)
        odd = self.mailbox(d, "odd", quota_bytes=(1 << 20) + 1,
                           state="nologin")
        self.alias(d, "info", [box["address"], "x@else.example"],
                   description="desk", send_as=False)
        self.network("203.0.113.0/28", owner="Aoi", note="printers",
                     expires_at="2099-01-01T00:00:00Z")
        self.assertEqual([{
            "domain": d["name"], "note": "main, and \"first\"",
            "active": "active", "max_mailboxes": "9", "max_aliases": "0",
            "max_quota": "3G", "default_quota": "512M", "transport": ""}],
            self.rows("domains", q=d["name"]))
        self.assertEqual([
            {"address": odd["address"], "name": "", "quota": "1048577B",
             "active": "nologin"},
            {"address": box["address"], "name": "山田 太郎", "quota": "1G",
             "active": "active"}],
            self.rows("mailboxes", domain_id=d["id"]))
        self.assertEqual([{
            "address": f"info@{d['name']}",
            "targets": f"{box['address']} x@else.example",
            "active": "active", "send_as": "no", "note": "desk"}],
            self.rows("aliases", target=box["address"]))
        self.assertEqual([{
            "network": "203.0.113.0/28", "note": "printers", "owner": "Aoi",
            "expires_at": "2099-01-01T00:00:00Z", "active": "active"}],
            self.rows("whitelist", q="aoi"))

    def test_filter_sort_and_state_are_those_of_the_list(self):
        d = self.domain()
        self.fill(d, 1234)
        for sort in ("address", "-address", "name", "-quota", "created_at"):
            with self.subTest(sort):
                listed = self.root.pages(
                    "/api/v1/mailboxes", domain_id=d["id"], sort=sort,
                    limit=200)
                rows = self.rows("mailboxes", domain_id=d["id"], sort=sort)
                self.assertEqual([r["address"] for r in listed],
                                 [r["address"] for r in rows])
                self.assertEqual(1234, len(rows))
        found = self.rows("mailboxes", domain_id=d["id"], q="m12")
        self.assertEqual(46, len(found))
        self.assertEqual([], self.rows("mailboxes", domain_id=d["id"],
                                       state="deleted"))

    def test_a_formula_stays_a_text(self):
        d = self.domain()
        self.mailbox(d, "f1", name="=cmd|'/c calc'!A1")
        self.mailbox(d, "f2", name="+1 2 3")
        self.alias(d, "", [f"f1@{d['name']}"])
        self.assertEqual(["'=cmd|'/c calc'!A1", "'+1 2 3"], [
            r["name"] for r in self.rows("mailboxes", domain_id=d["id"])])
        self.assertEqual([f"'@{d['name']}"], [
            r["address"] for r in self.rows("aliases", domain_id=d["id"])])

    def test_encodings_for_excel(self):
        d = self.domain()
        self.mailbox(d, "a", name="髙橋 はるか～①")
        headers, body = self.get("mailboxes", domain_id=d["id"],
                                 encoding="utf-8-bom")
        self.assertTrue(body.startswith(b"\xef\xbb\xbfaddress,"))
        self.assertRegex(headers["content-disposition"],
                         r'^attachment; filename="mailboxes-\d{4}-\d\d-\d\d'
                         r'\.csv"$')
        headers, body = self.get("mailboxes", domain_id=d["id"],
                                 encoding="shift_jis")
        self.assertIn("Shift_JIS", headers["content-type"])
        self.assertIn("髙橋 はるか～①", body.decode("cp932"))
        self.mailbox(d, "b", name="ok 🎉")
        _, body = self.get("mailboxes", status=422, domain_id=d["id"],
                           encoding="shift_jis")
        self.assertIn(b"not_encodable", body)
        self.assertIn(f"b@{d['name']}".encode(), body)

    def test_hashes_only_for_a_superadmin_who_asks(self):
        d = self.domain()
        self.mailbox(d, "taro")
        self.assertNotIn("password", self.rows(
            "mailboxes", domain_id=d["id"])[0])
        row = self.rows("mailboxes", domain_id=d["id"], hashes="true")[0]
        self.assertEqual(HASHED, list(row))
        self.assertEqual(apicase.HASH, row["password"])
        admin = self.servers.signed_in(2, [d["id"]])
        self.get("mailboxes", admin, 403, domain_id=d["id"], hashes="true")
        self.get("aliases", status=422, hashes="true")
        with open(self.servers.path("log", "web.log")) as f:
            self.assertTrue(re.search("msg=export list=mailboxes hashes=yes "
                                      "actor=", f.read()))

    def test_an_admin_gets_his_domains_only(self):
        mine, theirs = self.domain(), self.domain()
        self.mailbox(mine, "a")
        self.mailbox(theirs, "b")
        admin = self.servers.signed_in(2, [mine["id"]])
        self.assertEqual([f"a@{mine['name']}"], [
            r["address"] for r in self.rows("mailboxes", admin)])
        self.assertEqual([mine["name"]], [
            r["domain"] for r in self.rows("domains", admin)])
        self.get("mailboxes", admin, 404, domain_id=theirs["id"])
        self.get("whitelist", admin, 403)
        self.get("mailboxes", status=422, sort="password")


class Sizes(Exports):
    # One worker, so that its memory is that of the export.
    own = True
    web = {"workers": "1"}

    def memory_kb(self):
        with open(f"/proc/{self.servers.worker_pids()[0]}/status") as f:
            return int(re.search(r"VmHWM:\s+(\d+) kB", f.read())[1])

    def test_memory_does_not_grow_with_the_list(self):
        d, big = self.domain(), self.domain()
        self.fill(d, 2000)
        n = 1_000_000 if apicase.SOAK else 30_000
        self.fill(big, n)
        self.assertEqual(2000, len(self.rows("mailboxes", domain_id=d["id"])))
        before = self.memory_kb()
        _, body = self.get("mailboxes", domain_id=big["id"])
        self.assertEqual(n + 1, body.count(b"\r\n"))
        grown = self.memory_kb() - before
        print(f"export of {n} rows: {len(body)} bytes, worker grew {grown} kB")
        self.assertLess(grown, 4096)

    def test_it_is_of_one_moment(self):
        d = self.domain()
        self.fill(d, 20_000)
        client = self.root
        connection = http.client.HTTPConnection("127.0.0.1", client.port,
                                                timeout=60)
        connection.request("GET", "/api/v1/mailboxes/export?domain_id="
                           f"{d['id']}&sort=-address", None, client.headers())
        reply = connection.getresponse()
        first = reply.read(1000)
        self.servers.db.sql(
            f"UPDATE mailbox SET quota_bytes = 99 WHERE domain_id = {d['id']}"
            "; DELETE FROM mailbox WHERE address LIKE 'm1%' AND domain_id = "
            f"{d['id']}", "postroom")
        body = first + reply.read()
        connection.close()
        self.assertEqual(20_001, body.count(b"\r\n"))
        self.assertNotIn(b"99B", body)

    def test_one_that_breaks_off_is_not_taken_for_whole(self):
        d = self.domain()
        self.fill(d, 40_000)
        client = self.root
        ids = self.servers.db.sql(
            "SELECT id FROM information_schema.processlist WHERE user = "
            "'postroom-web'", "postroom").split()
        connection = http.client.HTTPConnection("127.0.0.1", client.port,
                                                timeout=60)
        connection.request("GET", "/api/v1/mailboxes/export?domain_id="
                           f"{d['id']}", None, client.headers())
        reply = connection.getresponse()
        reply.read(1)
        self.servers.db.sql("".join(f"KILL {i};" for i in ids), "postroom")
        with self.assertRaises((http.client.IncompleteRead,
                                ConnectionResetError)):
            reply.read()
        connection.close()
        self.must(200, self.root.get("/api/v1/session"))


if __name__ == "__main__":
    unittest.main()
