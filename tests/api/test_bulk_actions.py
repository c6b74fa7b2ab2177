"""One change to many rows, in every list: what it does, to whom, and what it
leaves alone."""

import threading
import unittest

import apicase
import jobcase


class Bulk(jobcase.JobCase):
    def start(self, noun, where, count, action, client=None, status=202):
        return self.must(status, (client or self.root).post(
            f"/api/v1/{noun}/bulk", {"filter": where, "expected_count": count,
                                     "action": action})).value

    def done(self, noun, where, count, action, client=None):
        job = self.start(noun, where, count, action, client)["job"]
        job = self.ended(job)
        self.assertEqual("done", job["state"], job)
        return job

    def row(self, noun, row):
        return self.must(200, self.root.get(
            f"/api/v1/{noun}/{row['id']}")).value

    def states(self, noun, rows):
        return [self.row(noun, row)["state"] for row in rows]

    def boxes(self, domain, n, **fields):
        return [self.mailbox(domain, f"u{i}", **fields) for i in range(n)]


class Actions(Bulk):
    def test_mailboxes_by_selection_and_by_filter(self):
        d = self.domain()
        rows = self.boxes(d, 4)
        ids = {"ids": [row["id"] for row in rows[:3]]}
        job = self.done("mailboxes", ids, 3, {"state": "nologin"})
        self.assertEqual(("mailbox.bulk", 3, 3, 0), (
            job["kind"], job["total"], job["done"], job["failed"]))
        self.assertEqual(["nologin"] * 3 + ["active"],
                         self.states("mailboxes", rows))
        everyone = {"domain_id": d["id"]}
        self.done("mailboxes", everyone, 4, {"quota_bytes": 4096})
        self.assertEqual(4 * 4096, self.row("domains", d)
                         ["quota_allotted_bytes"])
        self.done("mailboxes", dict(everyone, state="nologin"), 3,
                  {"state": "closed"})
        self.assertEqual(["closed"] * 3 + ["active"],
                         self.states("mailboxes", rows))
        self.done("mailboxes", everyone, 4, {"delete": True})
        self.assertEqual(0, self.row("domains", d)["mailbox_count"])
        self.done("mailboxes", dict(everyone, state="deleted"), 4,
                  {"restore": True})
        self.assertEqual(["closed"] * 3 + ["active"],
                         self.states("mailboxes", rows))

    def test_each_refused_row_is_named_and_the_rest_goes_on(self):
        d = self.domain(max_quota_bytes=10_000)
        rows = self.boxes(d, 3, quota_bytes=1000)
        self.alias(d, "team", [rows[0]["address"], rows[1]["address"]])
        job = self.done("mailboxes", {"domain_id": d["id"]}, 3,
                        {"delete": True})
        self.assertEqual((3, 2), (job["done"], job["failed"]))
        self.assertEqual({rows[0]["address"]: "referenced",
                          rows[1]["address"]: "referenced"},
                         self.errors_of(job))
        self.done("mailboxes", {"ids": [rows[0]["id"]]}, 1,
                  {"delete": True, "targets": "remove"})
        team = self.root.get("/api/v1/aliases", domain_id=d["id"]).value
        self.assertEqual([rows[1]["address"]], team["items"][0]["targets"])
        job = self.done("mailboxes", {"ids": [rows[1]["id"]]}, 1,
                        {"quota_bytes": 20_000})
        self.assertEqual({rows[1]["address"]: "max_quota"},
                         self.errors_of(job))

    def test_domains_limits_states_end_and_return(self):
        rows = [self.domain(description="spring fair") for _ in range(3)]
        self.mailbox(rows[0], "taro")
        where = {"q": "spring fair"}
        self.done("domains", where, 3, {"max_mailboxes": 7,
                                        "default_quota_bytes": 512})
        self.assertEqual([(7, 512)] * 3, [
            (row["max_mailboxes"], row["default_quota_bytes"])
            for row in (self.row("domains", row) for row in rows)])
        self.done("domains", where, 3, {"state": "disabled"})
        self.assertEqual(["disabled"] * 3, self.states("domains", rows))
        job = self.done("domains", where, 3, {"state": "prepared"})
        self.assertEqual({row["name"]: "needed_prepared" for row in rows},
                         self.errors_of(job))
        self.done("domains", where, 3, {"delete": True})
        self.assertEqual(["deleted"] * 3, self.states("domains", rows))
        # One revision each, so that each can be undone alone.
        self.done("domains", dict(where, state="deleted"), 3,
                  {"restore": True})
        self.assertEqual(["disabled"] * 3, self.states("domains", rows))
        self.assertEqual(1, self.row("domains", rows[0])["mailbox_count"])

    def test_aliases_become_targets_and_go(self):
        d = self.domain()
        taro = self.mailbox(d, "taro")
        rows = [self.alias(d, f"a{i}", [taro["address"]]) for i in range(3)]
        team = self.alias(d, "team", [taro["address"]])
        where = {"ids": [row["id"] for row in rows]}
        job = self.done("aliases", {"domain_id": d["id"]}, 4,
                        {"add_to_alias": team["address"]})
        self.assertEqual({team["address"]: "alias_to_itself"},
                         self.errors_of(job))
        self.assertEqual({taro["address"], *(r["address"] for r in rows)},
                         set(self.row("aliases", team)["targets"]))
        self.done("aliases", where, 3, {"state": "disabled"})
        self.assertEqual(["disabled"] * 3, self.states("aliases", rows))
        job = self.done("aliases", where, 3, {"delete": True})
        self.assertEqual(3, job["failed"])
        job = self.done("aliases", where, 3,
                        {"delete": True, "targets": "remove"})
        self.assertEqual({}, self.errors_of(job))
        self.assertEqual(["deleted"] * 3, self.states("aliases", rows))
        self.assertEqual([taro["address"]],
                         self.row("aliases", team)["targets"])
        self.done("aliases", {"ids": [rows[0]["id"]], "state": "deleted"}, 1,
                  {"restore": True})
        self.assertEqual("disabled", self.row("aliases", rows[0])["state"])
        self.done("aliases", {"target": taro["address"],
                              "domain_id": d["id"]}, 2, {"state": "active"})

    def test_mailboxes_of_two_domains_become_targets_of_one_alias(self):
        d, other = self.domain(), self.domain()
        first = self.mailbox(d, "first")
        team = self.alias(other, "team", [first["address"]])
        rows = self.boxes(d, 2) + self.boxes(other, 2)
        before = self.servers.count("SELECT MAX(serial) FROM revision")
        job = self.done(
            "mailboxes", {"ids": [row["id"] for row in (first, *rows)]}, 5,
            {"add_to_alias": team["address"]})
        self.assertEqual(0, job["failed"])
        self.assertEqual({first["address"], *(r["address"] for r in rows)},
                         set(self.row("aliases", team)["targets"]))
        self.assertEqual(before + 1, self.servers.count(
            "SELECT MAX(serial) FROM revision"))
        job = self.ended(self.start(
            "mailboxes", {"ids": [rows[0]["id"]]}, 1,
            {"add_to_alias": f"nobody@{d['name']}"})["job"])
        self.assertEqual("failed", job["state"])
        self.assertIn(f"nobody@{d['name']}", job["message"])

    def test_whitelist_expiry_states_end_and_return(self):
        rows = [self.network(f"198.51.100.{i}", owner="Atelier Aoi")
                for i in range(3)]
        where = {"q": "atelier aoi"}
        self.done("whitelist", where, 3,
                  {"expires_at": "2099-01-01T00:00:00Z"})
        self.assertEqual({"2099-01-01T00:00:00Z"}, {
            self.row("whitelist", row)["expires_at"] for row in rows})
        self.done("whitelist", where, 3, {"expires_at": None})
        self.assertIsNone(self.row("whitelist", rows[0])["expires_at"])
        self.done("whitelist", where, 3, {"state": "disabled"})
        self.assertEqual(["disabled"] * 3, self.states("whitelist", rows))
        self.done("whitelist", where, 3, {"delete": True})
        self.done("whitelist", dict(where, state="deleted"), 3,
                  {"restore": True})
        self.assertEqual(["active"] * 3, self.states("whitelist", rows))

    def test_undo_of_its_revision_puts_all_rows_back(self):
        d = self.domain()
        rows = self.boxes(d, 3, quota_bytes=5)
        job = self.done("mailboxes", {"domain_id": d["id"]}, 3,
                        {"quota_bytes": 9})
        serial = self.servers.count(
            f"SELECT serial FROM revision WHERE job_id = {job['id']}")
        self.must(200, self.root.post(f"/api/v1/revisions/{serial}/undo"))
        self.assertEqual([5] * 3, [
            self.row("mailboxes", row)["quota_bytes"] for row in rows])


