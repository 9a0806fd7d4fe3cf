"""Does an honest student ever lose RESULTS or CLAIMS to bad luck?

    python -m scripts.honest_reruns                          some minutes on one core
    python -m scripts.honest_reruns --runs 24 --drawn 300    as many again

Three right solutions (a convolutional network, a perceptron, batch normalisation with dropout), ten students each, who
measured once from a seed of their own, and each graded against re-runs from three other seeds: 90 gradings. Every
student reports what they measured in both ways that the contract allows, and claims every single difference they saw,
however small: far more than anybody would claim. Exits with 1 if one result is rejected; contradicted claims are
counted and shown.

With `--runs`, each solution trains from that many seeds instead, and `--drawn` times four of these runs are drawn: one
for a student, three for the grading. The drawings share their runs, so that their number says how many combinations
were looked at, and not how rare a mistake is among students.
"""

import argparse
import random
import sys
import types
from collections import Counter
from collections.abc import Mapping
from itertools import combinations, product
from pathlib import Path
from typing import Any

from grader.assignment.comparison import SIX
from grader.oracles.training import claims, stated_results, statistics
from grader.oracles.training.statistics import Run
from tests.support.exercise4_fakes import comparison_of, load_module

ROOT = Path(__file__).resolve().parent.parent
SOLUTIONS = ("reference", "tests/gallery/right/optim-mlp", "tests/gallery/right/optim-batchnorm-dropout")
STUDENTS = range(1001, 1011)
GRADINGS = (10, 20, 30)
RERUNS = 3  # seeds of one grading
TARGET = 0.8

Runs = Mapping[str, list[Run]]  # by optimizer
Pair = tuple[Runs, Runs]  # what a student measured, and what a grading does


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, help="draw students and gradings from this many runs of each solution")
    parser.add_argument("--drawn", type=int, default=300, help="how often")
    options = parser.parse_args()
    rejected = 0
    for solution in SOLUTIONS:
        module = load_module(ROOT / solution / "exercise4.py", "exercise4")
        pairs = drawn(module, options.runs, options.drawn) if options.runs else apart(module)
        verdicts: Counter[str] = Counter()
        losers = 0
        for student, grading in pairs:
            losers += any(stated_results.judge(found, grading, {}).share < 1 for found in results_of(student))
            verdicts.update(claims.decide(claim, grading, TARGET)["verdict"] for claim in claims_of(student))
        rejected += losers
        print(f"{solution}: RESULTS rejected in {losers} of {len(pairs)} gradings; claims {dict(verdicts)}", flush=True)
    return 1 if rejected else 0


def apart(module: types.ModuleType) -> list[Pair]:
    """Every student with every grading; no training is used twice for the same purpose."""
    students = [comparison_of(module, seed, seeds=1).runs() for seed in STUDENTS]
    gradings = [comparison_of(module, seed, seeds=3, seconds=600.0).runs() for seed in GRADINGS]
    return list(product(students, gradings))


def drawn(module: types.ModuleType, runs: int, count: int) -> list[Pair]:
    """That many combinations of one run for a student and three others for the grading."""
    rng = random.Random(0)
    found = [comparison_of(module, seed, seeds=1).runs() for seed in range(runs)]
    pairs = []
    for _ in range(count):
        student, *grading = rng.sample(found, 1 + RERUNS)
        pairs.append((student, {name: [run[name][0] for run in grading] for name in SIX}))
    return pairs


def results_of(student: Any) -> list[dict[str, dict[str, float | None]]]:
    """RESULTS with the loss during the last epoch, and with the loss after it."""
    last = {name: student[name][0].epochs[-1] for name in SIX}
    return [
        {name: {"train_loss": getattr(epoch, loss), "test_accuracy": epoch.accuracy} for name, epoch in last.items()}
        for loss in ("returned", "evaluated")
    ]


def claims_of(student: Any) -> list[claims.Claim]:
    """Every difference that this student saw."""
    found = []
    for left, right in combinations(SIX, 2):
        for metric in claims.MARGINS:
            one, other = (quantity(metric, student[name]) for name in (left, right))
            if one != other:
                found.append(claims.Claim(left, metric, "<" if one < other else ">", right))
    return found


def quantity(metric: str, runs: Any) -> float:
    match metric:
        case "train_loss":
            return statistics.losses(runs)[0].mean
        case "test_accuracy":
            return statistics.accuracy(runs).mean
        case "epochs_to_target":
            return statistics.epochs_to_target(runs, TARGET).mean
        case _:
            return statistics.seconds_per_epoch(runs).mean


if __name__ == "__main__":
    sys.exit(main())
