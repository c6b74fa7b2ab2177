"""Mail comes in by SMTP and is read by IMAP; states decide who gets it."""

import imaplib
import smtplib
import time
import unittest

import mail
from mailcase import PASSWORD, MailCase


class Delivery(MailCase):

    def test_mail_to_a_mailbox_is_read_by_imap(self):
        self.mailbox("taro")
        self.assert_delivered([self.at("taro")], "to taro")

    def test_address_is_found_whatever_its_case_and_extension(self):
        self.mailbox("taro")
        self.assert_delivered([self.at("TARO+shop").upper()], "case",
                              [self.at("taro")])

    def test_alias_reaches_mailboxes_and_a_target_outside(self):
        self.mailbox("taro", live=False)
        self.mailbox("hanako", live=False)
        self.alias("team", [self.at("taro"), self.at("hanako"),
                            "partner@far.test"])
        self.assert_delivered([self.at("team")], "to the team",
                              [self.at("taro"), self.at("hanako")],
                              ["partner@far.test"])

    def test_unknown_recipient_is_refused_with_550(self):
        self.mailbox("taro")
        self.assert_code(550, self.at("nobody"))

    def test_unknown_domain_is_refused_with_554(self):
        self.assert_code(554, "taro@not-ours.test", "127.0.2.1")

    def test_catch_all_leaves_mailboxes_their_own_mail(self):
        self.mailbox("taro", live=False)
        self.mailbox("rest", live=False)
        self.alias("", [self.at("rest")])
        self.assert_delivered([self.at("anything")], "caught",
                              [self.at("rest")])
        self.assert_delivered([self.at("taro")], "own", [self.at("taro")])
        self.assertNotIn("own", mail.subjects(
            self.servers, self.at("rest"), PASSWORD))

    def test_disabled_alias_is_refused_with_550(self):
        self.mailbox("taro", live=False)
        row = self.alias("info", [self.at("taro")])
        self.assert_code(250, self.at("info"))
        self.servers.wait_live(
            self.api.patch("/aliases", row, {"state": "disabled"}))
        self.assert_code(550, self.at("info"))

    def test_full_mailbox_refuses_with_552_while_the_sender_is_there(self):
        row = self.mailbox("taro", quota_bytes=20000)
        self.assertEqual(row["quota_bytes"], 20000)
        for number in range(8):
            with smtplib.SMTP("127.0.0.1", self.servers.ports["smtp"],
                              timeout=30) as client:
                client.ehlo()
                client.mail("sender@outside.test")
                code = client.rcpt(self.at("taro"))[0]
                if code == 552:
                    return
                client.data(mail.message(f"big {number}", "x" * 900 + "\r\n"
                                         + ("y" * 900 + "\r\n") * 6))
            mail.wait_for_subject(self.servers, self.at("taro"), PASSWORD,
                                  f"big {number}")
        self.fail("a mailbox of 20,000 bytes took 50,000")

    def test_new_password_works_and_the_old_one_ends(self):
        row = self.mailbox("taro")
        self.assert_sign_in(True, "taro")
        self.api.post(f"/mailboxes/{row['id']}/password",
                      {"password": "another river 8"})
        self.servers.wait_live()
        self.assert_sign_in(True, "taro", "another river 8")
        self.assert_sign_in(False, "taro")

    def test_pop3_reads_the_same_mail(self):
        import poplib
        self.mailbox("taro")
        self.assert_delivered([self.at("taro")], "by pop")
        client = poplib.POP3_SSL("127.0.0.1", self.servers.ports["pop3s"],
                                 timeout=30, context=mail.TLS)
        client.user(self.at("taro"))
        client.pass_(PASSWORD)
        self.assertEqual(client.stat()[0], 1)
        client.quit()