class Refusals(Bulk):
    def test_an_action_says_one_thing(self):
        d = self.domain()
        self.boxes(d, 1)
        for noun, action in (
                ("mailboxes", {}),
                ("mailboxes", {"state": "closed", "quota_bytes": 1}),
                ("mailboxes", {"delete": True, "restore": True}),
                ("mailboxes", {"delete": False}),
                ("mailboxes", {"targets": "remove"}),
                ("domains", {"delete": True, "max_aliases": 3}),
                ("aliases", {"state": "active", "add_to_alias": "a@b.c"}),
                ("whitelist", {"expires_at": None, "state": "active"})):
            with self.subTest(f"{noun} {action}"):
                self.refused(422, self.root.post(f"/api/v1/{noun}/bulk", {
                    "filter": {}, "expected_count": 1, "action": action}))
        for noun, action in (
                ("mailboxes", {"state": "deleted"}),
                ("mailboxes", {"max_mailboxes": 1}),
                ("aliases", {"quota_bytes": 1}),
                ("whitelist", {"state": "expired"}),
                ("domains", {"add_to_alias": "a@example.org"})):
            with self.subTest(f"{noun} {action}"):
                self.refused(422, self.root.post(f"/api/v1/{noun}/bulk", {
                    "filter": {}, "expected_count": 0, "action": action}))

    def test_a_selection_is_never_empty_nor_endless(self):
        for ids in ([], list(range(1, 202)), [0]):
            self.refused(422, self.root.post("/api/v1/mailboxes/bulk", {
                "filter": {"ids": ids}, "expected_count": 0,
                "action": {"delete": True}}))

    def test_another_count_than_expected(self):
        d = self.domain()
        self.boxes(d, 2)
        for noun, where, n in (("mailboxes", {"domain_id": d["id"]}, 3),
                               ("domains", {"ids": [d["id"]]}, 2),
                               ("aliases", {"domain_id": d["id"]}, 1),
                               ("whitelist", {"q": "no such note"}, 1)):
            reply = self.root.post(f"/api/v1/{noun}/bulk", {
                "filter": where, "expected_count": n,
                "action": {"delete": True}})
            self.refused(409, reply, "expected_count", "count_moved")

    def test_a_selection_of_an_admin_never_touches_foreign_rows(self):
        mine, theirs = self.domain(), self.domain()
        admin = self.servers.signed_in(2, [mine["id"]])
        own, foreign = self.boxes(mine, 2), self.boxes(theirs, 2)
        a, b = (self.alias(d, "info", ["x@else.example"])
                for d in (mine, theirs))
        ids = [row["id"] for row in own + foreign]
        self.start("mailboxes", {"ids": ids}, 4, {"state": "closed"}, admin,
                   409)
        self.done("mailboxes", {"ids": ids}, 2, {"state": "closed"}, admin)
        self.assertEqual(["closed"] * 2 + ["active"] * 2,
                         self.states("mailboxes", own + foreign))
        self.done("aliases", {"ids": [a["id"], b["id"]]}, 1,
                  {"delete": True}, admin)
        self.assertEqual(["deleted", "active"],
                         [self.row("aliases", x)["state"] for x in (a, b)])
        self.refused(404, admin.post("/api/v1/mailboxes/bulk", {
            "filter": {"domain_id": theirs["id"]}, "expected_count": 2,
            "action": {"delete": True}}))
        job = self.ended(self.start(
            "mailboxes", {"ids": [own[0]["id"]]}, 1,
            {"add_to_alias": b["address"]}, admin)["job"])
        self.assertEqual("failed", job["state"])
        for noun in ("domains", "whitelist"):
            self.refused(403, admin.post(f"/api/v1/{noun}/bulk", {
                "filter": {}, "expected_count": 0,
                "action": {"delete": True}}))

    def test_rights_that_end_meanwhile_end_the_job(self):
        mine = self.domain()
        admin = self.servers.signed_in(2, [mine["id"]])
        rows = self.boxes(mine, 2)
        self.stop_jobd()
        job = self.start("mailboxes", {"domain_id": mine["id"]}, 2,
                         {"delete": True}, admin)["job"]
        self.servers.db.sql(
            f"DELETE FROM admin_domain WHERE domain_id = {mine['id']}",
            "postroom")
        self.start_jobd()
        self.assertEqual("failed", self.ended(job)["state"])
        self.assertEqual(["active"] * 2, self.states("mailboxes", rows))


