"""The audit log: its filters, its export, its copy for syslog."""

import csv
import io
import json
import os
import re
import select
import socket
import unittest
import urllib.parse

from apicase import ApiCase, HASH, etag


def fetch(client, **query):
    """The export as a browser saves it."""
    status, headers, body = client.raw(
        "GET", "/api/v1/revisions/export?" + urllib.parse.urlencode(query),
        None, client.headers())
    if status != 200 or "audit-" not in headers["content-disposition"]:
        raise AssertionError(f"{status} {headers} {body[:300]}")
    return body.decode()


class Filters(ApiCase):
    def serials(self, client=None, **query):
        page = self.must(200, (client or self.root).get(
            "/api/v1/revisions", limit=200, **query)).value
        return [row["serial"] for row in page["items"]]

    def test_by_person_noun_domain_time_action_job_serial_and_text(self):
        domain = self.domain()
        box = self.mailbox(domain, "ana")
        other = self.servers.signed_in(1)
        name = self.must(200, other.get("/api/v1/session")).value["admin"]
        row = self.must(200, other.patch(
            f"/api/v1/mailboxes/{box['id']}", {"name": "Ana"},
            etag(box))).value
        serial = row["changed_serial"]
        rev = self.must(200, self.root.get(
            f"/api/v1/revisions/{serial}")).value
        at = rev["created_at"]
        one = [serial]
        self.assertEqual(one, self.serials(
            actor=name["login"], action="mailbox.update"))
        self.assertEqual(one, self.serials(
            admin_id=name["id"], noun="mailbox"))
        self.assertEqual(one, self.serials(from_serial=serial,
                                           to_serial=serial))
        self.assertIn(serial, self.serials(
            q=f"ana@{domain['name'][:2]}", domain_id=domain["id"]))
        self.assertEqual(one, self.serials(
            q=f"ana@{domain['name']}", action="mailbox.update"))
        self.assertIn(serial, self.serials(**{"from": at}))
        self.assertNotIn(serial, self.serials(to=at))
        self.assertEqual([], self.serials(q="nobody-begins-so"))
        # What LIKE would take for a wildcard stands for itself.
        self.assertEqual([], self.serials(q="ana_"))
        self.assertEqual([], self.serials(q="%"))
        self.assertEqual([], self.serials(q="\\"))
        self.assertEqual([], self.serials(job_id=987654))

    def test_an_admin_sees_his_domains_alone_in_list_and_export(self):
        mine, other = self.domain(), self.domain()
        self.mailbox(mine, "a")
        self.mailbox(other, "b")
        self.network("198.51.100.7")
        admin = self.servers.signed_in(2, [mine["id"]])
        for text in (fetch(admin), fetch(admin, format="jsonl")):
            self.assertIn(f"a@{mine['name']}", text)
            self.assertNotIn(other["name"], text)
            self.assertNotIn("198.51.100.7", text)
        self.refused(404, admin.get("/api/v1/revisions/export",
                                    domain_id=other["id"]))


class Export(ApiCase):
    def text(self, **query):
        return fetch(self.root, **query)

    def test_csv_has_a_line_a_change_and_no_formula(self):
        domain = self.domain()
        box = self.mailbox(domain, "ana", name="=HYPERLINK(\"x\")")
        self.must(200, self.root.patch(
            f"/api/v1/mailboxes/{box['id']}", {"name": "Ana, \"the\" one"},
            etag(box)))
        self.must(200, self.root.post(
            f"/api/v1/revisions/{box['changed_serial'] + 1}/undo",
            {"note": "=1+1"}))
        text = self.text(domain_id=domain["id"])
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        self.assertEqual(
            [("undo", "update"), ("mailbox.update", "update"),
             ("mailbox.create", "create"), ("domain.create", "create")],
            [(row["action"], row["op"]) for row in rows])
        self.assertEqual("'=1+1", rows[0]["note"])
        self.assertEqual(rows[1]["serial"], rows[0]["undoes"])
        self.assertEqual(rows[0]["serial"], rows[1]["undone_by"])
        self.assertEqual('Ana, "the" one',
                         json.loads(rows[1]["after"])["name"])
        self.assertTrue(rows[0]["client"])
        for row in rows:
            for cell in row.values():
                self.assertNotRegex(cell, r"^[=+\-@\t\r]")
        self.assertNotIn(HASH, text)

    def test_json_lines_are_the_same_changes_whole(self):
        domain = self.domain()
        for n in range(130):
            self.mailbox(domain, f"u{n}")
        rows = [json.loads(line) for line in self.text(
            domain_id=domain["id"], format="jsonl").splitlines()]
        self.assertEqual(131, len(rows))
        serials = [row["serial"] for row in rows]
        self.assertEqual(sorted(serials, reverse=True), serials)
        self.assertEqual(len(set(serials)), len(serials))
        self.assertEqual("create", rows[0]["op"])
        self.assertEqual(f"u129@{domain['name']}", rows[0]["subject"])
        self.assertIsNone(rows[0]["before"])

    def test_a_revision_of_many_changes_comes_whole(self):
        domain = self.domain()
        for n in range(250):
            self.mailbox(domain, f"u{n}")
        row = self.must(200, self.root.get(
            f"/api/v1/domains/{domain['id']}")).value
        self.must(202, self.root.delete(
            f"/api/v1/domains/{domain['id']}",
            {"confirm": domain["name"]}, etag(row)))
        rows = [json.loads(line) for line in self.text(
            domain_id=domain["id"], format="jsonl",
            action="domain.delete").splitlines()]
        self.assertEqual(251, len(rows))
        self.assertEqual(1, len({row["serial"] for row in rows}))
        self.assertEqual(251, len({row["subject"] for row in rows}))


class Syslog(ApiCase):
    own = True

    def test_each_revision_is_one_line_for_syslog(self):
        servers = self.servers
        path = os.path.join(servers.run, "log")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
            log.bind(path)
            os.chmod(path, 0o666)
            servers.stop_web()
            with open(servers.conf, encoding="utf-8") as f:
                text = re.sub(r"(?m)^syslog = .*$", f"syslog = {path}",
                              f.read())
            with open(servers.conf, "w", encoding="utf-8") as f:
                f.write(text)
            servers.start_web()
            domain = self.domain()
            box = self.mailbox(domain, "ana", name="a \"b\" c=d")
            self.must(200, self.root.patch(
                f"/api/v1/mailboxes/{box['id']}", {"quota_bytes": 5},
                etag(box)))
            lines = []
            while select.select([log], [], [], 2 if len(lines) < 3 else 0)[0]:
                lines.append(log.recv(4096).decode())
        self.assertEqual(3, len(lines), lines)
        self.assertRegex(lines[2], r"^<86>postroom-audit\[\d+\]: serial=\d+ "
                         r"action=mailbox\.update actor_kind=admin actor=\S+ "
                         r"client=127\.0\.0\.1 request=\w+ changes=1 "
                         r"noun=mailbox noun_id=\d+ domain_id=\d+ op=update "
                         rf"subject=ana@{domain['name']}")
        for line in lines:
            self.assertNotIn("\n", line)
            self.assertNotIn(HASH, line)


if __name__ == "__main__":
    unittest.main()
