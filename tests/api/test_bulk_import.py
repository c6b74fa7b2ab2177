"""Bulk import through the API: what is read, shown, imported and reported."""

import unittest

import bulkimport
from bulkimport import HASH


class Mailboxes(bulkimport.ImportCase):
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
        rows = {m["address"].split("@")[0]: m for m in self.root.pages(
            "/api/v1/mailboxes", q="@" + d)} or {
                m["address"].split("@")[0]: m for m in self.root.pages(
                    "/api/v1/mailboxes", q=d)}
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


if __name__ == "__main__":
    unittest.main()