class Moments(Bulk):
    def fill(self, d, n):
        self.servers.db.sql(
            "INSERT INTO mailbox (domain_id, address, home, created, updated)"
            f" SELECT {d['id']}, CONCAT('m', seq, '@{d['name']}'), "
            "CONCAT('/m/', seq), UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) "
            f"FROM seq_1_to_{n}; UPDATE domain SET mailbox_count = {n} "
            f"WHERE id = {d['id']}", "postroom")

    def versions(self, d):
        return self.servers.db.sql(
            "SELECT version, COUNT(*) FROM mailbox WHERE domain_id = "
            f"{d['id']} GROUP BY version", "postroom").split()

    def test_a_killed_daemon_changes_no_row_twice(self):
        n = 20000 if apicase.SOAK else 3000
        d = self.domain()
        self.fill(d, n)
        job = self.start("mailboxes", {"domain_id": d["id"]}, n,
                         {"quota_bytes": 77})["job"]
        for _ in range(20 if apicase.SOAK else 4):
            self.kill_jobd()
        job = self.ended(job)
        self.assertEqual(("done", n, 0),
                         (job["state"], job["done"], job["failed"]))
        self.assertEqual(["2", str(n)], self.versions(d))
        self.assertEqual(n, self.servers.count(
            "SELECT SUM(changes) FROM revision WHERE job_id = "
            f"{job['id']}"))
        self.assertEqual(77 * n, self.servers.count(
            f"SELECT quota_allotted_bytes FROM domain WHERE id = {d['id']}"))

    def test_rows_that_come_later_are_not_touched(self):
        d = self.domain()
        self.boxes(d, 2)
        self.stop_jobd()
        job = self.start("mailboxes", {"domain_id": d["id"]}, 2,
                         {"state": "closed"})["job"]
        late = self.mailbox(d, "late")
        self.start_jobd()
        self.assertEqual(2, self.ended(job)["done"])
        self.assertEqual("active", self.row("mailboxes", late)["state"])

    def test_two_at_once_and_an_edit_between_lose_nothing(self):
        d = self.domain()
        rows = self.boxes(d, 30, quota_bytes=1)
        where = {"domain_id": d["id"]}
        jobs = [self.start("mailboxes", where, 30, action)["job"]
                for action in ({"quota_bytes": 5}, {"state": "nologin"})]

        def edit():
            path = f"/api/v1/mailboxes/{rows[-1]['id']}"
            while True:
                now = self.root.get(path).value
                reply = self.root.patch(path, {"name": "edited"},
                                        apicase.etag(now))
                if reply.status == 200:
                    return

        editor = threading.Thread(target=edit)
        editor.start()
        for job in jobs:
            self.assertEqual("done", self.ended(job)["state"])
        editor.join()
        self.assertEqual({("nologin", 5)}, {
            (row["state"], row["quota_bytes"]) for row in self.root.get(
                "/api/v1/mailboxes", domain_id=d["id"]).value["items"]})
        self.assertEqual("edited",
                         self.row("mailboxes", rows[-1])["name"])

    def test_cancelled_it_stops_between_two_batches(self):
        d = self.domain()
        self.fill(d, 4000)
        job = self.start("mailboxes", {"domain_id": d["id"]}, 4000,
                         {"quota_bytes": 5})["job"]
        self.must(200, self.root.post(f"/api/v1/jobs/{job['id']}/cancel"))
        job = self.ended(job)
        self.assertEqual("cancelled", job["state"])
        self.assertEqual(job["done"], self.servers.count(
            "SELECT COUNT(*) FROM mailbox WHERE quota_bytes = 5 AND "
            f"domain_id = {d['id']}"))


if __name__ == "__main__":
    unittest.main()
