"""`postroom import` from other systems, each with a database or files of its
own, made as that system makes them."""

import json
import os
import secrets
import subprocess
import unittest

import postfixadmin
from dbcase import BIN, DbCase

MD5 = "$1$abcdefgh$8PMwWVA2z1fJVZnHmRz0d/"
DES = "ab1aA9lLVFVwU"
PASSWORD = "quiet river 77"

# The columns of these systems that are read, with their types.
IREDMAIL = """
CREATE TABLE domain (domain VARCHAR(255) PRIMARY KEY, description TEXT,
  aliases INT NOT NULL DEFAULT 0, mailboxes INT NOT NULL DEFAULT 0,
  maxquota BIGINT NOT NULL DEFAULT 0,
  transport VARCHAR(255) NOT NULL DEFAULT 'dovecot',
  backupmx TINYINT(1) NOT NULL DEFAULT 0, active TINYINT(1) NOT NULL DEFAULT 1);
CREATE TABLE alias_domain (alias_domain VARCHAR(255) PRIMARY KEY,
  target_domain VARCHAR(255) NOT NULL, active TINYINT(1) NOT NULL DEFAULT 1);
CREATE TABLE mailbox (username VARCHAR(255) PRIMARY KEY,
  password VARCHAR(255) NOT NULL, name VARCHAR(255) NOT NULL DEFAULT '',
  storagebasedirectory VARCHAR(255) NOT NULL DEFAULT '',
  quota BIGINT NOT NULL DEFAULT 0, domain VARCHAR(255) NOT NULL DEFAULT '',
  isadmin TINYINT(1) NOT NULL DEFAULT 0, enablesmtp TINYINT(1) NOT NULL DEFAULT 1,
  enablepop3 TINYINT(1) NOT NULL DEFAULT 1,
  enableimap TINYINT(1) NOT NULL DEFAULT 1, active TINYINT(1) NOT NULL DEFAULT 1);
CREATE TABLE alias (address VARCHAR(255) PRIMARY KEY,
  accesspolicy VARCHAR(30) NOT NULL DEFAULT '',
  domain VARCHAR(255) NOT NULL DEFAULT '', active TINYINT(1) NOT NULL DEFAULT 1);
CREATE TABLE forwardings (id BIGINT AUTO_INCREMENT PRIMARY KEY,
  address VARCHAR(255) NOT NULL, forwarding VARCHAR(255) NOT NULL,
  domain VARCHAR(255) NOT NULL DEFAULT '',
  is_maillist TINYINT(1) NOT NULL DEFAULT 0,
  is_list TINYINT(1) NOT NULL DEFAULT 0,
  is_forwarding TINYINT(1) NOT NULL DEFAULT 0,
  is_alias TINYINT(1) NOT NULL DEFAULT 0, active TINYINT(1) NOT NULL DEFAULT 1,
  UNIQUE (address, forwarding));
CREATE TABLE maillists (address VARCHAR(255) PRIMARY KEY);
CREATE TABLE admin (username VARCHAR(255) PRIMARY KEY,
  password VARCHAR(255) NOT NULL DEFAULT '',
  active TINYINT(1) NOT NULL DEFAULT 1);
CREATE TABLE domain_admins (username VARCHAR(255), domain VARCHAR(255),
  active TINYINT(1) NOT NULL DEFAULT 1, PRIMARY KEY (username, domain));
"""
VPOPMAIL_COLUMNS = """pw_passwd CHAR(40), pw_uid INT, pw_gid INT,
  pw_gecos CHAR(48), pw_dir CHAR(160), pw_shell CHAR(20)"""


