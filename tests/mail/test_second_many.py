"""A secondary and more changed keys than one page of the feed names."""

import unittest

import steps
from secondcase import PASSWORD, SecondCase

MANY = 5200  # a page has 5,000


class ManyKeys(SecondCase):

    def rebuilds(self):
        with open(self.second.path("log", "mapd.log"),
                  encoding="utf-8") as f:
            return f.read().count("rebuilding")

    def test_the_guard_holds_however_much_changed_at_once(self):
        self.fill("big.test", MANY)
        serial = self.close_all("big.test", MANY)
        self.wait_serial(serial)
        self.assertEqual(self.code("n1@big.test"), 250)
        self.wait_until(lambda: [h["domain"] for h in self.nodes()["mx2"][
            "held"]] == ["big.test"], "the domain to be held")
        # Others go on; and a person lets it pass.
        self.domain("beside.test")
        self.assertEqual(self.code("n1@big.test"), 250)
        self.servers.wait_live(deadline_s=60)
        self.api.post("/publishing/confirm", {
            "domain": "big.test", "serial": serial, "note": "so it is"})
        self.wait_until(lambda: self.code("n1@big.test") == 550,
                        "what was confirmed", 30)

    def test_what_nobody_approved_waits_however_much_it_is(self):
        self.fill("rev.test", MANY)
        self.api.call("PUT", "/publishing/mode",
                      {"mode": "reviewed", "note": ""})
        try:
            serial = self.close_all("rev.test", MANY)
            self.wait_serial(serial)
            self.assertEqual(self.code("n1@rev.test"), 250)
            self.assertEqual(self.code(f"n{MANY}@rev.test"), 250)
            before = self.rebuilds()
            row = self.api.post("/mailboxes", {
                "address": "later@rev.test", "password": PASSWORD})
            self.wait_serial(row["changed_serial"])
            self.assertEqual(self.code("later@rev.test"), 550)
            self.assertEqual(self.code("n1@rev.test"), 250)
            self.assertEqual(self.rebuilds(), before)
        finally:
            self.api.call("PUT", "/publishing/mode",
                          {"mode": "automatic", "note": ""})

    def test_what_comes_behind_a_rollback_waits_however_much_it_is(self):
        self.fill("roll.test", MANY)
        serial = self.api.get("/publishing")["head_serial"]
        self.wait_serial(serial)
        nodes = {"nodes": [self.node_id()]}
        self.api.post("/publishing/rollback", {
            "serial": serial, "note": "for the test", **nodes})
        self.wait_until(
            lambda: self.nodes()["mx2"]["hold_serial"] == serial, "the hold")
        try:
            # A person counted them, so no guard stands in the way.
            closed = steps.change(
                self.servers, "UPDATE mailbox SET state = 3"
                " WHERE address LIKE 'n%@roll.test'",
                steps.numbered("roll.test", MANY), "mailbox.bulk")
            self.wait_serial(closed)
            before = self.rebuilds()
            row = self.api.post("/mailboxes", {
                "address": "later@roll.test", "password": PASSWORD})
            self.wait_serial(row["changed_serial"])
            self.assertEqual(self.code("n1@roll.test"), 250)
            self.assertEqual(self.code(f"n{MANY}@roll.test"), 250)
            self.assertEqual(self.code("later@roll.test"), 550)
            self.assertEqual(self.rebuilds(), before)
        finally:
            self.api.post("/publishing/resume", nodes)
        self.wait_until(lambda: self.code("n1@roll.test") == 550,
                        "what waited", 30)
        self.assertEqual(self.code("later@roll.test"), 250)


if __name__ == "__main__":
    unittest.main()
