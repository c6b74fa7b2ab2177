"""Files, users and ports of a private instance: the small things."""

import fcntl
import grp
import os
import pwd
import re
import socket
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
STATES = "/var/lib/postroom-run"
MAIL_ID = 5000

# user: supplementary groups. The group `postroom` may wake the publisher.
USERS = {
    "postroom-web": ["postroom"],
    "postroom-job": ["postroom"],
    "postroom-map": ["postroom"],
    "postroom-stat": ["postroom"],
}

# What people find easy to remember, taken where it is free.
FAVOURITES = {
    "http": 8080, "smtp": 2525, "submission": 2587, "submissions": 2465,
    "imap": 2143, "imaps": 2993, "pop3": 2110, "pop3s": 2995, "apache": 8081,
    "outside": 2526,
}


def fill(template, words):
    """The text of etc/TEMPLATE with its @WORDS@ filled in."""
    with open(os.path.join(ROOT, "etc", template), encoding="utf-8") as f:
        text = f.read()
    for key, value in words.items():
        text = text.replace(f"@{key}@", str(value))
    left = re.search(r"@[A-Z][A-Za-z0-9_]*@", text)
    if left:
        raise ValueError(f"{template}: nothing to fill in for {left.group()}")
    return text


def write(path, text, mode=0o644, user=None, group=None):
    """Put a file in place whole, with its owner and mode.

    Returns whether that changed what is in it.
    """
    try:
        with open(path, encoding="utf-8") as f:
            is_new = f.read() != text
    except FileNotFoundError:
        is_new = True
    with open(path + ".new", "w", encoding="utf-8") as f:
        f.write(text)
    own(path + ".new", mode, user, group)
    os.rename(path + ".new", path)
    return is_new


def own(path, mode, user=None, group=None):
    """Set owner and mode; the mode last, as a change of owner drops bits."""
    if os.geteuid() == 0:
        os.chown(path, pwd.getpwnam(user or "root").pw_uid,
                 grp.getgrnam(group or "root").gr_gid)
    os.chmod(path, mode)


def folder(path, mode=0o755, user=None, group=None):
    os.makedirs(path, exist_ok=True)
    own(path, mode, user, group)


def _exists(look_up, key):
    try:
        look_up(key)
        return True
    except KeyError:
        return False


def _run_quietly(*argv):
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)


def make_users():
    """Make the system users and groups that are missing."""
    nowhere = ["--no-create-home", "--home-dir", "/nonexistent",
               "--shell", "/usr/sbin/nologin"]
    os.makedirs(STATES, exist_ok=True)
    with open(os.path.join(STATES, ".users.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _exists(grp.getgrnam, "postroom"):
            _run_quietly("groupadd", "--system", "postroom")
        for user, groups in USERS.items():
            if not _exists(pwd.getpwnam, user):
                _run_quietly("useradd", "--system", "--user-group",
                             "--groups", ",".join(groups), *nowhere, user)
        if not _exists(pwd.getpwnam, "vmail"):
            if not _exists(grp.getgrnam, "vmail"):
                _run_quietly("groupadd", "--gid", str(MAIL_ID), "vmail")
            _run_quietly("useradd", "--uid", str(MAIL_ID), "--gid", "vmail",
                         *nowhere, "vmail")


def _is_free(port):
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind(("127.0.0.1", port))
            return True
        except OSError:
            return False


def pick_ports(names, taken, favourites):
    """A free loopback port for each name, none of them in `taken`.

    Below the range that the kernel uses for outgoing connections, so that
    none of those can sit on the port when the server comes to listen.
    """
    ports, candidate = {}, 20000 + (os.getpid() * 37) % 10000
    for name in names:
        wanted = FAVOURITES[name] if favourites else 0
        while not wanted or wanted in taken or not _is_free(wanted):
            candidate = 20000 + (candidate - 20000 + 1) % 12000
            wanted = candidate
        taken.add(wanted)
        ports[name] = wanted
    return ports


def make_certificate(key, cert, addresses=()):
    """A self-made certificate for localhost, kept while it exists."""
    if os.path.exists(key) and os.path.exists(cert):
        return
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:prime256v1", "-nodes", "-days", "3650",
         "-subj", "/CN=localhost", "-addext",
         ",".join(["subjectAltName=DNS:localhost,IP:127.0.0.1",
                   *(f"IP:{address}" for address in addresses)]),
         "-keyout", key, "-out", cert],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    own(key, 0o600)
    own(cert, 0o644)
