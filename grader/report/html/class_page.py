"""The page of a class: who has what, what was hard, which mistakes were common, and what needs a person.

Reports are read one after the other, once for what is said of the class and once for the table, so that ten thousand of
them need no more memory than one. The page works without its script; the script sorts and filters the table.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import mean, median
from urllib.parse import quote

from grader.model import Outcome
from grader.report.html.pictures import histogram
from grader.report.html.templating import pieces
from grader.report.pairs import Pair
from grader.schema import PointScore, Report

MAX_NAMED = 40  # students who are named below a common mistake; the table's filter finds them all
MAX_INCIDENTS = 500
MAX_PAIRS = 200
MAX_MESSAGE = 300
MAX_FOLDER = 255  # characters of a folder's name: no file system has more
_NO_FOLDER = ("", ".", "..")


@dataclass(frozen=True, slots=True)
class Entry:
    """One student of the class. `remarks` say what the intake has to say: late, the newest of three, not on the roster.

    `folder` is where the student's page is, beside the page of the class: `<folder>/report.html`. The id if it is None.
    """

    report: Report
    name: str = ""
    remarks: tuple[str, ...] = ()
    folder: str | None = None


@dataclass(frozen=True, slots=True)
class _Row:
    """An entry as a line of the table."""

    id: str
    name: str
    href: str
    score: float
    pending: float
    exercises: tuple[float, ...]
    lost: tuple[tuple[str, Outcome], ...]
    diagnoses: tuple[str, ...]
    remarks: tuple[str, ...]


@dataclass(slots=True)
class _Difficulty:
    """How a point went in the class."""

    id: str
    title: str
    earned: float = 0.0
    judged: float = 0.0  # points that were to be had, without those that a person has still to give
    outcomes: Counter[Outcome] = field(default_factory=Counter)

    @property
    def share(self) -> float:
        return self.earned / self.judged if self.judged else 0.0


@dataclass(slots=True)
class _Some:
    """How many students there are of a kind, and the first of them to be named."""

    count: int = 0
    rows: list[_Row] = field(default_factory=list)

    def add(self, row: _Row) -> None:
        self.count += 1
        if len(self.rows) < MAX_NAMED:
            self.rows.append(row)


@dataclass(slots=True)
class _Cluster:
    """The students whom one misconception cost something."""

    diagnosis: str
    message: str = ""
    points: Counter[str] = field(default_factory=Counter)
    students: _Some = field(default_factory=_Some)


class _Class:
    """What is gathered while the reports go by."""

    def __init__(self, asked: Collection[str]) -> None:
        self.asked = asked
        self.known: dict[str, _Row] = {}  # of those that were asked for
        self.scores: list[float] = []
        self.heads: list[tuple[str, str, float]] = []
        self.assignment = ""
        self.max_score = 0.0
        self.difficulties: dict[str, _Difficulty] = {}
        self.clusters: dict[str, _Cluster] = {}
        self.waiting: defaultdict[str, _Some] = defaultdict(_Some)
        self.broken: defaultdict[str, _Some] = defaultdict(_Some)
        self.incidents: list[tuple[_Row, str, str, str]] = []
        self.incident_count = 0

    def add(self, entry: Entry) -> None:
        report = entry.report
        row = _row(entry)
        self.scores.append(report.score)
        if row.id in self.asked:
            self.known[row.id] = row
        if report.max_score >= self.max_score:
            self.assignment, self.max_score = report.assignment, report.max_score
            self.heads = [(exercise.id, exercise.title, exercise.max_score) for exercise in report.exercises]
        for point in report.points:
            self._add_point(row, point)
        for diagnosis in row.diagnoses:
            self.clusters[diagnosis].students.add(row)
        self.incident_count += len(report.incidents)
        room = MAX_INCIDENTS - len(self.incidents)
        self.incidents += [(row, one.point, one.kind, one.message[:MAX_MESSAGE]) for one in report.incidents[:room]]

    def _add_point(self, row: _Row, point: PointScore) -> None:
        difficulty = self.difficulties.setdefault(point.id, _Difficulty(point.id, point.title))
        difficulty.earned += point.score
        difficulty.judged += 0.0 if point.outcome is Outcome.GRADER_ERROR else point.max_score - point.pending
        difficulty.outcomes[point.outcome] += 1
        if point.pending or point.outcome is Outcome.REVIEW:
            self.waiting[point.id].add(row)
        if point.outcome is Outcome.GRADER_ERROR:
            self.broken[point.id].add(row)
        if point.diagnosis and point.outcome is not Outcome.PASSED:
            self._add_diagnosis(point, point.diagnosis)

    def _add_diagnosis(self, point: PointScore, diagnosis: str) -> None:
        cluster = self.clusters.setdefault(diagnosis, _Cluster(diagnosis))
        cluster.message = common_sentence(cluster.message, point.message) if cluster.points else point.message
        cluster.points[point.id] += 1


def class_page(
    entries: Iterable[Entry], *, title: str = "", pairs: Sequence[Pair] = (), remarks: Sequence[str] = ()
) -> Iterator[str]:
    """A self-contained HTML file about all `entries`, in their order and in pieces; the same input gives the same text.

    `entries` are gone through twice. `title` heads the page, the assignment's name if it is empty. `pairs` are similar
    hand-ins. `remarks` are about the class as a whole: hand-ins that matched nobody, duplicates, students without one.
    """
    shown = pairs[:MAX_PAIRS]
    group = _Class({name for pair in shown for name in (pair.left, pair.right)})
    for entry in entries:
        group.add(entry)
    data = {
        "group": group,
        "title": title or group.assignment,
        "remarks": remarks,
        "rows": map(_row, entries),
        "figures": _figures(group.scores, group.max_score),
        "bars": histogram(group.scores, group.max_score or 1.0),
        "clusters": sorted(group.clusters.values(), key=lambda cluster: (-cluster.students.count, cluster.diagnosis)),
        "pairs": [(pair, group.known.get(pair.left), group.known.get(pair.right)) for pair in shown],
        "more_pairs": max(0, len(pairs) - MAX_PAIRS),
    }
    return pieces("class.jinja", script=True, data=data)


def common_sentence(one: str, other: str) -> str:
    """The sentences that two messages of one diagnosis begin with; the shorter message, where not even one."""
    length = next((place for place, pair in enumerate(zip(one, other, strict=False)) if len(set(pair)) > 1), None)
    shared = min(one, other, key=len)[:length]
    if shared in (one, other):
        return shared
    end = max(shared.rfind(f"{stop} ") for stop in ".?!:")
    return shared[: end + 1] if end > 0 else min(one, other, key=len)


def _row(entry: Entry) -> _Row:
    report = entry.report
    lost = [point for point in report.points if point.outcome is not Outcome.PASSED]
    late = (report.late.message,) if report.late and report.late.deducted else ()
    return _Row(
        id=report.submission.id,
        name=entry.name,
        href=_href(report.submission.id if entry.folder is None else entry.folder),
        score=report.score,
        pending=report.pending,
        exercises=tuple(exercise.score for exercise in report.exercises),
        lost=tuple((point.id, point.outcome) for point in lost),
        diagnoses=tuple(dict.fromkeys(point.diagnosis for point in lost if point.diagnosis)),
        remarks=(*(remark[:MAX_MESSAGE] for remark in (*entry.remarks, *late)),),
    )


def _href(name: str) -> str:
    """A relative link whatever the name: no scheme, no host and no way up; none where there is no such folder."""
    none = name in _NO_FOLDER or len(name) > MAX_FOLDER
    return "" if none else f"./{quote(name, safe='', errors='replace')}/report.html"


def _figures(scores: Sequence[float], maximum: float) -> list[tuple[str, float]]:
    if not scores:
        return []
    return [
        ("mean", mean(scores)),
        ("median", median(scores)),
        ("lowest", min(scores)),
        ("highest", max(scores)),
        ("possible", maximum),
    ]
