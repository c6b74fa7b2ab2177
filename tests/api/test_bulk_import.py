"""Bulk import through the API: what is read, shown, imported and reported."""

import os
import time
import unittest

import bulkimport
import instance
from bulkimport import HASH

SOAK = bool(os.environ.get("POSTROOM_SOAK"))


class Mailboxes(bulkimport.ImportCase):
    def boxes(self, domain):
        """The mailboxes of a domain by their local parts."""
        number = self.servers.count(
            f"SELECT id FROM domain WHERE name = '{domain}' AND alive = 1")
        return {m["address"].split("@")[0]: m for m in self.root.pages(
            "/api/v1/mailboxes", domain_id=number)}

    def test_a_file_goes_from_upload_to_report(self):
        d = self.domain()["name"]
        data = ("Email,Name,Password,Quota,Active,Memo\r\n"
                f"ana@{d},Ana Cruz,a quiet river 7,2G,yes,x\r\n"
                f"ben@{d},Ben,{HASH},500M,no,\r\n"
                f"cy@{d},,,,,\r\n").encode()
        made = self.upload(data)
        self.assertEqual((made["state"], made["file_bytes"]),
                         ("uploading", len(data)))
        made = self.check(made)
        self.assertEqual(made["state"], "ready")
        self.assertEqual(made["options"]["columns"],
                         ["address", "name", "password", "quota", "active",
                          "note"])
        self.assertEqual((made["options"]["encoding"],
                          made["options"]["separator"]), ("utf-8", "comma"))
        self.assertEqual([(n["column"], n["reason"])
                          for n in made["notices"]], [(6, "not_yet")])
        self.assertEqual(made["counts"] | {"rows": 3, "new": 3},
                         made["counts"])
        # Nothing was touched.
        self.assertEqual(self.servers.count(
            f"SELECT COUNT(*) FROM mailbox WHERE address LIKE '%@{d}'"), 0)
        head = self.servers.count("SELECT serial FROM head")
        done = self.bring_in(made)
        self.assertEqual((done["state"], done["counts"]["made"],
                          done["counts"]["passwords"]), ("done", 3, 1))
        # One revision, which names the job.
        self.assertEqual(self.servers.count(
            f"SELECT COUNT(*) FROM revision WHERE serial > {head} AND job_id "
            f"= {done['run_job_id']} AND action = 'import' AND changes = 3"),
            1)
        rows = self.boxes(d)
        self.assertEqual((rows["ana"]["name"], rows["ana"]["quota_bytes"],
                          rows["ana"]["state"]),
                         ("Ana Cruz", 2 << 30, "active"))
        self.assertEqual((rows["ben"]["state"], rows["ben"]["quota_bytes"],
                          rows["ben"]["password_scheme"]),
                         ("closed", 500 << 20, "SHA512-CRYPT"))
        self.assertTrue(rows["ana"]["home"].endswith(f"/{rows['ana']['id']}"))
        self.assertGreater(rows["ana"]["changed_serial"], head)
        # The generated password is told once.
        told = self.texts(done, "passwords")
        self.assertRegex(told, rf"\Acy@{d},[a-z0-9-]{{19}}\r\n\Z")
        self.assertEqual(self.texts(done, "passwords"), "")
        # Nothing of the file is left.
        self.assertEqual(self.servers.count(
            "SELECT COUNT(*) FROM staging WHERE import_id = "
            f"{done['id']}"), 0)


    def test_each_wrong_cell_is_named_by_line_column_value_and_fix(self):
        d = self.domain()["name"]
        data = (f"address,name,password,quota,active\n"
                f"ok@{d},Fine,,1G,1\n"
                f"two@at@{d},,,,\n"
                f"p@{d},,short,,\n"
                f"q@{d},,,500,\n"
                f"r@{d},,,lots,\n"
                f"s@{d},,,,maybe\n"
                f"t@nowhere.example,,,,\n"
                f"OK@{d},again,,,\n"
                f"h@{d},,{{NOPE}}x,,\n"
                f",,,,\n"
                f"\"u@{d}\",\"two\nlines\",,,\n"
                f"v@{d},,,,,more\n").encode()
        made = self.check(self.upload(data))
        self.assertEqual(self.said(made), [
            (3, 1, "two_ats"), (4, 3, "too_short"), (5, 4, "no_unit"),
            (6, 4, "bad_size"), (7, 5, "not_a_choice"),
            (8, 1, "no_such_domain"), (9, 0, "said_twice"),
            (10, 3, "unknown_scheme"), (11, 1, "required"),
            (12, 2, "bad_character"), (14, 6, "too_many_cells")])
        errors = {e["reason"]: e for e in self.errors(made)}
        self.assertEqual(errors["two_ats"]["value"], f"two@at@{d}")
        self.assertEqual(errors["too_short"]["value"], "")
        self.assertIn("line 2 has", errors["said_twice"]["text"])
        for error in errors.values():
            if error["reason"] not in ("two_ats", "too_many_cells"):
                self.assertNotEqual(error["fix"], "", error)
        self.assertEqual((made["counts"]["new"], made["counts"]["wrong"]),
                         (1, 11))
        # The wrong rows come back as a file that can be fed again.
        failed = self.texts(made, "failed").encode()
        self.assertEqual(failed.count(b"\r\n"), 12)
        self.assertTrue(failed.startswith(b"address,name,password"))
        again = self.check(self.upload(failed.replace(
            b"two@at@", b"good@").replace(b"short", b"long enough 1")))
        self.assertEqual(again["counts"]["new"], 2 + 1, self.said(again))
        done = self.bring_in(made)
        self.assertEqual(done["counts"]["made"], 1)
        self.assertEqual(list(self.boxes(d)), ["ok"])

    def test_modes(self):
        d = self.domain()["name"]
        self.one_go(f"address,name,quota\nana@{d},Ana,1G\nben@{d},Ben,2G\n"
                    .encode(), options={"passwords": "none"})
        data = (f"address,name,quota\nana@{d},Anna,\nben@{d},,2G\n"
                f"cy@{d},Cy,\n").encode()
        made = self.check(self.upload(data))
        self.assertEqual([r for *_, r in self.said(made)],
                         ["exists_already"] * 2)
        made = self.check(made, {"mode": "update", "passwords": "none"})
        self.assertEqual(self.said(made), [(4, 0, "not_there")])
        made = self.check(made, {"mode": "add_or_update",
                                 "passwords": "none"})
        counts = made["counts"]
        self.assertEqual((counts["new"], counts["changed"],
                          counts["unchanged"], counts["wrong"]), (1, 1, 1, 0))
        row, = self.must(200, self.root.get(
            f"/api/v1/imports/{made['id']}/rows", outcome="changed")
                         ).value["items"]
        self.assertEqual((row["subject"], row["before"], row["after"]),
                         (f"ana@{d}", {"name": "Ana"}, {"name": "Anna"}))
        # The lines of the maps that would come, with nothing written.
        tried = self.must(200, self.root.post(
            f"/api/v1/imports/{made['id']}/run?dry_run=true",
            {"expected_new": 1, "expected_changed": 1})).value
        self.assertIn(f"cy@{d}", {line["key"] for line in tried["lines"]})
        self.assertNotIn("cy", self.boxes(d))
        self.bring_in(made)
        boxes = self.boxes(d)
        self.assertEqual((boxes["ana"]["name"], boxes["ana"]["quota_bytes"],
                          boxes["ben"]["name"]), ("Anna", 1 << 30, "Ben"))
        # The same file again changes nothing.
        made = self.check(self.upload(data), {"mode": "add_or_update"})
        self.assertEqual((made["counts"]["unchanged"],
                          made["counts"]["changed"]), (3, 0))
        self.refused(409, self.root.post(
            f"/api/v1/imports/{made['id']}/run",
            {"expected_new": 0, "expected_changed": 0}), "", "nothing_to_do")

    def test_who_is_not_in_the_file_can_be_disabled_by_count(self):
        d = self.domain()["name"]
        self.one_go("".join(["address\n"] + [f"u{i}@{d}\n" for i in range(5)])
                    .encode(), options={"passwords": "none"})
        made = self.check(self.upload(f"address\nu1@{d}\nu2@{d}\n".encode()),
                          {"mode": "add_or_update", "disable_missing": True})
        self.assertEqual((made["counts"]["missing"],
                          made["counts"]["changed"]), (3, 3))
        self.refused(409, self.root.post(
            f"/api/v1/imports/{made['id']}/run", {
                "expected_new": 0, "expected_changed": 3,
                "expected_missing": 2}), "expected_missing", "count_moved")
        self.bring_in(made)
        self.assertEqual({k: v["state"] for k, v in self.boxes(d).items()},
                         {"u0": "closed", "u1": "active", "u2": "active",
                          "u3": "closed", "u4": "closed"})

    def test_limits_of_the_domain_hold_row_by_row(self):
        d = self.domain(max_mailboxes=3, max_quota_bytes=3 << 30)["name"]
        made = self.check(self.upload((
            f"address,quota\na@{d},1G\nb@{d},none\nc@{d},3G\nd@{d},2G\n"
            f"e@{d},1M\n").encode()))
        self.assertEqual(self.said(made), [
            (3, 2, "quota_needed"), (4, 2, "max_quota"), (6, 2, "max_quota")])

    def test_shift_jis_semicolons_and_japanese_headings(self):
        d = self.domain()["name"]
        text = ("メールアドレス;氏名;容量\r\n"
                f"taro@{d};山田 太郎;１Ｇ\r\n"
                f"hanako@{d};\"表示;能力\";無制限\r\n")
        for encoding in ("cp932", "utf-8", "utf-8-sig"):
            with self.subTest(encoding):
                made = self.check(self.upload(text.encode(encoding)), {
                    "mode": "add_or_update", "passwords": "none"})
                self.assertEqual(
                    (made["options"]["encoding"],
                     made["options"]["separator"],
                     made["options"]["columns"]),
                    ("shift_jis" if encoding == "cp932" else "utf-8",
                     "semicolon", ["address", "name", "quota"]))
                self.assertEqual(self.said(made), [])
                if encoding == "cp932":
                    self.bring_in(made)
                else:
                    self.assertEqual(made["counts"]["unchanged"], 2)
        self.assertEqual({k: (v["name"], v["quota_bytes"])
                          for k, v in self.boxes(d).items()},
                         {"taro": ("山田 太郎", 1 << 30),
                          "hanako": ("表示;能力", 0)})
        # Said to be the other one: each cell that is not is named.
        made = self.check(self.upload(text.encode("cp932")),
                          {"encoding": "utf-8", "columns": [
                              "address", "name", "quota"]})
        self.assertEqual([r for *_, r in self.said(made)],
                         ["bad_encoding"] * 4)

    def test_all_or_nothing(self):
        d = self.domain()["name"]
        made = self.check(self.upload(
            f"address\na@{d}\nb@{d}\nb b@{d}\n".encode()))
        ask = {"all_or_nothing": True, "expected_new": 2,
               "expected_changed": 0}
        self.refused(422, self.root.post(
            f"/api/v1/imports/{made['id']}/run", ask), "all_or_nothing",
            "has_wrong_rows")
        made = self.check(self.upload(f"address\na@{d}\nb@{d}\n".encode()))
        self.mailbox({"name": d}, "b")
        job = self.run_job(made, {"all_or_nothing": True})
        ended = self.job_end(job)
        self.assertEqual(ended["state"], "failed", ended)
        self.assertIn(f"b@{d}", ended["message"])
        self.assertEqual(list(self.boxes(d)), ["b"])
        self.assertEqual(self.get(made)["state"], "failed")
        many = "".join(["address,name\n"] + [
            f"n{i}@{d},A person with a rather long name\n"
            for i in range(1000)])
        made = self.check(self.upload(many.encode()))
        self.refused(422, self.root.post(
            f"/api/v1/imports/{made['id']}/run", {
                **ask, "expected_new": 1000}), "all_or_nothing",
            "too_many_rows")
        many = "".join(["address\n"] + [f"m{i}@{d}\n" for i in range(1500)])
        made = self.check(self.upload(many.encode()), {"passwords": "none"})
        head = self.servers.count("SELECT serial FROM head")
        done = self.bring_in(made, {"all_or_nothing": True})
        self.assertEqual(done["counts"]["made"], 1500)
        self.assertEqual(self.servers.count("SELECT serial FROM head"),
                         head + 1)

    def test_an_edit_meanwhile_is_left_alone(self):
        d = self.domain()
        box = self.mailbox(d, "ana", name="Ana")
        made = self.check(self.upload(
            f"address,name\nana@{d['name']},Anna\nben@{d['name']},B\n"
            f"cy@{d['name']},C\n".encode()),
            {"mode": "add_or_update", "passwords": "none"})
        self.must(200, self.root.patch(
            f"/api/v1/mailboxes/{box['id']}", {"name": "Ann"},
            f'"{box["version"]}"'))
        self.mailbox(d, "ben", name="Benno")
        done = self.bring_in(made)
        self.assertEqual((done["counts"]["made"], done["counts"]["failed"]),
                         (1, 2))
        self.assertEqual(self.said(done), [(2, 0, "changed_meanwhile"),
                                           (3, 1, "address_taken")])
        self.assertEqual({k: v["name"]
                          for k, v in self.boxes(d["name"]).items()},
                         {"ana": "Ann", "ben": "Benno", "cy": "C"})
        self.assertEqual(self.texts(done, "failed"),
                         f"address,name\r\nana@{d['name']},Anna\r\n"
                         f"ben@{d['name']},B\r\n")

    def test_two_at_once_make_each_row_once(self):
        d = self.domain()["name"]
        data = "".join(["address\n"] + [f"u{i}@{d}\n" for i in range(3000)])
        two = [self.check(self.upload(data.encode()), {"passwords": "none"})
               for _ in range(2)]
        other = self.start_jobd()
        self.addCleanup(self.stop_jobd, other)
        jobs = [self.run_job(made) for made in two]
        for job in jobs:
            self.assertEqual(self.job_end(job)["state"], "done")
        counts = [self.get(made)["counts"] for made in two]
        self.assertEqual([c["made"] + c["failed"] for c in counts],
                         [3000, 3000])
        self.assertEqual(sum(c["made"] for c in counts), 3000)
        self.assertEqual(self.servers.count(
            "SELECT COUNT(*) - COUNT(DISTINCT address) + d.mailbox_count "
            f"- 3000 FROM mailbox m JOIN domain d ON d.id = m.domain_id "
            f"WHERE d.name = '{d}'"), 0)


