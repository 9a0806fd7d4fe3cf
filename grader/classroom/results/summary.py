"""Print the summary of a class: who needs a person, how the scores lie, which points were hard, what happened."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, median, quantiles

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.classroom.class_model import Issue, IssueKind, label
from grader.classroom.results import store
from grader.classroom.results.store import ClassIndex, Entry
from grader.counting import counted, number
from grader.model import Outcome
from grader.report.plain_text import one_line
from grader.report.spread import spread
from grader.schema import LateEntry, PointScore, Report
from grader.text import listed

_WIDTH = 40  # characters of the longest bar
_LISTED = 6  # lines of one kind; class.json has all
_NAMED = 6  # people in a line
_LINE = 400  # characters


def print_summary(results: Path, index: ClassIndex, console: Console) -> None:
    """Everything that a TA wants to know before closing the window."""
    tally = _Tally()
    for entry, report in store.reports(results, index):
        tally.add(entry, report)
    warning = tally.lateness.warning()
    if warning:
        console.print(Text(warning, style="bold yellow"), soft_wrap=True)
    if tally.scores:
        console.print(Text(_figures(tally.scores, index.max_score), style="bold"), soft_wrap=True)
        console.print(
            _distribution(tally.scores, index.max_score), _difficulty(tally.points, len(tally.scores)), sep="\n"
        )
    for line in (*tally.lateness.lines(), *_incidents(tally.incidents)):
        console.print(Text(line), soft_wrap=True)
    console.print(_needs(index, tally.pending), soft_wrap=True)
    console.print(Text(f"{_counts(index)}. Everything is in {results}.", style="bold"), soft_wrap=True)


@dataclass(slots=True)
class _Names:
    """How many there are, and the first few by name."""

    count: int = 0
    names: list[str] = field(default_factory=list)

    def add(self, name: str) -> None:
        self.count += 1
        if len(self.names) < _NAMED:
            self.names.append(one_line(name, 60))

    def __str__(self) -> str:
        return listed(self.names, beside=self.count - len(self.names))


@dataclass(slots=True)
class _PointTally:
    """How one point went where it is decided: all that is kept of it, so that a class may be of any size."""

    title: str
    judged: int = 0
    full: int = 0
    share: float = 0.0

    def add(self, point: PointScore) -> None:
        if not point.pending and point.outcome is not Outcome.GRADER_ERROR:
            self.judged += 1
            self.full += point.score >= point.max_score
            self.share += point.score / point.max_score

    def shown(self, value: float, graded: int) -> str:
        """A share of those for whom the point is decided, who are named where others of the graded are pending."""
        if not self.judged:
            return "pending"
        return f"{value / self.judged:.0%}" + (f" of {self.judged}" if self.judged < graded else "")


@dataclass(slots=True)
class _Lateness:
    """Who was late, what that cost, and whether the due date can be right."""

    timed: int = 0
    late: _Names = field(default_factory=_Names)
    costly: int = 0
    extended: _Names = field(default_factory=_Names)
    deducted: float = 0.0
    due: Counter[str] = field(default_factory=Counter)

    def add(self, name: str, entry: LateEntry) -> None:
        self.timed += entry.submitted is not None
        self.costly += entry.days > 0 and entry.factor < 1
        self.deducted += entry.deducted
        if entry.days:
            self.late.add(f"{name}, {counted(entry.days, 'day')}")
        if entry.extension:
            self.extended.add(f"{name}, to {entry.due[:16].replace('T', ' ')}")
        else:
            self.due[entry.due] += 1

    def warning(self) -> str | None:
        """What to say first where most of a class is late: then the due date is likely another course's."""
        if not self.due or 2 * self.costly <= self.timed:
            return None
        due = self.due.most_common(1)[0][0].replace("T", " ")
        return (
            f"{self.costly} of {self.timed} hand-ins with a known time lose points for lateness: the rubric's due date "
            f"is {due}. If that is another year's date, correct `due` in a copy of the rubric and run `grader rescore`."
        )

    def lines(self) -> Iterator[str]:
        if self.late.count:
            yield f"Late: {self.late.count} ({self.late}); {counted(self.deducted, 'point')} deducted."
        if self.extended.count:
            yield f"Extended: {self.extended.count} ({self.extended})."


