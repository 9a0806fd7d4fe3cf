"""Keep what a person decides at the desk about hand-ins: which file counts, and whose a hand-in is.

Nothing is graded here. A decision is kept with what was given for the class, as `grader class --accept` and `--match`
would have it, and the next `grader class` reads the hand-in so.
"""

import re
import shlex
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.classroom.class_model import Issue, IssueKind
from grader.classroom.results import store
from grader.classroom.results.class_inputs import ClassInputs, keep_inputs, read_inputs
from grader.errors import UsageError

_ACCEPT = re.compile(r"""--accept (?P<quoted>(?:'[^'\n]*'|"'")+)""")  # as `decision_options.quoted` writes it


@dataclass(frozen=True, slots=True)
class Offer:
    """One way to decide: the value of `--accept`, and that in words."""

    value: str
    words: str


def offers(kind: str, message: str) -> tuple[Offer, ...]:
    """The files that an issue says may count."""
    if kind != IssueKind.CHOICE:
        return ()
    values = ["".join(shlex.split(match["quoted"])) for match in _ACCEPT.finditer(message)]
    return tuple(Offer(value, _in_words(value)) for value in values)


def _in_words(value: str) -> str:
    rest, _, name = value.rpartition("=")
    return f"Read {rest.partition(':')[2]} as {name}"


def accept(results: Path, issues: Sequence[Issue], value: str) -> None:
    """Keeps that a file counts. Raises UsageError where no issue offers that, or a run is at work in the class."""
    if not any(value == offer.value for issue in issues for offer in offers(issue.kind, issue.message)):
        raise UsageError("this file is not among those that may count; the class may have been graded again meanwhile.")
    _keep(results, ClassInputs(accept=(value,)))


def match(results: Path, issues: Sequence[Issue], ids: Collection[str], folder: str, name: str) -> None:
    """Keeps whose a hand-in is. Raises UsageError for a hand-in that is not unmatched, and for an id of nobody."""
    if not any((issue.kind, issue.who) == (IssueKind.UNMATCHED, folder) for issue in issues):
        raise UsageError("this hand-in is not unmatched; the class may have been graded again meanwhile.")
    if name not in ids:
        raise UsageError(f"nobody in this class has the id {name[:80]!r}.")
    _keep(results, ClassInputs(match=(f"{folder}={name}",)))


def decided(results: Path) -> tuple[frozenset[str], frozenset[str]]:
    """What has been decided so far: values of `--accept`, and folders of `--match`."""
    inputs = read_inputs(results)
    return frozenset(inputs.accept or ()), frozenset(matched.rpartition("=")[0] for matched in inputs.match or ())


def _keep(results: Path, new_inputs: ClassInputs) -> None:
    with store.lock(results):
        store.refuse_half_moved(results)
        keep_inputs(results, read_inputs(results).updated(new_inputs))
