"""Does an honest student ever lose RESULTS or CLAIMS to bad luck, and is every lie still caught?

    python -m scripts.honest_reruns              an hour and more
    python -m scripts.honest_reruns --seed 2     other students, other gradings
    python -m scripts.honest_reruns --short      the first kinds only, one student each

Twenty-three kinds of honest solutions (tests/support/honest_students.py): networks with batch, layer, group and
instance normalisation, dropout, recurrence; schedules, clipping, penalties, full-batch LBFGS. Two students of each
measured once, from seeds of their own, and each is graded from three other seeds, as a grading does it: further seeds
are trained for what is not decided. A student reports the loss in both ways that the contract allows, and claims
every difference that they saw, however small: far more than anybody would claim. The lies are told about the same
trainings.

What the points of the six optimizers come to is counted, too: an honest one is for nobody to look at. "Gradients" are
the cosines between those at a step and those of the loss function (`identity_in_training`), of the optimizer and
grading that keeps least.

Each result that is rejected and each claim that is contradicted is printed as it comes.

Exits with 1 if a result of an honest student is rejected, a claim contradicted, an optimizer's point left to a person,
or a lie earns the whole point.
"""

import argparse
import math
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations, islice
from typing import Any

from grader.assignment.comparison import SIX
from grader.model import Outcome, Verdict
from grader.oracles.training import claims, identity_in_training, learning, stated_results, statistics
from grader.oracles.training.claim_list import Claim
from grader.oracles.training.rerun import Rerun, Training
from tests.support.exercise4_fakes import comparison_of
from tests.support.honest_students import KINDS

STUDENTS, GRADINGS = 2, 3  # of each kind, and of each student
TARGET, EPOCHS = 0.8, 10
SHORT_KINDS = 3
BAD = ("rejected", "claims contradicted", "optimizers review", "lies believed")

Results = dict[str, dict[str, Any]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kind", action="append", choices=list(KINDS), default=[], help="only these kinds")
    parser.add_argument("--seed", type=int, default=1, help="of the students and the gradings")
    parser.add_argument("--short", action="store_true", help="a few kinds, one student and one grading each")
    options = parser.parse_args()
    kinds = options.kind or (list(islice(KINDS, SHORT_KINDS)) if options.short else list(KINDS))
    students, gradings = seeds(options.seed)
    if options.short:
        students, gradings = students[:1], gradings[:1]
    total: Counter[str] = Counter()
    for kind in kinds:
        counts, cosine = study(kind, students, gradings)
        total += counts
        print(f"{kind:28} {dict(sorted(counts.items()))}; gradients {cosine:.3f}", flush=True)
    print(f"{'all':28} {dict(sorted(total.items()))}")
    return 1 if any(total[bad] for bad in BAD) else 0


def seeds(first: int) -> tuple[list[int], list[int]]:
    """Of the students and of the gradings, different ones for each `first`."""
    students = [1000 * first + number for number in range(1, STUDENTS + 1)]
    return students, [10 * (GRADINGS * (first - 1) + number) for number in range(1, GRADINGS + 1)]


def study(
    kind: str, students: Sequence[int], gradings: Sequence[int], epochs: int = EPOCHS
) -> tuple[Counter[str], float]:
    """How honest students of one kind fare, and liars; and the least cosine of their gradients."""
    counts: Counter[str] = Counter()
    cosines: list[float] = []
    measured = [comparison_of(KINDS[kind], seed, epochs=epochs) for seed in students]
    for seed in gradings:
        grading = comparison_of(KINDS[kind], seed, seconds=600.0, epochs=epochs)
        for number, student in zip(students, measured, strict=True):
            verdicts = [judged(results, grading) for results in results_of(student)]
            rows = decided(claims_of(student), grading)
            rejected = [verdict.message for verdict in verdicts if lost(verdict)]
            contradicted = [row for row in rows if row["verdict"] == claims.CONTRADICTED]
            for trouble in (*rejected, *contradicted):
                print(f"{kind}, student {number}, grading {seed}: {trouble}", flush=True)
            counts["gradings"] += 1
            counts["rejected"] += bool(rejected)
            counts["for a person"] += any(verdict.outcome is Outcome.REVIEW for verdict in verdicts)
            counts.update(f"claims {row['verdict']}" for row in rows)
        for lie in lies(next(results_of(measured[0])), random.Random(seed)):
            verdict = judged(lie, grading)
            counts["lies believed"] += verdict.share == 1
            counts["lies caught"] += lost(verdict)
        counts.update(f"optimizers {learning.judge(grading, name).outcome.value}" for name in SIX)
        cosines += [least_cosine(grading.attempt(name).training) for name in SIX]
        counts["seeds trained"] += sum(len(runs) for runs in grading.runs().values())
    return counts, min(cosines)


def least_cosine(training: Training) -> float:
    """Of the steps up to the target, the cosine that counts."""
    if training.watched is None:
        return float("nan")
    return min(identity_in_training.cosines_to(TARGET, training.watched, training.run))


def judged(results: Results, grading: Rerun) -> Verdict:
    return stated_results.judge(results, grading)


def lost(verdict: Verdict) -> bool:
    """Whether it costs a mark without a person's look."""
    return verdict.outcome is not Outcome.REVIEW and verdict.share < 1


def decided(student_claims: list[Claim], grading: Rerun) -> list[dict[str, Any]]:
    verdict = claims.judge(
        [[claim.left, claim.metric, claim.relation, claim.right] for claim in student_claims],
        SIX,
        grading,
    )
    return list(verdict.evidence["claims"])


def results_of(student: Rerun) -> Iterator[Results]:
    """RESULTS with the loss during the last epoch, and with the loss after it."""
    last = {name: runs[0].epochs[-1] for name, runs in student.runs().items()}
    for loss in ("returned", "evaluated"):
        yield {name: {"train_loss": getattr(e, loss), "test_accuracy": e.accuracy} for name, e in last.items()}


def lies(honest: Results, rng: random.Random) -> Iterator[Results]:
    """Percentages, every image right, one pair for all, and numbers that are made up."""
    yield {name: {**entry, "test_accuracy": 100 * entry["test_accuracy"]} for name, entry in honest.items()}
    yield {name: {**entry, "test_accuracy": 1.0} for name, entry in honest.items()}
    yield dict.fromkeys(honest, honest["Adam"])
    yield {name: {"train_loss": rng.uniform(0.05, 1.0), "test_accuracy": rng.uniform(0.8, 0.99)} for name in honest}


def claims_of(student: Rerun) -> list[Claim]:
    """Every difference that this student saw."""
    differences = []
    for left, right in combinations(SIX, 2):
        for metric in claims.MARGINS:
            left_value, right_value = (quantity(metric, student.runs()[name]) for name in (left, right))
            if abs(left_value - right_value) > 0:  # a training that broke off shows no difference
                differences.append(Claim(left, metric, "<" if left_value < right_value else ">", right))
    return differences


def quantity(metric: str, runs: Any) -> float:
    match metric:
        case "train_loss":
            return next((quantity.mean for quantity in statistics.losses(runs)), math.nan)
        case "test_accuracy":
            return statistics.accuracy(runs).mean
        case "epochs_to_target":
            return statistics.epochs_to_target(runs, TARGET).mean
        case _:
            return statistics.seconds_per_epoch(runs).mean


if __name__ == "__main__":
    sys.exit(main())
