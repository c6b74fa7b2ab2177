"""Undo of many revisions over HTTP: who may, what is refused, the preview."""

import datetime
import subprocess
import time
import unittest

from apicase import ApiCase, etag


class UndoCase(ApiCase):
    """An instance beside which postroom-jobd runs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        servers = cls.servers
        with open(servers.path("log", "jobd.log"), "a") as log:
            cls.jobd = subprocess.Popen(
                [servers.path("bin", "postroom-jobd"), "-c", servers.conf],
                stderr=log, user="postroom-job", group="postroom-job",
                extra_groups=[], start_new_session=True)
        cls.addClassCleanup(cls.end_jobd)

    @classmethod
    def end_jobd(cls):
        cls.jobd.terminate()
        cls.jobd.wait(20)

    def ended(self, job, client=None):
        """The job once it is over."""
        deadline = time.monotonic() + 60
        while True:
            row = self.must(200, (client or self.root).get(
                f"/api/v1/jobs/{job['id']}")).value
            if row["state"] not in ("queued", "running"):
                return row
            if time.monotonic() > deadline:
                raise AssertionError(f"not over: {row}")
            time.sleep(0.05)

    def bulk_quota(self, domain, quota, count):
        reply = self.must(202, self.root.post("/api/v1/mailboxes/bulk", {
            "filter": {"domain_id": domain["id"]}, "expected_count": count,
            "action": {"quota_bytes": quota}}))
        return self.ended(reply.value["job"])

    def boxes(self, domain):
        return {row["address"]: row["quota_bytes"] for row in self.must(
            200, self.root.get("/api/v1/mailboxes?limit=200&domain_id="
                               f"{domain['id']}")).value["items"]}

    def patch_box(self, domain, address, fields, client=None):
        client = client or self.root
        row = next(r for r in self.must(200, client.get(
            f"/api/v1/mailboxes?limit=200&domain_id={domain['id']}"))
            .value["items"] if r["address"] == address)
        return self.must(200, client.patch(
            f"/api/v1/mailboxes/{row['id']}", fields, etag(row))).value


class JobUndo(UndoCase):
    def test_a_bulk_job_is_taken_back_with_one_request(self):
        domain = self.domain()
        for n in range(30):
            self.mailbox(domain, f"u{n}", quota_bytes=n * 1000)
        before = self.boxes(domain)
        job = self.bulk_quota(domain, 4096, 30)
        self.assertTrue(job["undoable"])
        seen = self.must(200, self.root.get(
            f"/api/v1/jobs/{job['id']}/undo-preview")).value
        self.assertEqual((30, 30, [], True), (
            seen["changes"], seen["changed"], seen["in_the_way"],
            seen["exact"]))
        self.assertEqual({4096}, set(self.boxes(domain).values()))
        undo = self.ended(self.must(202, self.root.post(
            f"/api/v1/jobs/{job['id']}/undo", {})).value["job"])
        self.assertEqual(("done", 30, 0, job["id"]), (
            undo["state"], undo["done"], undo["failed"], undo["undoes_job"]))
        self.assertEqual(before, self.boxes(domain))
        now = self.must(200, self.root.get(f"/api/v1/jobs/{job['id']}")).value
        self.assertEqual((undo["id"], False),
                         (now["undone_by"], now["undoable"]))
        self.refused(409, self.root.post(
            f"/api/v1/jobs/{job['id']}/undo", {}), reason="nothing_to_undo")
        # And the undo itself goes back.
        self.ended(self.must(202, self.root.post(
            f"/api/v1/jobs/{undo['id']}/undo", {})).value["job"])
        self.assertEqual({4096}, set(self.boxes(domain).values()))

    def test_what_stands_in_the_way_is_named_and_left_when_asked(self):
        domain = self.domain()
        for n in range(5):
            self.mailbox(domain, f"u{n}")
        job = self.bulk_quota(domain, 4096, 5)
        address = f"u3@{domain['name']}"
        self.patch_box(domain, address, {"quota_bytes": 9999})
        reply = self.refused(409, self.root.post(
            f"/api/v1/jobs/{job['id']}/undo", {}), reason="in_the_way")
        self.assertEqual(address, reply.value["errors"][0]["subject"])
        way = self.must(200, self.root.get(
            f"/api/v1/jobs/{job['id']}/undo-preview")).value["in_the_way"]
        self.assertEqual([(address, "later_change")],
                         [(w["subject"], w["reason"]) for w in way])
        self.assertGreater(way[0]["later"], way[0]["serial"])
        undo = self.ended(self.must(202, self.root.post(
            f"/api/v1/jobs/{job['id']}/undo",
            {"skip": True, "note": "wrong quota"})).value["job"])
        self.assertEqual(("done", 1), (undo["state"], undo["failed"]))
        errors = self.must(200, self.root.get(
            f"/api/v1/jobs/{undo['id']}/errors")).value["items"]
        self.assertEqual([address], [e["subject"] for e in errors])
        self.assertEqual(9999, self.boxes(domain)[address])
        self.assertEqual(0, self.boxes(domain)[f"u1@{domain['name']}"])

    def test_a_domain_admin_takes_back_what_is_his_alone(self):
        mine, other = self.domain(), self.domain()
        for domain in (mine, other):
            for n in range(2):
                self.mailbox(domain, f"u{n}")
        admin = self.servers.signed_in(2, [mine["id"]])
        job = self.bulk_quota(other, 1024, 2)
        self.refused(404, admin.post(f"/api/v1/jobs/{job['id']}/undo", {}))
        self.refused(404, admin.get(
            f"/api/v1/jobs/{job['id']}/undo-preview"))
        serial = self.patch_box(mine, f"u0@{mine['name']}",
                                {"quota_bytes": 7})["changed_serial"]
        self.patch_box(other, f"u0@{other['name']}", {"quota_bytes": 8})
        undo = self.must(202, admin.post("/api/v1/revisions/undo", {
            "from_serial": serial, "to_serial": serial + 1})).value["job"]
        self.assertEqual(1, self.ended(undo, admin)["done"])
        self.assertEqual(0, self.boxes(mine)[f"u0@{mine['name']}"])
        self.assertEqual(8, self.boxes(other)[f"u0@{other['name']}"])


class Ranges(UndoCase):
    def test_a_person_s_span_of_time_is_taken_back(self):
        domain = self.domain()
        self.mailbox(domain, "a")
        admin = self.servers.signed_in(1)
        me = self.must(200, admin.get("/api/v1/session")).value["admin"]
        began = datetime.datetime.now(datetime.UTC).strftime(
            "%Y-%m-%dT%H:%M:%S.%fZ")
        row = self.patch_box(domain, f"a@{domain['name']}",
                             {"quota_bytes": 1}, admin)
        self.patch_box(domain, f"a@{domain['name']}", {"name": "X"}, admin)
        self.patch_box(domain, f"a@{domain['name']}", {"quota_bytes": 2},
                       admin)
        query = (f"admin_id={me['id']}&from={began}"
                 "&to=2090-01-01T00:00:00Z")
        seen = self.must(200, self.root.get(
            f"/api/v1/revisions/undo-preview?{query}")).value
        self.assertEqual((3, []), (seen["revisions"], seen["in_the_way"]))
        job = self.must(202, self.root.post("/api/v1/revisions/undo", {
            "admin_id": me["id"], "from": began,
            "to": "2090-01-01T00:00:00Z"})).value["job"]
        self.assertEqual("done", self.ended(job)["state"])
        now = self.must(200, self.root.get(
            f"/api/v1/mailboxes/{row['id']}")).value
        self.assertEqual((0, ""), (now["quota_bytes"], now["name"]))

    def test_a_range_is_exactly_one_thing(self):
        for body in ({}, {"from_serial": 3}, {"from_serial": 3,
                                              "to_serial": 2},
                     {"job_id": 1, "from_serial": 1, "to_serial": 2},
                     {"actor": "root"}, {"actor": "", "from_serial": 1}):
            with self.subTest(body=body):
                self.must(422, self.root.post("/api/v1/revisions/undo",
                                              body))


if __name__ == "__main__":
    unittest.main()
