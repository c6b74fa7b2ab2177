"""Imports by the API, as a browser does them, and jobd beside it."""

import grp
import subprocess
import time

import apicase
import private

PIECE = 512 << 10
HASH = apicase.HASH


def until(what, condition, seconds=60):
    """Poll until condition() is true; its value."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.02)


class ImportCase(apicase.ApiCase):
    """An instance with postroom-jobd."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.jobd = cls.start_jobd()

    @classmethod
    def tearDownClass(cls):
        cls.stop_jobd(cls.jobd)
        super().tearDownClass()

    @classmethod
    def start_jobd(cls):
        with open(cls.servers.path("log", "jobd.log"), "a") as log:
            return subprocess.Popen(
                [cls.servers.path("bin", "postroom-jobd"), "-c",
                 cls.servers.conf], stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, cwd=cls.servers.state, user="postroom-job",
                group="postroom-job",
                extra_groups=[grp.getgrnam("postroom").gr_gid],
                start_new_session=True,
                env=dict(private.ENVIRONMENT, CREDENTIALS_DIRECTORY=cls.
                         servers.path("seal-job")))

    @staticmethod
    def stop_jobd(daemon):
        daemon.terminate()
        try:
            daemon.wait(20)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()

    # Steps.

    def upload(self, data, noun="mailbox", name="users.csv", who=None):
        """The import whose file is `data` (bytes)."""
        who = who or self.root
        made = self.must(201, who.post("/api/v1/imports", {
            "noun": noun, "file_name": name})).value
        for n, at in enumerate(range(0, max(len(data), 1), PIECE), 1):
            made = self.must(200, self.piece(
                made["id"], n, data[at:at + PIECE], who)).value
        return made

    def piece(self, number, seq, data, who=None):
        return (who or self.root).send(
            "PUT", f"/api/v1/imports/{number}/pieces/{seq}", body=data,
            Content_Type="application/octet-stream")

    def get(self, made, who=None):
        return self.must(200, (who or self.root).get(
            f"/api/v1/imports/{made['id']}")).value

    def job_end(self, job, seconds=60, who=None):
        def ended():
            value = self.must(200, (who or self.root).get(
                f"/api/v1/jobs/{job['id']}")).value
            return value["state"] in ("done", "failed", "cancelled") and value
        return until(f"the end of job {job['id']}", ended, seconds)

    def check(self, made, options=None, who=None, seconds=60):
        """The import after its check, which must go well."""
        job = self.must(202, (who or self.root).post(
            f"/api/v1/imports/{made['id']}/check", options or {})
                        ).value["job"]
        ended = self.job_end(job, seconds, who)
        self.assertEqual(ended["state"], "done", ended)
        return self.get(made, who)

    def run_job(self, made, how=None, who=None):
        """Ask for the import of what was checked; the job."""
        counts = made["counts"]
        return self.must(202, (who or self.root).post(
            f"/api/v1/imports/{made['id']}/run", {
                "expected_new": counts["new"],
                "expected_changed": counts["changed"],
                "expected_missing": counts["missing"], **(how or {})})
                         ).value["job"]

    def bring_in(self, made, how=None, who=None, seconds=60):
        job = self.run_job(made, how, who)
        ended = self.job_end(job, seconds, who)
        self.assertEqual(ended["state"], "done", ended)
        return self.get(made, who)

    def errors(self, made, who=None):
        """All errors, page by page."""
        items, after, after_n = [], 0, 0
        while True:
            page = self.must(200, (who or self.root).get(
                f"/api/v1/imports/{made['id']}/errors", after=after,
                after_n=after_n, limit=200)).value
            items += page["items"]
            if not page["has_more"]:
                return items
            after, after_n = items[-1]["row"], items[-1]["n"]

    def said(self, made, who=None):
        """(line, column, reason) of each error."""
        return [(e["line"], e["column"], e["reason"])
                for e in self.errors(made, who)]

    def texts(self, made, what):
        """All of `failed` (read) or `passwords` (taken)."""
        text, seq = "", 0
        while True:
            seq += 1
            reply = (self.root.post(f"/api/v1/imports/{made['id']}/passwords")
                     if what == "passwords" else self.root.get(
                         f"/api/v1/imports/{made['id']}/failed/{seq}"))
            value = self.must(200, reply).value
            text += value["csv"]
            if not value["has_more"]:
                return text

    def one_go(self, data, noun="mailbox", options=None, how=None, **more):
        """Upload, check, import."""
        made = self.check(self.upload(data, noun, **more), options)
        return self.bring_in(made, how)