class Others(bulkimport.ImportCase):
    def test_aliases_name_later_rows_one_another_and_nowhere(self):
        d = self.domain()["name"]
        self.one_go(f"address\nana@{d}\n".encode(),
                    options={"passwords": "none"})
        data = (f"address,targets,note\n"
                f"all@{d},\"team@{d}, out@else.example\",All of us\n"
                f"team@{d},ana+x@{d} info@{d},\n"
                f"info@{d},ana@{d},\n"
                f"lost@{d},gone@{d},\n"
                f"after@{d},lost@{d},\n"
                f"a@{d},b@{d},\nb@{d},a@{d},\n"
                f"ana@{d},x@else.example,\n"
                f"@{d},ana@{d},\n").encode()
        made = self.check(self.upload(data, "alias"))
        self.assertEqual(self.said(made), [
            (5, 2, "target_nowhere"), (6, 2, "target_nowhere"),
            (7, 2, "alias_loop"), (8, 2, "alias_loop"),
            (9, 1, "address_taken")])
        done = self.bring_in(made)
        self.assertEqual((done["counts"]["made"], done["counts"]["failed"]),
                         (4, 0), self.said(done))
        made = self.check(self.upload(data, "alias"),
                          {"mode": "add_or_update"})
        self.assertEqual(made["counts"]["unchanged"], 4)
        made = self.check(self.upload(
            f"address,targets,active\ninfo@{d},x@else.example,no\n".encode(),
            "alias"), {"mode": "update"})
        self.assertEqual(made["counts"]["changed"], 1)
        self.bring_in(made)
        info, = [a for a in self.root.pages("/api/v1/aliases", q="info@")
                 if a["address"] == f"info@{d}"]
        self.assertEqual((info["targets"], info["state"]),
                         (["x@else.example"], "disabled"))

    def test_domains_with_limits(self):
        name = self.domain()["name"]
        data = (f"domain,note,max_mailboxes,max_quota\n"
                f"new{name},Fresh,10,5G\n{name},Old,20,\n"
                "xn--,,,\n").encode()
        made = self.check(self.upload(data, "domain"),
                          {"mode": "add_or_update"})
        self.assertEqual((made["counts"]["new"], made["counts"]["changed"],
                          made["counts"]["wrong"]), (1, 1, 1))
        self.bring_in(made)
        rows = {d["name"]: d for d in self.root.pages("/api/v1/domains")}
        self.assertEqual((rows["new" + name]["max_quota_bytes"],
                          rows[name]["max_mailboxes"],
                          rows[name]["description"]), (5 << 30, 20, "Old"))

    def test_whitelist(self):
        data = (b"network,note,expires_at\n192.0.2.7,printer,\n"
                b"198.51.100.1/24,,\n0.0.0.0/0,,\n")
        made = self.check(self.upload(data, "whitelist"))
        self.assertEqual(self.said(made), [(3, 1, "host_bits_set"),
                                           (4, 1, "network_too_wide")])
        self.bring_in(made)
        self.assertEqual([w["note"] for w in self.root.pages(
            "/api/v1/whitelist", q="192.0.2.7")], ["printer"])

    def test_an_admin_imports_into_his_own_domains_only(self):
        mine, other = self.domain(), self.domain()
        admin = self.servers.signed_in(2, [mine["id"]])
        self.refused(403, admin.post("/api/v1/imports",
                                     {"noun": "whitelist"}))
        made = self.upload(f"address\na@{mine['name']}\nb@{other['name']}\n"
                           .encode(), who=admin)
        made = self.check(made, {"passwords": "none"}, who=admin)
        self.assertEqual(self.said(made, admin), [(3, 1, "no_such_domain")])
        self.bring_in(made, who=admin)
        stranger = self.servers.signed_in(2, [mine["id"]])
        self.must(404, stranger.get(f"/api/v1/imports/{made['id']}"))
        self.servers.db.sql(
            "UPDATE admin_domain SET rights = 1 WHERE domain_id = "
            f"{mine['id']}", "postroom")
        self.refused(403, admin.post("/api/v1/imports", {"noun": "mailbox"}))

    def test_an_export_is_an_import_that_changes_nothing(self):
        d = self.domain()
        self.mailbox(d, "ana", name="=1+1", quota_bytes=77 << 20)
        self.mailbox(d, "ben", name="'quoted", quota_bytes=0)
        self.alias(d, "all", [f"ana@{d['name']}", "x@else.example"],
                   send_as=False, description="All")
        for noun, path in (("mailbox", "mailboxes"), ("alias", "aliases")):
            status, _, body = self.root.raw(
                "GET", f"/api/v1/{path}/export?domain_id={d['id']}",
                headers=self.root.headers())
            self.assertEqual(status, 200)
            made = self.check(self.upload(body, noun),
                              {"mode": "add_or_update"})
            self.assertEqual(
                (made["counts"]["unchanged"], made["counts"]["rows"]),
                (body.count(b"\n") - 1,) * 2, self.said(made))


