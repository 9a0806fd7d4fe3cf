"""What needs a person, one thing after the other: made of a class, and again of a hand-in that changed. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from grader.classroom.class_model import ISSUE_TITLES, Issue, IssueKind
from grader.classroom.desk.class_state import ClassState, HandIn, PointState
from grader.classroom.desk.markers import Marker, marker_of
from grader.classroom.desk.regrades import Request
from grader.classroom.desk.second_reading import SecondMark
from grader.classroom.marks.late import POINT as LATE
from grader.model import Outcome
from grader.schema import ReviewEntry

MARK, REVIEW, REGRADE, SECOND = "mark", "review", "regrade", "second"
DAMAGED, TIME = IssueKind.DAMAGED.value, IssueKind.TIME.value
SHEETS = (MARK, REVIEW, REGRADE, SECOND)  # kinds that are a point of a hand-in, to be marked
# In what words a kind is told; those of a class's intake that are not here yet go by their own names.
WORDS: dict[str, str] = {
    MARK: "To mark",
    REVIEW: "The machine could not decide",
    REGRADE: "Regrade requests",
    SECOND: "Second readings",
    DAMAGED: "Damaged reports",
    **{kind.value: title for kind, title in ISSUE_TITLES.items()},
}


Group = tuple[str, str | None, str | None]  # kind, point, marker: all that a filter looks at


@dataclass(frozen=True, slots=True)
class Task:
    """One thing for a person. `key` and `point` name a sheet, None where there is none to be marked. One that `waits`
    is not there yet: a second reading of what nobody has marked so far. `request` is the number of a regrade request.
    """

    kind: str
    key: str | None
    point: str | None
    who: str
    reason: str
    is_done: bool
    max_score: float = 0.0
    given: ReviewEntry | None = None
    marker: str | None = None
    waits: bool = False
    request: int | None = None

    @property
    def address(self) -> tuple[str | None, str | None]:
        return self.key, self.point

    @property
    def group(self) -> Group:
        return self.kind, self.point, self.marker


class Seconds(Protocol):
    """What the queue asks of second readings."""

    @property
    def percent(self) -> float: ...
    def is_sampled(self, salt: str, entry: str, point: str) -> bool: ...
    def of(self, entry: str, point: str, digest: str) -> SecondMark | None: ...
    def all(self) -> dict[tuple[str, str, str], SecondMark]: ...


class Requests(Protocol):
    """What the queue asks of regrade requests."""

    def all(self) -> list[Request]: ...
    def numbered(self, number: int) -> Request: ...


@dataclass(frozen=True, slots=True)
class TaskMaker:
    """Makes the tasks of a class for one person: `me`, since nobody reads their own marks a second time."""

    state: ClassState
    requests: Requests
    markers: Sequence[Marker]
    seconds: Seconds
    me: str
    blind: bool

    def all(self) -> list[Task]:
        """Everything, done or not."""
        hand_ins = list(self.state.hand_ins.values())
        if self.blind:
            hand_ins.sort(key=lambda hand_in: hand_in.key)  # the class's order is that of its names
        tasks = [
            *(self._regrade(request) for request in self.requests.all()),
            *self._marks(hand_ins),
            *(self._seconds(hand_ins) if self.seconds.percent else ()),
            *(
                Task(DAMAGED, None, None, label(hand_in, self.blind), hand_in.damage, False)
                for hand_in in hand_ins
                if hand_in.damage
            ),
        ]
        if not self.blind:  # what an intake says is about names
            tasks += [self._issue(issue) for issue in self.state.issues if issue.kind is not IssueKind.DAMAGED]
        return tasks

    def again(self, task: Task, hand_in: HandIn) -> Task:
        """The task as it is now that something was done about its hand-in."""
        point = hand_in.points.get(task.point or "")
        if task.request is not None:
            return self._regrade(self.requests.numbered(task.request))
        if task.kind == SECOND and task.point and point:
            second_mark = self.seconds.of(hand_in.origin, task.point, hand_in.digest)
            return self._second(hand_in, task.point, point, second_mark)
        if task.kind not in (MARK, REVIEW, TIME):
            return task
        current = point.given if point and point.is_marked else None
        return replace(task, is_done=current is not None, given=current)

    def _marks(self, hand_ins: Sequence[HandIn]) -> Iterator[Task]:
        """The points of all hand-ins, one point after the other: that is how people mark."""
        by_point: dict[str, list[tuple[int, HandIn, PointState]]] = {}
        for place, hand_in in enumerate(hand_ins):
            for name, point in hand_in.points.items():
                if point.machine is Outcome.REVIEW:
                    by_point.setdefault(name, []).append((place, hand_in, point))
        personal = {name: self.state.is_personal(name) for name in by_point}
        for name in sorted(by_point, key=lambda name: (not personal[name], name)):
            for place, hand_in, point in by_point[name]:
                yield Task(
                    kind=MARK if personal[name] else REVIEW,
                    key=hand_in.key,
                    point=name,
                    who=label(hand_in, self.blind),
                    reason=point.reason,
                    is_done=point.is_marked,
                    max_score=point.max_score,
                    given=point.given if point.is_marked else None,
                    marker=marker_of(self.markers, name, place, len(hand_ins)),
                )

    def _issue(self, issue: Issue) -> Task:
        """The task for an issue of the intake. For a hand-in without a time: how many days late it is."""
        hand_in = self.state.by_entry(issue.who) if issue.kind is IssueKind.TIME else None
        if hand_in is None:
            who = issue.who if issue.kind is IssueKind.UNMATCHED else self.state.called(issue.who)
            return Task(issue.kind, None, None, who, issue.message, False)
        point = hand_in.points.get(LATE)
        current = point.given if point and point.is_marked else None
        return Task(TIME, hand_in.key, LATE, hand_in.name, issue.message, current is not None, given=current)

    def _regrade(self, request: Request) -> Task:
        hand_in = self.state.by_origin(request.entry)
        point = hand_in.points.get(request.point) if hand_in else None
        return Task(
            kind=REGRADE,
            key=hand_in.key if hand_in else None,
            point=request.point,
            who=label(hand_in, self.blind) if hand_in else "" if self.blind else request.entry,
            reason=request.words,
            is_done=request.answered is not None,
            given=point.given if point else None,
            request=request.number,
        )

    def _seconds(self, hand_ins: Sequence[HandIn]) -> Iterator[Task]:
        marks = self.seconds.all()
        for hand_in in hand_ins:
            for name, point in hand_in.points.items():
                if point.machine is not Outcome.REVIEW or not self.state.is_personal(name):
                    continue
                if self.seconds.is_sampled(self.state.salt, hand_in.origin, name):
                    yield self._second(hand_in, name, point, marks.get((hand_in.origin, name, hand_in.digest)))

    def _second(self, hand_in: HandIn, name: str, point: PointState, second_mark: SecondMark | None) -> Task:
        """One of the sample; it waits until somebody else has marked it, whose mark is not told."""
        first_is_mine = point.given is not None and point.given.by == self.me
        waits = not point.is_marked or (second_mark is None and first_is_mine)
        reason = (
            f"read a second time by {second_mark.marker}" if second_mark else "to be read without seeing the first mark"
        )
        who, is_done = label(hand_in, self.blind), second_mark is not None
        return Task(SECOND, hand_in.key, name, who, reason, is_done, point.max_score, waits=waits)


def label(hand_in: HandIn, blind: bool) -> str:
    """What a hand-in is called on a page."""
    return f"Hand-in {hand_in.key[:6].upper()}" if blind else hand_in.name
