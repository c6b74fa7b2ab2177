"""An HTTP client that does only what it is told, and judges every reply."""

import http.client
import json
import urllib.parse

from contract import Contract

COOKIE = "__Host-postroom"
DEVICE = "__Host-postroom-device"
CONTRACT = Contract()


class Reply:
    def __init__(self, status, headers, body, value):
        self.status = status
        self.headers = headers
        self.body = body
        self.value = value

    @property
    def etag(self):
        return self.headers.get("etag")

    @property
    def reasons(self):
        """(field, reason) of each item of a problem document."""
        return [(e["field"], e["reason"]) for e in self.value["errors"]]

    def __repr__(self):
        return f"<{self.status} {self.body[:500]!r}>"


class Client:
    """One browser: a cookie, an origin, the header that writes need."""

    def __init__(self, port, origin, token=None, address=None):
        self.port = port
        self.origin = origin
        self.token = token
        self.address = address
        self.device = None
        self.timeout = 30

    def clone(self):
        return Client(self.port, self.origin, self.token, self.address)

    def headers(self):
        headers = {"Host": self.origin.split("//")[1], "Origin": self.origin,
                   "X-Postroom": "1"}
        cookies = [f"{name}={value}" for name, value in (
            (COOKIE, self.token), (DEVICE, self.device)) if value]
        if cookies:
            headers["Cookie"] = "; ".join(cookies)
        if self.address:
            headers["X-Forwarded-For"] = self.address
        return headers

    def raw(self, method, path, body=None, headers=None):
        """Send exactly this; status, headers, body. No judgement."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=self.timeout)
        try:
            connection.request(method, path, body, headers or {})
            got = connection.getresponse()
            names = {k.lower(): v for k, v in got.getheaders()}
            cookies = got.headers.get_all("Set-Cookie") or []
            if cookies:
                # The session's is the first.
                names["set-cookie"] = cookies[0]
                self._take_device(cookies[1:])
            return got.status, names, got.read()
        finally:
            connection.close()

    def send(self, method, path, value=None, *, body=None, match=None,
             key=None, drop=(), **extra):
        """One request, judged by the contract.

        value: sent as JSON; body: sent as it is. match: If-Match. key:
        Idempotency-Key. drop: headers to leave out; extra: headers by name
        with underscores.
        """
        headers = self.headers()
        if value is not None:
            body = json.dumps(value).encode()
        if body is not None:
            headers["Content-Type"] = "application/json"
            if isinstance(body, str):
                body = body.encode()
        if match is not None:
            headers["If-Match"] = match
        if key is not None:
            headers["Idempotency-Key"] = key
        headers.update((k.replace("_", "-"), v) for k, v in extra.items())
        for name in drop:
            headers.pop(name, None)
        status, names, got = self.raw(method, path, body, headers)
        if method == "HEAD":
            return Reply(status, names, got, None)
        checked = CONTRACT.check(method, path, status, names, got)
        self._take_cookie(names)
        return Reply(status, names, got, checked)

    def _take_device(self, cookies):
        for cookie in cookies:
            if cookie.startswith(DEVICE + "="):
                self.device = cookie.split(";")[0].split("=", 1)[1]

    def _take_cookie(self, headers):
        cookie = headers.get("set-cookie", "")
        if cookie.startswith(COOKIE + "="):
            self.token = cookie.split(";")[0].split("=", 1)[1] or None

    def get(self, path, **query):
        extra = {k: query.pop(k) for k in ("If_None_Match",) if k in query}
        if query:
            path += "?" + urllib.parse.urlencode(query)
        return self.send("GET", path, **extra)

    def post(self, path, value=None, **more):
        return self.send("POST", path, value, **more)

    def put(self, path, value=None, **more):
        return self.send("PUT", path, value, **more)

    def patch(self, path, value, match=None, **more):
        return self.send("PATCH", path, value, match=match, **more)

    def delete(self, path, value=None, match=None, **more):
        return self.send("DELETE", path, value, match=match, **more)

    def pages(self, path, **query):
        """All rows of a list, page by page, following `next`."""
        items = []
        while True:
            page = self.get(path, **query).value
            items += page["items"]
            if page["next"] is None:
                return items
            query["after"] = page["next"]
