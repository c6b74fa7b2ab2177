"""A secondary MX in a network of its own, fed over HTTPS.

The primary with panel and database, the secondary and a sender have a network
namespace each, with a cable between each two. What is cut is a route.
"""

import json
import re
import subprocess
import time
import unittest

import mail
from secondcase import PASSWORD, PRIMARY, SECONDARY, SecondCase


class Secondary(SecondCase):

    def test_it_takes_what_the_primary_takes(self):
        row = self.domain("takes.test")
        self.api.post("/aliases", {"address": "info@takes.test",
                                   "targets": ["taro@takes.test"]})
        self.api.post("/aliases", {"address": "off@takes.test",
                                   "targets": ["taro@takes.test"],
                                   "state": "disabled"})
        prepared = self.api.post("/domains", {"name": "prepared.test",
                                              "state": "prepared",
                                              "transport": "smtp:[192.0.2.1]"})
        self.assertIsNotNone(prepared)
        self.api.post("/mailboxes", {"address": "jiro@prepared.test",
                                     "password": PASSWORD})
        self.wait_until(lambda: self.code("jiro@prepared.test") == 250,
                        "the prepared domain")
        for recipient, code in (
                ("info@takes.test", 250), ("off@takes.test", 550),
                ("nobody@takes.test", 550), ("taro+news@takes.test", 250),
                ("nobody+news@takes.test", 550),
                ("postmaster@takes.test", 250),
                ("mailer-daemon@takes.test", 250),
                ("x@sub.takes.test", 554), ("x@elsewhere.test", 554)):
            self.assertEqual(self.code(recipient), code, recipient)
        # Disabled: the same reply as at the primary, so nothing bounces.
        row = self.api.get(f"/domains/{row['id']}")
        row = self.api.patch("/domains", row, {"state": "disabled"})
        self.wait_until(lambda: self.code("taro@takes.test") == 450,
                        "the refusal of a disabled domain")

    def test_catch_all_takes_everything_but_what_is_closed(self):
        self.domain("all.test")
        gone = self.api.post("/mailboxes", {"address": "gone@all.test",
                                            "password": PASSWORD})
        self.api.patch("/mailboxes", gone, {"state": "closed"})
        row = self.api.post("/aliases", {"address": "@all.test",
                                         "targets": ["taro@all.test"]})
        self.wait_until(lambda: self.code("any@all.test") == 250,
                        "the catch-all")
        self.wait_until(lambda: self.code("gone@all.test") == 550,
                        "the refusal beside the catch-all", 2)
        self.api.delete("/aliases", row)
        self.wait_until(lambda: self.code("any@all.test") == 550,
                        "the end of the catch-all")

    def test_a_mailbox_is_taken_within_two_seconds_and_refused_closed(self):
        self.domain("soon.test")
        row = self.api.post("/mailboxes", {"address": "new@soon.test",
                                           "password": PASSWORD})
        start = time.monotonic()
        self.wait_until(lambda: self.code("new@soon.test") == 250,
                        "the new mailbox")
        self.assertLess(time.monotonic() - start, 2)
        self.api.patch("/mailboxes", row, {"state": "closed"})
        start = time.monotonic()
        self.wait_until(lambda: self.code("new@soon.test") == 550,
                        "the closed mailbox")
        self.assertLess(time.monotonic() - start, 2)

    def test_mail_waits_for_the_primary_and_is_steered_from_the_panel(self):
        self.domain("waits.test")
        self.servers.end("postfix")
        try:
            self.send("taro@waits.test", "kept on the secondary")

            def waiting():
                q = self.ask("queue_list", domain="waits.test")
                return q if q["items"] and q["items"][0][
                    "recipients"][0]["reason"] else None
            q = self.wait_until(waiting, "the message in the queue", 20)
            self.check_queue(q)
        finally:
            self.servers.start_postfix()
        self.ask("queue_flush", domain="waits.test")
        mail.wait_for_subject(self.servers, "taro@waits.test", PASSWORD,
                              "kept on the secondary")

    def check_queue(self, q):
        self.assertEqual(q["count"], 1)
        self.assertEqual([d["domain"] for d in q["domains"]], ["waits.test"])
        self.assertEqual(q["recipients"][0]["address"], "taro@waits.test")
        self.assertEqual(q["lifetime_s"], 5 * 86400)
        message = q["items"][0]
        self.assertIn("refused", message["recipients"][0]["reason"])
        headers = self.ask("queue_headers", id=message["id"])["headers"]
        self.assertIn("Subject: kept on the secondary", headers)
        self.assertNotIn("text", headers.splitlines())
        self.ask("queue_hold", id=message["id"])
        self.assertEqual(self.ask("queue_list")["held"], 1)
        self.ask("queue_release", id=message["id"])
        self.assertEqual(self.ask("queue_list")["held"], 0)
        for verb in ("queue_delete", "queue_headers"):
            self.ask(verb, "refused", id="0123456789")
        self.ask("outage", on=True)
        raised = self.ask("queue_list")
        self.assertTrue(raised["outage"])
        self.assertEqual(raised["lifetime_s"], 30 * 86400)
        self.assertGreater(raised["first_bounce_at"], q["first_bounce_at"])
        self.ask("outage", on=False)
        self.assertEqual(self.ask("queue_list")["lifetime_s"], 5 * 86400)
        # The same by hand on the node itself.
        said = json.loads(self.second.postroom("queue", "list", "--json"))
        self.assertEqual(said["items"][0]["id"], message["id"])
        self.second.postroom("queue", "hold", message["id"])
        self.second.postroom("queue", "release", message["id"])

    def test_it_serves_its_last_maps_with_everything_else_gone(self):
        self.domain("alone.test")
        net = self.nets[1]
        net.cut(PRIMARY)
        self.servers.db.stop()
        try:
            self.assertEqual(self.code("nobody@alone.test"), 550)
            self.send("taro@alone.test", "sent while alone")
            # A fresh publisher knows no more than the files.
            self.second.programs("restart", "mapd")
            self.assertEqual(self.code("taro@alone.test"), 250)
            self.assertEqual(self.code("nobody@alone.test"), 550)
        finally:
            self.servers.db.start()
            net.mend(PRIMARY)
        self.wait_until(self.servers.api_is_back, "the API to come back", 20)
        self.api.post("/mailboxes", {"address": "late@alone.test",
                                     "password": PASSWORD})
        self.wait_until(lambda: self.code("late@alone.test") == 250,
                        "the feed to go on", 20)
        self.ask("queue_flush")
        mail.wait_for_subject(self.servers, "taro@alone.test", PASSWORD,
                              "sent while alone")

    def everything(self):
        return self.servers.db.sql(
            "CHECKSUM TABLE domain, mailbox, alias, alias_target, whitelist,"
            " secret, revision, `change`, head, job, admin, session, setting,"
            " approval, node_target, node_request", "postroom")

    def routes(self):
        out = subprocess.run(
            [self.servers.path("bin", "postroom-web"), "--routes"],
            capture_output=True, text=True, check=True).stdout
        for line in out.splitlines():
            method, path, role, *_ = line.split("\t")
            yield method, re.sub(r"\{\w+\}", "1", path), role

    def test_a_stolen_token_reads_no_hash_and_changes_nothing(self):
        self.domain("theft.test")
        before = self.everything()
        seen = []
        for method, path, role in self.routes():
            if role == "public":
                continue
            if path.endswith("/changes"):
                path += "?after=0"
            body = None if method in ("GET", "HEAD", "DELETE") else "{}"
            if path.endswith("/feed/lines"):
                body = json.dumps({"keys": ["taro@theft.test",
                                            "@theft.test", "theft.test"]})
            status, text = self.feed(path, self.token, method, body)
            if role == "node":
                seen.append(text)
                self.assertIn(status, (200, 204, 422), (path, text))
            else:
                # Told to programs of the panel's own host, or to sessions.
                self.assertIn(status, (401, 403, 429), (method, path, text))
        told = "".join(seen)
        self.assertIn("taro@theft.test", told)
        for secret in ("{CRYPT}", "$y$", "password", "quota", "home"):
            self.assertNotIn(secret, told)
        self.assertEqual(before, self.everything())

    def test_a_token_is_bound_to_its_network_and_can_be_revoked(self):
        path = "/api/v1/feed/changes?after=0"
        self.assertEqual(self.feed(path, self.token)[0], 200)
        self.assertEqual(self.feed(path, self.token, source=PRIMARY)[0], 401)
        wrong = self.token[:-1] + ("B" if self.token[-1] == "A" else "A")
        self.assertEqual(self.feed(path, wrong)[0], 401)
        other = self.add_node("mx3", f"192.0.2.0/24 {SECONDARY}")
        row = {n["name"]: n for n in self.api.get("/nodes")["items"]}["mx3"]
        self.addCleanup(lambda: self.api.delete(
            "/nodes", self.api.get(f"/nodes/{row['id']}")))
        self.assertEqual(self.feed(path, other)[0], 200)
        new = self.api.post(f"/nodes/{row['id']}/token")["token"]
        self.assertIn(self.feed(path, other)[0], (401, 429))
        self.assertEqual(self.feed(path, new)[0], 200)

    def test_the_primary_relays_for_it_by_its_role(self):
        path = f"{self.servers.maps}/whitelist.cidr"

        def listed(network):
            with open(path, encoding="utf-8") as f:
                return f"{network} OK\n" in f.read()
        self.wait_until(lambda: listed(f"{SECONDARY}/32"), "the secondary")
        self.add_node("mx5", "198.51.100.0/24")
        row = {n["name"]: n for n in self.api.get("/nodes")["items"]}["mx5"]
        self.wait_until(lambda: listed("198.51.100.0/24"), "the new node")
        self.api.delete("/nodes", row)
        self.wait_until(lambda: not listed("198.51.100.0/24"),
                        "the end of the node")

    def test_what_waits_for_an_approval_waits_there_too(self):
        self.domain("review.test")
        self.api.call("PUT", "/publishing/mode",
                         {"mode": "reviewed", "note": ""})
        try:
            row = self.api.post("/mailboxes", {"address": "new@review.test",
                                               "password": PASSWORD})
            self.servers.wait_live(row)
            self.assertEqual(self.code("new@review.test"), 550)
            self.api.post("/publishing/publish", {
                "serial": row["changed_serial"], "domains": None, "note": ""})
            self.wait_until(lambda: self.code("new@review.test") == 250,
                            "what was approved")
        finally:
            self.api.call("PUT", "/publishing/mode",
                             {"mode": "automatic", "note": ""})

    def test_it_cannot_say_that_it_is_further_than_what_is_saved(self):
        def serial():
            return self.nodes()["mx2"]["serial"]
        head = self.api.get("/publishing")["head_serial"]
        status, text = self.feed(
            "/api/v1/feed/status", self.token, "POST", json.dumps({
                "serial": 999999, "state": "ok", "message": "",
                "hold_serial": None}))
        self.assertEqual(status, 204, text)
        self.assertLessEqual(serial(),
                             self.api.get("/publishing")["head_serial"])
        self.assertGreaterEqual(serial(), head)

    def test_it_says_how_far_it_is(self):
        self.domain("status.test")

        def row():
            nodes = {n["name"]: n for n in
                     self.api.get("/publishing")["nodes"]}
            head = self.api.get("/publishing")["head_serial"]
            return nodes["mx2"]["serial"] == head and nodes["mx2"]
        node = self.wait_until(row, "the secondary's report")
        self.assertEqual((node["role"], node["state"]), ("secondary", "ok"))
        hop = f"slow:[{PRIMARY}]:{self.servers.ports['smtp']}"
        self.wait_until(
            lambda: "taro@status.test" in self.maps("relay_recipients")
            and self.maps("transport").get("status.test") == hop,
            "the text copies", 30)


if __name__ == "__main__":
    unittest.main()
