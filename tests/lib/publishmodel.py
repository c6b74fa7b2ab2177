"""A random administrator: changes of every kind, from a seed.

It knows what is valid throughout (never touched by a change) and takes
whatever the API refuses as an answer.
"""

import collections
import datetime
import random

import api as api_client
import private
from mailcase import HASH


class Administrator:
    """Makes one random change at a time in `domains` and domains of its own."""

    def __init__(self, api, domains, seed, prefix):
        self.api, self.domains = api, list(domains)
        self.random = random.Random(seed)
        self.prefix = prefix
        self.count = 0
        self.own = []  # domains that come, change and go
        self.done, self.refused = (collections.Counter(),
                                   collections.Counter())
        self.first = api.get("/publishing")["head_serial"]

    def name(self):
        self.count += 1
        return f"g{self.count}"

    def step(self):
        """One change."""
        what = self.random.choices(
            [self.add_mailbox, self.change_mailbox, self.remove_mailbox,
             self.add_alias, self.change_alias, self.remove_alias,
             self.catch_all, self.add_domain, self.change_domain,
             self.remove_domain, self.relay, self.change_relay,
             self.restore, self.restore_domain, self.undo, self.bulk,
             self.other_node],
            [6, 8, 3, 6, 6, 3, 2, 2, 3, 1, 2, 2, 2, 1, 3, 2, 1])[0]
        try:
            what()
        except api_client.Problem as problem:
            if problem.status not in (404, 409, 412, 422):
                raise
            self.refused[what.__name__] += 1
            return
        self.done[what.__name__] += 1

    def pick(self, noun, **more):
        """A row of ours: what is valid throughout is left alone."""
        rows = [row for row in self.api.get(f"/{noun}?limit=200")["items"]
                if not row["address"].startswith(("always@", "team@"))
                and all(row[k] == v for k, v in more.items())]
        return self.random.choice(rows) if rows else None

    def any_domain(self):
        return self.random.choice(
            self.domains + [d["name"] for d in self.own])

    def target(self):
        row = self.pick("mailboxes")
        return self.random.choice(
            [f"always@{self.random.choice(self.domains)}", "x@outside.test",
             row["address"] if row else "y@outside.test"])

    def add_mailbox(self):
        self.api.post("/mailboxes", {
            "address": f"{self.name()}@{self.any_domain()}",
            "password_hash": HASH})

    def change_mailbox(self):
        row = self.pick("mailboxes")
        if row:
            self.api.patch("/mailboxes", row, self.random.choice([
                {"state": "closed"}, {"state": "nologin"},
                {"state": "active"}, {"quota_bytes": 1 << 20},
                {"password_hash": HASH}, {"name": self.name()}]))

    def remove_mailbox(self):
        row = self.pick("mailboxes")
        if row:
            self.api.delete("/mailboxes", row, self.random.choice([
                None, {"targets": "remove"},
                {"targets": "forward",
                 "forward_to": f"always@{self.domains[0]}"}]))

    def add_alias(self):
        self.api.post("/aliases", {
            "address": f"{self.name()}@{self.any_domain()}",
            "targets": sorted({self.target() for _ in range(3)}),
            "send_as": self.random.random() < 0.5})

    def change_alias(self):
        row = self.pick("aliases")
        if row:
            self.api.patch("/aliases", row, self.random.choice([
                {"state": "disabled"}, {"state": "active"},
                {"targets": sorted({self.target() for _ in range(3)})}]))

    def remove_alias(self):
        row = self.pick("aliases")
        if row:
            self.api.delete("/aliases", row)

    def catch_all(self):
        self.api.post("/aliases", {"address": f"@{self.any_domain()}",
                                   "targets": [self.target()]})

    def add_domain(self):
        if len(self.own) < 5:
            self.own.append(self.api.post(
                "/domains", {"name": f"{self.name()}.{self.prefix}"}))

    def change_domain(self):
        if self.own:
            row = self.random.choice(self.own)
            self.api.patch(
                "/domains", self.api.get(f"/domains/{row['id']}"),
                self.random.choice([
                    {"state": "disabled"}, {"state": "active"},
                    {"state": "retiring"},
                    {"state": "prepared",
                     "transport": "smtp:[127.0.0.1]:9"},
                    {"transport": "smtp:[127.0.0.1]:9"},
                    {"transport": ""}, {"refuse_text": self.name()}]))

    def remove_domain(self):
        if self.own:
            row = self.own.pop(self.random.randrange(len(self.own)))
            self.api.delete("/domains",
                            self.api.get(f"/domains/{row['id']}"),
                            {"confirm": row["name"]})

    def relay(self):
        rows = self.api.get("/whitelist")["items"]
        if rows and self.random.random() < 0.5:
            self.api.delete("/whitelist", self.random.choice(rows))
        else:
            self.count += 1
            self.api.post("/whitelist", {
                "network": f"10.{self.count // 250 % 250}."
                           f"{self.count % 250}.0/24"})

    def change_relay(self):
        rows = self.api.get("/whitelist")["items"]
        if rows:
            soon = datetime.datetime.now(
                datetime.timezone.utc) + datetime.timedelta(seconds=3)
            self.api.patch(
                "/whitelist", self.random.choice(rows), self.random.choice([
                    {"state": "disabled"}, {"state": "active"},
                    {"expires_at": soon.strftime("%Y-%m-%dT%H:%M:%SZ")},
                    {"expires_at": None}]))

    def restore(self):
        noun = self.random.choice(["mailboxes", "aliases"])
        rows = self.api.get(f"/{noun}?limit=50&state=deleted")["items"]
        if rows:
            row = self.random.choice(rows)
            self.api.post(f"/{noun}/{row['id']}/restore",
                          match=row["version"])

    def restore_domain(self):
        rows = self.api.get("/domains?limit=50&state=deleted")["items"]
        if rows and len(self.own) < 5:
            row = self.random.choice(rows)
            self.own.append(self.api.post(f"/domains/{row['id']}/restore",
                                          match=row["version"]))

    def undo(self):
        """Take back one of the last changes that this administrator made."""
        rows = [row for row in self.api.get("/revisions?limit=20")["items"]
                if row["serial"] > self.first]
        if rows:
            row = self.random.choice(rows)
            self.api.post(f"/revisions/{row['serial']}/undo", {})

    def bulk(self):
        rows = [row for row in (self.pick("mailboxes") for _ in range(4))
                if row]
        ids = sorted({row["id"] for row in rows})
        if ids:
            job = self.api.post("/mailboxes/bulk", {
                "filter": {"ids": ids}, "expected_count": len(ids),
                "action": self.random.choice([
                    {"state": "closed"}, {"state": "active"},
                    {"quota_bytes": 1 << 20}])})["job"]
            private.wait_for(
                lambda: self.api.get(f"/jobs/{job['id']}")["state"]
                not in ("queued", "running"), "the job")

    def other_node(self):
        """A secondary that comes, moves and goes."""
        self.count += 1
        self.api.post("/nodes", {
            "name": f"n{self.count}", "role": "secondary",
            "next_hop": "smtp:[127.0.0.1]:9",
            "network": f"10.250.{self.count % 250}.1"})
        row = next(n for n in self.api.get("/nodes")["items"]
                   if n["name"] == f"n{self.count}")
        row = self.api.patch("/nodes", row, {
            "network": f"10.251.{self.count % 250}.1"})
        self.api.delete("/nodes", row)