class Case(DbCase):
    settings = ""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with open(cls.conf, "a") as f:
            f.write(f"[secrets]\nkey_file={cls.dir}/seal.key\n")
        cls.run_cli("seal", "init")
        log = open(os.path.join(cls.dir, "jobd.log"), "w")
        cls.daemon = subprocess.Popen(
            [os.path.join(BIN, "postroom-jobd"), "-c", cls.conf], stderr=log)
        log.close()

    @classmethod
    def tearDownClass(cls):
        cls.daemon.terminate()
        cls.daemon.wait(20)
        super().tearDownClass()

    def take(self, source, *argv, code=None, is_preview=False):
        """The answer of an import."""
        done = subprocess.run(
            [os.path.join(BIN, "postroom"), "-c", self.conf, "--json",
             "import", source, *argv, *(["--preview"] if is_preview else [])],
            capture_output=True, text=True, timeout=60)
        self.assertTrue(done.stdout, done.stderr)
        answer = json.loads(done.stdout)
        self.assertEqual(done.returncode,
                         1 if answer["wrong"] else 0, done.stdout)
        return answer

    def foreign(self, text):
        """A database of another system, and an option file for it."""
        name = "f" + secrets.token_hex(6)
        self.sql(f"CREATE DATABASE {name} CHARACTER SET utf8mb4; "
                 f"CREATE USER {name}@localhost IDENTIFIED BY 'pa ss#w';"
                 f"GRANT SELECT ON {name}.* TO {name}@localhost; "
                 f"USE {name}; {text}")
        self.addCleanup(self.sql, f"DROP DATABASE {name}; "
                        f"DROP USER {name}@localhost")
        return name, self.options(name)

    def options(self, name, password="pa ss#w"):
        path = os.path.join(self.dir, name + ".cnf")
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
                  "w") as f:
            f.write(f"[client]\nsocket={self.socket}\nuser={name}\n"
                    f"password=\"{password}\"\ndatabase={name}\n")
        return path

    def file(self, name, text):
        path = os.path.join(self.dir, name)
        with open(path, "wb") as f:
            f.write(text if isinstance(text, bytes) else text.encode())
        return path

    def lost(self, answer):
        return sorted((item["reason"], item["value"])
                      for item in answer["items"])

    def mailbox(self, address):
        row = self.sql(
            "SELECT m.state, m.quota_bytes, m.name, COALESCE(s.value, '') "
            "FROM mailbox m LEFT JOIN secret s ON s.id = m.secret_id "
            f"WHERE m.address = '{address}' AND m.alive = 1")
        self.assertEqual(len(row), 1, address)
        return row[0]

    def targets(self, address):
        return [row[0] for row in self.sql(
            "SELECT t.target FROM alias a JOIN alias_target t "
            f"ON t.alias_id = a.id WHERE a.address = '{address}' "
            "AND a.alive = 1 AND a.state = 1 ORDER BY 1")]


