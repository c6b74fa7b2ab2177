"""A private instance: MariaDB, Postfix, Dovecot, nginx and Postroom.

Everything it has lies below two folders, STATE (/var/lib/postroom-run/NAME)
and RUN (/run/postroom-NAME, sockets: their paths must stay short). It listens
on loopback ports that were free, and touches no service of the machine it
runs on. scripts/instance is its command line, tests/lib/instance.py makes
throwaway ones.
"""

import contextlib
import fcntl
import filecmp
import json
import os
import shutil
import subprocess
import time

import layout
import mariadb
import reap

PORTS = ["http", "smtp", "submission", "submissions", "imap", "imaps",
         "pop3", "pop3s", "apache", "outside"]
# Of the feed, where an instance has other addresses than loopback.
FEED_PORT = 8443
PROGRAMS = ["postroom", "postroom-web", "postroom-jobd", "postroom-mapd",
            "postroom-rootd", "postroom-prober", "postroom-supervise"]

# Servers see nothing of the environment of whoever starts them, but what
# tests say about sanitizers.
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LC_ALL": "C.UTF-8", "TZ": "UTC",
    **{key: os.environ[key] for key in ("ASAN_OPTIONS", "UBSAN_OPTIONS")
       if key in os.environ},
}


class InstanceError(Exception):
    """Something that the person at the keyboard can understand."""


def wait_for(condition, what, deadline_s=30):
    """Poll until condition() is true; its value. Fails with what it was."""
    end = time.monotonic() + deadline_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise InstanceError(f"{what}: not within {deadline_s} s")
        time.sleep(0.02)


