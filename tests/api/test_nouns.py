"""Every noun from its creation to its restoration, through nginx.

Each reply is judged by docs/openapi.json on its way (tests/lib/apiclient.py).
"""

import concurrent.futures
import json
import os
import subprocess
import unittest

import apicase
import apiclient
from apicase import etag


class Session(apicase.ApiCase):
    def test_the_cookie_is_bound_to_host_and_script_cannot_read_it(self):
        login, token = self.servers.make_admin()
        browser = self.servers.client()
        reply = self.must(200, browser.post(
            "/api/v1/first-use", {"token": token,
                                  "password": apicase.PASSWORD}))
        words = [w.strip() for w in reply.headers["set-cookie"].split(";")]
        self.assertTrue(words[0].startswith("__Host-postroom="))
        for word in ("Path=/", "Secure", "HttpOnly", "SameSite=Strict"):
            self.assertIn(word, words)
        self.assertEqual(login, reply.value["admin"]["login"])
        self.assertIsNone(reply.value["admin"]["domains"])
        self.assertNotIn(apicase.PASSWORD.encode(), reply.body)
        self.must(200, browser.get("/api/v1/session"))

    def test_a_one_time_link_works_once(self):
        _, token = self.servers.make_admin()
        sent = {"token": token, "password": apicase.PASSWORD}
        self.must(200, self.servers.client().post("/api/v1/first-use", sent))
        again = self.servers.client()
        self.refused(404, again.post("/api/v1/first-use", sent), "token",
                     "link_used_or_expired")
        self.assertIsNone(again.token)

    def test_signing_in_gives_a_new_token_and_out_ends_it(self):
        login, token = self.servers.make_admin()
        browser = self.servers.client()
        browser.post("/api/v1/first-use", {"token": token,
                                           "password": apicase.PASSWORD})
        first = browser.token
        self.must(200, browser.post("/api/v1/session", {
            "login": login, "password": apicase.PASSWORD}))
        self.assertNotEqual(first, browser.token)
        second = browser.token
        self.must(401, self.servers.client(first).get("/api/v1/session"))
        self.must(204, browser.delete("/api/v1/session"))
        self.assertIsNone(browser.token)
        browser.token = second
        self.refused(401, browser.get("/api/v1/session"), "", "no_session")

    def test_unknown_login_and_wrong_password_look_the_same(self):
        login, token = self.servers.make_admin()
        self.servers.client().post("/api/v1/first-use", {
            "token": token, "password": apicase.PASSWORD})
        told = []
        for name in (login, "nobody-of-that-name"):
            browser = self.servers.client(address="192.0.2.77")
            reply = self.refused(401, browser.post("/api/v1/session", {
                "login": name, "password": "not the password"}),
                reason="bad_credentials")
            del reply.value["request_id"]
            told.append(reply.value)
            self.assertNotIn("set-cookie", reply.headers)
        self.assertEqual(*told)

    def test_a_login_with_blanks_behind_it_is_another_one(self):
        login, token = self.servers.make_admin()
        self.servers.client().post("/api/v1/first-use", {
            "token": token, "password": apicase.PASSWORD})
        # Else each number of blanks would have guesses of its own.
        self.refused(401, self.servers.client(address="192.0.2.78").post(
            "/api/v1/session", {"login": login + "  ",
                                "password": apicase.PASSWORD}),
            reason="bad_credentials")

    def test_failures_of_an_account_are_slowed_down_from_anywhere(self):
        login, token = self.servers.make_admin()
        self.servers.client().post("/api/v1/first-use", {
            "token": token, "password": apicase.PASSWORD})
        statuses = []
        for i in range(8):
            browser = self.servers.client(address=f"198.51.100.{i}")
            reply = browser.post("/api/v1/session", {
                "login": login, "password": "not the password"})
            statuses.append(reply.status)
        self.assertEqual([401] * 3, statuses[:3])
        self.assertIn(429, statuses)
        # The right password has to wait as well, and is told how long,
        # from a network and a browser that were not there before.
        reply = self.must(429, self.servers.client(
            address="198.51.100.77").post(
            "/api/v1/session", {"login": login,
                                "password": apicase.PASSWORD}))
        self.assertGreater(reply.value["retry_after_s"], 0)
        self.assertEqual(str(reply.value["retry_after_s"]),
                         reply.headers["retry-after"])

    def test_failures_of_a_network_are_slowed_down_for_any_account(self):
        browser = self.servers.client(address="203.0.113.9")
        statuses = [browser.post("/api/v1/session", {
            "login": f"guess{i}", "password": "not the password"}).status
            for i in range(26)]
        # Many people may sit behind one address.
        self.assertEqual([401] * 20, statuses[:20])
        self.assertIn(429, statuses)
        other = self.servers.client(address="203.0.113.200")
        self.must(401, other.post("/api/v1/session", {
            "login": "guess99", "password": "not the password"}))


