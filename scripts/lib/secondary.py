"""Private instances that are nodes elsewhere: Postroom's publisher and mail servers.

They have no database and no web server; their maps come over HTTPS from
the feed of another instance, with a token that `postroom node add` printed.
"""

import os

import layout
import private


class Elsewhere(private.Instance):
    """One node, by name, fed from `url` (https://...)."""

    role = None
    listens = ("smtp",)
    files = ()  # what is there once it has published

    def create(self, url, token, ca, throwaway=False):
        """Lay it out. `token` None keeps the one it has; `ca` is a file."""
        layout.make_users()
        self._make_folders()
        with private.ports_lock():
            ports = self.settings.get("ports") or layout.pick_ports(
                self.listens, private.ports_of_others(self.name), False)
            self.settings = {
                "name": self.name, "ports": {**dict.fromkeys(
                    private.PORTS, 0), **ports},
                "throwaway": throwaway, "outside": "send", "feed": url,
                "ca": ca}
            layout.write(self.settings_file, private.as_json(self.settings))
        if token is not None:
            layout.write(self.path("feed-token"), token + "\n", 0o400,
                         "postroom-map", "postroom-map")
        layout.make_certificate(self.path("tls", "key.pem"),
                                self.path("tls", "cert.pem"))
        words = self._words()
        changed = {
            "supervise": [*self.install_programs(), *self._write_programs(
                words)],
            "postfix": self._write_postfix(words)}
        for service, files in changed.items():
            if any(files):
                self.end(service)

    def _words(self):
        words = super()._words()
        words.update(ROLE=self.role, FEED_URL=self.settings["feed"],
                     FEED_TOKEN=self.path("feed-token"),
                     FEED_CA=self.settings["ca"], OUTSIDE="")
        return words

    def _write_programs(self, words):
        return [
            self._write("postroom.conf", "postroom/postroom.conf.in",
                        words=words),
            self._write("supervise.conf",
                        "postroom/supervise-secondary.conf.in", words=words)]

    def _write_postfix(self, words):
        return [
            self._write("postfix/etc/main.cf",
                        f"postfix-{self.role}/main.cf.in",
                        "postfix/private.cf.in", words=words),
            self._write("postfix/etc/master.cf",
                        f"postfix-{self.role}/master.cf.in", words=words)]

    def start(self):
        """Start what is not running, and wait until it answers."""
        self._make_run()
        self.start_programs()
        self.wait_for_maps()
        self.start_postfix()

    def wait_for_maps(self, deadline_s=30):
        wanted = [os.path.join(self.maps, name) for name in self.files]
        private.wait_for(lambda: all(map(os.path.exists, wanted)),
                         "map files from postroom-mapd", deadline_s)


class Secondary(Elsewhere):
    """A secondary MX."""

    role = "secondary"
    files = ("relay_domains.lmdb", "relay_recipients.lmdb", "transport.lmdb",
             "refuse.lmdb")


class Outbound(Elsewhere):
    """An outbound relay."""

    role = "outbound"
    files = ("whitelist.cidr",)


class MailboxHost(Elsewhere):
    """A mailbox host."""

    role = "mailbox"
    files = ("domains.lmdb", "mailboxes.lmdb", "aliases.lmdb",
             "sender_login.lmdb", "transport.lmdb", "refuse.lmdb",
             "whitelist.cidr", "../dovecot/mail.db")

    listens = tuple(private.PORTS)

    def _write_postfix(self, words):
        return [*private.Instance._write_postfix(self, words),
                *self._write_dovecot(words)]

    def start_postfix(self):
        self.start_dovecot()
        super().start_postfix()
