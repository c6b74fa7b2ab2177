#!/usr/bin/python3
"""End the servers that belong to a folder, and nothing else.

A private instance keeps everything below folders of its own, so a server of
ours is known by what the kernel tells of it: its program is one of the
servers that we start, and its command line or its working folder names one
of those folders. Recorded process ids may lie (a number is used again, a
server died before it could write its own); this does not. Descendants of
such a server belong to it.

As a program, `reap.py FOLDER...` waits until its standard input ends, then
ends what belongs to the folders and removes them. Whoever starts a throwaway
instance holds the other end of that pipe: when it dies, however it dies, the
kernel closes the pipe and nothing is left behind. A line `group NUMBER` on
the pipe names a process group to be ended first, `done NUMBER` one that has
ended by itself, `folder PATH` one more folder.
"""

import os
import shutil
import signal
import sys
import time

# The programs that a private instance starts, by the base name of their
# executable. Shells and editors whose working folder is the instance's stay.
SERVERS = frozenset("""
    mariadbd mysqld master dovecot nginx apache2
    postroom-web postroom-jobd postroom-mapd postroom-rootd postroom-statd
    postroom-policyd postroom-maild postroom-logd postroom-supervise
    valgrind memcheck-amd64-linux
""".split())


def _read(path):
    try:
        with open(path, "rb") as f:
            return f.read()
    except OSError:
        return b""


def _link(path):
    try:
        return os.readlink(path)
    except OSError:
        return ""


def _below(path, folders):
    return any(path == f or path.startswith(f + "/") for f in folders)


def _parent(pid):
    """State and parent of a process; "Z" also for one that is gone."""
    stat = _read(f"/proc/{pid}/stat").decode("utf-8", "replace")
    # The name in the second field may hold blanks and parentheses.
    fields = stat[stat.rfind(")") + 2:].split()
    return (fields[0], int(fields[1])) if len(fields) > 1 else ("Z", 0)


def is_alive(pid):
    """Whether the process exists and is not just waiting to be collected."""
    return _parent(pid)[0] != "Z"


def is_server(pid, folders):
    """Whether the process is one of our servers of these folders."""
    exe = _link(f"/proc/{pid}/exe").removesuffix(" (deleted)")
    name = os.path.basename(exe)
    mail = exe.startswith(("/usr/lib/postfix/", "/usr/lib/dovecot/",
                           "/usr/libexec/dovecot/"))
    if name not in SERVERS and not mail:
        return False
    if _below(_link(f"/proc/{pid}/cwd").removesuffix(" (deleted)"), folders):
        return True
    args = _read(f"/proc/{pid}/cmdline").decode("utf-8", "replace")
    words = args.replace("=", "\0").replace(" ", "\0").split("\0")
    return any(_below(word, folders) for word in words)


def servers_of(folders):
    """Process ids of the servers of these folders and their descendants."""
    folders = [os.path.realpath(f) for f in folders]
    parent = _parents()
    found = {pid for pid in parent if is_server(pid, folders)}
    return _and_descendants(found, parent)


def with_descendants(pid):
    """The process and everything it started."""
    return _and_descendants({pid}, _parents())


def _parents():
    parent = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit() or int(entry) == os.getpid():
            continue
        state, above = _parent(int(entry))
        if state == "Z":
            continue
        parent[int(entry)] = above
    return parent


def _and_descendants(found, parent):
    found = set(found)
    grew = True
    while grew:
        more = {p for p, above in parent.items()
                if above in found and p not in found}
        found |= more
        grew = bool(more)
    return found


def _send(pids, sig):
    for pid in pids:
        try:
            os.kill(pid, sig)
        except OSError:
            pass


def reap(folders, grace_s=0.0):
    """End the servers of the folders: politely for grace_s, then for sure.

    Returns True when none is left.
    """
    deadline = time.monotonic() + grace_s
    if grace_s > 0:
        _send(servers_of(folders), signal.SIGTERM)
    while time.monotonic() < deadline:
        if not servers_of(folders):
            return True
        time.sleep(0.05)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        left = servers_of(folders)
        if not left:
            return True
        _send(left, signal.SIGKILL)
        time.sleep(0.02)
    return not servers_of(folders)


def main(folders):
    for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sig, signal.SIG_IGN)
    groups = []
    for line in sys.stdin:
        word, _, value = line.strip().partition(" ")
        if word == "group":
            groups.append(-int(value))
        elif word == "done":
            groups.remove(-int(value))
        elif word == "folder":
            folders.append(value)
    _send(groups, signal.SIGKILL)
    reap(folders)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1:])
