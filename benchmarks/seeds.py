"""What it saves to train only as many seeds as it takes: a class with exercise 4, beside three seeds for everybody.

    python -m benchmarks.seeds [--students N] [--sandbox jail|process|docker] [--rounds N] [--json FILE]

The class are `reference/` and the right answers of the gallery to exercise 4, over and over, with the points 4.1 to
4.9. Each is graded in both ways, one after the other, with the same seed, in a process that is warm, as a class's
process is. Three seeds: every optimizer is trained three times, all ten epochs. The points have to be the same; it ends
with 1 where they are not (but for the short form, whose single epoch decides nothing).
"""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from unittest.mock import patch

from benchmarks import measure
from benchmarks.measure import Cost, Spread
from grader.assignment_folder import load_assignment
from grader.oracles.training.rerun import Rerun
from grader.oracles.training.statistics import Run
from grader.pipeline import GradingSession
from grader.sandbox.choose import default_kind
from grader.sandbox.sandbox_settings import SandboxSettings
from grader.schema import Report
from grader.settings import RunSettings
from tests.support.galleries import cases

SEED = 1
STUDENTS, SHORT_STUDENTS = 12, 1
EXERCISE = "4"


def main() -> int:
    parser = measure.options(__doc__)
    parser.add_argument("--students", type=int, default=STUDENTS, help="how many there are in the class")
    parser.add_argument("--sandbox", default=default_kind(), help="the sandbox that the student's code runs in")
    chosen = parser.parse_args()
    costs, different = measured(chosen)
    few, three = costs["as few as it takes"], costs["three for everybody"]
    rows = [
        {
            "seeds": name,
            "cpu s each": Spread.of([cost.cpu for cost in all_]),
            "wall s each": Spread.of([cost.wall for cost in all_]),
            "cpu over the first": Spread.of([cost.cpu / base.cpu for cost, base in zip(all_, few, strict=True)]),
        }
        for name, all_ in costs.items()
    ]
    whole = sum(cost.cpu for cost in three) / sum(cost.cpu for cost in few)
    alike = "the same points" if not different else f"DIFFERENT POINTS: {'; '.join(different)}"
    measure.publish(
        "seeds", rows, chosen, f"{chosen.sandbox}; the class: {whole:.2f} times the processor's seconds; {alike}."
    )
    return 1 if different and not chosen.short else 0


def measured(chosen: argparse.Namespace) -> tuple[dict[str, list[Cost]], list[str]]:
    """What each submission cost in both ways, and whose points are not the same."""
    assignment = load_assignment().with_settings(device="cpu")
    if chosen.short:
        assignment = assignment.with_settings(epochs=1)
    count = SHORT_STUDENTS if chosen.short else chosen.students
    costs: dict[str, list[Cost]] = {"as few as it takes": [], "three for everybody": []}
    different = []
    settings = RunSettings(SandboxSettings(chosen.sandbox), exercises=(EXERCISE,))
    with GradingSession(assignment, settings) as session:
        if not chosen.short:
            graded(session, measure.ROOT / "reference", SEED)  # whatever is imported at first
        for number, path in enumerate(islice(cycle(hand_ins()), count)):
            cost, few = graded(session, path, SEED + number)
            costs["as few as it takes"].append(cost)
            with three_seeds():
                cost, three = graded(session, path, SEED + number)
            costs["three for everybody"].append(cost)
            if points(few) != points(three):
                different.append(f"{path.name} ({points(few)}, {points(three)})")
    return costs, different


def hand_ins() -> list[Path]:
    return [measure.ROOT / "reference", *(case.path for case in cases("right") if case.trains)]


def graded(session: GradingSession, path: Path, seed: int) -> tuple[Cost, Report]:
    reports: list[Report] = []
    cost = measure.tree(lambda: reports.append(session.grade(session.load(path), seed=seed)))
    return cost, reports[0]


def points(report: Report) -> dict[str, float]:
    return {point.id: point.score for point in report.points}


@contextmanager
def three_seeds() -> Iterator[None]:
    """Every optimizer is trained from all seeds and to the last epoch, whatever that decides."""
    begun: list[Rerun] = []
    as_few_as_it_takes = Rerun.runs

    def runs(self: Rerun) -> dict[str, list[Run]]:
        if not any(rerun is self for rerun in begun):
            begun.append(self)
            for name in self.client.names:
                while self.another(name):
                    pass
        return as_few_as_it_takes(self)

    with patch.object(Rerun, "runs", runs), patch.object(Rerun, "_is_decided", lambda self, epochs: False):
        yield


if __name__ == "__main__":
    sys.exit(main())
