"""How the panel's files are served, by nginx and by Apache alike."""

import os
import unittest

import api as api_client
import instance
import layout

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "object-src 'none'; require-trusted-types-for 'script'; "
    "trusted-types 'none'")
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "publickey-credentials-get=(self), "
                          "publickey-credentials-create=(self), "
                          "clipboard-write=(self)",
}


class Static(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.servers = cls.enterClassContext(instance.laid_out())
        assets = cls.servers.path("www", "assets")
        layout.folder(assets)
        layout.write(cls.servers.path("www", "index.html"), "the panel\n")
        layout.write(os.path.join(assets, "a-1.js"), "1\n")
        cls.servers.start_nginx()
        cls.servers.start_apache()

    def each(self):
        for name in ("http", "apache"):
            with self.subTest(server=name):
                yield api_client.Api(self.servers.ports[name])

    def test_pages_carry_the_policy_and_are_asked_for_again(self):
        for api in self.each():
            for path in ("/", "/domains/7", "/index.html"):
                reply = api.raw("GET", path)
                self.assertEqual((reply.status, reply.raw),
                                 (200, b"the panel\n"), path)
                self.assertEqual({k: reply.headers.get(k)
                                  for k in HEADERS}, HEADERS)
                self.assertEqual(reply.headers["cache-control"], "no-cache")

    def test_assets_are_kept_for_good(self):
        for api in self.each():
            reply = api.raw("GET", "/assets/a-1.js")
            self.assertEqual(reply.status, 200)
            self.assertIn("javascript", reply.headers["content-type"])
            self.assertEqual(reply.headers["cache-control"],
                             "public, max-age=31536000, immutable")
            self.assertEqual(reply.headers["content-security-policy"],
                             POLICY)

    def test_a_missing_asset_is_not_the_panel(self):
        for api in self.each():
            self.assertEqual(api.raw("GET", "/assets/b-2.js").status, 404)

    def test_a_missing_program_is_said_in_the_words_of_the_api(self):
        reply = api_client.Api(self.servers.ports["http"]).raw(
            "GET", "/api/v1/domains")
        self.assertEqual(reply.status, 503)
        self.assertEqual(reply.body["code"], "unavailable")
        self.assertEqual(reply.headers["content-type"],
                         "application/problem+json")


if __name__ == "__main__":
    unittest.main()
