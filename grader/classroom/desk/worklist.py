"""Build the queue: everything that needs a person, by kind, in the order in which it is marked. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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
# How pages call each kind; a kind of issue that is missing here goes by its own name.
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


_Group = tuple[str, str | None, str | None]  # kind, point, marker: all that a filter looks at


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

    @property
    def group(self) -> _Group:
        return self.kind, self.point, self.marker


@dataclass(frozen=True, slots=True)
class Filter:
    """Which tasks: of one kind, one point, one marker ("" for all); those that are done too, or not."""

    kind: str = ""
    point: str = ""
    who: str = ""
    all: bool = False

    def takes(self, task: Task) -> bool:
        return (self.all or not task.is_done) and self.takes_group(task.group)

    def takes_group(self, group: _Group) -> bool:
        kind, point, marker = group
        return self.kind in ("", kind) and self.point in ("", point) and self.who in ("", marker)


class Seconds(Protocol):
    """What the queue asks of second readings."""

    @property
    def percent(self) -> float: ...
    def is_sampled(self, salt: str, entry: str, point: str) -> bool: ...
    def all(self) -> dict[tuple[str, str, str], SecondMark]: ...


def tasks(
    state: ClassState, requests: Iterable[Request], markers: Sequence[Marker], seconds: Seconds, me: str, blind: bool
) -> list[Task]:
    """All tasks, done or not. `me` is who asks: nobody reads their own marks a second time."""
    hand_ins = list(state.hand_ins.values())
    if blind:
        hand_ins.sort(key=lambda hand_in: hand_in.key)  # the class's order is that of its names
    all_tasks = [
        *_regrades(state, requests, blind),
        *_marks(state, hand_ins, markers, blind),
        *(_seconds(state, hand_ins, seconds, me, blind) if seconds.percent else ()),
        *(
            Task(DAMAGED, None, None, label(hand_in, blind), hand_in.damage, False)
            for hand_in in hand_ins
            if hand_in.damage
        ),
    ]
    if not blind:  # what an intake says is about names
        all_tasks += [_issue(state, issue) for issue in state.issues]
    return all_tasks


def label(hand_in: HandIn, blind: bool) -> str:
    """What a hand-in is called on a page."""
    return f"Hand-in {hand_in.key[:6].upper()}" if blind else hand_in.name


class Worklist:
    """The tasks in their order. A mark updates only the tasks of its hand-in, however large the class is."""

    def __init__(self, tasks: list[Task]) -> None:
        self.tasks = tasks
        self._places: dict[str | None, list[int]] = {}
        self._undone, self._every = (
            Counter[_Group](),
            Counter[_Group](),
        )
        for place, task in enumerate(tasks):
            self._places.setdefault(task.key, []).append(place)
            self._every[task.group] += 1
            self._undone[task.group] += not task.is_done

    def update(self, hand_in: HandIn) -> None:
        """Takes note of the marks of one hand-in."""
        for place in self._places.get(hand_in.key, ()):
            old = self.tasks[place]
            self.tasks[place] = new = _updated(old, hand_in)
            self._undone[old.group] += old.is_done - new.is_done

    def counts(self) -> dict[str, tuple[int, int]]:
        """Kind -> how many are undone, and how many there are."""
        kinds = {kind for kind, _, _ in self._every}
        order = [*WORDS, *sorted(kinds - WORDS.keys())]
        return {kind: self._sums(Filter(kind)) for kind in order if kind in kinds}

    def standing(self, chosen: Filter) -> tuple[int, int]:
        """How many tasks of a filter are done, and how many there are."""
        undone, every = self._sums(chosen)
        return every - undone, every

    def neighbour(
        self, chosen: Filter, here: tuple[str | None, str | None], step: int, held_keys: Mapping[str, str]
    ) -> Task | None:
        """The next sheet (`step` 1) or the previous one (-1) of a filter, from the sheet `here`, which may be done.

        After the last sheet comes the first, so that skipped ones come again. Sheets of `held_keys`, which others have
        open, are left out.
        """
        undone, every = self._sums(chosen)
        if not (every if chosen.all else undone):
            return None
        tasks = self.tasks
        places = [
            place
            for place in self._places.get(here[0], ())
            if tasks[place].address == here and chosen.kind in ("", tasks[place].kind)
        ]
        start = places[0] if places else (-1 if step > 0 else 0)
        for distance in range(1, len(tasks) + 1):
            task = tasks[(start + step * distance) % len(tasks)]
            if (
                task.key
                and task.kind in SHEETS
                and task.address != here
                and task.key not in held_keys
                and chosen.takes(task)
            ):
                return task
        return None

    def _sums(self, chosen: Filter) -> tuple[int, int]:
        groups = [group for group in self._every if chosen.takes_group(group)]
        return sum(self._undone[group] for group in groups), sum(self._every[group] for group in groups)


def _updated(task: Task, hand_in: HandIn) -> Task:
    point = hand_in.points.get(task.point or "")
    if task.kind == REGRADE:
        return replace(task, given=point.given if point else None)
    if task.kind not in (MARK, REVIEW, TIME):
        return task
    current = point.given if point and point.is_marked else None
    return replace(task, is_done=current is not None, given=current)


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
    """The task for an issue of the intake. For a hand-in without a time, it is to decide how many days late it is."""
    hand_in = state.by_entry(issue.who) if issue.kind is IssueKind.TIME else None
    if hand_in is None:
        return Task(issue.kind, None, None, issue.who, issue.message, False)
    point = hand_in.points.get(LATE)
    current = point.given if point and point.is_marked else None
    return Task(TIME, hand_in.key, LATE, hand_in.name, issue.message, current is not None, given=current)


def _regrades(state: ClassState, requests: Iterable[Request], blind: bool) -> Iterator[Task]:
    for request in requests:
        hand_in = state.by_entry(request.entry)
        who = label(hand_in, blind) if hand_in else "" if blind else request.entry
        key = hand_in.key if hand_in else None
        is_answered = request.answered is not None
        point = hand_in.points.get(request.point) if hand_in else None
        yield Task(REGRADE, key, request.point, who, request.words, is_answered, given=point.given if point else None)


def _seconds(state: ClassState, hand_ins: Sequence[HandIn], seconds: Seconds, me: str, blind: bool) -> Iterator[Task]:
    """The second readings of the sample; `me` gets none that they marked first, and nobody sees the first mark."""
    marks = seconds.all()
    for hand_in in hand_ins:
        for name, point in hand_in.points.items():
            if point.machine is not Outcome.REVIEW or not point.is_marked or not state.is_personal(name):
                continue
            second_mark = marks.get((hand_in.entry.id, name, hand_in.digest))
            first_is_mine = point.given is not None and point.given.by == me
            if (second_mark is None and first_is_mine) or not seconds.is_sampled(state.salt, hand_in.entry.id, name):
                continue
            reason = (
                f"read a second time by {second_mark.marker}"
                if second_mark
                else "to be read without seeing the first mark"
            )
            yield Task(
                SECOND, hand_in.key, name, label(hand_in, blind), reason, second_mark is not None, point.max_score
            )