class FromPostfixAdmin(Case):
    """Installed from its Debian package, fed by its own command line."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.name = "f" + secrets.token_hex(6)
        cls.sql(f"CREATE DATABASE {cls.name}; CREATE USER "
                f"{cls.name}@localhost IDENTIFIED BY 'pa ss#w'; GRANT ALL ON "
                f"{cls.name}.* TO {cls.name}@localhost")
        cls.file_of_options = cls.options(cls, cls.name)
        pfa = postfixadmin.PostfixAdmin(cls.dir, cls.socket, cls.name,
                                        cls.name, "pa ss#w")
        for domain in ("pa.test", "pb.test", "alias.test"):
            pfa.cli("domain", "add", domain, "--description", f"D {domain}",
                    "--aliases", "0", "--mailboxes", "5", "--active", "1")
        pfa.cli("aliasdomain", "add", "alias.test", "--target-domain",
                "pa.test", "--active", "1")
        for i, scheme in enumerate(
                ("md5crypt", "php_crypt:SHA512", "php_crypt:BLOWFISH",
                 "dovecot:SSHA512", "dovecot:CRAM-MD5")):
            pfa.cli("mailbox", "add", f"u{i}@pa.test", "--password", PASSWORD,
                    "--password2", PASSWORD, "--name", f"Üser {i}", "--quota",
                    "10", "--active", "1", encrypt=scheme)
        pfa.cli("alias", "add", "info@pa.test", "--goto",
                "u1@pa.test,u2@pa.test", "--active", "1")
        pfa.cli("alias", "add", "@pb.test", "--goto", "u0@pa.test",
                "--active", "1")
        pfa.cli("alias", "update", "u2@pa.test", "--goto",
                "elsewhere@out.test", "--goto-mailbox", "1")
        pfa.cli("mailbox", "update", "u4@pa.test", "--active", "0")
        pfa.cli("admin", "add", "chief@pa.test", "--superadmin", "1",
                "--password", PASSWORD, "--password2", PASSWORD, "--active",
                "1")
        pfa.cli("admin", "add", "boss@pa.test", "--domains",
                "pa.test,pb.test", "--password", PASSWORD, "--password2",
                PASSWORD, "--active", "1")
        cls.sql(f"INSERT INTO {cls.name}.vacation (email, subject, body, "
                "cache, domain, active) VALUES ('u1@pa.test', 'Away', 'b', "
                "'', 'pa.test', 1)")

    @classmethod
    def tearDownClass(cls):
        cls.sql(f"DROP DATABASE {cls.name}; DROP USER {cls.name}@localhost")
        super().tearDownClass()

    def test_takes_all_that_can_be_kept_and_names_the_rest(self):
        look = self.take("postfixadmin", "--options", self.file_of_options,
                         is_preview=True)
        self.assertEqual(look["state"], "ready")
        self.assertEqual(self.number("SELECT COUNT(*) FROM mailbox"), 0)
        self.assertEqual(
            sorted((x["scheme"], x["mailboxes"], x["weak"])
                   for x in look["passwords"]),
            [("CRAM-MD5", 1, True), ("CRYPT/MD5", 1, True),
             ("CRYPT/SHA512", 1, False), ("CRYPT/bcrypt", 1, False),
             ("SSHA512", 1, True)])
        done = self.take("postfixadmin", "--options", self.file_of_options)
        self.assertEqual(done["state"], "done")
        self.assertEqual(done["imported"], done["new"])
        self.assertEqual(done["failed"], 0)
        for i in range(5):
            state, quota, name, stored = self.mailbox(f"u{i}@pa.test")
            self.assertEqual((state, quota, name),
                             ("3" if i == 4 else "1", "10240000",
                              f"Üser {i}"))
            was = self.sql(f"SELECT password FROM {self.name}.mailbox "
                           f"WHERE username = 'u{i}@pa.test'")[0][0]
            self.assertEqual(stored.removeprefix("{CRYPT}"), was)
        self.assertEqual(self.targets("info@pa.test"),
                         ["u1@pa.test", "u2@pa.test"])
        self.assertEqual(self.targets("@pb.test"), ["u0@pa.test"])
        # An alias domain becomes an alias for each address.
        self.assertEqual(self.targets("info@alias.test"), ["info@pa.test"])
        self.assertEqual(self.targets("u3@alias.test"), ["u3@pa.test"])
        self.assertEqual(
            self.sql("SELECT description, max_mailboxes FROM domain "
                     "WHERE name = 'pa.test'"), [["D pa.test", "5"]])
        lost = self.lost(done)
        self.assertIn(("vacation_not_kept", "u1@pa.test"), lost)
        self.assertIn(("forwards_not_kept",
                       "u2@pa.test -> elsewhere@out.test"), lost)
        self.assertEqual(
            [(x["login"], x["outcome"]) for x in done["admins"]],
            [("boss@pa.test", "made"), ("chief@pa.test", "made")])
        self.assertEqual(self.sql(
            "SELECT a.login, a.role, GROUP_CONCAT(d.name ORDER BY d.name) "
            "FROM admin a LEFT JOIN admin_domain g ON g.admin_id = a.id "
            "LEFT JOIN domain d ON d.id = g.domain_id "
            "WHERE a.login LIKE '%@pa.test' GROUP BY a.id ORDER BY 1"),
            [["boss@pa.test", "2", "pa.test,pb.test"],
             ["chief@pa.test", "1", "NULL"]])
        census = self.cli("mailbox", "census")
        self.assertEqual(
            {(x["scheme"], x["mailboxes"], x["weak"])
             for x in census["items"]},
            {(x["scheme"], x["mailboxes"], x["weak"])
             for x in look["passwords"]})
        self.assertEqual(census["weak_mailboxes"], 3)
        # Again: nothing is there to do.
        self.take("postfixadmin", "--options", self.file_of_options,
                  is_preview=True)
        self.assertEqual(self.sql("SELECT subject, outcome, more, state "
                                  "FROM staging WHERE outcome IN (1, 2) "
                                  "AND import_id = (SELECT MAX(id) FROM "
                                  "import)"), [])
        again = self.take("postfixadmin", "--options", self.file_of_options)
        self.assertEqual((again["new"], again["changed"]), (0, 0))
        self.assertEqual({x["outcome"] for x in again["admins"]},
                         {"there already, left as it is"})

    def test_a_database_that_is_none_of_its(self):
        _, options = self.foreign("CREATE TABLE mine (id INT)")
        self.refused(3, "import", "postfixadmin", "--options", options,
                     reason="not_this_system")
        self.refused(3, "import", "iredmail", "--options", options,
                     reason="not_this_system")
        self.refused(3, "import", "vpopmail", "--options", options,
                     reason="not_this_system")

    def test_options_that_others_can_read_are_refused(self):
        path = self.file("open.cnf", "[client]\n")
        os.chmod(path, 0o644)
        self.refused(2, "import", "postfixadmin", "--options", path,
                     reason="open_to_others")

    def test_a_wrong_password_is_said_so(self):
        path = self.options(self.name + "x")
        self.refused(75, "import", "postfixadmin", "--options", path)


class FromOthers(Case):

    def test_iredmail(self):
        _, options = self.foreign(IREDMAIL + f"""