class Files(bulkimport.ImportCase):
    """As LibreOffice wrote them, see tests/data/import/make."""

    def test_each_encoding_and_separator_reads_the_same(self):
        folder = os.path.join(instance.ROOT, "tests", "data", "import")
        for name, encoding, separator in (
                ("utf8", "utf-8", "comma"),
                ("shift-jis", "shift_jis", "comma"),
                ("semicolon", "utf-8", "semicolon"),
                ("tab", "utf-8", "tab")):
            with self.subTest(name):
                d = self.domain()["name"]
                with open(os.path.join(folder, f"libreoffice-{name}.csv"),
                          "rb") as f:
                    data = f.read().replace(b"DOMAIN", d.encode())
                made = self.check(self.upload(data), {"passwords": "none"})
                self.assertEqual((made["options"]["encoding"],
                                  made["options"]["separator"]),
                                 (encoding, separator))
                # A name of two lines is wrong; the lines behind it count on.
                self.assertEqual(self.said(made), [(4, 2, "bad_character")])
                self.bring_in(made)
                rows = self.servers.db.sql(
                    "SELECT SUBSTRING_INDEX(address, '@', 1), name, "
                    "quota_bytes, state FROM mailbox WHERE address LIKE "
                    f"'%@{d}' ORDER BY address", "postroom").split("\n")
                self.assertEqual([r for r in rows if r], [
                    f"hanako\t髙橋 \"花\" 子①\t{500 << 20}\t3",
                    "saburo\t表能ソ十\t0\t1",
                    f"taro\t山田, 太郎\t{2 << 30}\t1"])


