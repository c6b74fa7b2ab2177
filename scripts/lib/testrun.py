"""Run the tests: build, run each step with its own log, count, sum up.

A step is one command. How many tests passed, failed and were skipped in it is
read from what its own runner prints; a step whose runner prints no count is one
test. A step that ends badly counts at least one failure, whatever it printed.
The last line is `N passed, N failed`, with `, N skipped` where there are any.
"""

import concurrent.futures
import glob
import os
import re
import signal
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
LOGS = os.path.join(ROOT, "build", "logs")
PARTS = ["unit", "api", "mail", "panel", "lint"]
PYTHON = "/usr/bin/python3"
WITH_DB = "tests/lib/with-mariadb"
SANITIZERS = {
    # Daemons are not traceable, which the leak checker needs; Valgrind looks
    # for leaks.
    "ASAN_OPTIONS": "detect_stack_use_after_return=1:detect_leaks=0",
    "UBSAN_OPTIONS": "print_stacktrace=1",
}


class Step:
    """One command of a part; `kind` says whose closing lines to read."""

    def __init__(self, part, name, argv, kind="one", limit_s=600, env=None):
        self.part, self.name, self.argv = part, name, argv
        self.kind, self.limit_s, self.env = kind, limit_s, env or {}
        self.passed = self.failed = self.skipped = 0
        self.seconds = 0.0

    @property
    def log(self):
        return os.path.join(LOGS, self.name.replace("/", "-") + ".log")


def _sum(pattern, text):
    return sum(int(n) for n in re.findall(pattern, text, re.MULTILINE))


def count_cmocka(text):
    return (_sum(r"^\[  PASSED  \] (\d+) test", text),
            _sum(r"^\[  FAILED  \] (\d+) test", text),
            _sum(r"^\[  SKIPPED \] (\d+) test", text))


def count_unittest(text):
    ran = _sum(r"^Ran (\d+) tests? in", text)
    lost = sum(_sum(word + r"=(\d+)", line)
               for line in re.findall(r"^FAILED \(.*\)$", text, re.MULTILINE)
               for word in ("failures", "errors", "unexpected successes"))
    skipped = _sum(r"^(?:OK|FAILED) \(.*skipped=(\d+)", text)
    return max(ran - lost - skipped, 0), lost, skipped


def count_playwright(text):
    return (_sum(r"^\s+(\d+) passed", text),
            _sum(r"^\s+(\d+) (?:failed|flaky|interrupted|did not run)", text),
            _sum(r"^\s+(\d+) skipped", text))


def count_vitest(text):
    told = " ".join(re.findall(r"^ +Tests +(.*)$", text, re.MULTILINE))
    return (_sum(r"(\d+) passed", told), _sum(r"(\d+) failed", told),
            _sum(r"(\d+) (?:skipped|todo)", told))


def count_lines(text):
    return (_sum(r"^(\d+) passed, \d+ failed$", text),
            _sum(r"^\d+ passed, (\d+) failed$", text), 0)


COUNTS = {"cmocka": count_cmocka, "unittest": count_unittest,
          "playwright": count_playwright, "vitest": count_vitest,
          "lines": count_lines, "one": lambda text: (0, 0, 0)}


def told(passed, failed, skipped):
    """The counts as every line of the summary has them."""
    return f"{passed} passed, {failed} failed" + (
        f", {skipped} skipped" if skipped else "")


class Runner:
    """Runs steps; everything they started ends with this process."""

    def __init__(self):
        self.keeper = subprocess.Popen(
            [PYTHON, os.path.join(HERE, "reap.py")], stdin=subprocess.PIPE,
            text=True, start_new_session=True)
        self.lock = threading.Lock()
        self.living = set()
        self.is_ending = False

    def run(self, step):
        if self.is_ending:
            return step
        began = time.monotonic()
        env = dict(os.environ, **step.env)
        with open(step.log, "w") as log:
            log.write("$ " + " ".join(step.argv) + "\n")
            log.flush()
            child = subprocess.Popen(step.argv, cwd=ROOT, env=env,
                                     stdin=subprocess.DEVNULL, stdout=log,
                                     stderr=log, process_group=0)
            with self.lock:
                self.living.add(child)
                self.keeper.stdin.write(f"group {child.pid}\n")
                self.keeper.stdin.flush()
            code = self._wait(child, step, log)
        with self.lock:
            self.living.discard(child)
            self.keeper.stdin.write(f"done {child.pid}\n")
            self.keeper.stdin.flush()
        step.seconds = time.monotonic() - began
        self._judge(step, code)
        return step

    def _wait(self, child, step, log):
        try:
            return child.wait(step.limit_s)
        except subprocess.TimeoutExpired:
            log.write(f"\nended after {step.limit_s} s\n")
            end_group(child)
            return 1

    def _judge(self, step, code):
        with open(step.log, errors="replace") as f:
            text = f.read()
        step.passed, step.failed, step.skipped = COUNTS[step.kind](text)
        if code != 0:
            step.failed = max(step.failed, 1)
        elif step.kind == "one":
            step.passed = 1
        elif step.passed + step.failed + step.skipped == 0:
            step.failed = 1
            text += "\nno test was run\n"
        with self.lock:
            print(f"{'FAIL' if step.failed else 'ok':4} {step.name}: "
                  f"{told(step.passed, step.failed, step.skipped)} "
                  f"({step.seconds:.1f} s)", flush=True)
            if step.failed and not self.is_ending:
                print("".join(f"     | {line}\n"
                              for line in text.splitlines()[-60:]), end="",
                      flush=True)

    def end(self):
        """Ask what still runs to end; then make sure of it."""
        self.is_ending = True
        for child in list(self.living):
            end_group(child)
        self.keeper.stdin.close()
        self.keeper.wait()


