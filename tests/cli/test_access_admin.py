"""Admins from the command line."""

from dbcase import DbCase


class Admins(DbCase):
    def test_an_admin_is_changed_and_goes(self):
        self.cli("admin", "add", "boss")
        self.cli("domain", "add", "rights.test")
        self.cli("admin", "add", "aide", "--role", "admin", "--domains",
                 "rights.test", "--rights", "mailboxes,passwords")
        shown = self.cli("admin", "show", "aide")
        self.assertEqual(["mailboxes", "passwords"],
                         shown["domains"][0]["rights"])
        shown = self.cli("admin", "grant", "aide", "--domains",
                         "rights.test", "--rights", "none")
        self.assertEqual([], shown["domains"][0]["rights"])
        self.cli("admin", "edit", "aide", "--name", "A", "--language", "ja")
        self.assertEqual(
            "disabled", self.cli("admin", "disable", "aide")["state"])
        self.refused(4, "admin", "first-use-link", "aide")
        self.assertEqual(
            "active", self.cli("admin", "enable", "aide")["state"])
        self.cli("admin", "revoke", "aide", "--domains", "rights.test")
        self.assertEqual(
            [], self.cli("admin", "list", "--domain", "rights.test")["items"])
        self.refused(2, "admin", "grant", "aide", "--domains", "rights.test",
                     "--rights", "everything")
        self.cli("admin", "delete", "aide", "--yes")
        self.refused(3, "admin", "show", "aide")
