"""The queue: everything that needs a person, by kind, in the order in which it is gone through. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from grader.classroom.class_model import Issue, IssueKind
from grader.classroom.desk.class_state import ClassState, HandIn, PointState
from grader.classroom.desk.markers import Marker, marker_of
from grader.classroom.desk.regrades import Request
from grader.classroom.desk.second_reading import SecondMark
from grader.classroom.marks.late import POINT as LATE
from grader.model import Outcome
from grader.schema import ReviewEntry

MARK, REVIEW, REGRADE, SECOND, DAMAGED, TIME = "mark", "review", "regrade", "second", "damaged", IssueKind.TIME.value
SHEETS = (MARK, REVIEW, REGRADE, SECOND)  # kinds that are a point of a hand-in, to be marked
# In what words a kind is told; those of a class's intake that are not here yet go by their own names.
WORDS = {
    MARK: "To mark",
    REVIEW: "The machine could not decide",
    REGRADE: "Regrade requests",
    SECOND: "Second readings",
    DAMAGED: "Damaged reports",
    "unmatched": "Nobody's hand-ins",
    "empty": "Nothing that could be graded",
    "choice": "Which file counts",
    "unread": "Files that were not read",
    "table": "Tables with flaws",
    "roster": "The wrong roster?",
    "gone": "No longer there",
    TIME: "Late, or not: no time",
    "fault": "Faults of the grader",
    "duplicate": "The same files",
    "superseded": "Earlier hand-ins",
    "absent": "Nothing handed in",
}


@dataclass(frozen=True, slots=True)
class Task:
    """One thing for a person. `key` and `point` name a sheet, None where there is none to be marked."""

    kind: str
    key: str | None
    point: str | None
    who: str
    reason: str
    is_done: bool
    max_score: float = 0.0
    given: ReviewEntry | None = None
    marker: str | None = None

    @property
    def address(self) -> tuple[str | None, str | None]:
        return self.key, self.point


@dataclass(frozen=True, slots=True)
class Filter:
    """Which tasks: of one kind, one point, one marker ("" for all); those that are done too, or not."""

    kind: str = ""
    point: str = ""
    who: str = ""
    all: bool = False

    def takes(self, task: Task) -> bool:
        return (
            self.kind in ("", task.kind)
            and self.point in ("", task.point)
            and self.who in ("", task.marker)
            and (self.all or not task.is_done)
        )


class Seconds(Protocol):
    """What the queue asks of second readings."""

    @property
    def percent(self) -> float: ...
    def is_sampled(self, salt: str, entry: str, point: str) -> bool: ...
    def all(self) -> dict[tuple[str, str, str], SecondMark]: ...


def tasks(
    state: ClassState, requests: Iterable[Request], markers: Sequence[Marker], seconds: Seconds, me: str, blind: bool
) -> list[Task]:
    """Everything, done or not. `me` is who asks: nobody reads their own marks a second time."""
    hand_ins = list(state.hand_ins.values())
    if blind:
        hand_ins.sort(key=lambda hand_in: hand_in.key)  # the class's order is that of its names
    found = [
        *_regrades(state, requests, blind),
        *_marks(state, hand_ins, markers, blind),
        *(_seconds(state, hand_ins, seconds, me, blind) if seconds.percent else ()),
        *(Task(DAMAGED, None, None, label(own, blind), own.damage, False) for own in hand_ins if own.damage),
    ]
    if not blind:  # what an intake says is about names
        found += [_issue(state, issue) for issue in state.issues]
    return found


def label(hand_in: HandIn, blind: bool) -> str:
    """What a hand-in is called on a page."""
    return f"Hand-in {hand_in.key[:6].upper()}" if blind else hand_in.name


def counts(found: Iterable[Task]) -> dict[str, tuple[int, int]]:
    """Kind -> how many are undone, and how many there are."""
    undone, every = Counter[str](), Counter[str]()
    for task in found:
        every[task.kind] += 1
        undone[task.kind] += not task.is_done
    order = [*WORDS, *sorted(kind for kind in every if kind not in WORDS)]
    return {kind: (undone[kind], every[kind]) for kind in order if kind in every}


def neighbour(
    found: Sequence[Task], chosen: Filter, here: tuple[str | None, str | None], step: int, taken: Mapping[str, str]
) -> Task | None:
    """The next sheet (`step` 1) or the previous one (-1) of a filter, from the sheet `here`, which may be done by now.

    At the end it goes on at the beginning, so that what was passed over comes again. `taken` are keys that others hold.
    """
    places = [place for place, task in enumerate(found) if task.address == here and chosen.kind in ("", task.kind)]
    start = places[0] if places else (-1 if step > 0 else 0)
    for distance in range(1, len(found) + 1):
        task = found[(start + step * distance) % len(found)]
        if task.key and task.kind in SHEETS and task.address != here and task.key not in taken and chosen.takes(task):
            return task
    return None


def _marks(state: ClassState, hand_ins: Sequence[HandIn], markers: Sequence[Marker], blind: bool) -> Iterator[Task]:
    """The points of all hand-ins, one point after the other: one component across all students is how people mark."""
    by_point: dict[str, list[tuple[int, HandIn, PointState]]] = {}
    for place, hand_in in enumerate(hand_ins):
        for name, point in hand_in.points.items():
            if point.machine is Outcome.REVIEW:
                by_point.setdefault(name, []).append((place, hand_in, point))
    personal = {name: state.is_personal(name) for name in by_point}
    for name in sorted(by_point, key=lambda name: (not personal[name], name)):
        for place, hand_in, point in by_point[name]:
            yield Task(
                kind=MARK if personal[name] else REVIEW,
                key=hand_in.key,
                point=name,
                who=label(hand_in, blind),
                reason=point.reason,
                is_done=point.is_marked,
                max_score=point.max_score,
                given=point.given if point.is_marked else None,
                marker=marker_of(markers, name, place, len(hand_ins)),
            )


def _issue(state: ClassState, issue: Issue) -> Task:
    """What an intake says; whether a hand-in without a time was late is decided here, in days."""
    own = state.by_entry(issue.who) if issue.kind is IssueKind.TIME else None
    if own is None:
        return Task(issue.kind, None, None, issue.who, issue.message, False)
    point = own.points.get(LATE)
    given = point.given if point and point.is_marked else None
    return Task(TIME, own.key, LATE, own.name, issue.message, given is not None, given=given)


def _regrades(state: ClassState, requests: Iterable[Request], blind: bool) -> Iterator[Task]:
    for request in requests:
        hand_in = state.by_entry(request.entry)
        who = label(hand_in, blind) if hand_in else "" if blind else request.entry
        key = hand_in.key if hand_in else None
        done = request.answered is not None
        point = hand_in.points.get(request.point) if hand_in else None
        yield Task(REGRADE, key, request.point, who, request.words, done, given=point.given if point else None)


def _seconds(state: ClassState, hand_ins: Sequence[HandIn], seconds: Seconds, me: str, blind: bool) -> Iterator[Task]:
    """Those of the sample that somebody else has marked; the first mark is not told."""
    marks = seconds.all()
    for hand_in in hand_ins:
        for name, point in hand_in.points.items():
            if point.machine is not Outcome.REVIEW or not point.is_marked or not state.is_personal(name):
                continue
            own = marks.get((hand_in.entry.id, name, hand_in.digest))
            first_is_mine = point.given is not None and point.given.by == me
            if (own is None and first_is_mine) or not seconds.is_sampled(state.salt, hand_in.entry.id, name):
                continue
            reason = f"read a second time by {own.marker}" if own else "to be read without seeing the first mark"
            yield Task(SECOND, hand_in.key, name, label(hand_in, blind), reason, own is not None, point.max_score)
