"""A MariaDB server of our own: its folder, its socket, nothing else.

Accounts sign in by the operating system's user (unix_socket), so no password
is written anywhere. The system tables take seconds to make; they are made
once, kept as a template below the build folder and copied.
"""

import fcntl
import os
import pwd
import shutil
import subprocess
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
SERVER = "/usr/sbin/mariadbd"
TEMPLATE = "etc/mariadb/my.cnf.in"


def server_user():
    """The user that the server runs as: mysql where we may choose."""
    if os.geteuid() == 0:
        return "mysql"
    return pwd.getpwuid(os.geteuid()).pw_name


def _give(path, user):
    if os.geteuid() == 0:
        entry = pwd.getpwnam(user)
        os.chown(path, entry.pw_uid, entry.pw_gid)


def _give_all(folder, user):
    for base, dirs, files in os.walk(folder):
        for name in dirs + files:
            _give(os.path.join(base, name), user)
    _give(folder, user)


def _version():
    out = subprocess.run([SERVER, "--version"], capture_output=True,
                         text=True, check=True).stdout
    return out.split()[2].split("-")[0]


def _install(datadir):
    me = pwd.getpwuid(os.geteuid()).pw_name
    subprocess.run(
        ["mariadb-install-db", "--no-defaults", f"--datadir={datadir}",
         "--auth-root-authentication-method=socket",
         f"--auth-root-socket-user={me}", f"--user={me}",
         "--skip-test-db", "--skip-name-resolve", "--innodb-log-file-size=16M"],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def template(cache=None):
    """A folder with fresh system tables, made at most once a version."""
    cache = cache or os.path.join(ROOT, "build", "cache")
    os.makedirs(cache, exist_ok=True)
    path = os.path.join(cache, f"mariadb-{_version()}-{os.geteuid()}")
    with open(path + ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.isdir(path):
            shutil.rmtree(path + ".new", ignore_errors=True)
            _install(path + ".new")
            os.rename(path + ".new", path)
    return path


class Mariadb:
    """One server below `folder`, listening on `socket` only."""

    def __init__(self, folder, socket, throwaway=False):
        self.folder = folder
        self.socket = socket
        self.data = os.path.join(folder, "data")
        self.config = os.path.join(folder, "my.cnf")
        self.log = os.path.join(folder, "error.log")
        self.pid_file = os.path.join(folder, "pid")
        self.throwaway = throwaway

    def create(self):
        """Lay out the data folder where it is missing; write the settings."""
        user = server_user()
        os.makedirs(self.folder, exist_ok=True)
        os.chmod(self.folder, 0o755)
        if not os.path.isdir(self.data):
            fresh = self.data + ".new"
            shutil.rmtree(fresh, ignore_errors=True)
            shutil.copytree(template(), fresh)
            _give_all(fresh, user)
            os.chmod(fresh, 0o700)
            os.rename(fresh, self.data)
        _give(self.folder, user)
        with open(os.path.join(ROOT, TEMPLATE)) as f:
            text = f.read()
        for key, value in {
                "FOLDER": self.folder, "DATA": self.data, "USER": user,
                "SOCKET": self.socket, "PID": self.pid_file, "LOG": self.log,
                "FLUSH": "2" if self.throwaway else "1"}.items():
            text = text.replace(f"@{key}@", value)
        with open(self.config, "w") as f:
            f.write(text)

    def start(self, deadline_s=60):
        """Start the server and return once it answers."""
        if self.is_up():
            return
        child = subprocess.Popen(
            [SERVER, f"--defaults-file={self.config}"], cwd=self.folder,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True)
        end = time.monotonic() + deadline_s
        while not self.is_up():
            if child.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"MariaDB did not start, see {self.log}:\n"
                                   + self.tail())
            time.sleep(0.02)
        self.child = child

    def stop(self, deadline_s=60):
        """End the server in order; returns when it is gone."""
        pid = self.pid()
        if not pid:
            return
        os.kill(pid, 15)
        end = time.monotonic() + deadline_s
        child = getattr(self, "child", None)
        while self.pid():
            if child:
                child.poll()
            if time.monotonic() > end:
                raise RuntimeError("MariaDB does not stop")
            time.sleep(0.02)

    def pid(self):
        """The process id of the running server, or None."""
        try:
            with open(self.pid_file) as f:
                pid = int(f.read())
            with open(f"/proc/{pid}/cmdline") as f:
                return pid if self.config in f.read() else None
        except (OSError, ValueError):
            return None

    def is_up(self):
        if not os.path.exists(self.socket):
            return False
        return subprocess.run(
            ["mariadb-admin", "--no-defaults", "-S", self.socket, "ping"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL).returncode == 0

    def tail(self, lines=30):
        try:
            with open(self.log, errors="replace") as f:
                return "".join(f.readlines()[-lines:])
        except OSError:
            return ""

    def sql(self, text, database=""):
        """Run statements as the administrator; returns rows as text."""
        out = subprocess.run(
            ["mariadb", "--no-defaults", "-S", self.socket, "-N", "-B",
             "--default-character-set=utf8mb4", database],
            input=text, capture_output=True, text=True)
        if out.returncode:
            raise RuntimeError(out.stderr.strip())
        return out.stdout
