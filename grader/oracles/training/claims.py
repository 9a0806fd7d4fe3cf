"""Decides which of a student's claims the re-run supports, which it contradicts, and which are too close to call.

A claim compares two optimizers by one metric. The difference of their means over the seeds is compared with a margin
plus a multiple of the scatter of a single run (`Comparison`). A claim is supported where the difference exceeds that on
the claim's side, and contradicted where it exceeds it on the other side; in between it is too close to call. A
contradiction takes twice the multiple that support takes, since an honest student saw one run only, and it takes all
`MIN_SEEDS` seeds: as long as a further seed could change the mark, the optimizers concerned are trained again.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.model import Verdict
from grader.oracles.figures import figures_apart
from grader.oracles.training import statistics
from grader.oracles.training.agreement import MIN_SEEDS, scatter_scale
from grader.oracles.training.claim_list import SHAPE, Claim, read, with_opposites
from grader.oracles.training.statistics import Quantity, Run, Trainings
from grader.oracles.training.unlearned import unless_learned

MAX_PROBLEMS = 6  # sentences on how CLAIMS is written, at a time
SUPPORT_DEVIATIONS = 1.5
CONTRADICT_DEVIATIONS = 3.0
# Differences up to these count for nothing, however small the spread: 0.01 of accuracy (four images), a factor of 1.25
# of a loss, 1.5 epochs, a factor of 1.5 of an epoch's time (another machine weighs the parts of a step differently).
MARGINS = {
    "train_loss": math.log(1.25),
    "test_accuracy": 0.01,
    "epochs_to_target": 1.5,
    "seconds_per_epoch": math.log(1.5),
}
TIMED = "seconds_per_epoch"
LOGARITHMIC = ("train_loss", TIMED)
# The standard deviation of one run, by metric, is taken to be no smaller and no larger than this.
MIN_SPREADS = {"train_loss": 0.0, "test_accuracy": 0.0, "epochs_to_target": 0.4, TIMED: 0.1}
# On a machine that does other work, times scatter more. That must not make a claim harder to contradict, hence the
# upper bound. What then depends on the noise (`CLOCK_DOUBT`) goes to a person: on two cores with eight busy processes,
# the epochs of one training took up to a quarter longer than those of the next.
MAX_SPREADS = {TIMED: 0.12}
CLOCK_DOUBT = math.log(1.25)

SUPPORTED, CONTRADICTED, CLOSE = "supported", "contradicted", "too close to call"
UNDECIDED = "undecided"  # one side could not be re-run, or diverged
OUT_OF_TIME = "out of time"  # a side was not re-run to its end, or not from as many seeds as a contradiction takes
LEAST, MOST = 0, 1  # places in a row's `might_be`

Runs = Mapping[str, Sequence[Run]]


def judge(claims: Any, names: Sequence[str], trainings: Trainings) -> Verdict:
    """Judge CLAIMS about the optimizers `names`.

    Nothing is trained unless the claims are well-formed, and from further seeds only while that can change the mark.
    """
    if not isinstance(claims, list):
        return Verdict.failed(f"CLAIMS should be a list of {SHAPE}.", "not-a-list")
    listed, problems = read(claims, names)
    if problems:
        return Verdict.failed(" ".join(problems[:MAX_PROBLEMS]), "claims-not-in-order")
    rows = _decided(listed, trainings)
    while to_train := _optimizers_to_train(listed, rows, trainings.runs()):
        if sum(trainings.another(name) for name in to_train) == 0:
            break
        rows = _decided(listed, trainings)
    verdict = _verdict(rows)
    both = with_opposites(listed)
    if both and verdict.share > 0:
        return Verdict.review(
            f"CLAIMS has both {both[0]} and the opposite, so that one of them holds whatever was measured. A person "
            "decides this point.",
            claims=rows,
        ).noting(*verdict.notes)
    return unless_learned(verdict, trainings)


def _decided(claims: Sequence[Claim], trainings: Trainings) -> list[dict[str, Any]]:
    runs = trainings.runs()
    return [decide(claim, runs, trainings.target) for claim in claims]


def decide(claim: Claim, runs: Runs, target: float) -> dict[str, Any]:
    """Compare one claim with the re-run; returns a row of plain data for a report: `claim`, `verdict` and the numbers
    behind it. Where more seeds, or a quieter machine, could change the verdict, `might_be` has the worst and the best
    that it could become."""
    left, right = runs[claim.left], runs[claim.right]
    row: dict[str, Any] = {"claim": str(claim), "verdict": UNDECIDED}
    if not left or not right:
        return row
    if not all(run.whole for run in (*left, *right)):
        return {**row, "verdict": OUT_OF_TIME, "might_be": [CONTRADICTED, SUPPORTED]}
    sides = list(zip(_quantities(claim.metric, left, target), _quantities(claim.metric, right, target), strict=False))
    if not sides:
        return row
    seeds = min(len(left), len(right))
    comparisons = [_compare(claim, *side, seeds) for side in sides]
    doubt = _clock_doubt(*sides[0]) if claim.metric == TIMED else 0.0
    low, as_measured, high = (
        _of_all([comparison.vote(by) for comparison in comparisons], seeds) for by in (-doubt, 0.0, doubt)
    )
    row = {**row, "verdict": as_measured, **comparisons[0].described(seeds, claim.metric in LOGARITHMIC)}
    least, most = low, high
    if as_measured == OUT_OF_TIME:
        least, most = CONTRADICTED, CLOSE if high == OUT_OF_TIME else high
    elif as_measured == CLOSE and seeds < MIN_SEEDS and row["difference"] > 0:
        most = SUPPORTED
    return row if least == most else {**row, "might_be": [CONTRADICTED if least == OUT_OF_TIME else least, most]}


def _of_all(votes: Sequence[float], seeds: int) -> str:
    """The verdict from one vote for each way in which the metric can be measured.

    There are two votes on a training loss, which a student may have measured during the epoch or after it: the claim is
    contradicted only if both say so. With fewer than `MIN_SEEDS` seeds, a claim that leans towards contradicted is out
    of time.
    """
    if max(votes) > 0 and min(votes) >= 0:
        return SUPPORTED
    if max(votes) >= 0:
        return CLOSE
    if seeds < MIN_SEEDS:
        return OUT_OF_TIME
    return CONTRADICTED if max(votes) <= -1 else CLOSE


@dataclass(frozen=True, slots=True)
class Comparison:
    """The difference between two means, and the bounds with which it is compared.

    `ahead` is the difference, positive where it is as claimed: above `supports` the claim is supported, below
    `contradicts` contradicted, and below `leans_below` it leans towards contradicted. Of logarithmic metrics, `ahead`
    and the bounds are logarithms, while `left` and `right` are the means themselves.
    """

    left: float
    right: float
    ahead: float
    leans_below: float
    supports: float
    contradicts: float

    def vote(self, doubt: float) -> float:
        """1 for the claim, -1 against it, 0 for too close (-0.5 if it leans against it), for a measurement that is off
        by `doubt`."""
        ahead = self.ahead + doubt
        return 1.0 if ahead > self.supports else -1.0 if ahead < self.contradicts else -0.5 * (ahead < self.leans_below)

    def described(self, seeds: int, logarithmic: bool) -> dict[str, Any]:
        """For a report."""
        return {
            "left": statistics.significant(self.left),
            "right": statistics.significant(self.right),
            "difference": round(self.ahead, 4),
            "supports_above": round(self.supports, 4),
            "contradicts_below": round(self.contradicts, 4),
            "measurement": {"logarithmic": logarithmic},
            "seeds": seeds,
        }


def _compare(claim: Claim, left: Quantity, right: Quantity, seeds: int) -> Comparison:
    floor, ceiling = MIN_SPREADS[claim.metric], MAX_SPREADS.get(claim.metric, math.inf)
    spreads = [min(max(side.spread, floor), ceiling) for side in (left, right)]
    scatter = math.hypot(*spreads) * scatter_scale(seeds)
    margin = MARGINS[claim.metric]
    plain = math.exp if claim.metric in LOGARITHMIC else float
    return Comparison(
        left=plain(left.mean),
        right=plain(right.mean),
        ahead=(right.mean - left.mean) * (1 if claim.relation == "<" else -1),
        leans_below=-margin,
        supports=margin + SUPPORT_DEVIATIONS * scatter,
        contradicts=-margin - CONTRADICT_DEVIATIONS * scatter,
    )


def _clock_doubt(left: Quantity, right: Quantity) -> float:
    """By how much a difference between logarithms of times may be off, since a machine's other work varies."""
    return max(CLOCK_DOUBT, math.hypot(left.spread, right.spread))


