"""What the tests of the HTTP API have in common.

They need MariaDB, postroom-web behind nginx, and now and then Apache, but
neither Postfix nor Dovecot: this instance starts no more than that, and runs
postroom-web itself, so that a test may choose its build and what it runs
under. Each test makes a domain of its own.
"""

import contextlib
import grp
import hashlib
import itertools
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import unittest

import apiclient
import instance
import layout
import private

PASSWORD = "a quiet river 7"
HASH = "{SHA512-CRYPT}$6$postroom$" + "a" * 86
SOAK = bool(os.environ.get("POSTROOM_SOAK"))
BUILD = os.path.join(instance.ROOT, os.environ.get("POSTROOM_BUILD", "build"))
_numbers = itertools.count(1)


class ApiServers(instance.Servers):
    """A private instance of which only the API's part runs."""

    def __init__(self, name, build=None):
        super().__init__(name, build)
        self.web = None

    def start_api(self, apache=False, **web):
        self._make_run()
        self.db.start()
        self.migrate()
        self.start_web(**web)
        self.start_nginx()
        if apache:
            self.start_apache()

    def start_web(self, under=(), options=(), env=None, **settings):
        """Run postroom-web as its user, on a socket that nginx may use.

        under: a command that is given postroom-web's as its arguments.
        settings: keys of [web] with other values than an instance's.
        """
        if settings:
            self._set_web(settings)
        listener = self._listen()
        # LISTEN_PID has to be the number of the program itself.
        script = 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@" 3<&0 0</dev/null'
        with open(self.path("log", "web.log"), "a") as log:
            self.web = subprocess.Popen(
                ["/bin/sh", "-c", script, "sh", *under,
                 self.path("bin", "postroom-web"), "-c", self.conf, *options],
                cwd=self.state, stdin=listener, stdout=log, stderr=log,
                user="postroom-web", group="postroom-web",
                extra_groups=[grp.getgrnam("postroom").gr_gid],
                start_new_session=True, env=dict(
                    private.ENVIRONMENT, **(env or {}),
                    CREDENTIALS_DIRECTORY=self.path("seal-web")))
        listener.close()

    def _set_web(self, settings):
        with open(self.conf, encoding="utf-8") as f:
            text = f.read()
        for key, value in settings.items():
            text, n = re.subn(rf"^{key} = .*$", f"{key} = {value}", text,
                              flags=re.MULTILINE)
            if n != 1:
                raise ValueError(f"no setting {key}")
        layout.write(self.conf, text)

    def _listen(self):
        path = os.path.join(self.run, "web.sock")
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        layout.own(path, 0o660, "postroom-web", "www-data")
        listener.listen(511)
        return listener

    def stop_web(self, deadline_s=60):
        """End postroom-web in order; its exit status."""
        self.web.send_signal(signal.SIGTERM)
        return self.web.wait(deadline_s)

    def worker_pids(self):
        """Process ids of the workers."""
        path = f"/proc/{self.web.pid}/task/{self.web.pid}/children"
        with open(path) as f:
            return [int(word) for word in f.read().split()]

    def client(self, token=None, apache=False, address=None):
        """Somebody with a browser, signed in where a token is given."""
        port = self.ports["apache" if apache else "http"]
        return apiclient.Client(port, self.url, token, address)

    def make_admin(self, role=1, domain_ids=(), login=None, rights=63):
        """An administrator as a row; returns login and a one-time token.

        rights: in each of the domains, as bits (core/actor.h).
        """
        login = login or f"admin{next(_numbers)}"
        token = secrets.token_hex(11)
        digest = hashlib.sha256(token.encode()).hexdigest()
        self.db.sql(
            "INSERT INTO admin (login, name, role, created, updated) VALUES "
            f"('{login}', '', {role}, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6));"
            "SET @id = LAST_INSERT_ID();"
            "INSERT INTO first_use (token_hash, admin_id, created, expires) "
            f"VALUES (UNHEX('{digest}'), @id, UTC_TIMESTAMP(6), "
            "UTC_TIMESTAMP(6) + INTERVAL 1 DAY);"
            + "".join("INSERT INTO admin_domain (admin_id, domain_id, rights)"
                      f" VALUES (@id, {domain_id}, {rights});"
                      for domain_id in domain_ids),
            "postroom")
        return login, token

    def signed_in(self, role=1, domain_ids=(), apache=False, rights=63):
        """A client of a new administrator."""
        _, token = self.make_admin(role, domain_ids, rights=rights)
        client = self.client(apache=apache)
        reply = client.post("/api/v1/first-use", {"token": token,
                                                  "password": PASSWORD})
        if reply.status != 200:
            raise AssertionError(f"sign-in: {reply}")
        return client

    def count(self, sql):
        """The number that a statement answers, asked as the operator."""
        return int(self.db.sql(sql, "postroom"))


