"""Which claims does the re-run support, which does it contradict, and which are too close to call?

A claim compares two optimizers by one metric. The difference of their means over the seeds is held against a margin
and the scatter of one more run of each: well beyond it on the claim's side, it supports; far beyond it on the other
side, it contradicts; in between nobody can say. To contradict takes twice the scatter that support takes, since an
honest student saw one run, and it takes all seeds: as long as it matters, the optimizers concerned are trained again.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.model import Verdict
from grader.oracles.training import statistics
from grader.oracles.training.stated_results import MIN_SEEDS, scatter_scale
from grader.oracles.training.statistics import Quantity, Run

MIN_CLAIMS = 5
MIN_SUPPORTED = 3  # for full marks without any further thought
MAX_CLAIMS = 200
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
MIN_SPREADS = {"train_loss": 0.0, "test_accuracy": 0.0, "epochs_to_target": 0.4, "seconds_per_epoch": 0.1}
SHAPE = "(left, metric, relation, right)"

SUPPORTED, CONTRADICTED, CLOSE = "supported", "contradicted", "too close to call"
UNDECIDED = "undecided"  # one side could not be re-run
OUT_OF_TIME = "out of time"  # or not as often as it takes

Runs = Mapping[str, Sequence[Run]]


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


def judge(
    claims: Any, names: Sequence[str], runs: Callable[[], Runs], another: Callable[[str], bool], target: float
) -> Verdict:
    """The verdict on CLAIMS about the optimizers `names`. `runs` is asked for the trainings so far, and `another` for
    one more of an optimizer, only if the claims are in order, and as long as a seed may decide something."""
    if not isinstance(claims, list):
        return Verdict.failed(f"CLAIMS should be a list of {SHAPE}.", "not-a-list")
    read = [_read(number, item, names) for number, item in enumerate(claims[:MAX_CLAIMS], 1)]
    good = [item for item in read if isinstance(item, Claim)]
    wrong = [item for item in read if isinstance(item, str)] or _incomplete(good, names)
    if wrong:
        return Verdict.failed(" ".join(wrong[:6]), "claims-not-in-order")
    different: dict[Claim, Claim] = {}  # each in the student's own words
    for claim in good:
        different.setdefault(claim.normal(), claim)
    rows = [decide(claim, runs(), target) for claim in different.values()]
    while wanted := _wanted(list(different.values()), rows, runs()):
        if sum(another(name) for name in wanted) == 0:
            break
        rows = [decide(claim, runs(), target) for claim in different.values()]
    return _verdict(rows)


def decide(claim: Claim, runs: Runs, target: float) -> dict[str, Any]:
    """One claim against the re-run, as plain data for a report: the verdict and the numbers behind it."""
    left, right = runs[claim.left], runs[claim.right]
    row: dict[str, Any] = {"claim": str(claim), "verdict": UNDECIDED}
    if not left or not right:
        return row
    if not all(run.whole for run in (*left, *right)):
        return {**row, "verdict": OUT_OF_TIME}
    sides = list(zip(_quantities(claim.metric, left, target), _quantities(claim.metric, right, target), strict=False))
    if not sides:
        return row
    # A loss can be taken in two ways, and a student took one of them: both have to speak against a claim to contradict
    # it.
    seeds = min(len(left), len(right))
    found = [_compare(claim, one, other, seeds) for one, other in sides]
    votes = [vote for vote, _ in found]
    supported = max(votes) > 0 and min(votes) >= 0
    row["verdict"] = SUPPORTED if supported else _against(max(votes), seeds)
    return {**row, **found[0][1]}


def _against(vote: float, seeds: int) -> str:
    """A contradiction takes all seeds. With fewer, what leans against the claim is not decided."""
    if vote >= 0:
        return CLOSE
    if seeds < MIN_SEEDS:
        return OUT_OF_TIME
    return CONTRADICTED if vote <= -1 else CLOSE


def _compare(claim: Claim, left: Quantity, right: Quantity, seeds: int) -> tuple[float, dict[str, Any]]:
    """1 for the claim, -1 against it, 0 for too close (-0.5 if it leans against it), and the numbers behind that."""
    floor = MIN_SPREADS[claim.metric]
    scatter = math.hypot(max(left.spread, floor), max(right.spread, floor)) * scatter_scale(seeds)
    margin = MARGINS[claim.metric]
    ahead = (right.mean - left.mean) * (1 if claim.relation == "<" else -1)
    supports, contradicts = margin + SUPPORT_DEVIATIONS * scatter, -margin - CONTRADICT_DEVIATIONS * scatter
    vote = 1.0 if ahead > supports else -1.0 if ahead < contradicts else -0.5 if ahead < -margin else 0.0
    plain = math.exp if claim.metric in ("train_loss", "seconds_per_epoch") else float
    return vote, {
        "left": statistics.significant(plain(left.mean)),
        "right": statistics.significant(plain(right.mean)),
        "difference": round(ahead, 4),
        "supports_above": round(supports, 4),
        "contradicts_below": round(contradicts, 4),
        "measurement": {"logarithmic": plain is math.exp},
        "seeds": seeds,
    }


def _wanted(claims: Sequence[Claim], rows: Sequence[Mapping[str, Any]], runs: Runs) -> list[str]:
    """The optimizers of which one more seed may decide something: those of a claim that leans against the re-run, and,
    as long as too few are supported, those of claims that might be."""
    leaning = [n for n, row in enumerate(rows) if row["verdict"] == OUT_OF_TIME]
    hopeful = [n for n, row in enumerate(rows) if row["verdict"] == CLOSE and row["difference"] > 0]
    supported = sum(row["verdict"] == SUPPORTED for row in rows)
    open_ = leaning if supported >= MIN_SUPPORTED else [*leaning, *hopeful]
    names = [name for n in open_ for name in (claims[n].left, claims[n].right)]
    fewest = min((len(runs[name]) for name in names), default=MIN_SEEDS)
    return [name for name in dict.fromkeys(names) if len(runs[name]) == fewest < MIN_SEEDS]


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
    if claim.left == claim.right:
        return f"Claim {number} compares {claim.left} with itself."
    if claim.metric not in MARGINS:
        return f"Claim {number}: {claim.metric[:40]!r} is no metric; choose from {', '.join(MARGINS)}."
    if claim.relation not in ("<", ">"):
        return f"Claim {number}: the relation is {claim.relation[:40]!r}; it has to be '<' or '>'."
    return claim


def _incomplete(claims: Sequence[Claim], names: Sequence[str]) -> list[str]:
    """What is missing from a list of good claims. The same claim twice, or turned round, is one claim."""
    wrong = []
    different = len({claim.normal() for claim in claims})
    if different < MIN_CLAIMS:
        repeated = "" if different == len(claims) else " different"
        count = "is 1" if different == 1 else f"are {different}"
        claim = "claim" if different == 1 else "claims"
        wrong.append(f"There {count}{repeated} {claim}; at least {MIN_CLAIMS} are needed.")
    named = {name for claim in claims for name in (claim.left, claim.right)}
    silent = [name for name in names if name not in named]
    if silent:
        wrong.append(f"The claims have to name every optimizer; nothing is said about {', '.join(silent)}.")
    return wrong


def _verdict(rows: Sequence[Mapping[str, Any]]) -> Verdict:
    supported = [row for row in rows if row["verdict"] == SUPPORTED]
    contradicted = [row for row in rows if row["verdict"] == CONTRADICTED]
    unmeasured = [row for row in rows if row["verdict"] == OUT_OF_TIME]
    notes = _notes(rows)
    if unmeasured:
        names = "; ".join(str(row["claim"]) for row in unmeasured)
        message = f"There was no time to train often enough to decide: {names}. A person decides this point."
        return Verdict.review(message, claims=rows).noting(*notes)
    if not supported and not contradicted:
        message = (
            "None of the claims could be decided, since one side of each could not be re-run."
            if all(row["verdict"] == UNDECIDED for row in rows)
            else "The re-run can decide none of the claims: choose differences that are larger than the scatter of "
            "one run."
        )
        return Verdict.failed(message, "nothing-decided", claims=rows).noting(*notes)
    if not contradicted and len(supported) >= MIN_SUPPORTED:
        share = 1.0
    else:
        share = len(supported) / (len(supported) + len(contradicted))
    against = "; ".join(f"{row['claim']} (re-run: {row['left']:g} against {row['right']:g})" for row in contradicted)
    message = f"The re-run contradicts {len(contradicted)} of {len(rows)} claims: {against}." if contradicted else ""
    return Verdict.partial(share, message, "contradicted" if contradicted else None, claims=rows).noting(*notes)


def _notes(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    close = [str(row["claim"]) for row in rows if row["verdict"] == CLOSE]
    undecided = [str(row["claim"]) for row in rows if row["verdict"] == UNDECIDED]
    notes = [f"Too close to call in the re-run, and so not counted: {'; '.join(close)}."] if close else []
    return [
        *notes,
        *([f"Could not be decided, since one side could not be re-run: {'; '.join(undecided)}."] if undecided else []),
    ]
