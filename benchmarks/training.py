"""What the six trainings of exercise 4 cost on `reference/`, and how much of that is the grader's own.

    python -m benchmarks.training [--sandbox jail|process|docker] [--rounds N] [--beside N] [--json FILE]

Alone: a student's trainings in a warm child, ten epochs for each optimizer, with the held-out accuracy after each
epoch, which is what the exercise asks a student to do. Re-run: the same with all that exercise 4 does beside it
(probes, torch's replays, the calibration, the watched batches, the loss after training), in a child too. Graded: the
points 4.1 to 4.6 as `grader grade` does it, with its workers, pytest and the report. What is over the student's is
ours. `--beside` keeps N other processes busy meanwhile.
"""

import argparse
from collections.abc import Sequence
from functools import partial
from typing import Any

import torch

from benchmarks import measure
from benchmarks.bare import forked
from benchmarks.measure import Cost, Spread
from grader.assignment.comparison import SIX, digits
from grader.assignment_folder import load_assignment
from grader.oracles.optimizers import reference_seconds
from grader.oracles.training import learning
from grader.oracles.training.images import Images
from grader.pipeline import GradingSession
from grader.sandbox.choose import default_kind
from grader.sandbox.sandbox_settings import SandboxSettings
from grader.schema import Report
from grader.settings import RunSettings
from tests.support.busy import busy
from tests.support.exercise4_fakes import comparison_of, load_module

SEED = 1
POINTS = tuple(f"4.{number}" for number in range(1, 7))
REFERENCE = measure.ROOT / "reference"


def main() -> None:
    parser = measure.options(__doc__)
    parser.add_argument("--sandbox", default=default_kind(), help="the sandbox that the student's code runs in")
    parser.add_argument("--beside", type=int, default=0, help="how many busy processes run beside it")
    chosen = parser.parse_args()
    with busy(chosen.beside):
        reports, costs_by_name = measured(chosen)
    alone_ = costs_by_name["alone"]
    rows = [
        {
            "six trainings": name,
            "cpu s": Spread.of([cost.cpu for cost in costs]),
            "wall s": Spread.of([cost.wall for cost in costs]),
            "ours, of the cpu": Spread.of(
                [1 - alone_cost.cpu / all_.cpu for alone_cost, all_ in zip(alone_, costs, strict=True)]
            ),
        }
        for name, costs in costs_by_name.items()
    ]
    box = reports[-1].points[-1].evidence["measurement"]["time_box"]
    time_box = f"machine factor {box['machine_factor']}, {box['spent']} s spent of a box of {box['seconds']} s"
    measure.publish("training", rows, chosen, f"{chosen.sandbox}; {time_box}; score {reports[-1].score:g}.")


def measured(chosen: argparse.Namespace) -> tuple[list[Report], dict[str, list[Cost]]]:
    """The reports, and what each way cost with all processes that it took, in turn."""
    assignment = load_assignment().with_settings(device="cpu")
    names, points = (SIX[:1], POINTS[:1]) if chosen.short else (SIX, POINTS)
    if chosen.short:
        assignment = assignment.with_settings(epochs=1)
    epochs = int(assignment.rubric.settings["epochs"])
    student, data = load_module(REFERENCE / "exercise4.py", "exercise4"), digits.load()
    reports: list[Report] = []
    reference_seconds("cpu")  # whatever torch imports at its first step
    settings = RunSettings(SandboxSettings(chosen.sandbox), SEED, points=points)
    with GradingSession(assignment, settings) as session:
        submission = session.load(REFERENCE)

        def graded() -> None:
            reports.append(session.grade(submission))

        if not chosen.short:
            graded()
        ways = {
            "alone": lambda: forked(lambda: alone(student, data, epochs, names)),
            "re-run": lambda: forked(lambda: rerun(student, epochs, names)),
            "graded": graded,
        }
        rounds = chosen.rounds or (1 if chosen.short else 5)
        return reports, measure.interleaved({name: partial(measure.tree, way) for name, way in ways.items()}, rounds)


def alone(student: Any, data: Images, epochs: int, names: Sequence[str]) -> None:
    """What a student does: trains with each of them, and looks at the accuracy after each epoch."""
    x, y, held_out = (torch.from_numpy(part) for part in (data.x, data.y, data.held_out))
    for name in names:
        torch.manual_seed(SEED)
        model = student.build_network(tuple(x.shape[1:]), data.classes)
        optimizer = student.make_optimizer(name, model.parameters())
        for epoch in range(1, epochs + 1):
            order = torch.randperm(len(x), generator=torch.Generator().manual_seed(1000 * SEED + epoch))
            batches = list(zip(x[order].split(64), y[order].split(64), strict=True))
            model.train()
            student.train_epoch(model, optimizer, batches, torch.nn.CrossEntropyLoss())
            model.eval()
            with torch.no_grad():
                (model(held_out).argmax(1).numpy() == data.truth).mean()


def rerun(student: Any, epochs: int, names: Sequence[str]) -> None:
    """What exercise 4 does with it, without a worker of its own."""
    comparison = comparison_of(student, SEED, epochs=epochs)
    for name in names:
        learning.judge(comparison, name)


if __name__ == "__main__":
    main()
