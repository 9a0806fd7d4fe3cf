"""Point 4.8: which of the CLAIMS does the re-run support, which does it contradict, and which are too close to call?

A claim compares two optimizers by one metric. The difference of their means over the seeds is held against a margin
and the scatter of one more run of each: well beyond it on the claim's side, it supports; far beyond it on the other
side, it contradicts; in between nobody can say. To contradict takes twice the scatter that support takes, since an
honest student saw one run.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.model import Verdict
from grader.oracles.training import statistics
from grader.oracles.training.stated_results import scatter_scale
from grader.oracles.training.statistics import Quantity, Run

LEAST_CLAIMS = 5
LEAST_SUPPORTED = 3  # for full marks without any further thought
MOST_CLAIMS = 200
SUPPORT_DEVIATIONS = 1.5
CONTRADICT_DEVIATIONS = 3.0
# Differences that are nothing, whatever the spread: a hundredth of accuracy (four images), a quarter of a loss, an
# epoch and a half of learning, half an epoch's time (another machine weighs the parts of a step differently).
MARGINS = {
    "train_loss": math.log(1.25),
    "test_accuracy": 0.01,
    "epochs_to_target": 1.5,
    "seconds_per_epoch": math.log(1.5),
}
LEAST_SPREADS = {"train_loss": 0.0, "test_accuracy": 0.0, "epochs_to_target": 0.4, "seconds_per_epoch": 0.1}
SHAPE = "(left, metric, relation, right)"


@dataclass(frozen=True, slots=True)
class Claim:
    """`left` `metric` `relation` `right`, as in ("LBFGS", "train_loss", "<", "SGD")."""

    left: str
    metric: str
    relation: str
    right: str

    def __str__(self) -> str:
        return f"{self.left} {self.metric} {self.relation} {self.right}"

    def normal(self) -> "Claim":
        """The same claim with `<`."""
        return self if self.relation == "<" else Claim(self.right, self.metric, "<", self.left)


def judge(claims: Any, names: Sequence[str], runs: Callable[[], Mapping[str, Sequence[Run]]], target: float) -> Verdict:
    """The verdict on CLAIMS. `runs` is asked for the measurements only if the claims are in order."""
    if not isinstance(claims, list):
        return Verdict.failed(f"CLAIMS should be a list of {SHAPE}.", "not-a-list")
    read = [_read(number, item, names) for number, item in enumerate(claims[:MOST_CLAIMS], 1)]
    wrong = [item for item in read if isinstance(item, str)] or _incomplete(
        [c for c in read if isinstance(c, Claim)], names
    )
    if wrong:
        return Verdict.failed(" ".join(wrong[:6]), "claims-not-in-order")
    different: dict[Claim, Claim] = {}  # each in the student's own words
    for claim in read:
        if isinstance(claim, Claim):
            different.setdefault(claim.normal(), claim)
    return _verdict([decide(claim, runs(), target) for claim in different.values()])


def decide(claim: Claim, runs: Mapping[str, Sequence[Run]], target: float) -> dict[str, Any]:
    """One claim against the re-run, as plain data for a report: the verdict and the numbers behind it."""
    left, right = runs[claim.left], runs[claim.right]
    row: dict[str, Any] = {"claim": str(claim), "verdict": "undecided"}
    if not left or not right:
        return row
    sides = list(zip(_quantities(claim.metric, left, target), _quantities(claim.metric, right, target), strict=False))
    if claim.left == claim.right or not sides:
        return row
    # A loss can be taken in two ways, and a student took one of them: both have to speak against a claim to contradict
    # it.
    found = [_compare(claim, one, other, min(len(left), len(right))) for one, other in sides]
    votes = [vote for vote, _ in found]
    row["verdict"] = (
        "contradicted" if max(votes) < 0 else "supported" if max(votes) > 0 and min(votes) >= 0 else "too close to call"
    )
    row.update(found[0][1])
    return row


def _compare(claim: Claim, left: Quantity, right: Quantity, seeds: int) -> tuple[int, dict[str, Any]]:
    """1 for the claim, -1 against it, 0 for too close, and the numbers behind that."""
    floor = LEAST_SPREADS[claim.metric]
    scatter = math.hypot(max(left.spread, floor), max(right.spread, floor)) * scatter_scale(seeds)
    margin = MARGINS[claim.metric]
    ahead = (right.mean - left.mean) * (1 if claim.relation == "<" else -1)
    vote = (
        1
        if ahead > margin + SUPPORT_DEVIATIONS * scatter
        else -1
        if -ahead > margin + CONTRADICT_DEVIATIONS * scatter
        else 0
    )
    plain = math.exp if claim.metric in ("train_loss", "seconds_per_epoch") else float
    return vote, {
        "left": statistics.significant(plain(left.mean)),
        "right": statistics.significant(plain(right.mean)),
        "difference": round(ahead, 4),
        "supports_above": round(margin + SUPPORT_DEVIATIONS * scatter, 4),
        "contradicts_below": round(-margin - CONTRADICT_DEVIATIONS * scatter, 4),
        "logarithmic": plain is math.exp,
    }


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


def _read(number: int, item: Any, names: Sequence[str]) -> Claim | str:
    """A claim, or the sentence about what is wrong with it."""
    if not isinstance(item, list) or len(item) != 4 or not all(isinstance(part, str) for part in item):
        return f"Claim {number} is not of the form {SHAPE}."
    claim = Claim(*item)
    for name in (claim.left, claim.right):
        if name not in names:
            return f"Claim {number}: {name[:40]!r} is none of the optimizers ({', '.join(names)})."
    if claim.metric not in MARGINS:
        return f"Claim {number}: {claim.metric[:40]!r} is no metric; there are {', '.join(MARGINS)}."
    if claim.relation not in ("<", ">"):
        return f"Claim {number}: the relation is {claim.relation[:40]!r}; it has to be '<' or '>'."
    return claim


def _incomplete(claims: Sequence[Claim], names: Sequence[str]) -> list[str]:
    """What is missing from a list of good claims. The same claim twice, or turned round, is one claim."""
    wrong = []
    different = len({claim.normal() for claim in claims})
    if different < LEAST_CLAIMS:
        repeated = "" if different == len(claims) else " different"
        count = "is 1" if different == 1 else f"are {different}"
        claim = "claim" if different == 1 else "claims"
        wrong.append(f"There {count}{repeated} {claim}; at least {LEAST_CLAIMS} are needed.")
    named = {name for claim in claims for name in (claim.left, claim.right)}
    silent = [name for name in names if name not in named]
    if silent:
        wrong.append(f"The claims have to name every optimizer; nothing is said about {', '.join(silent)}.")
    return wrong


def _verdict(rows: Sequence[Mapping[str, Any]]) -> Verdict:
    supported = [row for row in rows if row["verdict"] == "supported"]
    contradicted = [row for row in rows if row["verdict"] == "contradicted"]
    notes = _notes(rows)
    if not supported and not contradicted:
        message = (
            "None of the claims could be decided, since one side of each could not be re-run."
            if all(row["verdict"] == "undecided" for row in rows)
            else "The re-run can decide none of the claims: choose differences that are larger than the scatter of "
            "one run."
        )
        return Verdict.failed(message, "nothing-decided", claims=rows).noting(*notes)
    if not contradicted and len(supported) >= LEAST_SUPPORTED:
        share = 1.0
    else:
        share = len(supported) / (len(supported) + len(contradicted))
    against = "; ".join(f"{row['claim']} (re-run: {row['left']:g} against {row['right']:g})" for row in contradicted)
    message = f"The re-run contradicts {len(contradicted)} of {len(rows)} claims: {against}." if contradicted else ""
    return Verdict.partial(share, message, "contradicted" if contradicted else None, claims=rows).noting(*notes)


def _notes(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    close = [str(row["claim"]) for row in rows if row["verdict"] == "too close to call"]
    undecided = [str(row["claim"]) for row in rows if row["verdict"] == "undecided"]
    notes = [f"Too close to call in the re-run, and so not counted: {'; '.join(close)}."] if close else []
    return [
        *notes,
        *([f"Could not be decided, since one side could not be re-run: {'; '.join(undecided)}."] if undecided else []),
    ]
