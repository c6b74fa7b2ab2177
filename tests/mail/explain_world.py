"""A world of domains, mailboxes, aliases and networks that explain is asked
about, questions of all kinds, and what the real Postfix answers to them.

Everything random comes from one generator, so a seed gives the same again.
"""

import base64
import itertools
import smtplib

import mail
from mailcase import HASH, PASSWORD

STRANGER = "127.0.2.7"
SILENCE = 421
_sources = itertools.cycle(range(1, 250))


class World:
    """Makes it over the API; keeps what questions are made of."""

    def __init__(self, servers, rng, tag):
        self.servers, self.api, self.rng = servers, servers.api, rng
        self.tag = tag
        self.domains, self.locals, self.rows = {}, {}, {}
        self.networks = {}

    def domain(self, name, **fields):
        full = f"{name}{self.tag}.test"
        self.domains[name] = self.api.post("/domains", {"name": full,
                                                        **fields})
        self.locals[name] = []
        return full

    def at(self, local, name):
        return f"{local}@{self.domains[name]['name']}"

    def mailbox(self, local, name, state="active"):
        self.locals[name].append(local)
        self.rows[self.at(local, name)] = ("mailboxes", self.api.post(
            "/mailboxes", {"address": self.at(local, name), "state": state,
                           "password_hash": HASH}))

    def alias(self, local, name, targets, **fields):
        if local:
            self.locals[name].append(local)
        self.rows[self.at(local, name)] = ("aliases", self.api.post(
            "/aliases", {"address": self.at(local, name),
                         "targets": targets, **fields}))

    def network(self, network, state="active"):
        self.networks[network] = self.api.post(
            "/whitelist", {"network": network, "state": state})

    def build(self):
        for name in ("plain", "all", "old"):
            self.domain(name)
        self.domain("moved", transport="smtp:[127.0.0.1]:1")
        for name in ("plain", "all", "moved"):
            for local in ("taro", "hana", "ken.y"):
                self.mailbox(local, name)
            self.mailbox("quiet", name, "nologin")
            self.mailbox("shut", name, "closed")
        self.alias("info", "plain", [self.at("taro", "plain"), "x@far.test"])
        self.alias("team", "plain", [self.at("info", "plain"),
                                     self.at("hana", "all")])
        self.alias("a+b", "plain", [self.at("hana", "plain")])
        self.alias("off", "plain", [self.at("hana", "plain")],
                   state="disabled")
        self.alias("lost", "plain", [self.at("shut", "plain")])
        self.alias("sell", "moved", [self.at("taro", "plain")],
                   send_as=False)
        self.alias("", "all", [self.at("taro", "plain")])
        self.alias("out", "all", ["y@far.test"])
        self.mailbox("taro", "old")
        self.change_domain("old", state="retiring",
                           refuse_text="We moved, see far.test")
        self.domain("dark")
        self.mailbox("taro", "dark")
        self.change_domain("dark", state="disabled")
        self.network("127.3.1.0/24")
        self.network("127.3.2.7")
        self.network("127.3.3.0/24", "disabled")
        return self

    def change_domain(self, name, **fields):
        row = self.api.get(f"/domains/{self.domains[name]['id']}")
        self.domains[name] = self.api.patch("/domains", row, fields)

    def change(self, address, fields):
        path, row = self.rows[address]
        row = self.api.get(f"/{path}/{row['id']}")
        self.rows[address] = (path, self.api.patch(f"/{path}", row, fields))

    # Changes that mail notices.

    def shake(self, number):
        """One change of each kind."""
        rng, tag = self.rng, str(number)
        self.mailbox("new" + tag, "plain")
        self.mailbox("new" + tag, "all")
        self.alias("list" + tag, rng.choice(["plain", "all", "moved"]),
                   [self.at("ken.y", "plain"), "z@far.test"])
        self.change(self.at("hana", "plain"), {
            "state": ["closed", "nologin", "active"][number % 3]})
        self.change(self.at("ken.y", "all"), {
            "state": ["nologin", "closed", "active"][number % 3]})
        self.change(self.at("off", "plain"), {
            "state": ["active", "disabled"][number % 2]})
        self.change(self.at("", "all"), {
            "state": ["disabled", "active"][number % 2]})
        self.change(self.at("info", "plain"), {"targets": [
            self.at("new" + tag, "plain"), "w@far.test"]})
        self.change_domain("dark", state=["active", "disabled"][number % 2])
        self.change_domain("moved", transport=[
            "", "smtp:[127.0.0.1]:1"][number % 2])
        self.network(f"127.4.{number}.0/24")

    # Questions.

    def _local(self, name):
        rng = self.rng
        local = rng.choice(self.locals[name] + ["nobody", "postmaster"])
        for odds, dress in ((0.25, lambda s: s + "+" + rng.choice(
                ["x", "news", "a+b", ""])), (0.2, str.upper),
                (0.1, str.title)):
            if rng.random() < odds:
                local = dress(local)
        return local

    def _strange(self):
        ours = self.domains["plain"]["name"]
        return self.rng.choice([
            "postmaster", "Postmaster", "taro", "taro+x", "", "@" + ours,
            "taro@", f"taro@{ours}.", f"taro@{ours}..", f"taro@.{ours}",
            f"x@far.test@{ours}", f"taro%far.test@{ours}",
            f"far.test!taro@{ours}", "a!b", f"a%{ours}", f"{ours}!taro",
            f"-taro@{ours}", f"+taro@{ours}", f"ta..ro@{ours}", f".t@{ours}",
            "taro@[127.0.0.1]", f"taro%{ours}@[127.0.0.1]",
            "taro@[192.0.2.9]", "taro@[IPv6:2001:db8::1]", "taro@[300.1.1.1]",
            "taro@[here]", "taro@localhost", "taro@1.2.3.4", "taro@a_b.test",
            "taro@-a.test", "taro@a-.test", "taro@" + "b" * 64 + ".test",
            "l" * 65 + "@" + ours, "l" * 250 + "@far.test",
            "太郎@" + ours, "taro@例.test", f"ta|ro@{ours}",
            f"taro@sub.{ours}", f"o'ta=ro&#x@{ours}", f"a/b@{ours}",
            f"{{}}@{ours}", "x@" + "c.d" * 60 + ".far.test"])

    def recipient(self):
        rng = self.rng
        dice = rng.random()
        if dice < 0.25:
            return self._strange()
        if dice < 0.35:
            return rng.choice(["x@far.test", "Y+z@Far.Test", "a@b.c.test"])
        name = rng.choice(["plain", "plain", "all", "all", "moved", "old",
                           "dark"])
        domain = self.domains[name]["name"]
        if rng.random() < 0.1:
            domain = domain.upper()
        return f"{self._local(name)}@{domain}"

    def sender(self, login):
        rng = self.rng
        dice = rng.random()
        if login and dice < 0.4:
            return login if dice < 0.3 else login.replace("@", "+n@")
        if dice < 0.55:
            return ""
        if dice < 0.7:
            return rng.choice(["s@far.test", "S@Far.Test", "s"])
        if dice < 0.8:
            return self._strange()
        name = rng.choice(["plain", "all", "moved", "dark"])
        return f"{self._local(name)}@{self.domains[name]['name']}"

    def login(self):
        """Mostly one that may sign in: Dovecot is slow to say no."""
        rng = self.rng
        if rng.random() < 0.15:
            name = rng.choice(["plain", "all", "dark"])
            return self.at(rng.choice(["shut", "quiet", "nobody"]), name) \
                if name != "dark" else self.at("taro", name)
        name = rng.choice(["plain", "all", "moved"])
        local = rng.choice(["taro", "hana", "ken.y"])
        return self.at(rng.choice([local, local.upper()]), name)

    def client(self):
        return self.rng.choice([
            STRANGER, STRANGER, STRANGER, "127.0.0.1", "127.3.1.9",
            "127.3.2.7", "127.3.2.8", "127.3.3.9", "127.4.0.1", "127.4.1.1",
            "127.4.2.1"])

    def question(self):
        rng = self.rng
        ask = {"client": self.client()}
        dice = rng.random()
        if dice < 0.3:
            ask["login"] = self.login()
        elif dice < 0.4:
            ask["submission"] = True
        dice = rng.random()
        if dice < 0.03:
            ask["helo"] = ""
        elif dice < 0.4:
            ask["helo"] = rng.choice(HELO_NAMES)
        ask["sender"] = self.sender(ask.get("login"))
        ask["recipient"] = self.recipient()
        return ask