def end_group(child):
    for sig, patience_s in ((signal.SIGTERM, 15), (signal.SIGKILL, 5)):
        try:
            os.killpg(child.pid, sig)
            child.wait(patience_s)
            return
        except subprocess.TimeoutExpired:
            continue
        except ProcessLookupError:
            return


# Units that compare times: alone. On programs slowed by sanitizers they run as
# the others do, and compare nothing.
TIMED = {"jobs_writers"}

# Steps that take longest come first, so that none of them is left at the end.
LONG = ["panel/sweep", "panel/main", "panel/publish", "panel/access",
        "panel/bulk", "mail/delivery", "fuzz",
        "mail/kill"]

# What belongs to one subject across the parts, told by how the names of the
# test files begin (without their folder and layer): `scripts/test publish`.
SUBJECTS = {
    "publish": ("publish", "diff", "dry_run", "review", "rollback", "model",
                "faults", "repair", "secondary", "explain", "system", "gate",
                "past", "delta"),
    "access": ("access",),
    "bulk": ("bulk",),
}


def subject_of(name):
    """The subject that a test file belongs to, or None."""
    word = re.sub(r"^(db|core|maps|cgi|cli|jobs|mta)_", "", name)
    return next((subject for subject, starts in SUBJECTS.items()
                 if word.startswith(starts)), None)


def has(path):
    return os.path.exists(os.path.join(ROOT, path))


def make(*targets, san=False):
    argv = ["make", "-s", f"-j{os.cpu_count()}", *targets]
    return argv + ["SAN=1"] if san else argv


def builds(parts):
    """What has to be built: chains of steps that may run side by side."""
    programs = [Step("build", "build/programs", make("all"))]
    if "unit" in parts:
        programs.append(Step("build", "build/units", make("unit-programs")))
    if {"unit", "api"} & parts:
        programs.append(Step("build", "build/sanitized",
                             make("all", "unit-programs", san=True)))
    panel = []
    if "panel" in parts and has("www/package.json"):
        panel = [Step("build", "build/panel", make("www")),
                 Step("build", "build/browser-tests",
                      ["scripts/lib/panel-tests", "--install"])]
    return programs, panel


def build(runner, parts):
    """Build all; the steps that ran, and whether each of them passed."""
    def chain(steps):
        for step in steps:
            if runner.run(step).failed:
                break
        return steps

    chains = builds(parts)
    with concurrent.futures.ThreadPoolExecutor(len(chains)) as pool:
        done = [step for steps in pool.map(chain, chains) for step in steps]
    return done, not any(step.failed or not step.passed for step in done)


def wants_database(source):
    """Whether a unit program asks for a server to test against."""
    with open(source) as f:
        return re.search(r"core_fixture\.h|POSTROOM_TEST_DB", f.read())


def unit_steps(soak):
    steps = []
    sources = sorted(glob.glob(os.path.join(ROOT, "tests/unit/*.c")))
    for build, env in (("build", {}), ("build-san", {
            **SANITIZERS,
            "ASAN_OPTIONS": "detect_stack_use_after_return=1",
            "POSTROOM_UNTIMED": "1"})):
        for source in sources:
            name = os.path.basename(source)[:-2]
            argv = [f"{build}/tests/{name}"]
            if wants_database(source):
                argv.insert(0, WITH_DB)
            steps.append(Step("unit", f"{build}/{name}", argv, "cmocka",
                              env=env))
    if has("scripts/fuzz"):
        steps.append(Step("unit", "fuzz",
                          ["scripts/fuzz", "60" if soak else "3"], "lines",
                          limit_s=3600 if soak else 600))
    return steps


