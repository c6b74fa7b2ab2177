"""PostfixAdmin from its Debian package, on a database of a test's server.

The package is unpacked and not installed, because installing it brings a web
server. Its schema is made by its own upgrade.php, its rows by its own
postfixadmin-cli.
"""

import glob
import os
import shutil
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
INSTALLED = "/usr/share/postfixadmin"


def package():
    """The folder that has the package's files below usr and etc."""
    if os.path.isdir(INSTALLED):
        return "/"
    cache = os.path.join(ROOT, "build", "packages")
    there = os.path.join(cache, "postfixadmin")
    if not os.path.isdir(there):
        os.makedirs(cache, exist_ok=True)
        subprocess.run(["apt-get", "download", "-q", "postfixadmin"],
                       cwd=cache, check=True, capture_output=True)
        deb = sorted(glob.glob(os.path.join(cache, "postfixadmin_*.deb")))[-1]
        fresh = f"{there}.{os.getpid()}"
        subprocess.run(["dpkg-deb", "-x", deb, fresh], check=True)
        try:
            os.rename(fresh, there)
        except OSError:   # another test was quicker
            shutil.rmtree(fresh)
    return there


class PostfixAdmin:
    """A copy with a configuration of its own; `encrypt` may change."""

    def __init__(self, folder, socket, database, user, password):
        self.top = os.path.join(folder, "postfixadmin")
        source = package()
        shutil.copytree(os.path.join(source, "usr/share/postfixadmin"),
                        self.top, symlinks=True)
        for name in ("config.inc.php", "config.local.php", "templates_c"):
            os.unlink(os.path.join(self.top, name))
        os.mkdir(os.path.join(self.top, "templates_c"))
        shutil.copy(os.path.join(source, "etc/postfixadmin/config.inc.php"),
                    self.top)
        # Debian's configuration asks for files that its set-up makes.
        with open(os.path.join(self.top, "config.inc.php"), "r+") as f:
            text = f.read().replace("/etc/postfixadmin/", self.top + "/")
            f.seek(0)
            f.write(text)
            f.truncate()
        with open(os.path.join(self.top, "dbconfig.inc.php"), "w") as f:
            f.write("<?php\n$dbtype='mysqli'; $dbname=''; $dbuser='';"
                    "$dbpass=''; $dbserver=''; $dbport=''; $basepath='';\n")
        self.settings = {
            "configured": True, "database_type": "mysqli",
            "database_host": "localhost", "database_socket": socket,
            "database_user": user, "database_password": password,
            "database_name": database, "encrypt": "md5crypt",
            "dovecotpw": "/usr/bin/doveadm pw",
            "fetchmail": "YES", "vacation": "YES",
            "vacation_domain": "autoreply.example.test", "quota": "YES",
            "domain_quota": "YES", "emailcheck_resolve_domain": "NO",
            "smtp_sendmail_tls": "NO", "default_language": "en",
            "password_validation": {},
        }
        self.write()
        self.php("public/upgrade.php", wants="")

    def write(self):
        def php(value):
            if isinstance(value, bool):
                return "true" if value else "false"
            if isinstance(value, dict):
                return "array()"
            return "'" + value.replace("'", "\\'") + "'"

        with open(os.path.join(self.top, "config.local.php"), "w") as f:
            f.write("<?php\n" + "".join(
                f"$CONF['{key}'] = {php(value)};\n"
                for key, value in self.settings.items()))

    def php(self, script, *argv, wants=None):
        done = subprocess.run(
            ["php", "-d", "error_reporting=0", script, *argv], cwd=self.top,
            capture_output=True, text=True, timeout=60)
        if done.returncode or (wants and wants not in done.stdout):
            raise RuntimeError(f"{script} {argv}: {done.stdout} "
                               f"{done.stderr}")
        return done.stdout

    def cli(self, *argv, encrypt=None):
        """`postfixadmin-cli MODULE TASK ...`; must succeed."""
        if encrypt and encrypt != self.settings["encrypt"]:
            self.settings["encrypt"] = encrypt
            self.write()
        return self.php("scripts/postfixadmin-cli.php", "-webroot",
                        os.path.join(self.top, "scripts"), *argv)