INSERT INTO domain (domain, description, transport) VALUES
  ('ir.test', 'Main', 'dovecot'), ('far.test', '', 'smtp:[192.0.2.1]:25');
INSERT INTO domain (domain, mailboxes) VALUES ('al.test', -1);
INSERT INTO alias_domain VALUES ('al.test', 'ir.test', 1);
INSERT INTO mailbox (username, password, name, quota, domain, enablepop3)
  VALUES ('ana@ir.test', '{MD5}', 'Ana', 100, 'ir.test', 1),
         ('bob@ir.test', '{{PLAIN-MD5}}{'0' * 32}', '日本', 0, 'ir.test', 0);
INSERT INTO alias (address, accesspolicy, domain) VALUES
  ('team@ir.test', 'membersonly', 'ir.test');
INSERT INTO forwardings (address, forwarding, is_forwarding) VALUES
  ('ana@ir.test', 'ana@ir.test', 1), ('bob@ir.test', 'bob@ir.test', 1),
  ('bob@ir.test', 'bob@out.test', 1);
INSERT INTO forwardings (address, forwarding, is_alias) VALUES
  ('anna@ir.test', 'ana@ir.test', 1);
INSERT INTO forwardings (address, forwarding, is_list) VALUES
  ('team@ir.test', 'ana@ir.test', 1), ('team@ir.test', 'bob@ir.test', 1),
  ('ir.test', 'ana@ir.test', 0);
INSERT INTO maillists VALUES ('news@ir.test');
INSERT INTO mailbox (username, password, domain, isadmin) VALUES
  ('pm@ir.test', '{MD5}', 'ir.test', 1);
INSERT INTO domain_admins (username, domain) VALUES ('pm@ir.test', 'ir.test');
""")
        done = self.take("iredmail", "--options", options)
        self.assertEqual(done["failed"], 0, done)
        self.assertEqual(self.mailbox("ana@ir.test"),
                         ["1", str(100 << 20), "Ana", "{CRYPT}" + MD5])
        self.assertEqual(self.mailbox("bob@ir.test"),
                         ["1", "0", "日本", "{PLAIN-MD5}" + "0" * 32])
        self.assertEqual(self.targets("anna@ir.test"), ["ana@ir.test"])
        self.assertEqual(self.targets("team@ir.test"),
                         ["ana@ir.test", "bob@ir.test"])
        self.assertEqual(self.targets("@ir.test"), ["ana@ir.test"])
        self.assertEqual(self.targets("bob@al.test"), ["bob@ir.test"])
        self.assertEqual(self.lost(done), sorted([
            ("transport_not_kept", "far.test smtp:[192.0.2.1]:25"),
            ("limit_not_kept", "al.test"),
            ("service_not_kept", "bob@ir.test: POP3"),
            ("forwards_not_kept", "bob@ir.test -> bob@out.test"),
            ("policy_not_kept", "team@ir.test: membersonly"),
            ("list_not_kept", "news@ir.test")]))
        self.assertEqual([(x["login"], x["domains"], x["outcome"])
                          for x in done["admins"]],
                         [("pm@ir.test", "ir.test", "made")])

    def test_vpopmail_with_one_table(self):
        _, options = self.foreign(f"""
CREATE TABLE vpopmail (pw_name CHAR(32), pw_domain CHAR(96),
  {VPOPMAIL_COLUMNS}, PRIMARY KEY (pw_name, pw_domain)) ENGINE=MyISAM;
CREATE TABLE valias (alias CHAR(32), domain CHAR(96), valias_line TEXT);
CREATE TABLE aliasdomains (alias VARCHAR(96), domain VARCHAR(96));
INSERT INTO vpopmail VALUES
 ('ana', 'vp.test', '{MD5}', 0, 0, 'Ana', '/h', '1000000S,1000C'),
 ('bob', 'vp.test', '{DES}', 0, 16, 'Bob', '/h', 'NOQUOTA'),
 ('cat', 'vp.test', '{MD5}', 0, 2, 'Cat', '/h', '10MB');
