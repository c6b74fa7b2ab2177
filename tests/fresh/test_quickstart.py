"""The README's first command on a fresh Debian, in a chroot of its own.

Each case takes minutes and the network, so these belong to the long tests.
"""

import os
import subprocess
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))

TWICE = """
# A policy that lets everything start is no excuse.
printf '#!/bin/sh\\nexit 0\\n' >/usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d
scripts/quickstart
for left in /run/nginx.pid /run/mysqld/mysqld.sock /run/dovecot/master.pid \\
	/var/spool/postfix/pid/master.pid; do
	[ ! -e $left ] || { echo "a package's service was started: $left"; exit 9; }
done
grep -x 'exit 0' /usr/sbin/policy-rc.d
echo --- again
scripts/quickstart
make stop
"""

ANOTHER = """
apt-get -qq update
apt-get -qq -y install --no-install-recommends msmtp-mta >/dev/null
! scripts/quickstart || exit 9
! command -v postfix || exit 9
"""


def run(script):
    """What a fresh machine says to a script; asserts that it went well."""
    done = subprocess.run(
        [os.path.join(ROOT, "scripts", "fresh-machine"), "sh", "-euc",
         script], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, errors="replace")
    if done.returncode:
        raise AssertionError(f"status {done.returncode}:\n"
                             + done.stdout[-8000:])
    return done.stdout


class Quickstart(unittest.TestCase):

    def test_once_and_again(self):
        first, again = run(TWICE).split("\n--- again\n")
        self.assertIn("Installing: ", first)
        self.assertNotIn("Installing: ", again)
        for said in (first, again):
            self.assertIn("http://localhost:", said)

    def test_another_mail_server_is_not_touched(self):
        self.assertIn("Another mail server is installed here: msmtp-mta",
                      run(ANOTHER))


if __name__ == "__main__":
    unittest.main()
