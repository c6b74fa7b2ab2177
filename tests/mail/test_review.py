"""Publishing as people steer it: requests to a node, reviewed mode."""

import imaplib
import json
import os
import subprocess
import unittest

import api
import mail
import steps
from mailcase import HASH, PASSWORD
from steering import Steering


class Requests(Steering):

    def ask(self, verb, args="{}", seconds=60):
        """A request by hand; its number."""
        text = self.servers.db.sql(
            "INSERT INTO node_request (node_id, verb, args, actor_kind,"
            " actor_name, created, expires) SELECT id, '" + verb + "', '"
            + args + "', 2, 'test', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6)"
            f" + INTERVAL {seconds} SECOND FROM node LIMIT 1;"
            "SELECT LAST_INSERT_ID()", "postroom")
        steps.wake(self.servers)
        return int(text)

    def reply(self, number):
        """The reply's code and body."""
        def look():
            row = self.servers.db.sql(
                "SELECT CONCAT(code, ' ', body) FROM node_reply WHERE"
                f" request_id = {number}", "postroom").strip()
            return row
        code, body = self.wait_until(look, "the reply", 20).split(" ", 1)
        return code, json.loads(body)

    def test_the_node_answers_what_it_knows(self):
        code, body = self.reply(self.ask("dance"))
        self.assertEqual((code, body["code"]), ("refused", "unknown_verb"))
        code, body = self.reply(self.ask("check", "[]"))
        self.assertEqual((code, body["code"]), ("refused", "bad_args"))
        code, body = self.reply(self.ask("check", "{"))
        self.assertEqual(code, "refused")

    def test_check_shows_what_somebody_changed(self):
        self.mailbox("taro")
        path = os.path.join(self.servers.maps, "mailboxes")
        code, body = self.reply(self.ask("check"))
        self.assertEqual((code, body["differences"]), ("ok", 0))
        self.assertGreater(body["lines"], 0)
        subprocess.run(["postmap", "-c", self.servers.postfix_etc, "-d",
                        self.at("taro"), f"lmdb:{path}"], check=True)
        code, body = self.reply(self.ask("check"))
        self.assertEqual(code, "ok")
        line = {"map": "mailboxes", "key": self.at("taro"), "live": None,
                "wanted": "x"}
        if body["differences"]:  # else the node was faster
            self.assertEqual(body["items"], [line])
        # It is found without being asked, counted, shown and put right.
        self.wait_code(250, self.at("taro"))
        code, body = self.reply(self.ask("check"))
        repaired = [{k: v for k, v in x.items() if k != "at"}
                    for x in body["repaired"]]
        self.assertIn(line, repaired)

    def test_the_journal_is_told(self):
        row = self.mailbox("taro")
        serial = row["changed_serial"]
        code, body = self.reply(self.ask(
            "journal", json.dumps({"from": serial - 1, "to": serial})))
        self.assertEqual(code, "ok")
        found = [(x["map"], x["before"], x["after"]) for x in body["items"]
                 if x["key"] == self.at("taro")]
        self.assertIn(("mailboxes", None, "x"), found)
        self.assertIn(("accounts", None, ""), found)
        self.assertNotIn("$", json.dumps(body))
        code, body = self.reply(self.ask("journal", '{"from": 1}'))
        self.assertEqual((code, body["field"]), ("refused", "to"))

    def test_a_request_that_expired_is_not_answered(self):
        late = self.ask("check", seconds=-1)
        self.reply(self.ask("dance"))
        self.assertEqual(self.servers.db.sql(
            f"SELECT COUNT(*) FROM node_reply WHERE request_id = {late}",
            "postroom").strip(), "0")


