"""API tests of what background jobs do: postroom-jobd runs beside the API."""

import subprocess
import time

import apicase
import private

JOB_S = 60


class JobCase(apicase.ApiCase):
    """postroom-jobd runs while a class does; it may be killed and begun anew."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.jobd = None
        cls.start_jobd()
        cls.addClassCleanup(cls.stop_jobd)

    @classmethod
    def start_jobd(cls):
        with open(cls.servers.path("log", "jobd.log"), "a") as log:
            cls.jobd = subprocess.Popen(
                [cls.servers.path("bin", "postroom-jobd"), "-c",
                 cls.servers.conf],
                cwd=cls.servers.state, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, user="postroom-job", group="postroom-job",
                extra_groups=["postroom"], start_new_session=True,
                env=dict(private.ENVIRONMENT))

    @classmethod
    def stop_jobd(cls):
        cls.jobd.kill()
        cls.jobd.wait()

    def kill_jobd(self):
        """Without a chance to give anything back; the lease is made to end."""
        self.stop_jobd()
        self.servers.db.sql(
            "UPDATE job SET lease_until = '2020-01-01' WHERE state = 2",
            "postroom")
        self.start_jobd()

    def ended(self, job):
        """The job when it is over."""
        until = time.monotonic() + JOB_S
        while time.monotonic() < until:
            value = self.must(200, self.root.get(
                f"/api/v1/jobs/{job['id']}")).value
            if value["state"] not in ("queued", "running"):
                return value
            self.assertIsNone(self.jobd.poll(), "postroom-jobd ended")
            time.sleep(0.02)
        return self.fail(f"job {job['id']} did not end: {value}")

    def errors_of(self, job):
        return {x["subject"]: x["reason"] for x in self.must(
            200, self.root.get(f"/api/v1/jobs/{job['id']}/errors")
        ).value["items"]}
