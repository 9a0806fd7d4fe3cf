"""What the hostile gallery wins, breaks and leaves behind, by sandbox: the table of docs/security.md.

    python -m scripts.hostile_table [--sandbox process --sandbox jail] [--case NAME ...] [--verbose]

Exits with 1 if a point was won that was not earned, a report lost, an honest exercise harmed, or anything left behind.
"""

import argparse
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from rich.console import Console
from rich.table import Table

from grader.assignment_folder import load_assignment
from grader.suite.runner import RunChecks, collected
from tests.support.galleries import Case, cases
from tests.support.hostile import Aftermath, Target, adopt_orphans, run
from tests.support.sandboxes import available, launcher_of

FIGURES = ("cases", "unearned points", "lost reports", "harmed points", "survivors", "markers", "other", "seconds")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sandbox", action="append", default=[], help="one of those this machine has; all, by default")
    parser.add_argument("--case", action="append", default=[], help="only cases whose name begins so")
    parser.add_argument("--verbose", action="store_true", help="tell every case as it ends")
    options = parser.parse_args()
    adopt_orphans()
    console = Console(width=120)
    selected = [case for case in cases("hostile") if not options.case or case.path.name.startswith(tuple(options.case))]
    table = Table("sandbox", *FIGURES)
    bad = 0
    for name in options.sandbox or available():
        ended = grade_all(selected, name, console if options.verbose else None)
        table.add_row(name, *figures(ended))
        for case, aftermath in ended:
            problems = aftermath.problems(case) + [f"marker {path}" for path in aftermath.markers]
            bad += bool(problems)
            for problem in problems:
                console.print(f"{name}: {case.path.name}: {problem}", markup=False, highlight=False)
    console.print(table)
    return 1 if bad else 0


def grade_all(selected: list[Case], sandbox: str, console: Console | None) -> list[tuple[Case, Aftermath]]:
    assignment = load_assignment()
    ended: list[tuple[Case, Aftermath]] = []

    def grade_each(run_checks: RunChecks) -> None:
        for case in selected:
            with tempfile.TemporaryDirectory(prefix="hostile-") as folder:
                aftermath = run(case, Path(folder), target, run_checks)
            ended.append((case, aftermath))
            if console is not None:
                outcomes = " ".join(f"{p.id}:{p.outcome}" for p in aftermath.report.points) if aftermath.report else ""
                console.print(f"{case.path.name:36} {aftermath.seconds:6.2f} s  {outcomes}", highlight=False)

    with closing(launcher_of(sandbox)) as launcher, Target(assignment, launcher) as target:
        collected(assignment, grade_each)
    return ended


def figures(ended: list[tuple[Case, Aftermath]]) -> list[str]:
    other = sum(bool(aftermath.problems(case)) for case, aftermath in ended)
    return [
        str(len(ended)),
        f"{sum(aftermath.unearned(case) for case, aftermath in ended):g}",
        str(sum(bool(aftermath.lost) for _, aftermath in ended)),
        str(sum(len(aftermath.harmed(case)) for case, aftermath in ended)),
        str(sum(len(aftermath.survivors) for _, aftermath in ended)),
        str(sum(len(aftermath.markers) for _, aftermath in ended)),
        str(other),
        f"{sum(aftermath.seconds for _, aftermath in ended):.0f}",
    ]


if __name__ == "__main__":
    sys.exit(main())