class Domains(apicase.ApiCase):
    def test_a_domain_from_creation_to_restoration(self):
        path = "/api/v1/domains"
        reply = self.must(201, self.root.post(path, {
            "name": "Life.Example", "max_mailboxes": 3,
            "default_quota_bytes": 1 << 30}))
        row = reply.value
        self.assertEqual("life.example", row["name"])
        self.assertEqual(f"{path}/{row['id']}", reply.headers["location"])
        self.assertEqual('"1"', reply.etag)
        changed = self.must(200, self.root.patch(
            f"{path}/{row['id']}", {"description": "ours"},
            reply.etag)).value
        self.assertEqual(("ours", 2, 3), (
            changed["description"], changed["version"],
            changed["max_mailboxes"]))
        preview = self.must(200, self.root.get(
            f"{path}/{row['id']}/delete-preview")).value
        self.assertEqual(0, preview["mailbox_count"])
        self.refused(422, self.root.delete(
            f"{path}/{row['id']}", {"confirm": "life.exampl"}, '"2"'),
            "confirm", "not_the_name")
        gone = self.must(202, self.root.delete(
            f"{path}/{row['id']}", {"confirm": "life.example"}, '"2"'))
        self.assertEqual(f"/api/v1/jobs/{gone.value['job']['id']}",
                         gone.headers["location"])
        self.assertEqual("deleted", self.root.get(
            f"{path}/{row['id']}").value["state"])
        self.assertNotIn(row["id"], [d["id"] for d in self.root.pages(path)])
        self.assertIn(row["id"], [d["id"] for d in self.root.pages(
            path, state="deleted")])
        back = self.must(200, self.root.post(
            f"{path}/{row['id']}/restore")).value
        self.assertEqual("active", back["state"])

    def test_a_name_is_free_again_and_then_blocks_the_restoration(self):
        first = self.domain(name="again.example")
        self.must(202, self.root.delete(
            f"/api/v1/domains/{first['id']}", {"confirm": "again.example"},
            etag(first)))
        self.domain(name="again.example")
        self.refused(409, self.root.post(
            f"/api/v1/domains/{first['id']}/restore"), reason="name_taken")

    def test_unicode_names_are_kept_as_a_labels(self):
        row = self.domain(name="日本語.example")
        self.assertEqual("xn--wgv71a119e.example", row["name"])
        self.assertEqual("日本語.example", row["name_unicode"])
        self.refused(409, self.root.post("/api/v1/domains", {
            "name": "xn--wgv71a119e.example"}), "name")

    def test_limits_are_kept(self):
        row = self.domain(max_mailboxes=1, max_aliases=1)
        self.mailbox(row, "one")
        self.refused(422, self.root.post("/api/v1/mailboxes", {
            "address": f"two@{row['name']}"}), reason="max_mailboxes")
        self.alias(row, "info", [f"one@{row['name']}"])
        self.refused(422, self.root.post("/api/v1/aliases", {
            "address": f"more@{row['name']}",
            "targets": [f"one@{row['name']}"]}), reason="max_aliases")
        now = self.root.get(f"/api/v1/domains/{row['id']}").value
        self.assertEqual((1, 1), (now["mailbox_count"], now["alias_count"]))

    def test_what_it_takes_along_is_named(self):
        row = self.domain()
        other = self.domain()
        self.mailbox(row, "taro", quota_bytes=1000000)
        self.alias(row, "info", [f"taro@{row['name']}"])
        pointing = self.alias(other, "taro", [f"taro@{row['name']}"])
        got = self.root.get(
            f"/api/v1/domains/{row['id']}/delete-preview").value
        self.assertEqual((1, 1, 1000000, 1), (
            got["mailbox_count"], got["alias_count"],
            got["quota_allotted_bytes"], got["aliases_elsewhere_count"]))
        self.assertEqual([f"taro@{row['name']}"], got["first_mailboxes"])
        self.assertEqual([f"info@{row['name']}"], got["first_aliases"])
        self.assertEqual(pointing["id"], got["aliases_elsewhere"][0]["id"])


