"""What drawing shapes costs: answers graded with shapes as they are drawn, over a fixed list of small ones.

    python -m benchmarks.shapes [--seeds N] [--sandbox jail|process|docker] [--rounds N] [--json FILE]

The fixed list is the one from before shapes were drawn, with the four windows that 2.1 had then in place of 24. All
else is as it is now, and both grade the same answers of the gallery with the same seeds.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from benchmarks import measure
from benchmarks.measure import ROOT, Cost, Spread
from benchmarks.students import GALLERY
from grader.assignment.convolution import conv_cases
from grader.assignment.pooling import pool_cases
from grader.assignment_folder import load_assignment
from grader.pipeline import GradingSession
from grader.sandbox.choose import default_kind
from grader.sandbox.sandbox_settings import SandboxSettings
from grader.settings import RunSettings
from grader.suite.runner import RunChecks, collected

RIGHT = GALLERY / "right"
# What is graded, its exercises, and where it is.
ANSWERS = (
    ("exercise 2, vectorised", ("2",), RIGHT / "pool-reshape-argmax"),
    ("exercise 2, loops", ("2",), RIGHT / "pool-loops"),
    ("exercise 3, vectorised", ("3",), RIGHT / "conv-einsum"),
    ("exercise 3, loops", ("3",), RIGHT / "conv-loops"),
    ("a submission, exercises 1 to 3", ("1", "2", "3"), ROOT / "reference"),
)
EVEN = [(2, 3, 4, 6), (1, 2, 6, 4), (3, 1, 2, 8)]
EXTREME = [(2, 2, 4, 6)] * 5
TIED = [(1, 1, 4, 4), (2, 2, 4, 6)]
ODD = [(2, 2, 3, 5), (1, 2, 5, 4), (2, 1, 4, 3), (1, 1, 1, 1), (1, 2, 1, 4), (2, 1, 5, 1)]
MAPS = [(6, 6), (4, 6), (7, 3), (2, 2), (1, 5), (4, 1), (2, 6), (1, 1)]
INNER_MAPS = [(6, 6), (4, 4), (5, 5)]
WINDOWS = 4


@contextmanager
def fixed_shapes() -> Iterator[None]:
    """Shapes are those of the fixed list within this context."""
    one_window = pool_cases.one_window
    with ExitStack() as stack:
        stack.enter_context(
            patch.multiple(
                pool_cases,
                one_window=lambda rng: one_window(rng)[:WINDOWS],
                even_shapes=lambda rng: EVEN,
                square_shapes=lambda rng: EXTREME,
                tied_maps=_tied_maps,
                odd_shapes=lambda rng: ODD,
            )
        )
        stack.enter_context(
            patch.multiple(
                conv_cases,
                _any_shapes=lambda rng: [(shape, index % 2 == 0) for index, shape in enumerate(MAPS)],
                _inner_shapes=lambda rng: [(shape, index != 1) for index, shape in enumerate(INNER_MAPS)],
            )
        )
        yield


def _tied_maps(rng: Any) -> tuple[Any, ...]:
    """Two maps, where three are drawn now."""
    return tuple(
        pool_cases.tied_pooling(pool_cases._tied(rng, shape), pool_cases.upstream(rng, shape)) for shape in TIED
    )


def graded(
    session: GradingSession, run: RunChecks, exercises: tuple[str, ...], folder: Path, seeds: int
) -> Callable[[], Cost]:
    """The mean cost of grading an answer, with all the processes that it takes. Raises ValueError where it fails."""
    submission = session.load(folder)
    selected = RunSettings(exercises=exercises).selected(session.assignment.rubric)

    def grade() -> None:
        for seed in range(1, seeds + 1):
            report = session.grade(submission, seed=seed, selected=selected, run=run)
            if report.score != report.max_score:
                raise ValueError(f"{folder} has {report.score} of {report.max_score} points")

    return lambda: measure.tree(grade).each(seeds)


def with_fixed_shapes(cost: Callable[[], Cost]) -> Cost:
    with fixed_shapes():
        return cost()


def main() -> None:
    parser = measure.options(__doc__)
    parser.add_argument("--seeds", type=int, help="with how many seeds each answer is graded a round")
    parser.add_argument("--sandbox", default=default_kind(), help="the sandbox that the student's code runs in")
    chosen = parser.parse_args()
    seeds = chosen.seeds or (1 if chosen.short else 20)
    assignment = load_assignment()
    settings = RunSettings(SandboxSettings(chosen.sandbox), exercises=("1", "2", "3"))
    with GradingSession(assignment, settings) as session:

        def measured(run: RunChecks) -> dict[str, list[Cost]]:
            candidates: dict[str, Callable[[], Cost]] = {}
            for name, exercises, folder in ANSWERS:
                cost = graded(session, run, exercises, folder, seeds)
                cost()  # the zygote and the oracles are started
                candidates[f"{name}: drawn"] = cost
                candidates[f"{name}: fixed"] = partial(with_fixed_shapes, cost)
            return measure.interleaved(candidates, chosen.rounds or (1 if chosen.short else 5))

        costs_by_name = collected(assignment, measured)
    rows = []
    for name, _, _ in ANSWERS:
        drawn, fixed = (costs_by_name[f"{name}: {kind}"] for kind in ("drawn", "fixed"))
        rows.append(
            {
                "graded": name,
                "drawn, cpu ms": Spread.of([1000 * cost.cpu for cost in drawn]),
                "fixed, cpu ms": Spread.of([1000 * cost.cpu for cost in fixed]),
                "cpu ratio": measure.ratios([cost.cpu for cost in drawn], [cost.cpu for cost in fixed]),
                "wall ratio": measure.ratios([cost.wall for cost in drawn], [cost.wall for cost in fixed]),
            }
        )
    measure.publish("shapes", rows, chosen, f"{chosen.sandbox}; {seeds} seeds a round.")


if __name__ == "__main__":
    main()
