"""postroom-jobd: jobs that survive kills, and the clock."""

import os
import signal
import subprocess
import unittest

from dbcase import BIN, HASH, DbCase, until

SOAK = bool(os.environ.get("POSTROOM_SOAK"))
MAILBOXES = 100000 if SOAK else 2500


class JobdCase(DbCase):
    def setUp(self):
        self.daemons = []

    def tearDown(self):
        # In order, so that the next test need not wait for the leases.
        for daemon in self.daemons:
            if daemon.poll() is None:
                daemon.terminate()
        for daemon in self.daemons:
            try:
                daemon.wait(20)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()

    def jobd(self):
        with open(os.path.join(self.dir, "jobd.log"), "a") as log:
            daemon = subprocess.Popen(
                [os.path.join(BIN, "postroom-jobd"), "-c", self.conf],
                stderr=log)
        self.daemons.append(daemon)
        return daemon

    def fill(self, domain, mailboxes):
        """A domain with mailboxes and a tenth as many aliases, by SQL."""
        made = self.cli("domain", "add", domain)
        self.sql(
            "INSERT INTO secret (kind, value, fingerprint, created) VALUES "
            f"('mailbox', '{HASH}', '0123456789abcdef', NOW(6));"
            "SET @s = LAST_INSERT_ID();"
            "INSERT INTO mailbox (domain_id, address, secret_id, quota_bytes,"
            f" created, updated) SELECT {made['id']}, "
            f"CONCAT('u', seq, '@{domain}'), @s, 1000, NOW(6), NOW(6) "
            f"FROM seq_1_to_{mailboxes};"
            "INSERT INTO alias (domain_id, address, target_count, created, "
            f"updated) SELECT {made['id']}, CONCAT('a', seq, '@{domain}'), 1,"
            f" NOW(6), NOW(6) FROM seq_1_to_{mailboxes // 10};"
            "INSERT INTO alias_target (alias_id, target) SELECT id, "
            f"CONCAT('u', id % 50 + 1, '@{domain}') FROM alias "
            f"WHERE domain_id = {made['id']};"
            f"UPDATE domain SET mailbox_count = {mailboxes}, alias_count = "
            f"{mailboxes // 10}, quota_allotted_bytes = {mailboxes} * 1000 "
            f"WHERE id = {made['id']}")
        return made

    def job(self, number):
        return self.cli("job", "show", str(number))["job"]

    def job_state(self, number):
        return int(self.sql(f"SELECT state FROM job WHERE id = {number}")
                   [0][0])

    def left(self, domain_id):
        """Mailboxes and aliases; the aliases go first."""
        return sum(self.number(f"SELECT COUNT(*) FROM {noun} WHERE domain_id "
                               f"= {domain_id} AND alive = 1")
                   for noun in ("mailbox", "alias"))

    def gapless(self):
        self.assertEqual(self.sql(
            "SELECT COUNT(*) - MAX(serial), MAX(serial) - "
            "(SELECT serial FROM head) FROM revision"), [["0", "0"]])