class Reviewed(Steering):

    def test_changes_wait_and_go_live_when_they_are_published(self):
        with self.reviewed():
            self.mailbox("waits", password_hash=HASH)
            self.assert_code(550, self.at("waits"))
            self.assert_clean()
            self.assertGreater(self.node()["pending"], 0)
            # The account is there, so nothing bounces later.
            self.assert_sign_in(True, "waits")
            self.publish()
            self.wait_code(250, self.at("waits"))
            self.assert_clean()
            self.wait_until(lambda: self.node()["pending"] == 0, "none")

    def test_a_change_of_what_is_live_waits(self):
        row = self.mailbox("stays", password_hash=HASH)
        with self.reviewed():
            self.servers.wait_live(
                self.api.patch("/mailboxes", row, {"state": "closed"}))
            self.assert_code(250, self.at("stays"))
            self.assert_delivered_to_nobody_bounced("stays")
            self.publish()
            self.wait_code(550, self.at("stays"))

    def assert_delivered_to_nobody_bounced(self, local):
        """Mail to an address that is closed and still live is kept."""
        replies = mail.send(self.servers, [self.at(local)], "kept")
        self.assertEqual(replies[self.at(local)][0], 250)
        self.wait_until(lambda: f"to=<{self.at(local)}>" in self.mail_log()
                        and "status=sent" in self.mail_log(), "delivery")
        for line in self.mail_log().splitlines():
            if f"to=<{self.at(local)}>" in line:
                self.assertIn("status=sent", line)

    def test_many_lines_go_with_a_note_only(self):
        for number in range(101):
            row = self.mailbox(f"m{number}", live=False, password_hash=HASH)
        self.servers.wait_live(row, 30)
        with self.reviewed():
            count = self.api.get(f"/mailboxes?domain_id={self.domain['id']}"
                                 "&limit=1&count=exact")["total"]["value"]
            self.api.post("/mailboxes/bulk", {
                "filter": {"domain_id": self.domain["id"]},
                "expected_count": count, "action": {"state": "closed"}})
            self.wait_until(lambda: self.node()["pending"] > 100,
                            "what waits", 30)
            self.servers.wait_live()
            with self.assertRaises(api.Problem) as refused:
                self.publish()
            self.assertEqual(refused.exception.reasons,
                             ["note_needed"])
            self.assert_code(250, self.at("m0"))
            self.publish(note="they left")
            self.wait_code(550, self.at("m0"))

    def test_the_end_of_a_sign_in_does_not_wait(self):
        row = self.mailbox("leaver", password_hash=HASH)
        client = mail.imap(self.servers, self.at("leaver"), PASSWORD)
        client.select()
        with self.reviewed():
            self.api.patch("/mailboxes", row, {"state": "closed"})

            def is_over():
                try:
                    client.noop()
                except (imaplib.IMAP4.abort, OSError):
                    return True
                return False

            self.wait_until(is_over, "the session's end")
            self.assert_sign_in(False, "leaver")
            self.assert_code(250, self.at("leaver"))

    def test_one_domain_is_published_and_another_waits(self):
        other = self.api.post("/domains", {"name": f"o.{self.name}"})
        self.servers.wait_live(other)
        with self.reviewed():
            self.mailbox("one", password_hash=HASH)
            self.servers.wait_live(self.api.post("/mailboxes", {
                "address": f"two@o.{self.name}", "password_hash": HASH}))
            self.publish(self.name)
            self.wait_code(250, self.at("one"))
            self.assert_code(550, f"two@o.{self.name}")
            self.assert_clean()

    def test_a_restart_forgets_nothing_that_waits(self):
        with self.reviewed():
            self.mailbox("later", password_hash=HASH)
            self.servers.programs("stop", "mapd")
            self.servers.programs("start", "mapd")
            self.mailbox("more", password_hash=HASH)
            self.wait_until(lambda: self.check()[0] == 0, "a clean check")
            for local in ("later", "more"):
                self.assert_code(550, self.at(local))
            self.servers.programs("stop", "mapd")
            self.publish()
            self.servers.programs("start", "mapd")
            for local in ("later", "more"):
                self.wait_code(250, self.at(local))

    def test_a_network_waits_and_its_removal_does_not(self):
        with self.reviewed():
            row = self.servers.wait_live(self.api.post("/whitelist", {
                "network": "127.0.0.77/32"}))
            self.assert_code(554, "x@else.test", "127.0.0.77")
            self.assert_clean()
            self.publish()
            self.wait_until(lambda: mail.rcpt_code(
                self.servers, "x@else.test", "127.0.0.77") == 250, "relay")
            self.servers.wait_live(self.api.post("/whitelist", {
                "network": "127.0.0.78/32"}))
            self.api.delete("/whitelist", row)
            self.wait_until(lambda: mail.rcpt_code(
                self.servers, "x@else.test", "127.0.0.77") == 554, "its end")
            self.assert_code(554, "x@else.test", "127.0.0.78")

    def test_a_domain_that_waits_keeps_all_its_lines(self):
        row = self.mailbox("inside", password_hash=HASH)
        self.alias("", [self.at("inside")])
        before = self.routing()
        with self.reviewed():
            self.set_domain(state="disabled", refuse_code=450)
            self.alias("second", [self.at("inside")])
            catch_all = self.api.get(
                "/aliases?q=%40" + self.name)["items"]
            for alias in catch_all:
                if alias["address"] == "@" + self.name:
                    self.servers.wait_live(self.api.delete(
                        "/aliases", alias))
            self.mailbox("third", password_hash=HASH)
            self.assertEqual(self.routing(), before)
            self.assert_sign_in(False, "inside")
            self.assert_clean()
            self.publish(self.name)
            self.wait_code(450, row["address"])
            self.assert_clean()