def _optimizers_to_train(claims: Sequence[Claim], rows: Sequence[Mapping[str, Any]], runs: Runs) -> list[str]:
    """The optimizers to train from one more seed: those of open claims that have the fewest runs so far; none where no
    open claim can change the mark."""
    if _share(rows, LEAST) == _share(rows, MOST):
        return []
    open_ = [claims[n] for n, row in enumerate(rows) if "might_be" in row]
    names = dict.fromkeys(name for claim in open_ for name in (claim.left, claim.right))
    fewest = min((len(runs[name]) for name in names), default=MIN_SEEDS)
    return [name for name in names if len(runs[name]) == fewest < MIN_SEEDS]


def _share(rows: Sequence[Mapping[str, Any]], place: int) -> float:
    """The share of the point that the claims earn if each turns out as its `might_be[place]`: the supported ones among
    those that are supported or contradicted."""
    verdicts = [row["might_be"][place] if "might_be" in row else row["verdict"] for row in rows]
    supported, contradicted = verdicts.count(SUPPORTED), verdicts.count(CONTRADICTED)
    return supported / (supported + contradicted) if supported else 0.0


def _quantities(metric: str, runs: Sequence[Run], target: float) -> tuple[Quantity, ...]:
    match metric:
        case "train_loss":
            return statistics.losses(runs)
        case "test_accuracy":
            return (statistics.accuracy(runs),)
        case "epochs_to_target":
            return (statistics.epochs_to_target(runs, target),)
        case _:
            return (statistics.seconds_per_epoch(runs),)