# What clients say; none of it decides anything.
HELO_NAMES = ("mail.outside.test", "localhost", "[127.0.0.1]", "PC-7",
              "d1.test", "192.0.2.1")


class Refused(Exception):
    """The dialogue ended before its recipient."""


def _must(reply, wanted):
    if reply[0] != wanted:
        raise Refused(reply)
    return reply


def _talk(client, ask):
    if "login" in ask or ask.get("submission"):
        client.ehlo()
        client.starttls(context=mail.TLS)
    client.command_encoding = "utf-8"
    if ask.get("helo") != "":
        client.ehlo(ask.get("helo") or "client.test")
    if "login" in ask:
        word = base64.b64encode(
            f"\0{ask['login']}\0{PASSWORD}".encode()).decode()
        _must(client.docmd("AUTH", "PLAIN " + word), 235)
    _must(client.docmd("MAIL", f"FROM:<{ask['sender']}>"), 250)
    return client.docmd("RCPT", f"TO:<{ask['recipient']}>")


def postfix_answers(servers, ask):
    """(code, text) of the reply that decides; the message never follows."""
    is_submission = "login" in ask or ask.get("submission")
    port = servers.ports["submission" if is_submission else "smtp"]
    # Dovecot makes an address wait that has failed before.
    source = f"127.9.{next(_sources)}.1" if is_submission else ask["client"]
    client = smtplib.SMTP("127.0.0.1", port, "client.test", timeout=30,
                          source_address=(source, 0))
    try:
        code, text = _talk(client, ask)
    except Refused as no:
        code, text = no.args[0]
    except smtplib.SMTPServerDisconnected:
        code, text = SILENCE, b""
    finally:
        client.close()
    return code, text.decode("utf-8", "replace").replace("\n", " ")


def queue(servers, recipient):
    """Send a message from this machine; the reply that names its file."""
    with smtplib.SMTP("127.0.0.1", servers.ports["smtp"], "client.test",
                      timeout=30) as client:
        client.ehlo()
        client.command_encoding = "utf-8"
        _must(client.docmd("MAIL", "FROM:<s@far.test>"), 250)
        _must(client.docmd("RCPT", f"TO:<{recipient}>"), 250)
        return client.data(mail.message("explained"))[1].decode()