class Mailboxes(apicase.ApiCase):
    def test_a_mailbox_from_creation_to_restoration(self):
        domain = self.domain(default_quota_bytes=5000000)
        path = "/api/v1/mailboxes"
        reply = self.must(201, self.root.post(path, {
            "local_part": "taro", "domain_id": domain["id"],
            "name": "山田 太郎", "password": apicase.PASSWORD}))
        row = reply.value
        self.assertEqual(f"taro@{domain['name']}", row["address"])
        self.assertEqual(("山田 太郎", 5000000, True, "active"), (
            row["name"], row["quota_bytes"], row["has_password"],
            row["state"]))
        for text in (apicase.PASSWORD, "$y$", "{CRYPT}"):
            self.assertNotIn(text.encode(), reply.body)
        self.assertTrue(row["home"].endswith(f"/{row['id']}"))
        row = self.must(200, self.root.patch(
            f"{path}/{row['id']}", {"state": "nologin", "quota_bytes": 0},
            etag(row))).value
        self.assertEqual(("nologin", 0, "山田 太郎"), (
            row["state"], row["quota_bytes"], row["name"]))
        row = self.must(200, self.root.post(
            f"{path}/{row['id']}/password",
            {"password": "another quiet river"})).value
        row = self.must(200, self.root.delete(
            f"{path}/{row['id']}", match=etag(row))).value
        self.assertEqual("deleted", row["state"])
        self.assertIsNotNone(row["purge_at"])
        row = self.must(200, self.root.post(
            f"{path}/{row['id']}/restore")).value
        self.assertEqual("nologin", row["state"])

    def test_a_new_mailbox_of_an_old_address_has_another_home(self):
        domain = self.domain()
        first = self.mailbox(domain, "taro")
        self.must(200, self.root.delete(
            f"/api/v1/mailboxes/{first['id']}", match=etag(first)))
        second = self.mailbox(domain, "taro")
        self.assertNotEqual(first["home"], second["home"])
        self.refused(409, self.root.post(
            f"/api/v1/mailboxes/{first['id']}/restore"),
            reason="address_taken")

    def test_a_target_is_not_deleted_behind_its_aliases_back(self):
        domain = self.domain()
        box = self.mailbox(domain, "taro")
        alias = self.alias(domain, "info", [box["address"]])
        both = self.alias(domain, "both", [box["address"],
                                           "a@elsewhere.example"])
        path = f"/api/v1/mailboxes/{box['id']}"
        got = self.root.get(f"{path}/references").value
        self.assertEqual({alias["id"], both["id"]},
                         {a["id"] for a in got["aliases"]})
        reply = self.refused(409, self.root.delete(path, match=etag(box)),
                             reason="referenced")
        self.assertEqual("referenced", reply.value["code"])
        self.assertEqual({alias["address"], both["address"]},
                         {e["subject"] for e in reply.value["errors"]})
        self.must(200, self.root.delete(path, {"targets": "remove"},
                                        etag(box)))
        self.assertEqual("disabled", self.root.get(
            f"/api/v1/aliases/{alias['id']}").value["state"])
        self.assertEqual(["a@elsewhere.example"], self.root.get(
            f"/api/v1/aliases/{both['id']}").value["targets"])

    def test_a_target_can_be_replaced(self):
        domain = self.domain()
        box = self.mailbox(domain, "taro")
        heir = self.mailbox(domain, "hanako")
        alias = self.alias(domain, "info", [box["address"]])
        self.must(200, self.root.delete(
            f"/api/v1/mailboxes/{box['id']}",
            {"targets": "forward", "forward_to": heir["address"]},
            etag(box)))
        self.assertEqual([heir["address"]], self.root.get(
            f"/api/v1/aliases/{alias['id']}").value["targets"])

    def test_a_ready_hash_is_kept_as_it_is(self):
        row = self.mailbox(self.domain(), "taro", password_hash=apicase.HASH)
        self.assertEqual(apicase.HASH, self.servers.db.sql(
            "SELECT s.value FROM mailbox m JOIN secret s ON s.id = "
            f"m.secret_id WHERE m.id = {row['id']}", "postroom").strip())

    def test_many_at_once_become_a_job(self):
        domain = self.domain()
        for i in range(3):
            self.mailbox(domain, f"m{i}", quota_bytes=1)
        asked = {"filter": {"domain_id": domain["id"]}, "expected_count": 2,
                 "action": {"quota_bytes": 1000}}
        path = "/api/v1/mailboxes/bulk"
        self.refused(409, self.root.post(path, asked), reason="count_moved")
        asked["expected_count"] = 3
        job = self.must(202, self.root.post(path, asked)).value["job"]
        self.assertEqual(("mailbox.bulk", "queued"),
                         (job["kind"], job["state"]))
        for action in ({}, {"quota_bytes": 1, "state": "closed"},
                       {"delete": False}):
            self.refused(422, self.root.post(path, {**asked,
                                                    "action": action}))


