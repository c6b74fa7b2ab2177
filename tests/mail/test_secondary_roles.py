"""Nodes elsewhere that are not a secondary: a mailbox host, an outbound relay."""

import os
import smtplib
import sqlite3
import subprocess
import unittest

import mail
import secondary
from secondcase import (PASSWORD, PRIMARY, SECONDARY_TO_SENDER, SENDER,
                        SecondCase)

MAPS = ("domains", "mailboxes", "aliases", "sender_login", "transport",
        "refuse")


def lines(servers, name):
    """What Postfix's map of this name has."""
    return sorted(subprocess.run(
        ["postmap", "-c", servers.postfix_etc, "-s",
         "lmdb:" + os.path.join(servers.maps, name)],
        stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines())


def users(servers):
    """Dovecot's users, without what differs by host."""
    path = os.path.join(servers.maps, "..", "dovecot", "mail.db")
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        tables = [name for name, in db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: sorted(db.execute(f"SELECT * FROM {name}"), key=repr)
                for name in tables}


class MailboxHost(SecondCase):

    def test_it_has_what_the_one_beside_the_database_has(self):
        node = self.start_node(secondary.MailboxHost, "mail2")
        self.domain("both.test")
        self.api.post("/aliases", {"address": "@both.test",
                                   "targets": ["taro@both.test"]})
        row = self.api.post("/mailboxes", {"address": "hana@both.test",
                                           "password": PASSWORD})
        self.api.post("/whitelist", {"network": "203.0.113.0/24"})
        self.api.patch("/mailboxes", row, {"state": "nologin"})
        self.servers.wait_live()
        self.same(node)
        with self.nets[1].inside():
            self.assertTrue(mail.can_sign_in(node, "taro@both.test",
                                             PASSWORD))
            self.assertFalse(mail.can_sign_in(node, "hana@both.test",
                                              PASSWORD))
        row = self.api.get(f"/mailboxes/{row['id']}")
        self.api.delete("/mailboxes", row)
        self.servers.wait_live()
        self.same(node)

    def same(self, node):
        def of_node(name):
            # Postfix's commands look for the node's own addresses.
            with self.nets[1].inside():
                return lines(node, name)
        for name in MAPS:
            self.wait_until(lambda: of_node(name)
                            == lines(self.servers, name), name)
        self.wait_until(lambda: users(node) == users(self.servers), "users")

        def table(servers):
            with open(os.path.join(servers.maps, "whitelist.cidr"),
                      encoding="utf-8") as f:
                return f.read()
        self.wait_until(lambda: table(node) == table(self.servers),
                        "the whitelist")


class Outbound(SecondCase):

    def rcpt(self, port, host, net, recipient="x@far.test"):
        with self.nets[net].inside(), \
                smtplib.SMTP(host, port, "client.test", timeout=30) as client:
            client.ehlo()
            client.mail("sender@outside.test")
            return client.rcpt(recipient)[0]

    def test_it_relays_for_nodes_and_the_whitelist_alone(self):
        row = next(n for n in self.api.get("/nodes")["items"]
                   if n["role"] == "mailbox")
        row = self.api.get(f"/nodes/{row['id']}")
        node = self.start_node(secondary.Outbound, "out")
        port = node.ports["smtp"]

        def from_sender():
            return self.rcpt(port, SECONDARY_TO_SENDER, 2)

        def from_primary():
            return self.rcpt(port, self.second.addresses[0], 0)
        self.assertEqual(from_sender(), 554)
        self.assertEqual(from_primary(), 554)
        self.assertEqual(self.rcpt(port, SECONDARY_TO_SENDER, 2,
                                   "taro@both.test"), 554)
        # A mailbox host may once its addresses are known.
        row = self.api.patch("/nodes", row, {"network": PRIMARY})
        self.wait_until(lambda: from_primary() == 250, "the mailbox host")
        entry = self.api.post("/whitelist", {"network": SENDER})
        self.wait_until(lambda: from_sender() == 250, "the whitelist")
        self.api.delete("/whitelist", entry)
        self.wait_until(lambda: from_sender() == 554, "the relay to close")
        self.api.patch("/nodes", row, {"network": ""})
        self.wait_until(lambda: from_primary() == 554, "the end")
        self.assertEqual(os.listdir(node.maps), ["whitelist.cidr"])


if __name__ == "__main__":
    unittest.main()
