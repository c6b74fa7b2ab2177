"""A secondary and more changed keys than one page of the feed names."""

import unittest

from secondcase import SecondCase

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
                "address": "later@rev.test", "password": "a quiet river 7"})
            self.wait_serial(row["changed_serial"])
            self.assertEqual(self.code("later@rev.test"), 550)
            self.assertEqual(self.code("n1@rev.test"), 250)
            self.assertEqual(self.rebuilds(), before)
        finally:
            self.api.call("PUT", "/publishing/mode",
                          {"mode": "automatic", "note": ""})


if __name__ == "__main__":
    unittest.main()
