"""A small client of Postroom's HTTP API: a session, JSON, problem documents."""

import http.client
import json


class Problem(Exception):
    """A reply that is not a success: its status and problem document."""

    def __init__(self, status, body, headers):
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body if isinstance(body, dict) else {}
        self.headers = headers

    @property
    def reasons(self):
        return [item["reason"] for item in self.body.get("errors", [])]


class Reply:
    """What came back: status, headers by lower-case name, parsed body."""

    def __init__(self, status, headers, raw):
        self.status = status
        self.headers = headers
        self.raw = raw
        self.body = None
        if "json" in headers.get("content-type", ""):
            self.body = json.loads(raw)


class Api:
    """One browser's worth of state: a cookie and nothing else."""

    def __init__(self, port, host="127.0.0.1", timeout_s=30):
        self.port, self.host, self.timeout_s = port, host, timeout_s
        self.cookie = None

    def raw(self, method, path, body=None, headers=None):
        """One request as it is given; body is bytes or text or None."""
        connection = http.client.HTTPConnection(self.host, self.port,
                                                timeout=self.timeout_s)
        sent = {"Host": f"localhost:{self.port}"}
        if self.cookie:
            sent["Cookie"] = self.cookie
        sent.update(headers or {})
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            got = {k.lower(): v for k, v in answer.getheaders()}
            reply = Reply(answer.status, got, answer.read())
        finally:
            connection.close()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            if cookie.startswith("__Host-postroom="):
                self.cookie = cookie.split(";")[0]
        return reply

    def call(self, method, path, body=None, match=None):
        """A request to /api/v1; the parsed body, or raises Problem."""
        headers = {"X-Postroom": "1"}
        if body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(body)
        if match is not None:
            headers["If-Match"] = f'"{match}"'
        reply = self.raw(method, "/api/v1" + path, body, headers)
        if reply.status >= 400:
            raise Problem(reply.status, reply.body, reply.headers)
        return reply.body

    def get(self, path):
        return self.call("GET", path)

    def post(self, path, body=None, match=None):
        return self.call("POST", path, body, match)

    def patch(self, path, row, body):
        """Change a row as it was last read."""
        return self.call("PATCH", f"{path}/{row['id']}", body,
                         row["version"])

    def delete(self, path, row, body=None):
        return self.call("DELETE", f"{path}/{row['id']}", body,
                         row["version"])

    def first_use(self, token, password):
        return self.post("/first-use", {"token": token,
                                        "password": password})

    def sign_in(self, login, password):
        return self.post("/session", {"login": login, "password": password})
