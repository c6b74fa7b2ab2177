"""An imported mailbox takes mail and its owner signs in with the password that
stood in the file, was a ready hash in it, or was made on the way."""

import os
import subprocess
import unittest

import mail
from mailcase import HASH, PASSWORD, SOAK, MailCase

ROWS = 10000 if SOAK else 300
SAMPLE = 50 if SOAK else 6


class Import(MailCase):
    def postroom(self, *argv, **options):
        return subprocess.run(
            [self.servers.path("bin", "postroom"), "-c", self.servers.conf,
             *argv], capture_output=True, text=True, check=True, **options)

    def test_mail_reaches_a_sample_and_they_sign_in(self):
        lines = ["address,name,password,quota"]
        for n in range(ROWS):
            word = HASH
            if n % (ROWS // SAMPLE) == 0:
                word = ("" if n // (ROWS // SAMPLE) % 2
                        else "a quiet river 7")
            lines.append(f"{self.at(f'u{n}')},Person {n},{word},1G")
        path = self.servers.path("import.csv")
        with open(path, "w", encoding="ascii") as f:
            f.write("\n".join(lines))
        words = self.servers.path("import.words")
        self.addCleanup(os.unlink, words)
        self.postroom("--json", "import", path, "--passwords-to", words)
        with open(words, encoding="ascii") as f:
            made = dict(line.strip().split(",", 1) for line in f)
        last = self.at(f"u{ROWS - 1}")
        self.wait_until(lambda: mail.rcpt_code(self.servers, last) == 250,
                        "the last row to be live", 60)
        for n in range(0, ROWS, ROWS // SAMPLE):
            address = self.at(f"u{n}")
            replies = mail.send(self.servers, [address], f"to {n}")
            self.assertEqual(replies[address][0], 250)
            word = made.get(address, "a quiet river 7")
            mail.wait_for_subject(self.servers, address, word, f"to {n}", 30)
        # A ready hash is kept as it is.
        self.assertTrue(mail.can_sign_in(self.servers, last, PASSWORD))
        log = self.mail_log()
        for sign in ("status=bounced", "status=deferred", "dsn=4.1.1"):
            self.assertNotIn(sign, log)


if __name__ == "__main__":
    unittest.main()
