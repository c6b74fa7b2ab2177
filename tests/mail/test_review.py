"""Publishing as people steer it: requests to a node, reviewed mode."""

import json
import os
import subprocess
import unittest

import steps
from mailcase import MailCase


class Requests(MailCase):

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
        if body["differences"]:  # else the node was faster
            self.assertEqual(body["items"], [{
                "map": "mailboxes", "key": self.at("taro"), "live": None,
                "wanted": "x"}])

    def test_a_request_that_expired_is_not_answered(self):
        late = self.ask("check", seconds=-1)
        self.reply(self.ask("dance"))
        self.assertEqual(self.servers.db.sql(
            f"SELECT COUNT(*) FROM node_reply WHERE request_id = {late}",
            "postroom").strip(), "0")


if __name__ == "__main__":
    unittest.main()