INSERT INTO valias VALUES ('info', 'vp.test', '&ana@vp.test'),
 ('info', 'vp.test', 'bob@vp.test'), ('run', 'vp.test', '|/bin/autorespond x'),
 ('box', 'vp.test', '/home/v/domains/vp.test/ana/Maildir/'),
 ('ana', 'vp.test', '&ana@out.test');
INSERT INTO aliasdomains VALUES ('va.test', 'vp.test');
""")
        done = self.take("vpopmail", "--options", options)
        self.assertEqual(done["failed"], 0, done)
        self.assertEqual(self.mailbox("ana@vp.test"),
                         ["1", "1000000", "Ana", "{CRYPT}" + MD5])
        self.assertEqual(self.mailbox("bob@vp.test"),
                         ["3", "0", "Bob", "{CRYPT}" + DES])
        self.assertEqual(self.mailbox("cat@vp.test")[1], str(10 << 20))
        self.assertEqual(self.targets("info@vp.test"),
                         ["ana@vp.test", "bob@vp.test"])
        self.assertEqual(self.targets("cat@va.test"), ["cat@vp.test"])
        self.assertEqual(self.lost(done), sorted([
            ("forwards_not_kept", "ana@vp.test -> ana@out.test"),
            ("pipe_target", "run@vp.test -> |/bin/autorespond x"),
            ("file_target", "box@vp.test -> "
             "/home/v/domains/vp.test/ana/Maildir/"),
            ("service_not_kept", "cat@vp.test")]))

    def test_vpopmail_with_a_table_for_each_domain(self):
        _, options = self.foreign(f"""