def python_steps(part, soak):
    """One step for each test file: each brings up its own servers."""
    env = {"PYTHONPATH": f"tests/lib:scripts/lib:tests/{part}",
           "PYTHONDONTWRITEBYTECODE": "1",
           "POSTROOM_SOAK": "1" if soak else ""}
    steps = []
    # Some run again on programs built with sanitizers.
    twice = part in ("api", "cli")
    for build in ("build", "build-san") if twice else ("build",):
        for path in sorted(glob.glob(os.path.join(ROOT, "tests", part,
                                                  "test_*.py"))):
            name = f"{part}/{os.path.basename(path)[5:-3]}"
            argv = [PYTHON, "-m", "unittest", "-v",
                    os.path.relpath(path, ROOT)]
            if part == "cli":
                argv.insert(0, WITH_DB)
            steps.append(Step(
                "unit" if part in ("cli", "fresh") else part,
                name if build == "build" else f"{name}-sanitized", argv,
                "unittest", 3600 if soak else 600,
                dict(env, POSTROOM_BUILD=build, **SANITIZERS)))
    return steps


def panel_steps(soak):
    steps = []
    limit_s = 3600 if soak else 2400
    if has("tests/panel/package.json"):
        # Each has servers of its own.
        groups = {"sweep": ["pages"]}
        for path in sorted(glob.glob(os.path.join(
                ROOT, "tests/panel/*.spec.ts"))):
            name = os.path.basename(path)[:-len(".spec.ts")]
            if name != "pages":
                groups.setdefault(subject_of(name) or "main", []).append(name)
        for group, names in groups.items():
            steps.append(Step("panel", f"panel/{group}",
                              ["scripts/lib/panel-tests",
                               f"--output=output/{group}",
                               *(f"/{name}.spec.ts" for name in names)],
                              "playwright", limit_s))
    if has("www/package.json"):
        plain = {"NO_COLOR": "1"}
        # The build has looked at the types already.
        steps += [
            Step("panel", "panel/style", ["npm", "--prefix", "www", "run",
                                          "style"], env=plain),
            Step("panel", "panel/words", ["npm", "--prefix", "www", "test"],
                 "vitest", env=plain)]
    return steps


def steps_of(part, soak):
    if part == "unit":
        return unit_steps(soak) + python_steps("cli", soak) + (
            python_steps("fresh", soak) if soak else [])
    if part == "panel":
        return panel_steps(soak)
    if part == "lint":
        return [Step("lint", "lint", ["scripts/lint"], "lines")]
    return python_steps(part, soak)


def in_subjects(step, subjects):
    """Whether the step belongs to a subject (`panel/publish`, `api/diff`)."""
    name = os.path.basename(step.name).removesuffix("-sanitized")
    return name in subjects or subject_of(name) in subjects


def main(argv):
    soak = "--soak" in argv
    words = [word for word in argv if word != "--soak"]
    subjects = [word for word in words if word in SUBJECTS]
    parts = [word for word in words if word not in subjects]
    unknown = set(parts) - set(PARTS)
    if unknown:
        print(f"scripts/test: no part {', '.join(sorted(unknown))}; there "
              f"are {', '.join([*PARTS, *SUBJECTS])}", file=sys.stderr)
        return 2
    parts = parts or PARTS
    os.makedirs(LOGS, exist_ok=True)
    runner = Runner()
    for sig in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sig, lambda number, frame: sys.exit(128 + number))
    done, began = [], time.monotonic()
    try:
        done, is_built = build(runner, set(parts))
        if not is_built:
            return finish(done, began)
        steps = [step for part in parts for step in steps_of(part, soak)
                 if not subjects or in_subjects(step, subjects)]
        done += run_all(runner, steps)
        return finish(done, began)
    finally:
        runner.end()


def run_all(runner, steps):
    """The long ones first, one more at once than there are cores.

    A good part of a step is waiting for servers.
    """
    rank = {name: i for i, name in enumerate(LONG)}
    parts = ["panel", "mail", "api", "lint", "unit"]
    steps.sort(key=lambda s: (rank.get(s.name, len(LONG)),
                              parts.index(s.part)))
    timed = [s for s in steps if s.name.removeprefix("build/") in TIMED]
    pool = concurrent.futures.ThreadPoolExecutor(1 + max(2, os.cpu_count()))
    try:
        done = list(pool.map(runner.run, [s for s in steps
                                          if s not in timed]))
        return done + [runner.run(step) for step in timed]
    finally:
        runner.is_ending = True
        pool.shutdown(wait=False, cancel_futures=True)


def counts_of(steps):
    return (sum(step.passed for step in steps),
            sum(step.failed for step in steps),
            sum(step.skipped for step in steps))


def finish(done, began):
    """The summary; its last line is what machines read."""
    tests = [step for step in done if step.part != "build" or step.failed]
    passed, failed, skipped = counts_of(tests)
    print()
    for part in PARTS:
        of_part = [step for step in tests if step.part == part]
        if of_part:
            print(f"{part}: {told(*counts_of(of_part))}, "
                  f"{sum(s.seconds for s in of_part):.0f} s of work")
    for step in tests:
        if step.failed:
            print(f"failed: {step.name}, see "
                  f"{os.path.relpath(step.log, ROOT)}")
    print(f"{time.monotonic() - began:.0f} s")
    if passed + failed == 0:
        failed = 1
    print(told(passed, failed, skipped), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
