"""Explain says what the real Postfix answers: random questions, on what is
live, and on what was pending once it is published."""

import json
import os
import random
import re
import subprocess
import unittest

import explain_world
from mailcase import SOAK, MailCase

SEED = int(os.environ.get("POSTROOM_SEED") or random.randrange(1 << 32))
ROUNDS = 10 if SOAK else 3
CASES = 50 if SOAK else 10  # live and pending, in each round
MESSAGES = 40 if SOAK else 6


class Explain(MailCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        print(f"POSTROOM_SEED={SEED}", flush=True)
        cls.rng = random.Random(SEED)
        cls.world = explain_world.World(cls.servers, cls.rng, "w").build()
        cls.servers.wait_live()

    def explain(self, ask, *more):
        argv = ["explain", f"<{ask['recipient']}>", "--json", *more,
                "--from", f"<{ask['sender']}>", "--client", ask["client"]]
        for name in ("login", "helo"):
            if name in ask:
                argv += [f"--{name}", ask[name]]
        if ask.get("submission"):
            argv.append("--submission")
        return json.loads(self.servers.postroom(*argv))

    def verdict(self, told):
        return told["code"], told["reply"]

    def assert_agrees(self, ask, told):
        code, text = explain_world.postfix_answers(self.servers, ask)
        self.assertEqual(self.verdict(told), (code, text),
                         f"POSTROOM_SEED={SEED} {ask}")

    def mode(self, mode):
        self.api.call("PUT", "/publishing/mode", {"mode": mode, "note": "t"})

    def publish_all(self):
        now = self.api.get("/publishing")
        self.api.post("/publishing/publish", {
            "serial": now["head_serial"], "note": "t"})
        self.settled(False)

    def settled(self, is_waiting):
        """Until the node has looked at all that is saved, and has lines that
        wait, or none."""
        def has():
            now = self.api.get("/publishing")
            return now["live_serial"] >= now["head_serial"] and \
                (now["nodes"][0]["pending"] > 0) == is_waiting

        self.wait_until(has, f"waiting lines: {is_waiting}", 20)

    def test_a_live_and_b_pending_agree_with_postfix(self):
        self.mode("reviewed")
        self.addCleanup(self.mode, "automatic")
        differing = 0
        for number in range(ROUNDS):
            self.world.shake(number)
            self.settled(True)
            asks = [self.world.question() for _ in range(CASES - 1)]
            asks.append({"client": explain_world.STRANGER, "sender": "",
                         "recipient": self.world.at(f"new{number}",
                                                    "plain")})
            told = [self.explain(ask, "--pending") for ask in asks]
            for ask in asks:
                live = self.explain(ask)
                self.assert_agrees(ask, live)
                differing += (self.verdict(live)
                              != self.verdict(told[asks.index(ask)]))
            self.publish_all()
            for ask, then in zip(asks, told):
                self.assert_agrees(ask, then)
        self.assertGreaterEqual(differing, ROUNDS)
        print(f"{ROUNDS * CASES * 2} answers agree, {differing} were pending",
              flush=True)

    def ask_node(self, verb, args):
        """The reply of the node to a request, as the panel gets it."""
        node = self.api.get("/publishing")["nodes"][0]["id"]
        asked = self.api.post(f"/nodes/{node}/requests",
                              {"verb": verb, "args": args})

        def reply():
            now = self.api.get(f"/nodes/{node}/requests/{asked['id']}")
            return now["state"] != "waiting" and now

        return self.wait_until(reply, f"the reply to {verb}", 30)

    def test_d_a_probe_confirms_what_is_explained(self):
        for number in range(4):
            ask = {"recipient": self.world.recipient() or "x@far.test",
                   "sender": "s@far.test", "client": "127.0.0.1"}
            told = self.explain(ask)
            by_hand = self.explain(ask, "--probe")
            self.assertTrue(by_hand["agrees"],
                            f"POSTROOM_SEED={SEED} {by_hand}")
            if not told["deliver"] or told["result"] == "accept":
                self.assertEqual(self.verdict(told), self.verdict(by_hand))
            if number > 1:
                continue
            args = {k: ask[k] for k in ("recipient", "sender")}
            reply = self.ask_node("probe", args)
            self.assertEqual(reply["state"], "ok", reply)
            self.assertTrue(reply["body"]["agrees"], reply)
            self.assertEqual(self.verdict(reply["body"]),
                             self.verdict(by_hand))
            live = self.ask_node("explain", ask)
            self.assertEqual(live["state"], "ok", live)
            self.assertEqual(live["body"]["steps"], told["items"])

    def test_e_settings_name_the_line_that_gives_them(self):
        reply = self.ask_node("settings", {})
        self.assertEqual(reply["state"], "ok", reply)
        self.assertEqual(reply["body"]["differing"], 0, reply["body"])
        given = {(item["program"], item["service"], item["name"]): item
                 for item in reply["body"]["items"]}
        dovecot = given["dovecot", None, "auth_cache_size"]
        self.assertEqual(dovecot["file"], self.servers.dovecot_conf)
        with open(dovecot["file"]) as f:
            self.assertIn("auth_cache_size",
                          f.read().split("\n")[dovecot["line"] - 1])
        self.assertEqual(len({key[1] for key in given if key[1]}), 2)

        path = os.path.join(self.servers.postfix_etc, "main.cf")
        with open(path) as f:
            before = f.read()
        with open(path, "a") as f:
            f.write("recipient_delimiter = -\n")
        try:
            told = subprocess.run(
                [self.servers.path("bin", "postroom"), "-c",
                 self.servers.conf, "settings", "--json"],
                capture_output=True, text=True)
        finally:
            with open(path, "w") as f:
                f.write(before)
        self.assertEqual(told.returncode, 1, told.stderr)
        now = [item for item in json.loads(told.stdout)["items"]
               if item["state"] == "differs"]
        self.assertEqual(
            [(item["name"], item["value"], item["file"], item["line"])
             for item in now],
            [("recipient_delimiter", "-", path, before.count("\n") + 1)])

    def test_b_a_live_line_has_its_own_revision_not_a_waiting_one(self):
        self.mode("reviewed")
        self.addCleanup(self.mode, "automatic")
        approved = self.api.get("/publishing")["approved_serial"]
        self.world.change(self.world.at("team", "plain"),
                          {"targets": [self.world.at("ken.y", "plain")]})
        self.settled(True)
        ask = {"client": "127.0.0.1", "sender": "",
               "recipient": self.world.at("team", "plain")}

        def line(*more):
            return next(step for step in self.explain(ask, *more)["items"]
                        if step["text_code"] == "alias_expands")

        live, pending = line(), line("--pending")
        self.assertNotEqual(live["line"], pending["line"])
        self.assertLessEqual(live["serial"], approved)
        self.assertGreater(pending["serial"], approved)
        self.publish_all()
        self.assertEqual(line(), pending)

    def queued_to(self, reply):
        """Where the mail log says that a message went: {address: relay}."""
        queue_id = re.search(r"queued as (\w+)", reply).group(1)
        done = re.compile(rf"qmgr\[\d+\]: {queue_id}: removed")
        self.wait_until(lambda: done.search(self.mail_log()),
                        f"message {queue_id}", 30)
        return dict(re.findall(
            rf"{queue_id}: to=<([^>]+)>.*? relay=([^,\[]+)",
            self.mail_log()))

    def test_c_messages_go_where_explain_says(self):
        sent = 0
        while sent < MESSAGES:
            ask = {"client": "127.0.0.1", "sender": "s@far.test",
                   "recipient": self.world.recipient()}
            told = self.explain(ask)
            if told["result"] != "accept" or "moved" in str(told["deliver"]):
                continue
            sent += 1
            reply = explain_world.queue(self.servers, ask["recipient"])
            got = self.queued_to(reply)
            self.assertEqual(
                sorted(d["address"] for d in told["deliver"]),
                sorted(address.lower() for address in got),
                f"POSTROOM_SEED={SEED} {ask}")


if __name__ == "__main__":
    unittest.main()