class Aliases(apicase.ApiCase):
    def test_an_alias_from_creation_to_restoration(self):
        domain = self.domain()
        box = self.mailbox(domain, "taro")
        row = self.alias(domain, "info", ["someone@elsewhere.example",
                                          box["address"]],
                         description="front desk")
        self.assertEqual({"someone@elsewhere.example", box["address"]},
                         set(row["targets"]))
        self.assertEqual((True, False, 2), (
            row["send_as"], row["is_catch_all"], row["target_count"]))
        path = f"/api/v1/aliases/{row['id']}"
        row = self.must(200, self.root.patch(
            path, {"targets": [box["address"]], "state": "disabled"},
            etag(row))).value
        self.assertEqual(([box["address"]], "disabled", "front desk"), (
            row["targets"], row["state"], row["description"]))
        row = self.must(200, self.root.delete(path, match=etag(row))).value
        self.assertEqual("deleted", row["state"])
        row = self.must(200, self.root.post(f"{path}/restore")).value
        self.assertEqual([box["address"]], row["targets"])

    def test_a_catch_all_and_no_second(self):
        domain = self.domain()
        self.mailbox(domain, "taro")
        row = self.alias(domain, "", [f"taro@{domain['name']}"])
        self.assertTrue(row["is_catch_all"])
        self.assertTrue(self.root.get(
            f"/api/v1/domains/{domain['id']}").value["has_catch_all"])
        self.refused(409, self.root.post("/api/v1/aliases", {
            "address": f"@{domain['name']}",
            "targets": ["x@elsewhere.example"]}), "address",
            "second_catch_all")

    def test_aliases_are_found_by_target(self):
        domain = self.domain()
        box = self.mailbox(domain, "taro")
        row = self.alias(domain, "info", [box["address"]])
        found = self.root.get("/api/v1/aliases", target=box["address"]).value
        self.assertEqual([row["id"]], [a["id"] for a in found["items"]])


class Whitelist(apicase.ApiCase):
    def test_a_network_from_creation_to_deletion(self):
        row = self.network("192.0.2.0/24", note="scanner", owner="Hanako")
        path = f"/api/v1/whitelist/{row['id']}"
        self.assertEqual([], row["overlaps"])
        inner = self.network("192.0.2.128/25")
        self.assertEqual([{"id": row["id"], "network": "192.0.2.0/24"}],
                         inner["overlaps"])
        row = self.must(200, self.root.patch(
            path, {"state": "disabled"}, etag(row))).value
        self.assertEqual(("disabled", "scanner"),
                         (row["state"], row["note"]))
        row = self.must(200, self.root.delete(path, match=etag(row))).value
        self.assertEqual("deleted", row["state"])
        self.network("192.0.2.0/24")

    def test_networks_are_written_one_way(self):
        for sent, kept in (("198.51.100.7", "198.51.100.7"),
                           ("2001:DB8:0:0::/48", "2001:db8::/48"),
                           ("2001:0db8:0001::1", "2001:db8:1::1")):
            self.assertEqual(kept.split("/")[0],
                             self.network(sent)["network"].split("/")[0])
        self.refused(409, self.root.post("/api/v1/whitelist", {
            "network": "2001:db8::/48"}), "network", "network_taken")

    def test_an_expiry_lies_ahead(self):
        self.refused(422, self.root.post("/api/v1/whitelist", {
            "network": "203.0.113.0/24",
            "expires_at": "2020-01-01T00:00:00Z"}), "expires_at",
            "in_the_past")
        row = self.network("203.0.113.0/24",
                           expires_at="2099-01-01T09:00:00+09:00")
        self.assertEqual("2099-01-01T00:00:00Z", row["expires_at"])


