"""A CSV import of 1,000 rows is taken back with one command."""

import json
import time
import unittest

from dbcase import HASH
from test_bulk_import import ImportCase

ROWS = 1000
NEW = HASH[:-6] + "newnew"


class TakeBack(ImportCase):
    def dump(self):
        """What people see of the living nouns, the hashes too."""
        return self.sql(
            "SELECT m.address, m.name, m.state, m.quota_bytes, m.home, "
            "s.value FROM mailbox m LEFT JOIN secret s ON s.id = "
            "m.secret_id WHERE m.alive = 1 ORDER BY m.id; "
            "SELECT a.address, a.description, a.state, t.target FROM alias a "
            "JOIN alias_target t ON t.alias_id = a.id WHERE a.alive = 1 "
            "ORDER BY a.id, t.target; SELECT name, state, mailbox_count, "
            "alias_count, quota_allotted_bytes FROM domain WHERE alive = 1 "
            "ORDER BY id")

    def ended(self, job):
        return self.cli("job", "wait", str(job["id"]), "--timeout", "120")

    def newest(self, kind):
        return next(j for j in self.cli("job", "list", "--limit", "50")[
            "items"] if j["kind"] == kind)

    def test_undo_of_a_1000_row_import_restores_the_exact_state(self):
        self.jobd()
        self.cli("domain", "add", "a.test")
        first = "".join(f"u{n}@a.test,Old {n},1G,{HASH}\n"
                        for n in range(ROWS // 2))
        head = "address,name,quota,password_hash\n"
        self.cli("import", self.file("first.csv", head + first))
        before = self.dump()
        change = "".join(f"u{n}@a.test,New {n},2G,{NEW}\n"
                         for n in range(ROWS))
        self.cli("import", self.file("second.csv", head + change), "--mode",
                 "add_or_update")
        self.assertNotEqual(before, self.dump())
        self.assertEqual(ROWS, self.number(
            "SELECT COUNT(*) FROM mailbox m JOIN secret s ON s.id = "
            f"m.secret_id WHERE m.alive = 1 AND s.value = '{NEW}'"))
        job = self.newest("import.run")
        self.assertTrue(job["undoable"], job)
        began = time.monotonic()
        undo = self.ended(self.cli("job", "undo", str(job["id"]), "--note",
                                   "wrong file"))
        print(f"undo of {ROWS} rows: {time.monotonic() - began:.1f} s, "
              f"{json.dumps(undo)[:160]}", flush=True)
        self.assertEqual(("done", 0), (undo["state"], undo["failed"]))
        self.assertEqual(before, self.dump())

    def test_one_later_edit_is_named_and_left_when_asked(self):
        self.jobd()
        self.cli("domain", "add", "b.test")
        head = "address,name,quota,password_hash\n"
        rows = "".join(f"u{n}@b.test,Old,1G,{HASH}\n" for n in range(20))
        self.cli("import", self.file("b1.csv", head + rows))
        self.cli("import", self.file("b2.csv", (head + rows).replace(
            "Old", "New")), "--mode", "add_or_update")
        job = self.newest("import.run")
        self.cli("mailbox", "edit", "u7@b.test", "--name", "Seven")
        told = self.refused(4, "job", "undo", str(job["id"]),
                            reason="in_the_way")
        self.assertIn("u7@b.test", told)
        seen = self.cli("job", "undo", str(job["id"]), "--preview")
        self.assertEqual(["u7@b.test"],
                         [o["subject"] for o in seen["in_the_way"]])
        undo = self.ended(self.cli("job", "undo", str(job["id"]), "--skip"))
        self.assertEqual(1, undo["failed"])
        self.assertEqual([["New", "0"], ["Old", "19"], ["Seven", "1"]], [
            [name, str(self.number(
                "SELECT COUNT(*) FROM mailbox WHERE alive = 1 AND "
                f"address LIKE '%@b.test' AND name = '{name}'"))]
            for name in ("New", "Old", "Seven")])


if __name__ == "__main__":
    unittest.main()