@contextlib.contextmanager
def running(apache=False, build=None, **web):
    """A started instance that is gone afterwards."""
    servers = ApiServers(f"t-{os.getpid()}-{secrets.token_hex(2)}",
                         build or BUILD)
    keeper = subprocess.Popen(
        [sys.executable,
         os.path.join(instance.ROOT, "scripts", "lib", "reap.py"),
         servers.run, servers.state],
        stdin=subprocess.PIPE, start_new_session=True)
    try:
        servers.create(throwaway=True)
        servers.start_api(apache=apache, **web)
        yield servers
        instance.refuse_faults(servers)
    except BaseException:
        instance.show_logs(servers)
        raise
    finally:
        keeper.stdin.close()
        keeper.wait()


_shared = {}


def _instance_of(module, apache, web):
    """The instance that the classes of a module share."""
    key = (module, apache, repr(web))
    if key not in _shared:
        context = running(apache, **web)
        _shared[key] = context.__enter__()
        unittest.addModuleCleanup(context.__exit__, None, None, None)
        unittest.addModuleCleanup(_shared.pop, key)
    return _shared[key]


class ApiCase(unittest.TestCase):
    """`root` is a superadmin's browser. Classes of a module share one
    instance, unless `own` says that this class harms it."""

    maxDiff = None
    apache = False
    own = False
    web = {}

    @classmethod
    def setUpClass(cls):
        cls.servers = (
            cls.enterClassContext(running(cls.apache, **cls.web)) if cls.own
            else _instance_of(cls.__module__, cls.apache, cls.web))
        cls.root = cls.servers.signed_in()

    def setUp(self):
        self._log_began = self._log_size()
        self.addCleanup(self._look_at_log)

    def _log_size(self):
        return os.path.getsize(self.servers.path("log", "web.log"))

    def _look_at_log(self):
        """No worker may have died and nothing gone wrong inside."""
        with open(self.servers.path("log", "web.log"),
                  errors="replace") as f:
            f.seek(self._log_began)
            faults = [line for line in f if any(
                word in line for word in ("runtime error", "Sanitizer",
                                          "worker ended", "status=500"))]
        self.assertEqual([], faults)

    def must(self, status, reply):
        self.assertEqual(status, reply.status, reply)
        return reply

    def made(self, path, value):
        return self.must(201, self.root.post(f"/api/v1/{path}", value)).value

    def domain(self, **fields):
        fields.setdefault("name", f"d{next(_numbers)}.example")
        return self.made("domains", fields)

    def mailbox(self, domain, local, **fields):
        if "password" not in fields:
            fields.setdefault("password_hash", HASH)
        return self.made("mailboxes", {
            "address": f"{local}@{domain['name']}", **fields})

    def alias(self, domain, local, targets, **fields):
        return self.made("aliases", {
            "address": f"{local}@{domain['name']}", "targets": targets,
            **fields})

    def network(self, network, **fields):
        return self.made("whitelist", {"network": network, **fields})

    def refused(self, status, reply, field=None, reason=None):
        """A problem document with this status that blames this field."""
        self.must(status, reply)
        if field is not None or reason is not None:
            self.assertTrue(
                any((field is None or f == field)
                    and (reason is None or r == reason)
                    for f, r in reply.reasons),
                f"wanted {field} {reason}: {reply}")
        return reply


def etag(row):
    return f'"{row["version"]}"'