class History(apicase.ApiCase):
    def newest(self):
        page = self.root.get("/api/v1/revisions", limit=1).value
        return page["items"][0]

    def test_a_change_tells_who_what_before_and_after(self):
        domain = self.domain()
        box = self.mailbox(domain, "taro", name="Taro")
        self.must(200, self.root.patch(
            f"/api/v1/mailboxes/{box['id']}", {"name": "Jiro"}, etag(box)))
        newest = self.newest()
        self.assertEqual(("mailbox.update", "admin", 1), (
            newest["action"], newest["actor"]["kind"],
            newest["change_count"]))
        self.assertEqual(box["id"], newest["first"]["noun_id"])
        detail = self.root.get(
            f"/api/v1/revisions/{newest['serial']}").value
        change = detail["changes"][0]
        self.assertEqual(("Taro", "Jiro"), (change["before"]["name"],
                                            change["after"]["name"]))
        found = self.root.get("/api/v1/revisions", noun="mailbox",
                              noun_id=box["id"]).value["items"]
        self.assertEqual(2, len(found))

    def test_no_revision_holds_a_password(self):
        box = self.mailbox(self.domain(), "taro", password=apicase.PASSWORD)
        self.root.post(f"/api/v1/mailboxes/{box['id']}/password",
                       {"password": "another quiet river"})
        for row in self.root.pages("/api/v1/revisions"):
            text = json.dumps(self.root.get(
                f"/api/v1/revisions/{row['serial']}").value)
            for secret in (apicase.PASSWORD, "another quiet river", "$y$",
                           "$6$"):
                self.assertNotIn(secret, text)

    def test_undo_puts_back_and_can_be_undone(self):
        domain = self.domain()
        box = self.mailbox(domain, "taro", name="Taro")
        self.must(200, self.root.patch(
            f"/api/v1/mailboxes/{box['id']}", {"name": "Jiro"}, etag(box)))
        serial = self.newest()["serial"]
        undone = self.must(200, self.root.post(
            f"/api/v1/revisions/{serial}/undo")).value
        self.assertEqual(serial, undone["undoes"])
        self.assertEqual("Taro", self.root.get(
            f"/api/v1/mailboxes/{box['id']}").value["name"])
        self.assertEqual(undone["serial"], self.root.get(
            f"/api/v1/revisions/{serial}").value["undone_by"])
        self.refused(409, self.root.post(f"/api/v1/revisions/{serial}/undo"))

    def test_undo_is_refused_where_later_changes_stand_in_the_way(self):
        domain = self.domain()
        box = self.mailbox(domain, "taro", name="Taro")
        path = f"/api/v1/mailboxes/{box['id']}"
        box = self.root.patch(path, {"name": "Jiro"}, etag(box)).value
        serial = self.newest()["serial"]
        self.must(200, self.root.patch(path, {"name": "Saburo"}, etag(box)))
        self.refused(409, self.root.post(
            f"/api/v1/revisions/{serial}/undo", {"note": "never mind"}),
            reason="later_change")

    def test_undo_of_a_deletion_restores(self):
        domain = self.domain()
        box = self.mailbox(domain, "taro")
        self.must(200, self.root.delete(
            f"/api/v1/mailboxes/{box['id']}", match=etag(box)))
        self.must(200, self.root.post(
            f"/api/v1/revisions/{self.newest()['serial']}/undo"))
        self.assertEqual("active", self.root.get(
            f"/api/v1/mailboxes/{box['id']}").value["state"])


