"""Reads CLAIMS: the comparisons of two optimizers that a student states, or what is wrong with how they are written."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

MIN_CLAIMS = 5
MAX_CLAIMS = 200  # are read; each is a line of a report
METRICS = ("train_loss", "test_accuracy", "epochs_to_target", "seconds_per_epoch")
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

    def opposite(self) -> "Claim":
        """What cannot hold together with it, with `<`."""
        normal = self.normal()
        return Claim(normal.right, normal.metric, "<", normal.left)


def read(claims: Sequence[Any], names: Sequence[str]) -> tuple[list[Claim], list[str]]:
    """The claims about the optimizers `names`, as the student wrote them, duplicates left out; and a sentence for each
    problem with how they are written: without any, they can be judged."""
    items = [_claim(number, item, names) for number, item in enumerate(claims[:MAX_CLAIMS], 1)]
    well_formed = [item for item in items if isinstance(item, Claim)]
    problems = [item for item in items if isinstance(item, str)] or _incomplete(well_formed, names)
    different: dict[Claim, Claim] = {}
    for claim in well_formed:
        different.setdefault(claim.normal(), claim)
    return list(different.values()), problems


def with_opposites(claims: Sequence[Claim]) -> list[Claim]:
    """Those whose opposite is claimed, too: whatever the re-run shows, it supports one of them."""
    normal = {claim.normal() for claim in claims}
    return [claim for claim in claims if claim.opposite() in normal]


def _claim(number: int, item: Any, names: Sequence[str]) -> Claim | str:
    """A claim, or the sentence about what is wrong with it."""
    if not isinstance(item, list) or len(item) != 4 or not all(isinstance(part, str) for part in item):
        return f"Claim {number} is not of the form {SHAPE}."
    claim = Claim(*item)
    for name in (claim.left, claim.right):
        if name not in names:
            return f"Claim {number}: {name[:40]!r} is not one of the optimizers ({', '.join(names)})."
    if claim.left == claim.right:
        return f"Claim {number} compares {claim.left} with itself."
    if claim.metric not in METRICS:
        return f"Claim {number}: {claim.metric[:40]!r} is not a metric; choose from {', '.join(METRICS)}."
    if claim.relation not in ("<", ">"):
        return f"Claim {number}: the relation is {claim.relation[:40]!r}; it has to be '<' or '>'."
    return claim


def _incomplete(claims: Sequence[Claim], names: Sequence[str]) -> list[str]:
    """Sentences on what is missing from a list of well-formed claims. A claim and its mirror image (`a < b`, `b > a`)
    count as one."""
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
