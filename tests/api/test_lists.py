"""Lists: no row is lost and none comes twice, in every order, forwards and
backwards, also while rows come and go; filters, search and totals.
"""

import apicase

MANY = 20000 if apicase.SOAK else 3000


class Lists(apicase.ApiCase):
    """Rows are put in as the operator: their number is the point."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls("setUp")
        cls.big = case.domain(name="big.example")
        cls.small = case.domain(name="small.example")
        big, small = cls.big["id"], cls.small["id"]
        cls.servers.db.sql(f"""
INSERT INTO mailbox (domain_id, address, name, state, quota_bytes, created,
	updated) SELECT IF(seq % 10 = 0, {small}, {big}),
	CONCAT('u', seq * 7919 % {MANY}, '@',
		IF(seq % 10 = 0, 'small', 'big'), '.example'),
	CONCAT('Name ', seq % 50), IF(seq % 100 = 1, 3, 1),
	(seq % 7) * 1000000, '2026-01-01' + INTERVAL seq % 40 DAY,
	UTC_TIMESTAMP(6) FROM seq_1_to_{MANY};
INSERT IGNORE INTO mailbox_part SELECT LEFT(SUBSTRING(m.name, s.seq), 16),
	m.id FROM mailbox m JOIN seq_1_to_64 s ON s.seq <= CHAR_LENGTH(m.name);