@dataclass(slots=True)
class _Tally:
    """What is gathered while the reports go by."""

    scores: list[float] = field(default_factory=list)
    points: dict[str, _PointTally] = field(default_factory=dict)
    incidents: dict[str, _Names] = field(default_factory=lambda: defaultdict(_Names))
    pending: dict[str, _Names] = field(default_factory=lambda: defaultdict(_Names))
    lateness: _Lateness = field(default_factory=_Lateness)

    def add(self, entry: Entry, report: Report) -> None:
        name = label(entry.id, entry.students)
        self.scores.append(report.score)
        for kind in dict.fromkeys(incident.kind for incident in report.incidents):
            self.incidents[kind].add(name)
        for point in report.points:
            self.points.setdefault(point.id, _PointTally(point.title)).add(point)
            if point.pending:
                self.pending[point.id].add(name)
        if report.late:
            self.lateness.add(name, report.late)


def _incidents(incidents: Mapping[str, _Names]) -> Iterator[str]:
    for kind, some in sorted(incidents.items(), key=lambda item: -item[1].count):
        yield f"Incidents: {kind} in {counted(some.count, 'submission')} ({some})."


def _figures(scores: Sequence[float], most: float) -> str:
    quarters = quantiles(scores, n=4, method="inclusive") if len(scores) > 1 else [scores[0]] * 3
    return (
        f"{counted(len(scores), 'score')}: mean {number(fmean(scores))}, median {number(median(scores))}, "
        f"middle half {number(quarters[0])} to {number(quarters[2])}, of {number(most)}"
    )


def _distribution(scores: Sequence[float], most: float) -> Table:
    grid = Table(show_header=False, box=None)
    classes = spread(scores, most)
    longest = max(count for _, _, count in classes)
    for low, high, count in classes:
        grid.add_row(f"{number(low)} to {number(high)}", "█" * round(_WIDTH * count / longest), str(count or ""))
    return grid


def _difficulty(points: Mapping[str, _PointTally], graded: int) -> Table:
    grid = Table(title="Points", title_justify="left")
    for column in ("point", "task", "full marks", "on average"):
        grid.add_column(column, justify="left" if column in ("point", "task") else "right")
    for name, tally in points.items():
        grid.add_row(name, tally.title, tally.shown(tally.full, graded), tally.shown(tally.share, graded))
    return grid


def _needs(index: ClassIndex, pending: Mapping[str, _Names]) -> Text:
    by_kind: dict[IssueKind, list[Issue]] = defaultdict(list)
    for issue in index.issues:
        by_kind[issue.kind].append(issue)
    issue_ids = {issue.who for issue in index.issues}
    names = {entry.id: label(entry.id, entry.students) for entry in index.entries if entry.id in issue_ids}
    lines = [line for kind, issues in by_kind.items() for line in _of_kind(kind, issues, names)]
    lines += [f"review: {point}: {some.count} pending ({some})" for point, some in pending.items()]
    if not lines:
        return Text("Nothing needs a person.")
    return Text("\n".join(["Needs a person:", *(f"  {line}" for line in lines)]))


def _of_kind(kind: IssueKind, issues: Sequence[Issue], names: Mapping[str, str]) -> Iterator[str]:
    if kind is IssueKind.ABSENT:
        people = _some(names.get(issue.who, issue.who) for issue in issues)
        yield f"{kind}: {len(issues)} on the roster without a hand-in ({people})"
        return
    for issue in issues[:_LISTED]:
        who = names.get(issue.who, issue.who)
        is_said = who in (kind, f"{kind}s") or issue.message.startswith(f"{who}: ")  # "times" is about the class
        yield one_line(f"{kind}: {'' if is_said else f'{one_line(who, 80)}: '}{issue.message}", _LINE)
    if len(issues) > _LISTED:
        yield f"{kind}: {len(issues) - _LISTED} more, all of them in {store.INDEX}"


def _some(names: Iterable[str]) -> _Names:
    some = _Names()
    for name in names:
        some.add(name)
    return some


def _counts(index: ClassIndex) -> str:
    counts = Counter[str](entry.status for entry in index.entries)
    words = {"graded": "graded", "fault": "not graded, our fault", "waiting": "waiting", "absent": "without a hand-in"}
    return ", ".join(f"{counts[status]} {word}" for status, word in words.items() if counts[status])
