"""Lines of the benchmark: a table for people, JSON lines for programs.

Every line has a value, the floor that was measured in the same run, their
ratio, and the goal for that ratio ("<= 5", ">= 0.5") or none.
"""

import json
import os


class Report:
    def __init__(self):
        self.lines = []

    def add(self, name, value, unit, floor=None, goal=None, digits=2):
        """One line; `goal` is ("<=" or ">=", number) on value / floor."""
        ratio = value / floor if floor else None
        met = None
        if goal is not None and ratio is not None:
            met = ratio <= goal[1] if goal[0] == "<=" else ratio >= goal[1]
        line = {
            "name": name,
            "value": round(value, digits),
            "unit": unit,
            "floor": None if floor is None else round(floor, digits),
            "ratio": None if ratio is None else round(ratio, 3),
            "goal": None if goal is None else f"{goal[0]} {goal[1]}",
            "met": met,
        }
        self.lines.append(line)
        print(self.row(line), flush=True)

    def limit(self, name, value, unit, most, digits=2):
        """One line whose goal is an absolute figure, perhaps 0."""
        line = {
            "name": name, "value": round(value, digits), "unit": unit,
            "floor": most, "ratio": round(value / most, 3) if most else None,
            "goal": "<= 1.0" if most else "<= 0", "met": value <= most,
        }
        self.lines.append(line)
        print(self.row(line), flush=True)

    @staticmethod
    def row(line):
        def cell(value):
            return "-" if value is None else str(value)
        met = {True: "met", False: "NOT MET", None: ""}[line["met"]]
        return (f"{line['name']:<52} {cell(line['value']):>12} "
                f"{line['unit']:<8} {cell(line['floor']):>12} "
                f"{cell(line['ratio']):>8} {cell(line['goal']):>8}  {met}")

    @staticmethod
    def head():
        print(f"{'name':<52} {'value':>12} {'unit':<8} {'floor':>12} "
              f"{'ratio':>8} {'goal':>8}", flush=True)

    def finish(self):
        """Writes BENCH_JSON; the last line names the goals that were missed.
        Returns the exit code."""
        path = os.environ.get("BENCH_JSON")
        if path:
            with open(path, "w", encoding="utf-8") as out:
                for line in self.lines:
                    out.write(json.dumps(line) + "\n")
        missed = [line["name"] for line in self.lines if line["met"] is False]
        judged = [line for line in self.lines if line["met"] is not None]
        print(f"{len(judged) - len(missed)} of {len(judged)} goals met"
              + "".join(f"; NOT MET: {name}" for name in missed), flush=True)
        return 0
