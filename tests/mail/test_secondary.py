"""A secondary MX in a network of its own, fed over HTTPS.

The primary with panel and database, the secondary and a sender have a network
namespace each, with a cable between each two. What is cut is a route.
"""

import contextlib
import json
import secrets
import smtplib
import subprocess
import time
import unittest

import instance
import mail
import netns
import private
import secondary

PRIMARY, SECONDARY, SENDER = "10.77.1.1", "10.77.1.2", "10.77.3.2"
SECONDARY_TO_SENDER = "10.77.3.1"
PASSWORD = "a quiet river 7"

stack = contextlib.ExitStack()
unittest.addModuleCleanup(stack.close)


def _net():
    net = netns.Net()
    stack.callback(net.close)
    return net


def start_secondary(servers, net, token, name):
    """A running secondary in `net`, gone after the test."""
    second = secondary.Secondary(name, servers.build)
    second.addresses = [SECONDARY, SECONDARY_TO_SENDER]
    stack.callback(second.destroy)
    with net.inside():
        second.create(f"https://{PRIMARY}:{private.FEED_PORT}", token,
                      servers.path("tls", "cert.pem"), throwaway=True)
        second.start()
    return second


def setUpModule():
    primary, second, sender = _net(), _net(), _net()
    primary.join(second, "ps", PRIMARY, SECONDARY)
    second.join(sender, "sx", SECONDARY_TO_SENDER, SENDER)
    # The test itself is at the primary, with its panel and its mailboxes.
    stack.enter_context(primary.inside())
    Secondary.nets = primary, second, sender

    def prepare(servers):
        servers.addresses = [PRIMARY]

    Secondary.servers = stack.enter_context(instance.running(prepare=prepare))
    Secondary.api = Secondary.servers.api
    Secondary.token = Secondary.add_node()
    Secondary.second = start_secondary(
        Secondary.servers, second, Secondary.token,
        Secondary.servers.name + "-s")


class Secondary(unittest.TestCase):

    @classmethod
    def add_node(cls, name="mx2", network=SECONDARY):
        token = "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789")
                        for _ in range(22))
        hop = f"[{PRIMARY}]:{cls.servers.ports['smtp']}"
        cls.servers.db.sql(
            "USE postroom; INSERT INTO node (name, role, created, network, "
            f"next_hop, token_hash) VALUES ('{name}', 'secondary', "
            f"UTC_TIMESTAMP(6), '{network}', '{hop}', "
            f"UNHEX(SHA2('{token}', 256)))")
        return token

    def wait_until(self, condition, what, deadline_s=10):
        return private.wait_for(condition, what, deadline_s)

    def code(self, recipient):
        """What the secondary answers the sender about one recipient."""
        with self.nets[2].inside():
            with smtplib.SMTP(SECONDARY_TO_SENDER,
                              self.second.ports["smtp"], "client.test",
                              timeout=30) as client:
                client.ehlo()
                client.mail("sender@outside.test")
                return client.rcpt(recipient)[0]

    def test_recipients_are_known(self):
        domain = self.api.post("/domains", {"name": "first.test"})
        self.api.post("/mailboxes", {"address": "taro@first.test",
                                     "password": PASSWORD})
        self.wait_until(lambda: self.code("taro@first.test") == 250,
                        "the secondary to take mail for taro")
        self.assertEqual(self.code("nobody@first.test"), 550)
        for local in ("taro+news", "postmaster", "mailer-daemon"):
            self.assertEqual(self.code(f"{local}@first.test"), 250, local)
        self.assertEqual(self.code("x@elsewhere.test"), 554)


if __name__ == "__main__":
    unittest.main()
