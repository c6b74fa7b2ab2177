"""The relay whitelist over IPv6, in a network of the test's own.

The whole instance and its clients run in a fresh network namespace, whose
loopback has addresses that no other program of this machine sees.
"""

import ctypes
import os
import smtplib
import subprocess
import unittest

import instance
import mail
import private

CLONE_NEWNET = 0x40000000
SERVER = "fd00:706f::25"
INSIDE = "fd00:706f:1::7"
STRANGER = "fd00:706f:2::7"


def setUpModule():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "cannot make a network namespace")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for address in (SERVER, INSIDE, STRANGER):
        subprocess.run(["ip", "-6", "addr", "add", f"{address}/128",
                        "dev", "lo", "nodad"], check=True)


class IPv6(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.servers = cls.enterClassContext(instance.running())
        cls.api = cls.servers.api
        cls.outside = mail.Outside(cls.servers)
        cls.addClassCleanup(cls.outside.close)
        service = f"[{SERVER}]:{cls.servers.ports['smtp']}/inet"
        for words in (
                ["-e", "inet_protocols=all",
                 f"inet_interfaces=127.0.0.1, {SERVER}"],
                ["-Me", f"{service}={service[:-5]} inet n - n - - smtpd"]):
            subprocess.run(["postconf", "-c", cls.servers.postfix_etc,
                            *words], check=True)
        cls.servers.end("postfix")
        cls.servers.start_postfix()

    def dialogue(self, source, finish=lambda client: None):
        with smtplib.SMTP(SERVER, self.servers.ports["smtp"], "client.test",
                          timeout=30, source_address=(source, 0)) as client:
            client.ehlo()
            client.mail("sender@outside.test")
            code, text = client.rcpt("x@far.test")
            finish(client)
            return code, text.decode()

    def relays(self, source):
        return self.dialogue(source)[0] == 250

    def test_a_network_opens_and_closes(self):
        code, text = self.dialogue(INSIDE)
        self.assertEqual((code, "Relay access denied" in text), (554, True))
        row = self.servers.wait_live(self.api.post(
            "/whitelist", {"network": "FD00:706F:1:0::/64"}))
        self.assertEqual(row["network"], "fd00:706f:1::/64")
        code, _ = self.dialogue(
            INSIDE, lambda client: client.data(mail.message("over IPv6")))
        self.assertEqual(code, 250)
        self.outside.wait_for("x@far.test", "over IPv6")
        self.assertEqual(self.dialogue(STRANGER)[0], 554)
        self.api.delete("/whitelist", row)
        took = mail.seconds(lambda: private.wait_for(
            lambda: not self.relays(INSIDE), "the relay to close", 10))
        self.assertLess(took, 2)

    def test_an_address_alone_opens_no_neighbour(self):
        self.servers.wait_live(self.api.post(
            "/whitelist", {"network": f"{STRANGER}/128"}))
        self.assertTrue(self.relays(STRANGER))
        self.assertFalse(self.relays(SERVER))


if __name__ == "__main__":
    unittest.main()
