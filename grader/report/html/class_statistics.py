"""The statistics of a class, gathered while its reports go by: running sums and the first names; no report is kept."""

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass, field
from math import sqrt
from typing import TypeVar
from urllib.parse import quote

from grader.model import Outcome
from grader.schema import PointScore, Report

MAX_NAMED = 40  # people who are named in one place; the table's filter finds them all
MAX_INCIDENTS = 200
MAX_MESSAGE = 300
MAX_FOLDER = 255  # characters of a folder's name: no file system has more
MIN_FOR_DISCRIMINATION = 10  # hand-ins: with fewer, a correlation is chance
T = TypeVar("T", bound=Hashable)
_NO_FOLDER = ("", ".", "..")


@dataclass(frozen=True, slots=True)
class Entry:
    """One graded hand-in. `remarks` say what the intake has to say: late, the newest of three, not on the roster.

    `folder` is where its page is, beside the page of the class: `<folder>/report.html`. The id if it is None.
    """

    report: Report
    name: str = ""
    remarks: tuple[str, ...] = ()
    folder: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """An entry as a line of the table. `zero` says why it has no points but for its answers, if that is so."""

    id: str
    name: str
    href: str
    score: float
    pending: float
    exercises: dict[str, float]
    lost: tuple[tuple[str, Outcome], ...]
    diagnoses: tuple[str, ...]
    remarks: tuple[str, ...]
    late: bool
    zero: str = ""


@dataclass(slots=True)
class People:
    """How many people there are of a kind, and the first of them to be named."""

    count: int = 0
    rows: list[Row] = field(default_factory=list)

    def add(self, row: Row) -> None:
        self.count += 1
        if len(self.rows) < MAX_NAMED:
            self.rows.append(row)


@dataclass(slots=True)
class Item:
    """How one point went in the class: item analysis as in classical test theory."""

    id: str
    title: str
    earned: float = 0.0
    possible: float = 0.0  # without what a person has still to give
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    diagnoses: Counter[str] = field(default_factory=Counter)
    _sums: list[float] = field(default_factory=lambda: [0.0] * 6)  # of 1, x, x², rest, rest², x·rest

    def add(self, point: PointScore, rest: float) -> None:
        """`rest` is what the other points of the hand-in came to."""
        self.outcomes[point.outcome] += 1
        if point.diagnosis and point.outcome is not Outcome.PASSED:
            self.diagnoses[point.diagnosis] += 1
        if point.outcome is Outcome.GRADER_ERROR:
            return
        self.earned += point.score
        self.possible += point.max_score - point.pending
        if not point.pending:
            x = point.score / point.max_score
            self._sums = [a + b for a, b in zip(self._sums, (1.0, x, x * x, rest, rest * rest, x * rest), strict=True)]

    @property
    def share(self) -> float:
        """Difficulty: the share of the marks that was earned; 1 where all have all."""
        return self.earned / self.possible if self.possible else 0.0

    @property
    def discrimination(self) -> float | None:
        """The correlation with the rest of the score (corrected item-total correlation); None where it says nothing."""
        n, x, xx, rest, rests, product = self._sums
        if n < MIN_FOR_DISCRIMINATION:
            return None
        spread = (xx / n - (x / n) ** 2) * (rests / n - (rest / n) ** 2)
        return (product / n - x * rest / n**2) / sqrt(spread) if spread > 1e-12 else None


@dataclass(slots=True)
class Cluster:
    """The people whom one misconception cost something."""

    diagnosis: str
    message: str = ""
    points: Counter[str] = field(default_factory=Counter)
    people: People = field(default_factory=People)


