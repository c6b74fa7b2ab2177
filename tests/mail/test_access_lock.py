"""Lock now: a hacked mailbox, beside real mail servers."""

import json
import subprocess
import time
import unittest

import instance
import mail
import mailcase
from mailcase import PASSWORD, MailCase


def setUpModule():
    """Mail to outside waits in the queue here, as a spam run would."""
    servers = mailcase.stack.enter_context(instance.running(outside="hold"))
    MailCase.shared = (servers, None)


def tearDownModule():
    MailCase.shared = None


class Lock(MailCase):
    def queue(self):
        """(sender, queue) of each message that waits."""
        out = subprocess.run(
            ["postqueue", "-c", self.servers.postfix_etc, "-j"],
            capture_output=True, text=True, check=True).stdout
        rows = [json.loads(line) for line in out.splitlines()]
        return sorted((row["sender"], row["queue_name"]) for row in rows)

    def of(self, local):
        return [queue for sender, queue in self.queue()
                if sender == self.at(local)]

    def lock(self, row, **body):
        return self.api.post(f"/mailboxes/{row['id']}/lock", body)

    def state(self, row):
        return self.api.get(f"/mailboxes/{row['id']}/lock")

    def settled(self, row):
        def look():
            now = self.state(row)
            return now if now["live"] and all(
                q["state"] not in ("waiting",) for q in now["queue"]) else None
        return self.wait_until(look, "the nodes", 20)

    def send_out(self, local, n=1):
        for _ in range(n):
            mail.submit(self.servers, self.at(local), PASSWORD,
                        "victim@outside.test")

    def is_ended(self, connection):
        try:
            connection.noop()
            return False
        except Exception:  # noqa: BLE001 - the connection is gone
            return True

    def everything(self, mode):
        taro = self.mailbox("taro")
        self.mailbox("hanako")
        self.send_out("taro", 3)
        self.send_out("hanako")
        self.wait_until(lambda: len(self.of("taro")) == 3
                        and len(self.of("hanako")) == 1, "the queue")
        open_one = mail.imap(self.servers, self.at("taro"), PASSWORD)
        other = mail.imap(self.servers, self.at("hanako"), PASSWORD)
        self.api.call("PUT", "/publishing/mode", {"mode": mode, "note": ""})
        began = time.monotonic()
        told = self.lock(taro, note="it sends spam")
        self.wait_until(lambda: self.is_ended(open_one), "the session's end",
                        5)
        ended_s = time.monotonic() - began
        self.wait_until(lambda: not mail.can_sign_in(
            self.servers, self.at("taro"), PASSWORD), "no sign-in", 5)
        closed_s = time.monotonic() - began
        print(f"{mode}: IMAP session ended after {ended_s:.2f} s, "
              f"sign-in refused after {closed_s:.2f} s", flush=True)
        self.assertLess(ended_s, 2)
        self.assertLess(closed_s, 3)  # with the delay of a refusal
        self.assertEqual("nologin", told["mailbox"]["state"])
        self.assertFalse(self.is_ended(other))
        with self.assertRaises(Exception):
            self.send_out("taro")
        now = self.settled(taro)
        self.assertEqual([("hold", "ok", 3)], [
            (q["act"], q["state"], q["reply"]["done"])
            for q in now["queue"]])
        self.assertEqual(["hold"] * 3, self.of("taro"))
        self.assertNotIn("hold", self.of("hanako"))
        # It goes on receiving.
        self.assert_code(250, self.at("taro"))
        return taro, now

    def back(self, taro, now):
        """Piece by piece: the mail, then the sign-in."""
        self.api.post(f"/mailboxes/{taro['id']}/lock/queue",
                      {"act": "release"})
        later = self.settled(taro)
        self.assertEqual([("release", "ok", 3)], [
            (q["act"], q["state"], q["reply"]["done"])
            for q in later["queue"]])
        self.assertNotIn("hold", self.of("taro"))
        self.assert_sign_in(False, "taro")
        self.api.post(f"/revisions/{now['serial']}/undo", {})
        if self.api.get("/publishing")["mode"] == "reviewed":
            self.api.call("PUT", "/publishing/mode",
                          {"mode": "automatic", "note": ""})
        self.servers.wait_live()
        self.assert_sign_in(True, "taro")

    def test_everything_happens_within_two_seconds_in_automatic_mode(self):
        taro, now = self.everything("automatic")
        self.back(taro, now)

    def test_everything_happens_within_two_seconds_in_reviewed_mode(self):
        try:
            taro, now = self.everything("reviewed")
            self.back(taro, now)
        finally:
            self.api.call("PUT", "/publishing/mode",
                          {"mode": "automatic", "note": ""})

    def test_forwards_to_outside_of_the_last_week_are_shown(self):
        taro = self.mailbox("taro")
        self.alias("taro2", [self.at("taro"), "thief@elsewhere.test"])
        self.alias("office", ["partner@elsewhere.test"])
        self.alias("inside", [self.at("taro")])
        self.alias("old", ["friend@elsewhere.test"])
        self.servers.db.sql(
            "UPDATE alias SET updated = updated - INTERVAL 8 DAY WHERE "
            f"address = '{self.at('old')}'", "postroom")
        self.assertEqual(
            [(self.at("taro2"), "thief@elsewhere.test", True),
             (self.at("office"), "partner@elsewhere.test", False)],
            [(f["address"], f["target"], f["of_this_mailbox"])
             for f in self.state(taro)["forwards"]])
        self.assertIsNone(self.state(taro)["locked_at"])

    def test_the_command_line_locks_too_and_waits_for_the_nodes(self):
        self.mailbox("taro")
        self.send_out("taro")
        self.wait_until(lambda: len(self.of("taro")) == 1, "the queue")
        told = json.loads(self.servers.postroom(
            "mailbox", "lock", self.at("taro"), "--note", "spam", "--json"))
        self.assertEqual(("nologin", True, "ok", 1), (
            told["mailbox"]["state"], told["live"],
            told["queue"][0]["state"], told["queue"][0]["reply"]["done"]))
        self.assert_sign_in(False, "taro")


if __name__ == "__main__":
    unittest.main()