def _verdict(rows: Sequence[Mapping[str, Any]]) -> Verdict:
    notes = _notes(rows)
    if _share(rows, LEAST) != _share(rows, MOST):
        return Verdict.review(f"{_left_open(rows)} A person decides this point.", claims=rows).noting(*notes)
    supported = [row for row in rows if row["verdict"] == SUPPORTED]
    contradicted = [row for row in rows if row["verdict"] == CONTRADICTED]
    if not supported and not contradicted:
        message = (
            "None of the claims could be decided, since one side of each could not be re-run, or has no finite loss."
            if all(row["verdict"] == UNDECIDED for row in rows)
            else "The re-run can decide none of the claims: choose differences that are larger than the scatter of "
            "one run."
        )
        return Verdict.failed(message, "nothing-decided", claims=rows).noting(*notes)
    against = "; ".join(_against(row) for row in contradicted)
    message = f"The re-run contradicts {len(contradicted)} of {len(rows)} claims: {against}." if contradicted else ""
    diagnosis = "contradicted" if contradicted else None
    return Verdict.partial(_share(rows, LEAST), message, diagnosis, claims=rows).noting(*notes)


def _left_open(rows: Sequence[Mapping[str, Any]]) -> str:
    """The sentences on the claims that stay open, for lack of time or of a steady clock."""
    open_ = [row for row in rows if "might_be" in row]
    by_clock = [row["claim"] for row in open_ if row.get("seeds", 0) >= MIN_SEEDS]
    by_seeds = [row["claim"] for row in open_ if row["claim"] not in by_clock]
    sentences = [f"There was no time to train often enough to decide: {'; '.join(by_seeds)}."] if by_seeds else []
    if by_clock:
        sentences.append(f"This machine's clock is not steady enough to decide: {'; '.join(by_clock)}.")
    return " ".join(sentences)


def _against(row: Mapping[str, Any]) -> str:
    left, right = figures_apart(row["left"], row["right"])
    return f"{row['claim']} (re-run: {left} against {right})"


def _notes(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    close = [str(row["claim"]) for row in rows if row["verdict"] == CLOSE]
    undecided = [str(row["claim"]) for row in rows if row["verdict"] == UNDECIDED]
    notes = [f"Too close to call in the re-run, and so not counted: {'; '.join(close)}."] if close else []
    if undecided:
        why = "since one side could not be re-run, or has no finite loss"
        notes.append(f"Could not be decided, {why}: {'; '.join(undecided)}.")
    return notes
