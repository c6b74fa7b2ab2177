"""Nothing that a test started outlives it, however the test ends."""

import os
import signal
import subprocess
import sys
import time
import unittest

import private
import reap

HOLD = """
import sys, time
import instance
with instance.running() as servers:
    print(servers.name, flush=True)
    time.sleep(600)
"""


class Cleanup(unittest.TestCase):

    def test_a_killed_test_leaves_no_process_and_no_file(self):
        child = subprocess.Popen([sys.executable, "-c", HOLD],
                                 stdout=subprocess.PIPE, text=True)
        name = child.stdout.readline().strip()
        servers = private.Instance(name)
        folders = [servers.state, servers.run]
        self.assertGreater(len(reap.servers_of(folders)), 10)
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        end = time.monotonic() + 20
        while any(map(os.path.exists, folders)) and time.monotonic() < end:
            time.sleep(0.05)
        self.assertFalse(reap.servers_of(folders))
        self.assertFalse([f for f in folders if os.path.exists(f)])

    def test_stop_and_start_keep_the_data(self):
        import instance
        with instance.running() as servers:
            servers.api.post("/domains", {"name": "kept.test"})
            servers.stop()
            self.assertFalse(reap.servers_of([servers.state, servers.run]))
            servers.start()
            self.assertTrue(servers.api.get("/domains?q=kept")["items"])


if __name__ == "__main__":
    unittest.main()