class Away(bulkimport.ImportCase):
    own = True

    def test_the_database_goes_away_and_comes_back(self):
        d = self.domain()["name"]
        data = "".join(["address,name\n"] + [
            f"u{i}@{d},Person {i}\n" for i in range(4000)])
        made = self.check(self.upload(data.encode()), {"passwords": "none"})
        job = self.run_job(made)
        bulkimport.until("some rows", lambda: self.servers.count(
            f"SELECT n_made FROM import WHERE id = {made['id']}") > 0)
        self.servers.db.stop()
        if SOAK:
            time.sleep(30)
        self.servers.db.start()
        bulkimport.until("the end", lambda: self.servers.count(
            f"SELECT state FROM job WHERE id = {job['id']}") == 3, 120)
        self.assertEqual(self.servers.count(
            "SELECT (SELECT COUNT(*) FROM mailbox) * 10000 + "
            f"(SELECT n_made FROM import WHERE id = {made['id']})"),
            4000 * 10001)
        self.assertEqual(self.servers.count(
            "SELECT COUNT(*) - COUNT(DISTINCT noun_id) FROM `change` "
            "WHERE noun = 'mailbox'"), 0)


class Hostile(bulkimport.ImportCase):
    def fails(self, data, reason, **options):
        made = self.upload(data)
        reply = self.root.post(f"/api/v1/imports/{made['id']}/check", options)
        if reply.status != 202:
            self.assertIn(reason, [r for _, r in reply.reasons])
            return
        ended = self.job_end(reply.value["job"])
        self.assertEqual(ended["state"], "failed")
        self.assertIn(reason, ended["message"])
        self.assertEqual(self.get(made)["state"], "failed")

    def test_what_is_no_csv_is_refused_with_a_reason(self):
        made = self.made("imports", {"noun": "mailbox"})
        for data, reason in (
                (b"PK\x03\x04\x14\x00", "is_zip"),
                ("a,b".encode("utf-16"), "is_utf16"),
                (b"\xd0\xcf\x11\xe0\xa1", "is_old_excel"),
                (b"address\n\x00\n", "has_nul"), (b"%PDF-1.7", "is_pdf"),
                (b"", "empty_file")):
            self.refused(422, self.piece(made["id"], 1, data), "file", reason)
        self.refused(409, self.piece(made["id"], 2, b"x"), "seq",
                     "out_of_order")
        self.refused(413, self.piece(made["id"], 1, b"x" * ((512 << 10) + 1)))
        self.refused(415, self.root.send(
            "PUT", f"/api/v1/imports/{made['id']}/pieces/1", {"a": 1}))

    def test_what_is_broken_names_its_line(self):
        head = b"address,name\n"
        self.fails(head + b'a@b.example,"x\n' * 3, "closing quote")
        self.fails(head + b'a@b.example,"never closed\n', "not closed")
        self.fails(head + b"a@b.example,x\n" + b"," * 100000, "too many")
        self.fails(head + b"a" * (2 << 20), "too long")
        self.fails(b"a" * (2 << 20), "row_too_long", columns=["address"])
        self.fails(head + b"a\rb\n", "carriage return")
        self.fails(head + b"x" * (600 << 10) + b"\x00", "too long")

    def test_formulas_are_texts(self):
        d = self.domain()["name"]
        made = self.check(self.upload(
            f"address,name\na@{d},=cmd|' /C calc'!A1\n=b@{d},x\n".encode()),
            {"passwords": "none"})
        self.assertEqual(self.said(made), [(3, 1, "bad_character")])
        self.assertEqual(self.texts(made, "failed"),
                         f"address,name\r\n'=b@{d},x\r\n")
        self.bring_in(made)

    def test_a_piece_sent_again_counts_once(self):
        d = self.domain()["name"]
        made = self.made("imports", {"noun": "mailbox"})
        for seq, data in ((1, b"addr"), (1, b"addr"), (2, b"ess\n"),
                          (2, b"ess\n"), (3, f"a@{d}".encode())):
            self.must(200, self.piece(made["id"], seq, data))
        made = self.check(made, {"columns": ["address"]})
        self.assertEqual(made["counts"]["new"], 1)

    def test_a_discarded_import_leaves_nothing_but_its_report(self):
        d = self.domain()["name"]
        made = self.check(self.upload(f"address\na@{d}\n".encode()))
        self.must(200, self.root.delete(f"/api/v1/imports/{made['id']}"))
        bulkimport.until("an empty spool", lambda: self.servers.count(
            f"SELECT (SELECT COUNT(*) FROM staging WHERE import_id = "
            f"{made['id']}) + (SELECT COUNT(*) FROM import_spool WHERE "
            f"import_id = {made['id']})") == 0)
        self.assertEqual(self.get(made)["state"], "cancelled")
        self.refused(409, self.root.post(
            f"/api/v1/imports/{made['id']}/run",
            {"expected_new": 1, "expected_changed": 0}), "file",
            "spool_gone")


if __name__ == "__main__":
    unittest.main()
