"""The system as one page: everything that is there, nothing secret, and no
text that acts."""

import html.parser
import unittest

import apicase


class Reader(html.parser.HTMLParser):
    """The page as headings and table rows; refuses what is not closed."""

    VOID = {"meta"}

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.rows, self.heads, self.tags = [], [], [], set()
        self.lang = None

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.lang = dict(attrs).get("lang", self.lang)
        if tag in self.VOID:
            return
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if tag in ("h1", "h2", "h3"):
            self.heads.append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag

    def handle_data(self, data):
        if self.open and self.open[-1] in ("td", "th"):
            self.rows[-1][-1] += data
        if self.open and self.open[-1] in ("h1", "h2", "h3"):
            self.heads[-1] += data


class Document(apicase.ApiCase):
    def page(self, **query):
        words = "&".join(f"{k}={v}" for k, v in query.items())
        status, headers, body = self.root.raw(
            "GET", f"/api/v1/document?{words}", None, self.root.headers())
        self.assertEqual((200, "text/html; charset=utf-8"),
                         (status, headers["content-type"]))
        self.assertRegex(headers["content-disposition"],
                         r'filename="mail-system-.*\.html"')
        text = body.decode()
        reader = Reader()
        reader.feed(text)
        reader.close()
        self.assertEqual([], reader.open)
        return text, reader

    def test_it_has_everything_and_no_secret(self):
        d = self.domain(description="<script>alert(1)</script> & \"co\"",
                        max_mailboxes=7)
        box = self.mailbox(d, "taro", name="Secret Name")
        self.alias(d, "info", [box["address"], "x@else.example"])
        self.network("203.0.113.77", note="'printers' <b>")
        node = self.made("nodes", {
            "name": "mx2", "role": "secondary", "network": "192.0.2.9",
            "next_hop": "smtp:[192.0.2.1]"})
        self.servers.db.sql(
            "INSERT INTO node_request (node_id, verb, actor_kind, actor_name,"
            f" created, expires) VALUES ({node['id']}, 'settings', 1, 'x', "
            "UTC_TIMESTAMP(6), UTC_TIMESTAMP(6)); INSERT INTO node_reply "
            "(request_id, code, body, created) VALUES (LAST_INSERT_ID(), "
            "'ok', '{\"items\":[{\"program\":\"postfix\",\"service\":\"\","
            "\"name\":\"mynetworks\",\"value\":\"0.0.0.0/0\",\"expected\":"
            "\"127.0.0.1/32\",\"state\":\"differs\",\"why\":\"relay\","
            "\"file\":\"/etc/postfix/main.cf\",\"line\":12}]}', "
            "UTC_TIMESTAMP(6))", "postroom")
        text, page = self.page()
        self.assertEqual("en", page.lang)
        self.assertNotIn("script", page.tags)
        self.assertIn([d["name"], "<script>alert(1)</script> & \"co\"",
                       "active", "1 / 7", "1", "0 B", ""], page.rows)
        self.assertIn([f"info@{d['name']}",
                       f"{box['address']}, x@else.example", "active", ""],
                      page.rows)
        self.assertIn(["203.0.113.77", "'printers' <b>", "", "active",
                       "never"], page.rows)
        self.assertIn([
            "postfix", "mynetworks", "0.0.0.0/0 (differs from what is "
            "needed: 127.0.0.1/32)", "/etc/postfix/main.cf:12"], page.rows)
        self.assertIn("mx2", page.heads)
        for secret in (node["token"], apicase.HASH, "Secret Name",
                       "password_hash", box["home"]):
            self.assertNotIn(secret, text)

    def test_in_japanese(self):
        _, page = self.page(lang="ja")
        self.assertEqual("ja", page.lang)
        self.assertIn("メールサーバー", page.heads)

    def test_lists_of_any_length(self):
        d = self.domain()
        self.servers.db.sql(
            "INSERT INTO alias (domain_id, address, created, updated) SELECT "
            f"{d['id']}, CONCAT('a', seq, '@{d['name']}'), UTC_TIMESTAMP(6), "
            "UTC_TIMESTAMP(6) FROM seq_1_to_1001; INSERT INTO alias_target "
            "(alias_id, target) SELECT id, 'x@else.example' FROM alias WHERE "
            f"domain_id = {d['id']}", "postroom")
        _, page = self.page()
        self.assertEqual(1001, sum(
            row[0].endswith("@" + d["name"]) for row in page.rows))

    def test_for_superadmins(self):
        d = self.domain()
        admin = self.servers.signed_in(2, [d["id"]])
        self.refused(403, admin.get("/api/v1/document"))
        self.refused(422, self.root.get("/api/v1/document", lang="fr"))


if __name__ == "__main__":
    unittest.main()
