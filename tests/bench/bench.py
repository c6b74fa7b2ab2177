#!/usr/bin/python3
"""Measures Postroom beside floors that are taken in the same run.

usage: bench.py [--quick] [PART...]

A part is one of --parts, or what some of them begin with: `save` is all of
save-10000, save-100000, save-domain and save-1000000. Machines are noisy, ratios less so:
every figure is a median of rounds in which floor and product take turns.
BENCH_JSON=FILE writes one object a line.
"""

import argparse
import functools
import os
import signal
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "scripts", "lib"))

import imports  # noqa: E402
import lists  # noqa: E402
import rebuild  # noqa: E402
import saves  # noqa: E402
import signin  # noqa: E402
import sizes  # noqa: E402
from report import Report  # noqa: E402

REBUILDS = (10000, 100000, 1000000)


def parts():
    """Name to what measures it, in the order in which they run."""
    measured = saves.Saves()
    found = {"list": lists.bench_list}
    for name in saves.SETS:
        found[f"save-{name}"] = functools.partial(
            lambda report, opts, name: measured.measure(report, opts, name),
            name=name)
    for size in REBUILDS:
        found[f"rebuild-{size}"] = functools.partial(
            lambda report, opts, size: rebuild.bench_rebuild(report, size),
            size=size)
    found["signin"] = signin.bench_signin
    found["import"] = imports.bench_import
    found["worker"] = sizes.bench_worker
    found["panel"] = sizes.bench_panel
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true",
                        help="fewer rounds, and by itself no million")
    parser.add_argument("--parts", action="store_true",
                        help="name the parts and end")
    parser.add_argument("part", nargs="*")
    opts = parser.parse_args()
    known = parts()
    if opts.parts:
        print("\n".join(known))
        return 0
    wanted = [name for name in known if not opts.part
              or any(name == p or name.startswith(p + "-")
                     for p in opts.part)]
    for part in opts.part:
        if not any(n == part or n.startswith(part + "-") for n in known):
            parser.error(f"{part}: not one of {', '.join(known)}")
    if opts.quick and not opts.part:
        wanted = [name for name in wanted if not name.endswith("1000000")]
    opts.rounds = 1 if opts.quick else 3
    opts.seconds = 2 if opts.quick else 4
    opts.saves = 300 if opts.quick else 1000
    report = Report()
    report.head()
    for name in wanted:
        known[name](report, opts)
    return report.finish()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main())