CREATE TABLE a_b_test (pw_name CHAR(32) PRIMARY KEY, {VPOPMAIL_COLUMNS});
CREATE TABLE lost_test (pw_name CHAR(32) PRIMARY KEY, {VPOPMAIL_COLUMNS});
CREATE TABLE dir_control (domain CHAR(96) PRIMARY KEY);
INSERT INTO dir_control VALUES ('a-b.test');
INSERT INTO a_b_test VALUES ('ana', '{MD5}', 0, 0, 'Ana', '/h', '');
INSERT INTO lost_test VALUES ('eva', '{MD5}', 0, 0, 'Eva', '/h', '');
""")
        done = self.take("vpopmail", "--options", options)
        self.mailbox("ana@a-b.test")
        self.mailbox("eva@lost.test")
        self.assertEqual(self.lost(done),
                         [("domain_guessed", "lost_test: lost.test")])

    def test_vpasswd(self):
        path = self.file("vpasswd", (
            f"ana:{MD5}:1:0:Ana:/home/vpopmail/domains/vf.test/ana:2000KB\n"
            f"bob:{DES}:1:2048:Bob:/home/b:NOQUOTA:cleartext\n"
            "broken\n"))
        done = self.take("vpopmail", "--vpasswd", path, "--domain", "vf.test")
        self.assertEqual(self.mailbox("ana@vf.test"),
                         ["1", str(2000 << 10), "Ana", "{CRYPT}" + MD5])
        self.mailbox("bob@vf.test")
        self.assertEqual(self.lost(done), [
            ("bad_line", "broken"), ("service_not_kept", "bob@vf.test")])
        self.assertNotIn("cleartext", json.dumps(done))

    def test_files_of_postfix_and_dovecot(self):
        mailboxes = self.file("vmailbox", (
            "# comment\nana@pf.test  pf.test/ana/\nonly@pf.test x\n"
            "@pf.test  pf.test/all/\n"))
        aliases = self.file("virtual", (
            "pf.test anything\ninfo@pf.test ana@pf.test,\n"
            "  bob@pf.test\n# between\n  carol@out.test\n"
            "ana@pf.test ana@pf.test, ana@out.test\n"
            "self@pf.test self@pf.test\n"))
        passwd = self.file("users", (
            f"ana@pf.test:{MD5}::::::userdb_quota_rule=*:storage=5M\n"
            f"bob@pf.test:{{SSHA}}AAAAAAAAAAAAAAAAAAAAAAAAAAAxMjM0:5000:"
            "5000:Bob::\nodd@pf.test:what is this\n"))
        relay = self.file("relay", "x@else.test ok\n")
        done = self.take("files", "--mailboxes", mailboxes, "--aliases",
                         aliases, "--passwd", passwd, "--recipients", relay)
        self.assertEqual(done["failed"], 0, done)
        self.assertEqual(self.mailbox("ana@pf.test"),
                         ["1", str(5 << 20), "", "{CRYPT}" + MD5])
        self.mailbox("bob@pf.test")
        self.assertEqual(self.mailbox("only@pf.test")[0], "2")
        self.assertEqual(self.targets("info@pf.test"),
                         ["ana@pf.test", "bob@pf.test", "carol@out.test"])
        self.assertEqual(self.lost(done), sorted([
            ("catch_all_mailbox", "@pf.test"),
            ("forwards_not_kept", "ana@pf.test -> ana@out.test"),
            ("no_targets", "self@pf.test"), ("unknown_hash", ""),
            ("relay_recipient", "x@else.test")]))

    def test_a_machine_s_own_accounts(self):
        passwd = self.file("passwd", (
            "root:x:0:0:root:/root:/bin/sh\nbin:x:2:2:bin:/bin:/x\n"
            "sys:x:3:3::/:/x\nadm:x:4:4::/:/x\n"
            "taro:x:1000:1000:Taro Y,room 1,,:/home/taro:/bin/sh\n"
            "hanako:x:1001:1001:" "\udc8e" ":/h:/bin/sh\n"
            "gone:x:1002:1002::/h:/bin/sh\n"
            "Bad+Name:x:1003:1003::/h:/bin/sh\n"
            "nobody:x:65534:65534::/:/x\n").encode(
                "utf-8", "surrogateescape"))
        shadow = self.file("shadow", (
            f"root:*:1::::::\ntaro:{MD5}:1::::::\nhanako:{MD5}:1::::::\n"
            f"gone:!{MD5}:1::::::\nBad+Name:{MD5}:1::::::\n"))
        aliases = self.file("aliases", (
            "# basic\npostmaster: root\nroot: taro\nbin: root\n"
            "nobody: /dev/null\nlist: :include:/etc/list, taro\n"
            'prog: "|/usr/bin/vacation \\"x\\""\ntaro: taro, t@out.test\n'
            "hanako: hanako\n"))
        done = self.take("system", "--domain", "sy.test", "--passwd", passwd,
                         "--shadow", shadow, "--aliases", aliases)
        self.assertEqual(self.mailbox("taro@sy.test"),
                         ["1", "0", "Taro Y", "{CRYPT}" + MD5])
        self.assertEqual(self.mailbox("hanako@sy.test")[2], "?")
        self.assertEqual(self.mailbox("gone@sy.test")[0], "2")
        self.assertEqual(self.targets("postmaster@sy.test"),
                         ["root@sy.test"])
        self.assertEqual(self.targets("root@sy.test"), ["taro@sy.test"])
        self.assertEqual(self.targets("list@sy.test"), ["taro@sy.test"])
        for name in ("bin", "sys", "adm", "nobody"):
            self.assertEqual(self.number(
                "SELECT (SELECT COUNT(*) FROM mailbox WHERE address = "
                f"'{name}@sy.test') + (SELECT COUNT(*) FROM alias WHERE "
                f"address = '{name}@sy.test')"), 0, name)
        self.assertEqual(self.lost(done), sorted([
            ("bad_character", "Bad+Name@sy.test"),
            ("include_target", "list@sy.test -> :include:/etc/list"),
            ("pipe_target", 'prog@sy.test -> |/usr/bin/vacation "x"'),
            ("forwards_not_kept", "taro@sy.test -> t@out.test")]))

    def test_one_undo_takes_an_import_back(self):
        path = self.file("vpasswd2", f"ana:{MD5}:1:0:Ana:/h:NOQUOTA\n")
        done = self.take("vpopmail", "--vpasswd", path, "--domain",
                         "un.test")
        self.mailbox("ana@un.test")
        self.assertEqual(self.number(
            "SELECT COUNT(DISTINCT job_id) FROM revision WHERE job_id = "
            f"{done['job']}"), 1)

    def test_what_is_needed_is_asked_for(self):
        self.refused(2, "import", "postfixadmin", reason="required")
        self.refused(2, "import", "system", reason="required")
        self.refused(2, "import", "files", reason="required")


if __name__ == "__main__":
    unittest.main()
