"""Accounts of other systems sign in with their old passwords, and so they do
on a host that was restored from a backup."""

import contextlib
import json
import os
import subprocess
import unittest

import instance
import mail
import postfixadmin
import private

PASSWORD = "quiet river 77"
# encrypt of PostfixAdmin, and the scheme as the census calls it.
SCHEMES = {
    "md5crypt": "CRYPT/MD5", "php_crypt:SHA512": "CRYPT/SHA512",
    "php_crypt:BLOWFISH": "CRYPT/bcrypt", "dovecot:SSHA512": "SSHA512",
    "dovecot:CRAM-MD5": "CRAM-MD5", "php_crypt:SHA256": "CRYPT/SHA256",
    "php_crypt:DES": "CRYPT/DES", "md5": "PLAIN-MD5",
    "dovecot:SSHA256": "SSHA256", "dovecot:SSHA": "SSHA",
    "dovecot:SHA256-CRYPT": "SHA256-CRYPT", "dovecot:PLAIN": "PLAIN",
}
# What only a passwd-file has here, made by doveadm.
DOVEADM = ["CRYPT", "DES-CRYPT", "MD5-CRYPT", "SHA512-CRYPT", "BLF-CRYPT",
           "SMD5", "LDAP-MD5", "SHA", "SHA256", "SHA512", "PBKDF2",
           "ARGON2ID", "HMAC-MD5"]

stack = contextlib.ExitStack()
unittest.addModuleCleanup(stack.close)


def ask(servers, *argv, codes=(0,)):
    """The answer of `postroom --json`."""
    done = subprocess.run(
        [servers.path("bin", "postroom"), "-c", servers.conf, "--json",
         *argv], capture_output=True, text=True, timeout=120)
    if done.returncode not in codes:
        raise AssertionError(f"{argv}: {done.returncode} {done.stderr}")
    return json.loads(done.stdout)


class Importers(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.servers = stack.enter_context(instance.running())
        cls.folder = cls.servers.path("importers")
        os.mkdir(cls.folder)
        cls.servers.db.sql(
            "CREATE DATABASE pfa; CREATE USER pfa@localhost IDENTIFIED BY "
            "'pa ss'; GRANT ALL ON pfa.* TO pfa@localhost")
        cls.accounts = cls.fill()

    @classmethod
    def fill(cls):
        """PostfixAdmin with an account of each scheme; their addresses."""
        pfa = postfixadmin.PostfixAdmin(
            cls.folder, cls.servers.db.socket, "pfa", "pfa", "pa ss")
        pfa.cli("domain", "add", "old.test", "--aliases", "0", "--mailboxes",
                "0", "--active", "1")
        for i, scheme in enumerate(SCHEMES):
            pfa.cli("mailbox", "add", f"u{i}@old.test", "--password",
                    PASSWORD, "--password2", PASSWORD, "--name", scheme,
                    "--quota", "10", "--active", "1", encrypt=scheme)
        pfa.cli("alias", "add", "all@old.test", "--goto",
                "u0@old.test,u1@old.test", "--active", "1")
        return [f"u{i}@old.test" for i in range(len(SCHEMES))]

    def options(self):
        path = os.path.join(self.folder, "pfa.cnf")
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
                  "w") as f:
            f.write(f"[client]\nsocket={self.servers.db.socket}\nuser=pfa\n"
                    "password='pa ss'\ndatabase=pfa\n")
        return path

    def assert_signs_in(self, servers, address):
        self.assertTrue(mail.can_sign_in(servers, address, PASSWORD), address)

    def test_1_every_account_signs_in_with_its_old_password(self):
        done = ask(self.servers, "import", "postfixadmin", "--options",
                   self.options(), codes=(0, 1))
        self.assertEqual(done["state"], "done")
        self.assertEqual((done["failed"], done["imported"]),
                         (0, done["new"]))
        self.assertEqual({x["scheme"] for x in done["passwords"]},
                         set(SCHEMES.values()))
        self.servers.wait_live()
        for address in self.accounts:
            with self.subTest(scheme=list(SCHEMES)[
                    self.accounts.index(address)]):
                self.assert_signs_in(self.servers, address)
        # Dovecot makes whoever guesses wait, so one guess is enough.
        self.assertFalse(mail.can_sign_in(self.servers, self.accounts[0],
                                          "wrong one"))
        replies = mail.send(self.servers, ["all@old.test"], "to the alias")
        self.assertEqual(replies["all@old.test"][0], 250)
        for address in self.accounts[:2]:
            mail.wait_for_subject(self.servers, address, PASSWORD,
                                  "to the alias")

    def test_2_a_passwd_file_with_every_scheme_of_dovecot(self):
        users = os.path.join(self.folder, "users")
        with open(users, "w") as f:
            for scheme in DOVEADM:
                made = subprocess.run(
                    ["doveadm", "pw", "-s", scheme, "-p", PASSWORD],
                    capture_output=True, text=True, check=True).stdout
                f.write(f"{scheme.lower()}@dove.test:{made.strip()}::::::\n")
        done = ask(self.servers, "import", "files", "--passwd", users)
        self.assertEqual(done["imported"], len(DOVEADM) + 1)
        self.servers.wait_live()
        for scheme in DOVEADM:
            with self.subTest(scheme=scheme):
                self.assert_signs_in(self.servers,
                                     f"{scheme.lower()}@dove.test")

    def test_3_a_restored_host_goes_on(self):
        phrase = os.path.join(self.folder, "phrase")
        with open(os.open(phrase, os.O_WRONLY | os.O_CREAT, 0o600), "w") as f:
            f.write("a long walk by the sea\n")
        file = os.path.join(self.folder, "backup")
        made = ask(self.servers, "backup", file, "--passphrase-file", phrase)
        self.assertEqual(made["key_files"], 1)
        with instance.laid_out() as fresh:
            fresh.db.start()
            done = ask(fresh, "restore", file, "--passphrase-file", phrase,
                       "--schema", os.path.join(instance.ROOT, "schema"))
            self.assertEqual(done["rows"], made["rows"])
            list(fresh.copy_seal_key())
            fresh.start()
            private.wait_for(
                lambda: mail.rcpt_code(fresh, "all@old.test") == 250,
                "restored routes")
            self.assertEqual(mail.rcpt_code(fresh, "none@old.test"), 550)
            for address in self.accounts[:5]:
                self.assert_signs_in(fresh, address)
            mail.send(fresh, ["all@old.test"], "after the fire")
            mail.wait_for_subject(fresh, self.accounts[0], PASSWORD,
                                  "after the fire")


if __name__ == "__main__":
    unittest.main()
