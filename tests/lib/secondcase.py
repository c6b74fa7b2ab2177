"""What the tests of a secondary MX in a network of its own have in common.

The primary with panel and database, the secondary and a sender have a network
namespace each, with a cable between each two. What is cut is a route.
"""

import contextlib
import http.client as http_client
import json
import smtplib
import ssl
import unittest

import instance
import mail
import netns
import private
import secondary
import steps

PRIMARY, SECONDARY, SENDER = "10.77.1.1", "10.77.1.2", "10.77.3.2"
SECONDARY_TO_SENDER = "10.77.3.1"
PASSWORD = "a quiet river 7"

stack = contextlib.ExitStack()
unittest.addModuleCleanup(stack.close)


def _net():
    net = netns.Net()
    stack.callback(net.close)
    return net


def start_node(servers, net, token, name, kind=secondary.Secondary):
    """A running node in `net`, gone after the test."""
    second = kind(name, servers.build)
    second.addresses = [SECONDARY, SECONDARY_TO_SENDER]
    stack.callback(second.destroy)
    with net.inside():
        second.create(f"https://{PRIMARY}:{private.FEED_PORT}", token,
                      servers.path("tls", "cert.pem"), throwaway=True)
        second.start()
    return second


def _start():
    """(primary's servers, secondary's, its token, the three networks)."""
    primary, second, sender = _net(), _net(), _net()
    primary.join(second, "ps", PRIMARY, SECONDARY)
    second.join(sender, "sx", SECONDARY_TO_SENDER, SENDER)
    # The test itself is at the primary, with its panel and its mailboxes.
    stack.enter_context(primary.inside())

    def prepare(servers):
        servers.addresses = [PRIMARY]

    servers = stack.enter_context(instance.running(prepare=prepare))
    token = add_node(servers)
    return servers, start_node(
        servers, second, token, servers.name + "-s"), token, (
            primary, second, sender)


def add_node(servers, name="mx2", network=SECONDARY, role="secondary"):
    """The token of a new node."""
    hop = f"smtp:[{PRIMARY}]:{servers.ports['smtp']}"
    return servers.api.post("/nodes", {
        "name": name, "role": role, "network": network,
        **({"next_hop": hop} if role == "secondary" else {})})["token"]


class SecondCase(unittest.TestCase):

    shared = None

    @classmethod
    def setUpClass(cls):
        if SecondCase.shared is None:
            SecondCase.shared = _start()
        cls.servers, cls.second, cls.token, cls.nets = SecondCase.shared
        cls.api = cls.servers.api

    def add_node(self, name, network, role="secondary"):
        return add_node(self.servers, name, network, role)

    def start_node(self, kind, name):
        """A node elsewhere of its role, beside the secondary."""
        return start_node(
            self.servers, self.nets[1],
            self.add_node(name, SECONDARY, kind.role),
            f"{self.servers.name}-{name}", kind)

    def wait_until(self, condition, what, deadline_s=10):
        return private.wait_for(condition, what, deadline_s)

    def domain(self, name, **fields):
        """A domain with the mailbox taro, taken by the secondary."""
        row = self.api.post("/domains", {"name": name, **fields})
        self.api.post("/mailboxes", {"address": f"taro@{name}",
                                     "password": PASSWORD})
        self.wait_until(lambda: self.code(f"taro@{name}") == 250,
                        f"the secondary to take mail for {name}")
        self.servers.wait_live()
        return row

    @contextlib.contextmanager
    def client(self):
        """The sender's connection to the secondary."""
        with self.nets[2].inside():
            client = smtplib.SMTP(SECONDARY_TO_SENDER,
                                  self.second.ports["smtp"], "client.test",
                                  timeout=30)
        with client:
            client.ehlo()
            client.mail("sender@outside.test")
            yield client

    def code(self, recipient):
        with self.client() as client:
            return client.rcpt(recipient)[0]

    def send(self, recipient, subject):
        with self.client() as client:
            self.assertEqual(client.rcpt(recipient)[0], 250)
            self.assertEqual(client.data(mail.message(subject))[0], 250)

    def node_id(self):
        return int(self.servers.db.sql(
            "SELECT id FROM node WHERE name = 'mx2'", "postroom"))

    def ask(self, verb, wanted="ok", **args):
        """What the secondary answers to a request of the panel."""
        path = f"/nodes/{self.node_id()}/requests"
        row = self.api.post(path, {"verb": verb, "args": args})

        def answer():
            now = self.api.get(f"{path}/{row['id']}")
            return now if now["state"] != "waiting" else None
        reply = self.wait_until(answer, f"an answer to {verb}", 20)
        self.assertEqual(reply["state"], wanted, reply)
        return reply["body"]

    def feed(self, path, token, method="GET", body=None, source=SECONDARY):
        """(status, text) of the feed, as the secondary asks it, or from
        another network."""
        net = self.nets[1] if source == SECONDARY else contextlib.nullcontext
        trust = ssl.create_default_context(
            cafile=self.servers.path("tls", "cert.pem"))
        with (net.inside() if source == SECONDARY else net()):
            http = http_client.HTTPSConnection(
                PRIMARY, private.FEED_PORT, timeout=30, context=trust)
            http.connect()
        headers = {"Authorization": f"Bearer {token}", "X-Postroom": "1"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        http.request(method, path, body, headers)
        reply = http.getresponse()
        text = reply.read().decode()
        http.close()
        return reply.status, text

    def maps(self, name):
        """What a text copy holds, without its values."""
        with open(f"{self.second.maps}/{name}.txt", encoding="utf-8") as f:
            return {line.split(" ", 1)[0]: line.split(" ", 1)[1].strip()
                    for line in f}

    def nodes(self):
        """What each node says of itself, by name."""
        return {n["name"]: n for n in self.api.get("/publishing")["nodes"]}

    def fill(self, name, n):
        """A domain with n mailboxes beside taro, live on both hosts."""
        self.domain(name)
        steps.add_mailboxes(self.servers, name, f"taro@{name}", n)
        self.wait_until(lambda: self.code(f"n1@{name}") == 250,
                        "the mailboxes", 40)
        self.servers.wait_live(deadline_s=60)

    def close_all(self, name, n):
        """Close them all, which nobody confirmed; the serial."""
        return steps.change(
            self.servers, "UPDATE mailbox SET state = 3"
            f" WHERE address LIKE 'n%@{name}'", steps.numbered(name, n))

    def wait_serial(self, serial, deadline_s=30):
        """The secondary says that it is at this serial."""
        self.wait_until(lambda: self.nodes()["mx2"]["serial"] >= serial,
                        f"serial {serial} on the secondary", deadline_s)