class MailboxStates(MailCase):
    """DESIGN: active, no sign-in, closed, deleted."""

    def set_state(self, row, state):
        row = self.api.get(f"/mailboxes/{row['id']}")
        return self.servers.wait_live(
            self.api.patch("/mailboxes", row, {"state": state}))

    def assert_session_ends(self, change):
        """An open IMAP session ends within two seconds of the change."""
        client = mail.imap(self.servers, self.at("taro"), PASSWORD)
        client.select()
        change()
        end = time.monotonic() + 2
        try:
            while time.monotonic() < end:
                client.noop()
        except (imaplib.IMAP4.abort, OSError):
            return
        self.fail("the session goes on after two seconds")

    def test_active_receives_signs_in_and_sends(self):
        self.mailbox("taro")
        self.assert_delivered([self.at("taro")], "hello")
        mail.submit(self.servers, self.at("taro"), PASSWORD, "x@far.test",
                    subject="sent")
        self.outside.wait_for("x@far.test", "sent")

    def test_nologin_receives_and_neither_signs_in_nor_sends(self):
        row = self.mailbox("taro")
        self.assert_session_ends(lambda: self.set_state(row, "nologin"))
        self.assert_sign_in(False, "taro")
        with self.assertRaises(smtplib.SMTPAuthenticationError):
            mail.submit(self.servers, self.at("taro"), PASSWORD,
                        "x@far.test")
        replies = mail.send(self.servers, [self.at("taro")], "while out")
        self.assertEqual(replies[self.at("taro")][0], 250)
        self.set_state(row, "active")
        mail.wait_for_subject(self.servers, self.at("taro"), PASSWORD,
                              "while out")

    def test_a_submission_that_was_signed_in_before_sends_nothing_more(self):
        row = self.mailbox("taro")
        client = smtplib.SMTP("127.0.0.1", self.servers.ports["submission"],
                              "client.test", timeout=30)
        with client:
            client.starttls(context=mail.TLS)
            client.login(self.at("taro"), PASSWORD)
            self.assertEqual(client.mail(self.at("taro"))[0], 250)
            self.assertEqual(client.rcpt("x@far.test")[0], 250)
            client.rset()
            self.set_state(row, "nologin")
            client.mail(self.at("taro"))
            code, text = client.rcpt("x@far.test")
            self.assertEqual(code, 553, text)

    def test_closed_refuses_with_550_and_ends_sessions(self):
        row = self.mailbox("taro")
        self.assert_session_ends(lambda: self.set_state(row, "closed"))
        self.assert_code(550, self.at("taro"))
        self.assert_sign_in(False, "taro")
        self.set_state(row, "active")
        self.assert_code(250, self.at("taro"))
        self.assert_sign_in(True, "taro")

    def test_closed_and_disabled_are_refused_beside_a_catch_all_too(self):
        row = self.mailbox("taro", live=False)
        rest = self.mailbox("rest", live=False)
        self.alias("info", [self.at("taro")], state="disabled")
        self.alias("", [self.at("rest")])
        self.set_state(row, "closed")
        for local in ("taro", "taro+tag", "info"):
            self.assert_code(550, self.at(local))
        self.assert_code(250, self.at("anybody"))
        # Nor does the catch-all turn in a circle when its own target closes.
        self.set_state(rest, "closed")
        for local in ("rest", "anybody"):
            self.assert_code(550, self.at(local))
        self.set_state(row, "active")
        self.assert_code(250, self.at("taro"))

    def test_deleted_refuses_with_550_and_keeps_the_mail(self):
        row = self.mailbox("taro")
        self.assert_delivered([self.at("taro")], "keep me")

        def delete():
            self.api.delete("/mailboxes", row)
            self.servers.wait_live()

        self.assert_session_ends(delete)
        self.assert_code(550, self.at("taro"))
        self.assert_sign_in(False, "taro")
        self.api.post(f"/mailboxes/{row['id']}/restore")
        self.servers.wait_live()
        self.assert_code(250, self.at("taro"))
        self.assertIn("keep me", mail.subjects(
            self.servers, self.at("taro"), PASSWORD))

    def test_deleted_address_made_anew_is_empty(self):
        row = self.mailbox("taro")
        self.assert_delivered([self.at("taro")], "old secret")
        self.api.delete("/mailboxes", row)
        self.servers.wait_live()
        self.mailbox("taro", password="somebody else 9")
        self.assertEqual(mail.subjects(self.servers, self.at("taro"),
                                       "somebody else 9"), [])
        self.assert_sign_in(False, "taro")

    def test_alias_to_a_closed_mailbox_takes_no_mail(self):
        row = self.mailbox("taro", live=False)
        self.alias("info", [self.at("taro")])
        self.assert_code(250, self.at("info"))
        self.set_state(row, "closed")
        self.assert_code(550, self.at("info"))
        self.set_state(row, "active")
        self.assert_code(250, self.at("info"))


class DomainStates(MailCase):

    def test_disabled_answers_450_and_nobody_signs_in(self):
        self.mailbox("taro")
        self.set_domain(state="disabled")
        self.assert_code(450, self.at("taro"))
        self.assert_code(450, self.at("nobody"))
        self.assert_sign_in(False, "taro")
        self.set_domain(state="active")
        self.assert_code(250, self.at("taro"))
        self.assert_sign_in(True, "taro")

    def test_disabled_answers_with_the_code_and_text_that_were_set(self):
        self.mailbox("taro")
        self.set_domain(state="disabled", refuse_code=550,
                        refuse_text="we moved to new.example")
        code, text = mail.send(self.servers, [self.at("taro")])[
            self.at("taro")]
        self.assertEqual(code, 550)
        self.assertIn(b"we moved to new.example", text)

    def test_retiring_answers_550_and_people_still_read(self):
        self.mailbox("taro")
        self.assert_delivered([self.at("taro")], "before")
        self.set_domain(state="retiring")
        self.assert_code(550, self.at("taro"))
        self.assertIn("before", mail.subjects(
            self.servers, self.at("taro"), PASSWORD))

    def test_prepared_lists_its_people_and_hands_mail_to_the_old_host(self):
        self.mailbox("taro")
        port = self.servers.ports["outside"]
        self.set_domain(state="prepared",
                        transport=f"smtp:[127.0.0.1]:{port}")
        self.assert_code(550, self.at("nobody"))
        replies = mail.send(self.servers, [self.at("taro")], "old host")
        self.assertEqual(replies[self.at("taro")][0], 250)
        self.outside.wait_for(self.at("taro"), "old host")

    def test_deleted_is_gone_from_all_maps_and_its_name_is_free(self):
        self.mailbox("taro")
        row = self.api.get(f"/domains/{self.domain['id']}")
        self.api.delete("/domains", row, {"confirm": self.name})
        self.wait_until(
            lambda: mail.rcpt_code(self.servers, self.at("taro"),
                                   "127.0.2.1") == 554,
            "the domain to be gone")
        self.assert_sign_in(False, "taro")
        self.domain = self.servers.wait_live(
            self.api.post("/domains", {"name": self.name}))
        self.assert_code(550, self.at("taro"))
        self.mailbox("taro", password="somebody else 9")
        self.assertEqual(mail.subjects(self.servers, self.at("taro"),
                                       "somebody else 9"), [])


if __name__ == "__main__":
    unittest.main()
