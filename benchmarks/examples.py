"""What a right answer to each of the example assignments takes once everything is warm, as in the middle of a class.

    python -m benchmarks.examples [--sandbox jail] [--rounds N] [--json FILE]

The checks are collected and the worker's process is warm; each round has a seed of its own. Of the processor's seconds,
those of our own process are shown apart: the others are the student's calls and what a worker costs.
"""

import time
from pathlib import Path

from benchmarks import measure
from benchmarks.measure import ROOT, Spread
from grader.assignment_folder import load_assignment
from grader.pipeline import GradingSession
from grader.sandbox.choose import default_kind
from grader.sandbox.sandbox_settings import SandboxSettings
from grader.settings import RunSettings
from grader.suite.runner import RunChecks, collected

EXAMPLES = sorted(path.parent for path in (ROOT / "examples").glob("*/rubric.toml"))

Took = tuple[float, float, float]  # seconds of the clock, of the processor, and of it ours


def measured(folder: Path, sandbox: str, rounds: int) -> tuple[list[Took], float]:
    """What each round took, after one that warms everything up, and the points of the last."""
    assignment = load_assignment(folder)
    settings = RunSettings(SandboxSettings(sandbox), seed=0)
    with GradingSession(assignment, settings) as session:
        submission = session.load(folder / "reference")

        def graded(run: RunChecks, seed: int) -> tuple[Took, float]:
            reports, ours = [], time.process_time()
            cost = measure.tree(lambda: reports.append(session.grade(submission, seed=seed, run=run)))
            return (cost.wall, cost.cpu, time.process_time() - ours), reports[0].score

        def all_rounds(run: RunChecks) -> list[tuple[Took, float]]:
            return [graded(run, seed) for seed in range(rounds + 1)]

        _, *results = collected(assignment, all_rounds)
    return [took for took, _ in results], results[-1][1]


def main() -> None:
    parser = measure.options(__doc__)
    parser.add_argument("--sandbox", default=default_kind())
    chosen = parser.parse_args()
    rounds = chosen.rounds or (1 if chosen.short else 10)
    rows = []
    for folder in EXAMPLES:
        took, points = measured(folder, chosen.sandbox, rounds)
        wall, cpu, ours = map(list, zip(*took, strict=True))
        rows.append(
            {
                "example": folder.name,
                "points": points,
                "wall s": Spread.of(wall),
                "fastest, wall s": min(wall),
                "cpu s": Spread.of(cpu),
                "ours, cpu s": Spread.of(ours),
            }
        )
    measure.publish("examples", rows, chosen, f"{chosen.sandbox}, warm.")


if __name__ == "__main__":
    main()