class Overview(apicase.ApiCase):
    def test_jobs_answer_304_while_nothing_moves(self):
        domain = self.domain()
        self.mailbox(domain, "taro")
        job = self.must(202, self.root.post("/api/v1/mailboxes/bulk", {
            "filter": {"domain_id": domain["id"]}, "expected_count": 1,
            "action": {"state": "closed"}})).value["job"]
        path = f"/api/v1/jobs/{job['id']}"
        first = self.must(200, self.root.get(path))
        again = self.root.get(path, If_None_Match=first.etag)
        self.assertEqual((304, b""), (again.status, again.body))
        self.must(200, self.root.get(f"{path}/errors"))
        done = self.must(200, self.root.post(f"{path}/cancel")).value
        self.assertEqual("cancelled", done["state"])
        self.must(200, self.root.get(path, If_None_Match=first.etag))
        self.refused(409, self.root.post(f"{path}/cancel"),
                     reason="job_finished")
        self.assertIn(job["id"], [
            j["id"] for j in self.root.pages("/api/v1/jobs")])

    def test_quota_publishing_home_search_and_health(self):
        domain = self.domain(name="findme.example")
        self.mailbox(domain, "findme", name="Find Me", quota_bytes=7000)
        rows = self.root.pages("/api/v1/quota")
        mine = [r for r in rows if r["domain_id"] == domain["id"]]
        self.assertEqual(7000, mine[0]["quota_allotted_bytes"])
        allotted = [r["quota_allotted_bytes"] for r in rows]
        self.assertEqual(sorted(allotted, reverse=True), allotted)
        publishing = self.root.get("/api/v1/publishing").value
        self.assertGreater(publishing["head_serial"],
                           publishing["live_serial"])
        self.assertNotEqual("ok", publishing["nodes"][0]["state"])
        home = self.must(200, self.root.get("/api/v1/home")).value
        self.assertGreaterEqual(home["counts"]["mailboxes"], 1)
        self.assertLessEqual(len(home["revisions"]), 10)
        found = self.must(200, self.root.get("/api/v1/search",
                                             q="findme")).value
        self.assertEqual(1, len(found["domains"]))
        self.assertEqual(1, len(found["mailboxes"]))
        nobody = self.servers.client()
        self.must(200, nobody.get("/api/v1/health"))

    def test_health_is_there_for_monitors(self):
        status, _, body = self.servers.client().raw("GET", "/healthz")
        self.assertEqual((200, "ok"), (status, json.loads(body)["status"]))

    def test_head_answers_like_get_without_a_body(self):
        reply = self.root.send("HEAD", "/api/v1/domains")
        self.assertEqual((200, b""), (reply.status, reply.body))

    def test_the_same_key_makes_a_thing_once(self):
        name = "once.example"
        first = self.root.post("/api/v1/domains", {"name": name},
                               key="a-key-of-this-test")
        again = self.root.post("/api/v1/domains", {"name": name},
                               key="a-key-of-this-test")
        self.must(201, first)
        self.must(201, again)
        self.assertEqual(first.value["id"], again.value["id"])
        self.assertEqual(first.headers["location"],
                         again.headers["location"])
        self.assertEqual(1, self.servers.count(
            f"SELECT COUNT(*) FROM domain WHERE name = '{name}'"))
        self.refused(409, self.root.post(
            "/api/v1/domains", {"name": "other.example"},
            key="a-key-of-this-test"), "Idempotency-Key", "key_reused")
        self.refused(422, self.root.post(
            "/api/v1/domains", {"name": "other.example"}, key="short"),
            "Idempotency-Key", "bad_key")
        # Somebody else's key is another key.
        other = self.servers.signed_in()
        self.refused(409, other.post("/api/v1/domains", {"name": name},
                                     key="a-key-of-this-test"), "name")

    def test_the_same_key_at_the_same_time_makes_a_thing_once(self):
        domain = self.domain()
        asked = {"address": f"taro@{domain['name']}",
                 "password_hash": apicase.HASH}

        def make(_):
            reply = self.root.clone().post("/api/v1/mailboxes", asked,
                                           key="eight-at-the-same-time")
            return reply.status, reply.value.get("id")

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            told = set(pool.map(make, range(8)))
        self.assertEqual(1, len(told), told)
        self.assertEqual(201, told.pop()[0])
        self.assertEqual(1, self.servers.count(
            "SELECT COUNT(*) FROM mailbox WHERE domain_id = "
            f"{domain['id']}"))

    def test_replies_carry_headers_that_browsers_obey(self):
        for path in ("/api/v1/domains", "/api/v1/nowhere"):
            headers = self.root.get(path).headers
            self.assertEqual("nosniff", headers["x-content-type-options"])
            self.assertEqual("no-store", headers["cache-control"])
            self.assertIn("default-src 'none'",
                          headers["content-security-policy"])
            self.assertEqual("no-referrer", headers["referrer-policy"])


class Document(unittest.TestCase):
    def test_the_document_and_the_route_table_name_the_same_paths(self):
        program = os.path.join(apicase.BUILD, "bin", "postroom-web")
        out = subprocess.run([program, "--routes"], capture_output=True,
                             text=True, check=True).stdout
        table = {tuple(line.split("\t")[:2]) for line in out.splitlines()}
        table -= {("GET", "/healthz"), ("GET", "/metrics")}
        promised = {(method, path.replace("{serial}", "{id}"))
                    for method, path, _ in apiclient.CONTRACT.operations()}
        self.assertEqual(promised, table)