class Delete(JobdCase):
    def test_a_domain_goes_whatever_is_killed(self):
        made = self.fill("big.test", MAILBOXES)
        job = self.cli("domain", "delete", "big.test", "--confirm",
                       "big.test")
        self.assertEqual((job["state"], job["total"]),
                         ("queued", MAILBOXES + MAILBOXES // 10))
        # The name is free while the rows are still there.
        self.cli("domain", "add", "big.test")
        self.cli("mailbox", "add", "u1@big.test", "--hash", HASH)
        kills = 0
        while kills < 2:
            before = self.left(made["id"])
            daemon = self.jobd()
            until("a batch", lambda: self.left(made["id"]) < before or
                  self.job_state(job["id"]) == 3, 30)
            if self.job_state(job["id"]) == 3:
                break
            os.kill(daemon.pid, signal.SIGKILL)
            daemon.wait()
            kills += 1
        self.assertGreater(kills, 0)
        self.jobd()
        until("the job's end", lambda: self.job_state(job["id"]) == 3,
              900 if SOAK else 60)
        done = self.job(job["id"])
        self.assertEqual((done["done"], done["failed"]), (done["total"], 0))
        self.assertEqual(self.left(made["id"]), 0)
        # Each row was deleted once, by the author of the job.
        self.assertEqual(self.sql(
            "SELECT COUNT(*), COUNT(DISTINCT c.noun, c.noun_id), "
            "MIN(r.actor_name = (SELECT actor_name FROM job WHERE id = "
            f"{job['id']})) FROM `change` c JOIN revision r ON r.prov_id = "
            f"c.prov_id WHERE r.job_id = {job['id']} AND c.noun <> 'domain'"),
            [[str(MAILBOXES + MAILBOXES // 10)] * 2 + ["1"]])
        # And nothing of the new domain.
        self.assertEqual(self.cli("mailbox", "show", "u1@big.test")
                         ["mailbox"]["state"], "active")
        self.gapless()

    def test_it_cannot_be_cancelled(self):
        self.fill("keep.test", 1000)
        job = self.cli("domain", "delete", "keep.test", "--confirm",
                       "keep.test")
        self.refused(4, "job", "cancel", str(job["id"]),
                     reason="not_cancellable")
        self.jobd()
        until("the job's end", lambda: self.job_state(job["id"]) == 3, 60)

    def test_a_large_domain_comes_back(self):
        made = self.fill("back.test", 1500)
        job = self.cli("domain", "delete", "back.test", "--confirm",
                       "back.test")
        self.jobd()
        until("the job's end", lambda: self.job_state(job["id"]) == 3, 60)
        again = self.cli("domain", "restore", "back.test")
        self.assertEqual(again["kind"], "domain.restore")
        until("the restore", lambda: self.job_state(again["id"]) == 3, 60)
        now = self.cli("domain", "show", "back.test")
        self.assertEqual((now["id"], now["state"], now["mailbox_count"],
                          now["alias_count"]),
                         (made["id"], "active", 1500, 150))
        self.assertEqual(self.left(made["id"]), 1650)
        self.gapless()


class Daemon(JobdCase):
    def test_sigterm_gives_the_job_back_at_once(self):
        made = self.fill("term.test", 2000)
        job = self.cli("domain", "delete", "term.test", "--confirm",
                       "term.test")
        daemon = self.jobd()
        until("a batch", lambda: self.left(made["id"]) < 2200)
        daemon.terminate()
        self.assertEqual(daemon.wait(20), 0)
        if self.job_state(job["id"]) != 3:
            self.assertEqual(self.sql(
                "SELECT lease_until <= UTC_TIMESTAMP(6) OR lease_until IS "
                f"NULL FROM job WHERE id = {job['id']}"), [["1"]])
        self.jobd()
        until("the job's end", lambda: self.job_state(job["id"]) == 3, 60)

    def test_two_daemons_share_without_doing_a_thing_twice(self):
        made = self.fill("two.test", 1000)
        job = self.cli("domain", "delete", "two.test", "--confirm",
                       "two.test")
        self.jobd()
        self.jobd()
        until("the job's end", lambda: self.job_state(job["id"]) == 3, 60)
        self.assertEqual(self.number(
            "SELECT COUNT(*) FROM `change` c JOIN revision r ON r.prov_id = "
            f"c.prov_id WHERE r.job_id = {job['id']} AND c.noun = 'mailbox'"
            f" AND c.domain_id = {made['id']}"), 1000)

    def test_an_unknown_kind_fails_and_says_so(self):
        self.sql("INSERT INTO job (kind, args, actor_kind, actor_name, "
                 "created) VALUES ('make.coffee', '{}', 2, 'x', NOW(6))")
        number = self.number("SELECT MAX(id) FROM job")
        self.jobd()
        until("its end", lambda: self.job_state(number) == 4)
        self.assertIn("does not know", self.job(number)["message"])

    def test_a_database_that_comes_late_is_waited_for(self):
        conf = os.path.join(self.dir, "late.conf")
        late = os.path.join(self.dir, "late.sock")
        with open(self.conf) as f:
            text = f.read()
        with open(conf, "w") as f:
            f.write(text.replace(f"socket={self.socket}", f"socket={late}"))
        log = os.path.join(self.dir, "late.log")
        with open(log, "w") as err:
            daemon = subprocess.Popen(
                [os.path.join(BIN, "postroom-jobd"), "-c", conf], stderr=err)
        self.daemons.append(daemon)

        def said(text):
            with open(log) as f:
                return text in f.read()

        until("the warning", lambda: said("trying again"))
        os.symlink(self.socket, late)
        until("the return", lambda: said("going on"))


class Clock(JobdCase):
    def test_a_whitelist_entry_expires(self):
        self.jobd()
        made = self.cli("whitelist", "add", "198.51.100.7", "--expires",
                        "+2s")
        until("the expiry", lambda: self.sql(
            f"SELECT state FROM whitelist WHERE id = {made['id']}") == [["3"]],
            10)
        newest = self.cli("revision", "list", "--limit", "1")["items"][0]
        self.assertEqual(newest["by_kind"], "clock")

    def test_a_retiring_domain_goes_at_its_date(self):
        self.jobd()
        made = self.cli("domain", "add", "retire.test")
        self.cli("domain", "set", "retire.test", "--state", "retiring",
                 "--retire-at", "+2s")
        until("its end", lambda: self.sql(
            f"SELECT state FROM domain WHERE id = {made['id']}") == [["5"]],
            10)

    def test_what_was_kept_long_enough_is_purged(self):
        self.cli("domain", "add", "purge.test")
        self.cli("mailbox", "add", "old@purge.test", "--hash", HASH)
        gone = self.cli("mailbox", "delete", "old@purge.test")
        self.sql("UPDATE mailbox SET purge_at = UTC_TIMESTAMP(6) - INTERVAL "
                 f"1 SECOND WHERE id = {gone['id']}")
        self.jobd()
        until("the purge", lambda: self.number(
            f"SELECT COUNT(*) FROM mailbox WHERE id = {gone['id']}") == 0)

    def test_sessions_and_old_jobs_go(self):
        self.run_cli("admin", "first-use-link", "clock-admin")
        self.sql(
            "INSERT INTO session (token_hash, admin_id, created, last_seen, "
            "proved, expires, client) SELECT REPEAT('x', 32), id, "
            "'2020-01-01', '2020-01-01', '2020-01-01', '2020-01-02', '::1' "
            "FROM admin;"
            "INSERT INTO job (kind, state, args, actor_kind, actor_name, "
            "created, finished) VALUES ('domain.delete', 3, '{}', 2, 'x', "
            "'2020-01-01', '2020-01-01')")
        self.jobd()
        until("the session's end", lambda: self.number(
            "SELECT COUNT(*) FROM session") == 0)
        until("the job's end", lambda: self.number(
            "SELECT COUNT(*) FROM job WHERE finished < '2021-01-01'") == 0)

    def test_requests_to_nodes_go_after_a_day(self):
        self.cli("node", "add", "asked")
        self.sql("".join(
            "INSERT INTO node_request (node_id, verb, actor_kind, "
            "actor_name, created, expires) SELECT id, 'check', 2, 'x', "
            f"UTC_TIMESTAMP(6) - INTERVAL {hours} HOUR, UTC_TIMESTAMP(6) "
            "FROM node;" for hours in (23, 25)))
        self.sql("INSERT INTO node_reply (request_id, code, body, created) "
                 "SELECT id, 'ok', '{}', UTC_TIMESTAMP(6) FROM node_request")
        self.jobd()
        until("the old request's end", lambda: self.number(
            "SELECT COUNT(*) FROM node_request") == 1)
        self.assertEqual(1, self.number("SELECT COUNT(*) FROM node_reply"))


if __name__ == "__main__":
    unittest.main()