class ClassStatistics:
    """What is gathered while the reports go by. `linked_ids` are those that the page names elsewhere, and links."""

    def __init__(self, linked_ids: Collection[str]) -> None:
        self.linked_ids = linked_ids
        self.linked_rows: dict[str, Row] = {}
        self.count = 0
        self.scores: list[float] = []  # but for the zeros below
        self.zeros: defaultdict[str, People] = defaultdict(People)
        self.heads: dict[str, tuple[str, float]] = {}  # exercise -> title and maximum
        self.assignment = ""
        self.max_score = 0.0
        self.items: dict[str, Item] = {}
        self.clusters: dict[str, Cluster] = {}
        self.waiting: defaultdict[str, People] = defaultdict(People)
        self.broken: defaultdict[str, People] = defaultdict(People)
        self.late = People()
        self.incidents: list[tuple[Row, str, str]] = []
        self.incident_count = 0

    def add(self, entry: Entry) -> None:
        report = entry.report
        row = row_of(entry)
        self.count += 1
        self.assignment = self.assignment or report.assignment
        self.max_score = max(self.max_score, report.max_score)
        for exercise in report.exercises:
            title, maximum = self.heads.get(exercise.id, (exercise.title, 0.0))
            self.heads[exercise.id] = (title, max(maximum, exercise.max_score))
        if row.id in self.linked_ids:
            self.linked_rows[row.id] = row
        if row.late:
            self.late.add(row)
        if row.zero:
            self.zeros[row.zero].add(row)
        else:
            self.scores.append(report.score)
        total = sum(point.score for point in report.points)
        marked = {mark.point for mark in report.reviews if mark.sha256 == report.submission.sha256}
        for point in report.points:
            self._add_point(row, point, total - point.score, point.id in marked)
        for diagnosis in row.diagnoses:
            self.clusters.setdefault(diagnosis, Cluster(diagnosis)).people.add(row)
        self._add_incidents(row, report)

    def _add_point(self, row: Row, point: PointScore, rest: float, marked: bool) -> None:
        self.items.setdefault(point.id, Item(point.id, point.title)).add(point, rest)
        if point.pending or point.outcome is Outcome.REVIEW:
            self.waiting[point.id].add(row)
        if point.outcome is Outcome.GRADER_ERROR:
            self.broken[point.id].add(row)
        if point.diagnosis and point.outcome is not Outcome.PASSED:
            cluster = self.clusters.setdefault(point.diagnosis, Cluster(point.diagnosis))
            if not marked:  # what a person wrote to one student is for nobody else
                cluster.message = common_sentence(cluster.message, point.message) if cluster.message else point.message
            cluster.points[point.id] += 1

    def _add_incidents(self, row: Row, report: Report) -> None:
        """One line a hand-in for each kind, with the points that it happened at."""
        points: dict[str, list[str]] = {}
        for incident in report.incidents:
            points.setdefault(incident.kind, []).append(incident.point)
        self.incident_count += len(points)
        room = MAX_INCIDENTS - len(self.incidents)
        lines = [(row, kind, ", ".join(dict.fromkeys(names))) for kind, names in points.items()]
        self.incidents += lines[:room]

    def common_mistakes(self) -> list[Cluster]:
        """The mistakes of two or more, the commonest first."""
        common = [cluster for cluster in self.clusters.values() if cluster.people.count > 1]
        return sorted(common, key=lambda cluster: (-cluster.people.count, cluster.diagnosis))


def row_of(entry: Entry) -> Row:
    report = entry.report
    lost = [point for point in report.points if point.outcome is not Outcome.PASSED]
    late = report.late if report.late and (report.late.days or report.late.extension) else None
    return Row(
        id=report.submission.id,
        name=entry.name,
        href=href_of(report.submission.id if entry.folder is None else entry.folder),
        score=report.score,
        pending=report.pending,
        exercises={exercise.id: exercise.score for exercise in report.exercises},
        lost=tuple((point.id, point.outcome) for point in lost),
        diagnoses=tuple(dict.fromkeys(point.diagnosis for point in lost if point.diagnosis)),
        remarks=tuple(text[:MAX_MESSAGE] for text in (*entry.remarks, *([late.message] if late else []))),
        late=late is not None and late.days > 0,
        zero=_zero(report),
    )


def _zero(report: Report) -> str:
    """Why a report has no points, where that is not for its answers."""
    if report.late and report.late.deducted and not report.score:
        return "too late"
    if report.points and all(point.outcome is Outcome.MISSING or point.pending for point in report.points):
        return "nothing in it to grade"
    return ""


def href_of(name: str) -> str:
    """A relative link whatever the name: no scheme, no host and no way up; none where there is no such folder."""
    none = name in _NO_FOLDER or len(name) > MAX_FOLDER
    return "" if none else f"./{quote(name, safe='', errors='replace')}/report.html"


def common_sentence(left: str, right: str) -> str:
    """The sentences that two messages of one diagnosis begin with; the shorter message, where not even one."""
    length = next((place for place, pair in enumerate(zip(left, right, strict=False)) if len(set(pair)) > 1), None)
    shared = min(left, right, key=len)[:length]
    if shared in (left, right):
        return shared
    end = max(shared.rfind(f"{stop} ") for stop in ".?!:")
    return shared[: end + 1] if end > 0 else min(left, right, key=len)


def groups_of(pairs: Iterable[tuple[T, T]]) -> list[list[T]]:
    """Hand-ins that are similar to one another, directly or through others, in the order of the pairs."""
    groups: dict[T, list[T]] = {}
    for left, right in pairs:
        left_group, right_group = groups.setdefault(left, [left]), groups.setdefault(right, [right])
        if left_group is not right_group:
            left_group.extend(right_group)
            groups.update(dict.fromkeys(right_group, left_group))
    return list({id(group): group for group in groups.values()}.values())