class Instance:
    """One private instance, by name. Nothing happens before a method call."""

    def __init__(self, name, build=None):
        self.name = name
        self.state = os.path.join(layout.STATES, name)
        self.run = f"/run/postroom-{name}"
        self.build = build or os.path.join(layout.ROOT, "build")
        self.settings_file = os.path.join(self.state, "instance.json")
        self.settings = {}
        if os.path.exists(self.settings_file):
            with open(self.settings_file) as f:
                self.settings = json.load(f)
        # For tests: what runs a program (a checker), and the web's workers.
        self.wrap, self.workers = {}, 4
        # Addresses beside loopback that Postfix and nginx (by TLS, on the
        # port `feed`) listen on: for nodes in other network namespaces.
        self.addresses = []
        self.db = mariadb.Mariadb(
            os.path.join(self.state, "mariadb"),
            os.path.join(self.run, "db", "mysqld.sock"),
            self.settings.get("throwaway", False))

    # Paths that others ask for as well.
    def path(self, *parts):
        return os.path.join(self.state, *parts)

    @property
    def ports(self):
        return self.settings["ports"]

    @property
    def conf(self):
        return self.path("postroom.conf")

    @property
    def postfix_etc(self):
        return self.path("postfix", "etc")

    @property
    def dovecot_conf(self):
        return self.path("dovecot", "etc", "dovecot.conf")

    @property
    def maps(self):
        return self.path("maps", "postfix")

    @property
    def url(self):
        return f"http://localhost:{self.ports['http']}"

    def exists(self):
        return bool(self.settings)

    # Making it.

    def create(self, favourites=False, throwaway=False, outside="hold"):
        """Lay out the instance, or bring an existing one up to date.

        outside: what becomes of mail to other hosts. `hold` keeps it in the
        queue, `send` lets it go, `sink` hands all of it to 127.0.0.1 on the
        port named outside.
        """
        layout.make_users()
        self._make_folders()
        self._settle(favourites, throwaway, outside)
        layout.make_certificate(self.path("tls", "key.pem"),
                                self.path("tls", "cert.pem"),
                                self.addresses)
        words = self._words()
        changed = {
            "supervise": [*self.install_programs(),
                          *self._write_postroom(words),
                          *self.copy_seal_key()],
            "postfix": self._write_postfix(words),
            "dovecot": self._write_dovecot(words),
            "nginx": self._write_web(words),
        }
        for service, files in changed.items():
            if any(files):
                # It reads its files only when it starts.
                self.end(service)
        self.db.throwaway = throwaway
        self.db.create()

    def _make_folders(self):
        layout.folder(layout.STATES)
        layout.folder(self.state)
        for name in ("bin", "www", "tls", "log", "postfix", "postfix/etc",
                     "postfix/queue", "dovecot", "dovecot/etc",
                     "dovecot/state", "nginx", "apache", "maps"):
            layout.folder(self.path(name))
        layout.folder(self.path("postfix", "data"), 0o700, "postfix",
                      "postfix")
        # Dovecot listens in it, also before Postfix was ever started.
        layout.folder(self.path("postfix", "queue", "private"), 0o700,
                      "postfix")
        layout.folder(self.maps, 0o2750, "postroom-map", "postfix")
        layout.folder(self.path("maps", "dovecot"), 0o2750, "postroom-map",
                      "dovecot")
        layout.folder(self.path("node"), 0o700, "postroom-map",
                      "postroom-map")
        layout.folder(self.path("vmail"), 0o700, "vmail", "vmail")
        self._make_run()

    def _make_run(self):
        layout.folder(self.run)
        layout.folder(os.path.join(self.run, "dovecot"))
        layout.folder(os.path.join(self.run, "db"), 0o755,
                      mariadb.server_user())
        layout.folder(os.path.join(self.run, "map"), 0o755, "postroom-map",
                      "postroom")

    def _settle(self, favourites, throwaway, outside):
        with ports_lock():
            ports = self.settings.get("ports") or layout.pick_ports(
                PORTS, ports_of_others(self.name), favourites)
            self.settings = {"name": self.name, "ports": ports,
                             "throwaway": throwaway, "outside": outside}
            layout.write(self.settings_file,
                         as_json(self.settings))

    def install_programs(self):
        """Copy what was built to where the programs' users can read it.

        Yields for each program whether it is another than before.
        """
        self._install_panel()
        for name in PROGRAMS:
            built = os.path.join(self.build, "bin", name)
            target = self.path("bin", name)
            if not os.path.exists(built):
                continue
            if os.path.exists(target) and filecmp.cmp(built, target, False):
                continue
            shutil.copy2(built, target + ".new")
            os.chmod(target + ".new", 0o755)
            os.rename(target + ".new", target)
            yield True

    def _install_panel(self):
        panel = os.path.join(layout.ROOT, "www", "dist")
        if not os.path.isdir(panel):
            return
        fresh = self.path("www.new")
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.copytree(panel, fresh)
        subprocess.run(["chmod", "-R", "u=rwX,go=rX", fresh], check=True)
        shutil.rmtree(self.path("www"))
        os.rename(fresh, self.path("www"))

    def _words(self):
        words = {
            "NAME": self.name, "STATE": self.state, "RUN": self.run,
            "BIN": self.path("bin"), "WWW": self.path("www"),
            "CONF": self.conf, "MAPS": self.maps,
            "TLS_KEY": self.path("tls", "key.pem"),
            "TLS_CERT": self.path("tls", "cert.pem"),
            "DB_SOCKET": self.db.socket,
            "WEB_SOCKET": os.path.join(self.run, "web.sock"),
            "WAKE_SOCKET": os.path.join(self.run, "map", "wake"),
            "ROOTD_SOCKET": os.path.join(self.run, "rootd.sock"),
            "PROBE_SOCKET": os.path.join(self.run, "probe.sock"),
            "ORIGIN": self.url, "NODE": "local",
            "NODE_STATE": self.path("node"),
            # A queue that holds nothing is looked through in no time.
            "RELOAD_EVERY": 1 if self.settings["throwaway"] else 5,
            "COMMON_PASSWORDS": self.path("common-passwords.txt"),
            "SEAL_KEY": self.path("seal.key"),
            "SEAL_WEB": self.path("seal-web"),
            "SEAL_JOB": self.path("seal-job"),
            "MAIL_ROOT": self.path("vmail"),
            "MAIL_UID": layout.MAIL_ID, "MAIL_GID": layout.MAIL_ID,
            "POSTFIX_ETC": self.postfix_etc,
            "POSTFIX_QUEUE": self.path("postfix", "queue"),
            "DOVECOT_ETC": self.path("dovecot", "etc"),
            "DOVECOT_DB": self.path("maps", "dovecot", "mail.db"),
            "NGINX_ETC": self.path("nginx"),
            "LISTEN": self._web_listens(),
            "SERVER_NAME": "localhost",
            "SYSLOG": f"postfix-{self.name}",
            "SMTP": str(self.ports["smtp"]) if self.addresses
                    else f"127.0.0.1:{self.ports['smtp']}",
            "SMTP_PORT": self.ports["smtp"],
            "SUBMISSION": f"127.0.0.1:{self.ports['submission']}",
            "SUBMISSIONS": f"127.0.0.1:{self.ports['submissions']}",
            "INTERFACES": ", ".join(["127.0.0.1", *self.addresses]),
            "ROLE": "mailbox", "FEED_URL": "", "FEED_TOKEN": "",
            "FEED_CA": "",
            "OUTSIDE": {
                "hold": "defer_transports = smtp",
                "sink": f"relayhost = [127.0.0.1]:{self.ports['outside']}",
                "send": "smtp_dns_support_level = enabled\n"
                        "smtp_host_lookup = dns",
            }[self.settings["outside"]],
        }
        words.update((f"PORT_{k}", v) for k, v in self.ports.items())
        words["MAIL_HOST"] = "localhost"
        words.update((f"MAIL_{k.upper()}", self.ports[k]) for k in (
            "imap", "imaps", "pop3", "pop3s", "submission", "submissions"))
        words["WORKERS"] = self.workers
        words["ENV"] = "".join(
            f"env = {key}={value}\n" for key, value in ENVIRONMENT.items()
            if key.endswith("SAN_OPTIONS"))
        for program in ("rootd", "prober", "mapd", "web", "jobd"):
            words[f"WRAP_{program}"] = self.wrap.get(program, "")
        return words

    def _web_listens(self):
        """What nginx listens on, as the value of its directive."""
        tls = [f"listen {address}:{FEED_PORT} ssl;"
               for address in self.addresses]
        if tls:
            tls += [f"ssl_certificate {self.path('tls', 'cert.pem')};",
                    f"ssl_certificate_key {self.path('tls', 'key.pem')};"]
        return "\n    ".join([f"127.0.0.1:{self.ports['http']};", *tls]
                             )[:-1]

    def _write(self, target, *templates, words):
        text = "".join(layout.fill(name, words) for name in templates)
        return layout.write(self.path(target), text)

    def _write_postroom(self, words):
        with open(os.path.join(layout.ROOT, "etc", "common-passwords.txt"),
                  encoding="ascii") as f:
            common = f.read()
        return [
            layout.write(self.path("common-passwords.txt"), common),
            self._write("postroom.conf", "postroom/postroom.conf.in",
                        words=words),
            self._write("supervise.conf", "postroom/supervise.conf.in",
                        words=words)]

    def copy_seal_key(self):
        """Make the key of sealed secrets, and give each service its copy.

        Yields for each copy whether it is another than before. A service of
        systemd gets the same as its credential.
        """
        if not os.path.exists(self.path("seal.key")):
            self.postroom("seal", "init")
        with open(self.path("seal.key"), encoding="ascii") as f:
            text = f.read()
        for service, user in (("web", "postroom-web"),
                              ("job", "postroom-job")):
            layout.folder(self.path(f"seal-{service}"), 0o700, user, user)
            yield layout.write(self.path(f"seal-{service}", "seal.key"),
                               text, 0o600, user, user)

    def _write_postfix(self, words):
        return [
            self._write("postfix/etc/main.cf", "postfix/main.cf.in",
                        "postfix/private.cf.in", words=words),
            self._write("postfix/etc/master.cf", "postfix/master.cf.in",
                        words=words),
            self._write("postfix/etc/postroom-lmtp-dsn",
                        "postfix/postroom-lmtp-dsn", words=words)]

    def _write_dovecot(self, words):
        templates = f"dovecot-{dovecot_version()}"
        if not os.path.isdir(os.path.join(layout.ROOT, "etc", templates)):
            raise InstanceError(f"there is no configuration for Dovecot "
                                f"{dovecot_version()}; there is for 2.3")
        return [
            self._write("dovecot/etc/dovecot.conf",
                        f"{templates}/postroom.conf.in",
                        f"{templates}/private.conf.in", words=words),
            self._write("dovecot/etc/postroom-sql.conf.ext",
                        f"{templates}/postroom-sql.conf.ext.in",
                        words=words)]

    def _write_web(self, words):
        return [
            self._write("nginx/nginx.conf", "nginx/private.conf.in",
                        words=words),
            self._write("nginx/server.conf", "nginx/server.conf.in",
                        words=words),
            self._write("nginx/headers.conf", "nginx/headers.conf",
                        words=words),
            self._write("apache/apache.conf", "apache/private.conf.in",
                        words=words),
            self._write("apache/postroom.conf", "apache/postroom.conf.in",
                        words=words)]

    # Starting and stopping.

    def start(self, apache=False):
        """Start everything that is not running, and wait until it answers."""
        self._make_run()
        self.db.start()
        self.migrate()
        self.start_programs()
        self.wait_for_maps()
        self.start_dovecot()
        self.start_postfix()
        self.start_nginx()
        if apache:
            self.start_apache()

    def migrate(self):
        self.db.sql("CREATE DATABASE IF NOT EXISTS postroom")
        self.postroom("migrate", "--schema",
                      os.path.join(layout.ROOT, "schema"))
        self.postroom("node", "add", "local")

    def postroom(self, *argv, **options):
        """Run the `postroom` command on this instance; what it prints."""
        done = subprocess.run(
            [self.path("bin", "postroom"), "-c", self.conf, *argv],
            capture_output=True, text=True, **options)
        if done.returncode:
            raise InstanceError(f"postroom {' '.join(argv)}: exit "
                                f"{done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def start_programs(self):
        if self.pid("supervise"):
            return
        with open(self.path("log", "postroom.log"), "a") as log:
            subprocess.Popen(
                [self.path("bin", "postroom-supervise"), "-c",
                 self.path("supervise.conf")],
                cwd=self.state, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=True, env=ENVIRONMENT)
        wait_for(lambda: self.pid("supervise"), "Postroom's programs")

    def programs(self, *action):
        """Ask the supervisor: status, or start, stop, restart PROGRAM."""
        done = subprocess.run(
            [self.path("bin", "postroom-supervise"), "-c",
             self.path("supervise.conf"), *action],
            capture_output=True, text=True)
        if done.returncode:
            raise InstanceError(f"postroom-supervise {' '.join(action)}: "
                                + done.stderr.strip())
        return done.stdout

    def wait_for_maps(self, deadline_s=30):
        """Postfix and Dovecot must find their files when they start."""
        wanted = [os.path.join(self.maps, name) for name in (
            "domains.lmdb", "mailboxes.lmdb", "aliases.lmdb",
            "sender_login.lmdb", "transport.lmdb", "refuse.lmdb",
            "whitelist.cidr")]
        wanted.append(self.path("maps", "dovecot", "mail.db"))
        wait_for(lambda: all(map(os.path.exists, wanted)),
                 "map files from postroom-mapd", deadline_s)

    def start_postfix(self):
        self._launch("postfix", ["postfix", "-c", self.postfix_etc, "start"])

    def start_dovecot(self):
        self._launch("dovecot", ["dovecot", "-c", self.dovecot_conf])

    def start_nginx(self):
        self._launch("nginx", ["nginx", "-p", self.path("nginx"), "-c",
                               self.path("nginx", "nginx.conf")])

    def start_apache(self):
        self._launch("apache", ["apache2", "-k", "start", "-f",
                                self.path("apache", "apache.conf")])

    def _launch(self, service, argv):
        """Run a command that puts a server into the background."""
        if self.pid(service):
            return
        # A file, not a pipe: the server may keep it open.
        log = self.path("log", f"start-{service}.log")
        with open(log, "w") as f:
            done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=f,
                                  stderr=f, cwd=self.state, timeout=60,
                                  env=ENVIRONMENT,
                                  start_new_session=True)
        if done.returncode:
            raise InstanceError(f"{service} did not start:\n"
                                + self.tail(f"start-{service}.log"))
        wait_for(lambda: self.pid(service), f"start of {service}")

    def pid(self, service):
        """The process id of a running service, or None."""
        file = {
            "mariadb": self.db.pid_file,
            "supervise": os.path.join(self.run, "supervise.pid"),
            "postfix": self.path("postfix", "queue", "pid", "master.pid"),
            "dovecot": os.path.join(self.run, "dovecot", "master.pid"),
            "nginx": os.path.join(self.run, "nginx.pid"),
            "apache": os.path.join(self.run, "apache.pid"),
        }[service]
        try:
            with open(file) as f:
                pid = int(f.read())
        except (OSError, ValueError):
            return None
        return pid if reap.is_server(pid, [self.state, self.run]) else None

    def end(self, service, deadline_s=30):
        """End one service in order and wait until it is gone."""
        pid = self.pid(service)
        if not pid:
            return
        family = reap.with_descendants(pid)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, 15)
        wait_for(lambda: not any(map(reap.is_alive, family)),
                 f"end of {service}", deadline_s)

    def stop(self):
        """End all processes of this instance, and no other."""
        for service in ("apache", "nginx", "supervise", "postfix",
                        "dovecot", "mariadb"):
            with contextlib.suppress(InstanceError):
                self.end(service, 60 if service == "mariadb" else 10)
        if not reap.reap([self.state, self.run], 2):
            raise InstanceError("some processes do not end")

    def destroy(self):
        """End it and remove everything it had."""
        reap.reap([self.state, self.run])
        for folder in (self.run, self.state):
            shutil.rmtree(folder, ignore_errors=True)

    def status(self):
        """What runs and where it listens."""
        services = {name: self.pid(name) for name in (
            "mariadb", "supervise", "postfix", "dovecot", "nginx",
            "apache")}
        return {"name": self.name, "url": self.url, "ports": self.ports,
                "running": services,
                "processes": len(reap.servers_of([self.state, self.run]))}

    def tail(self, log, lines=20):
        try:
            with open(self.path("log", log), errors="replace") as f:
                return "".join(f.readlines()[-lines:])
        except OSError:
            return ""


def as_json(settings):
    return json.dumps(settings, indent=1) + "\n"


@contextlib.contextmanager
def ports_lock():
    os.makedirs(layout.STATES, exist_ok=True)
    with open(os.path.join(layout.STATES, ".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def ports_of_others(name):
    """Ports that other instances on this machine have settled on."""
    taken = set()
    for other in os.listdir(layout.STATES):
        path = os.path.join(layout.STATES, other, "instance.json")
        if other != name and os.path.exists(path):
            with open(path) as f:
                taken |= set(json.load(f)["ports"].values())
    return taken


def dovecot_version():
    """The first two numbers of the installed Dovecot's version."""
    out = subprocess.run(["dovecot", "--version"], capture_output=True,
                         text=True, check=True).stdout
    return ".".join(out.split()[0].split(".")[:2])