class Told(Steering):
    """The lines that are told beforehand are the ones that then change."""

    def told(self, path):
        diff = self.api.get(path)
        self.assertFalse(diff["truncated"])
        self.assertIsNone(diff["next"])
        return diff["lines"]

    def after(self, before, told, domain=None):
        """The maps with the lines that were told put in."""
        maps = {name: dict(line.split("\t", 1) for line in lines)
                for name, lines in before.items()}
        for line in told:
            if line["map"] not in maps or domain not in (
                    None, line["domain"]):
                continue
            lines, key = maps[line["map"]], line["key"]
            self.assertEqual(line["before"], lines.pop(key, None), line)
            if line["after"] is not None:
                lines[key] = line["after"]
        return {name: {f"{k}\t{v}" for k, v in lines.items()}
                for name, lines in maps.items()}

    def nothing_is_told(self):
        self.wait_until(lambda: not self.told(
            "/publishing/diff?limit=1000"), "all of it live")

    def test_published_and_put_back_as_it_was_told(self):
        other = f"o.{self.name}"
        self.servers.wait_live(self.api.post("/domains", {"name": other}))
        box = self.mailbox("stays", password_hash=HASH)
        self.alias("team", [self.at("stays")])
        start, routed = self.head(), self.routing()
        with self.reviewed():
            self.mailbox("one", password_hash=HASH)
            self.api.patch("/mailboxes", box, {"state": "closed"})
            self.alias("", [self.at("one")])
            self.servers.wait_live(self.api.post("/mailboxes", {
                "address": f"two@{other}", "password_hash": HASH}))
            told = self.told("/publishing/diff?limit=1000")
            self.assertEqual({self.name, other},
                             {line["domain"] for line in told})
            before = self.routing()
            self.assertEqual(routed, before)
            self.publish(other)
            want = self.after(before, told, other)
            self.wait_until(lambda: self.routing() == want, "one domain")
            told = self.told("/publishing/diff?limit=1000")
            self.assertEqual({self.name},
                             {line["domain"] for line in told})
            self.publish()
            want = self.after(want, told)
            self.wait_until(lambda: self.routing() == want, "the rest")
            self.nothing_is_told()
        told = self.told(
            f"/publishing/rollback-preview?serial={start}&limit=1000")
        want = self.after(self.routing(), told)
        self.assertEqual(routed, want)
        self.rollback(start)
        self.wait_until(lambda: self.routing() == want, "the rollback")
        self.wait_until(lambda: self.node()["hold_serial"] == start, "hold")
        told = self.told("/publishing/diff?limit=1000")
        self.assertNotEqual([], told)
        want = self.after(want, told)
        self.resume()
        self.wait_until(lambda: self.routing() == want, "the resume")
        self.nothing_is_told()


class GoneWhileItWaited(Steering):
    """A domain that was made, may send and is deleted before it was live."""

    def senders(self):
        return [line for line in self.lines("sender_login")
                if line.startswith(f"boss@new.{self.name}\t")]

    def make(self):
        self.mailbox("taro", password_hash=HASH)
        before = self.head()
        row = self.servers.wait_live(
            self.api.post("/domains", {"name": f"new.{self.name}"}))
        return before, row

    def boss(self, row):
        self.servers.wait_live(self.api.post("/aliases", {
            "address": f"boss@{row['name']}", "targets": [self.at("taro")],
            "send_as": True}))
        self.assertEqual(len(self.senders()), 1)

    def delete(self, row):
        row = self.api.get(f"/domains/{row['id']}")
        self.api.delete("/domains", row, {"confirm": row["name"]})
        self.servers.wait_live()
        self.assertEqual(self.senders(), [])
        self.assert_clean()

    def test_behind_a_rollback(self):
        before, row = self.make()
        self.boss(row)
        self.rollback(before)
        try:
            self.assertEqual(len(self.senders()), 1)
            self.delete(row)
        finally:
            self.resume()
        self.assert_clean()

    def test_in_reviewed_mode(self):
        with self.reviewed():
            _, row = self.make()
            self.boss(row)
            self.delete(row)

    def test_after_a_restart(self):
        with self.reviewed():
            _, row = self.make()
            self.boss(row)
            self.servers.programs("stop", "mapd")
            self.api.delete("/domains", self.api.get(f"/domains/{row['id']}"),
                            {"confirm": row["name"]})
            self.servers.programs("start", "mapd")
            self.servers.wait_live()
            self.assertEqual(self.senders(), [])

    def test_a_domain_and_its_alias_come_in_one_round(self):
        before, row = self.make()
        self.boss(row)
        line = self.senders()
        self.rollback(before)
        self.resume()
        self.wait_until(lambda: self.node()["hold_serial"] is None, "resume")
        self.servers.wait_live()
        self.assertEqual(self.senders(), line)
        self.assert_clean()


if __name__ == "__main__":
    unittest.main()
