"""The page of a class, in the order in which a TA needs it.

What needs a person, everyone, scores, mistakes in common, how each point went, similar hand-ins, incidents. Reports are
read one after the other, once for the statistics and once for the table, so that ten thousand of them need no more
memory than one. The page works without its script; the script sorts and filters the table.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import mean, median

from grader.model import Outcome
from grader.report.html.class_statistics import ClassStatistics, Entry, Row, groups_of, row_of
from grader.report.html.pictures import histogram
from grader.report.html.templating import pieces
from grader.report.pairs import Pair

MAX_PAIRS = 200
MAX_REMARKS = 100  # of one kind; class.json has all
HARD = 0.6  # share of a point's marks below which it is worth teaching again


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that a person may want to know. `who` is an id, or the name of a file that is nobody's."""

    kind: str
    who: str
    message: str


@dataclass(frozen=True, slots=True)
class Ungraded:
    """Somebody without a report: absent, waiting, or a fault of ours."""

    id: str
    name: str
    status: str


@dataclass(frozen=True, slots=True)
class _Person:
    """Whose a similar hand-in is: a line of the table, if there is one; or somebody of an earlier year."""

    name: str
    row: Row | None
    earlier: bool


@dataclass(frozen=True, slots=True)
class _Group:
    """Similar hand-ins: who, and how much the pairs among them have in common."""

    people: tuple[_Person, ...]
    pairs: tuple[tuple[_Person, _Person, float], ...]


def class_page(
    entries: Iterable[Entry],
    *,
    title: str = "",
    pairs: Sequence[Pair] = (),
    remarks: Sequence[Remark] = (),
    ungraded: Iterable[Ungraded] = (),
    comparison: str | None = None,
) -> Iterator[str]:
    """A self-contained HTML file about all `entries`, in their order and in pieces; the same input gives the same text.

    `entries` are gone through twice. `title` heads the page, the assignment's name if it is empty. `pairs` are similar
    hand-ins, which the page named `comparison` shows side by side. `remarks` are about hand-ins that matched nobody,
    duplicates and the like.
    """
    shown = pairs[:MAX_PAIRS]
    names = {name for pair in shown for name in (pair.left, *(() if pair.earlier else (pair.right,)))}
    by_kind = _by_kind(remarks)
    named = {remark.who for same in by_kind.values() for remark in same[:MAX_REMARKS]}
    group = ClassStatistics(names | named)
    for entry in entries:
        group.add(entry)
    data = {
        "group": group,
        "title": title or group.assignment,
        "remarks": by_kind,
        "max_remarks": MAX_REMARKS,
        "rows": map(row_of, entries),
        "ungraded": ungraded,
        "figures": _figures(group),
        "bars": histogram(group.scores, group.max_score or 1.0),
        "clusters": group.common_mistakes(),
        "hard": [item for item in group.items.values() if item.possible and item.share < HARD],
        "outcomes": _outcomes(group),
        "groups": _groups(shown, group),
        "more_pairs": max(0, len(pairs) - MAX_PAIRS),
        "comparison": comparison,
    }
    return pieces("class.jinja", script=True, data=data)


def _by_kind(remarks: Sequence[Remark]) -> dict[str, list[Remark]]:
    kinds: dict[str, list[Remark]] = {}
    for remark in remarks:
        kinds.setdefault(remark.kind, []).append(remark)
    return kinds


def _outcomes(group: ClassStatistics) -> list[tuple[Outcome, int]]:
    """How often each outcome occurs, for the buttons that filter the table; `passed` would filter nothing useful."""
    total: Counter[Outcome] = Counter()
    for item in group.items.values():
        total += item.outcomes
    return [(outcome, total[outcome]) for outcome in Outcome if total[outcome] and outcome is not Outcome.PASSED]


def _groups(pairs: Sequence[Pair], group: ClassStatistics) -> list[_Group]:
    def person(name: str, earlier: bool = False) -> _Person:
        return _Person(name, None if earlier else group.linked_rows.get(name), earlier)

    alike = [(person(pair.left), person(pair.right, pair.earlier), pair.share) for pair in pairs]
    places = {(who.name, who.earlier): who for left, right, _ in alike for who in (left, right)}
    groups = []
    for keys in groups_of(((left.name, left.earlier), (right.name, right.earlier)) for left, right, _ in alike):
        members = {name for name, earlier in keys if not earlier}
        inner_pairs = tuple(pair for pair in alike if pair[0].name in members)
        groups.append(_Group(tuple(places[key] for key in keys), inner_pairs))
    return groups


def _figures(group: ClassStatistics) -> list[tuple[str, float]]:
    scores = group.scores
    if not scores:
        return []
    return [
        ("mean", mean(scores)),
        ("median", median(scores)),
        ("lowest", min(scores)),
        ("highest", max(scores)),
        ("possible", group.max_score),
    ]
