"""The services' units: how much each is exposed, as systemd sees it."""

import os
import re
import subprocess
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
# What docs/SECURITY.md says; a unit may only get better.
WORST = {"postroom-web": 0.4, "postroom-jobd": 0.4, "postroom-mapd": 0.6,
         "postroom-prober": 1.3, "postroom-rootd": 2.5,
         "postroom-backup": 1.7}


class Units(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tmp = tempfile.TemporaryDirectory(prefix="pr-units-")
        cls.addClassCleanup(cls.tmp.cleanup)
        subprocess.run(["scripts/install"], cwd=ROOT, check=True,
                       capture_output=True,
                       env=dict(os.environ, DESTDIR=cls.tmp.name,
                                PREFIX="/usr"))
        cls.folder = os.path.join(cls.tmp.name, "usr/lib/systemd/system")

    def score(self, unit):
        out = subprocess.run(
            ["systemd-analyze", "security", "--offline=true", "--no-pager",
             os.path.join(self.folder, unit)],
            capture_output=True, text=True, timeout=60).stdout
        return float(re.search(r"exposure level for \S+: ([\d.]+)",
                               out).group(1))

    def test_every_service_is_scored_and_none_got_worse(self):
        units = {name[:-8] for name in os.listdir(self.folder)
                 if name.endswith(".service")}
        self.assertEqual(set(WORST), units)
        for name, worst in WORST.items():
            with self.subTest(name):
                self.assertLessEqual(self.score(name + ".service"), worst)

    def test_the_document_names_the_scores(self):
        with open(os.path.join(ROOT, "docs", "SECURITY.md"),
                  encoding="utf-8") as f:
            text = f.read()
        for name, worst in WORST.items():
            self.assertRegex(text, rf"`{name}` \| {worst} ")

    def test_every_service_is_bounded_in_memory_and_tasks(self):
        for name in WORST:
            with open(os.path.join(self.folder, name + ".service"),
                      encoding="utf-8") as f:
                text = f.read()
            for setting in ("MemoryMax", "TasksMax", "NoNewPrivileges=yes",
                            "SystemCallFilter", "ProtectSystem=strict",
                            "CapabilityBoundingSet",
                            "RestrictAddressFamilies", "LimitCORE=0"):
                self.assertRegex(text, rf"(?m)^{setting}", name)


if __name__ == "__main__":
    unittest.main()