INSERT INTO alias (domain_id, address, target_count, created, updated)
	SELECT {big}, CONCAT('a', seq, '@big.example'), 1,
	'2026-01-01' + INTERVAL seq % 40 DAY, UTC_TIMESTAMP(6)
	FROM seq_1_to_{MANY // 5};
INSERT INTO alias_target (alias_id, target)
	SELECT id, 't@elsewhere.example' FROM alias;
INSERT INTO domain (name, name_unicode, mailbox_count, quota_allotted_bytes,
	created, updated) SELECT CONCAT('d', seq, '.example'),
	CONCAT('d', seq, '.example'), seq % 5, seq % 3 * 1000,
	'2026-01-01' + INTERVAL seq % 9 DAY, UTC_TIMESTAMP(6)
	FROM seq_1_to_{MANY // 10};
INSERT INTO whitelist (network, net_from, net_to, created, updated, expires)
	SELECT CONCAT('10.0.', seq DIV 256, '.', seq % 256),
	UNHEX(CONCAT('00000000000000000000FFFF0A00', LPAD(HEX(seq), 4, '0'))),
	UNHEX(CONCAT('00000000000000000000FFFF0A00', LPAD(HEX(seq), 4, '0'))),
	'2026-01-01' + INTERVAL seq % 9 DAY, UTC_TIMESTAMP(6),
	IF(seq % 2, NULL, '2099-01-01' + INTERVAL seq % 9 DAY)
	FROM seq_1_to_{MANY // 10};
""", "postroom")

    SORTS = {
        "mailboxes": {"address": "address", "name": "name",
                      "created_at": "created_at", "quota": "quota_bytes"},
        "aliases": {"address": "address", "created_at": "created_at"},
        "domains": {"name": "name", "created_at": "created_at",
                    "mailbox_count": "mailbox_count",
                    "quota_allotted": "quota_allotted_bytes"},
        "whitelist": {"network": None, "created_at": "created_at",
                      "expires_at": "expires_at"},
    }

    def living(self, table):
        return {int(row) for row in self.servers.db.sql(
            f"SELECT id FROM {table} WHERE alive = 1", "postroom").split()}

    def walk_back(self, path, last, **query):
        """The items from a page's cursor back to the beginning."""
        items = []
        while last["prev"] is not None:
            last = self.root.get(path, before=last["prev"], **query).value
            items = last["items"] + items
        return items

    def test_every_order_holds_every_row_once(self):
        tables = {"mailboxes": "mailbox", "aliases": "alias",
                  "domains": "domain", "whitelist": "whitelist"}
        for noun, keys in self.SORTS.items():
            wanted = self.living(tables[noun])
            for key, member in keys.items():
                for down in ("", "-"):
                    with self.subTest(f"{noun} {down}{key}"):
                        rows = self.root.pages(f"/api/v1/{noun}", limit=200,
                                               sort=down + key)
                        ids = [row["id"] for row in rows]
                        self.assertEqual(len(ids), len(set(ids)))
                        self.assertEqual(wanted, set(ids))
                        if member:
                            self.in_order(rows, member, bool(down))

    def in_order(self, rows, member, is_down):
        # Names are ordered without regard to case; what never expires comes
        # after all that does.
        keys = [(row[member] or "9999").lower()
                if not isinstance(row[member], int) else row[member]
                for row in rows]
        self.assertEqual(sorted(keys, reverse=is_down), keys)

    def test_backwards_is_the_same_way(self):
        for sort in ("address", "-name", "quota"):
            query = {"limit": 199, "sort": sort}
            path = "/api/v1/mailboxes"
            there, page = [], self.root.get(path, **query).value
            self.assertIsNone(page["prev"])
            while True:
                there += page["items"]
                if page["next"] is None:
                    break
                page = self.root.get(path, after=page["next"],
                                     **query).value
            back = self.walk_back(path, page, **query)
            self.assertEqual(
                [row["id"] for row in there],
                [row["id"] for row in back + page["items"]])

    def test_rows_that_come_and_go_disturb_no_other(self):
        path, seen = "/api/v1/mailboxes", []
        query = {"limit": 100, "sort": "address",
                 "domain_id": self.small["id"]}
        page = self.root.get(path, **query).value
        before = self.living("mailbox")
        while True:
            seen += [row["id"] for row in page["items"]]
            if page["next"] is None:
                break
            # One goes that was shown, one comes before the place we are at.
            self.servers.db.sql(
                "UPDATE mailbox SET alive = NULL, state = 4 WHERE id = "
                f"{page['items'][-1]['id']};"
                "INSERT INTO mailbox (domain_id, address, created, updated)"
                f" VALUES ({self.small['id']}, '0new{len(seen)}"
                "@small.example', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))",
                "postroom")
            page = self.root.get(path, after=page["next"], **query).value
        self.assertEqual(len(seen), len(set(seen)))
        small = {int(r) for r in self.servers.db.sql(
            "SELECT id FROM mailbox WHERE domain_id = "
            f"{self.small['id']} AND address NOT LIKE '0new%'",
            "postroom").split()}
        self.assertEqual(small & before, set(seen))

    def test_a_cursor_belongs_to_its_order(self):
        page = self.root.get("/api/v1/mailboxes", sort="address").value
        for sort in ("name", "quota"):
            self.refused(422, self.root.get(
                "/api/v1/mailboxes", sort=sort, after=page["next"]),
                "after", "bad_cursor")
        bent = page["next"][:-2] + "AA"
        reply = self.root.get("/api/v1/mailboxes", sort="address",
                              after=bent)
        self.assertIn(reply.status, (200, 422))

    def test_totals(self):
        wanted = self.servers.count(
            "SELECT COUNT(*) FROM mailbox WHERE alive = 1")
        for count in ("capped", "exact"):
            total = self.root.get("/api/v1/mailboxes",
                                  count=count).value["total"]
            if count == "capped" and wanted > 10000:
                self.assertEqual({"value": 10000, "exact": False}, total)
            else:
                self.assertEqual({"value": wanted, "exact": True}, total)
        closed = self.root.get("/api/v1/mailboxes", state="closed",
                               count="exact").value
        self.assertEqual(self.servers.count(
            "SELECT COUNT(*) FROM mailbox WHERE state = 3"),
            closed["total"]["value"])
        self.assertTrue(all(row["state"] == "closed"
                            for row in closed["items"]))

    def test_search_finds_beginnings_and_parts_of_names(self):
        path = "/api/v1/mailboxes"
        for q, wanted in (("u123", "address LIKE 'u123%'"),
                          ("u1", "address LIKE 'u1%'"),
                          ("small.ex", "address LIKE '%@small.ex%'"),
                          ("ame 17", "name LIKE '%ame 17%'")):
            with self.subTest(q):
                ids = {row["id"] for row in
                       self.root.pages(path, q=q, limit=200)}
                self.assertEqual({int(r) for r in self.servers.db.sql(
                    f"SELECT id FROM mailbox WHERE alive = 1 AND {wanted}",
                    "postroom").split()}, ids)

    def test_pages_keep_their_size(self):
        for limit in (1, 50, 200):
            page = self.root.get("/api/v1/mailboxes", limit=limit).value
            self.assertEqual(limit, len(page["items"]))
        self.assertEqual(50, len(self.root.get(
            "/api/v1/mailboxes").value["items"]))
