"""The end of a class on a terminal: how the scores lie, which points were hard, what happened, what needs a person."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median, quantiles

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.classroom.results import store
from grader.classroom.results.store import ClassIndex
from grader.report.plain_text import number, one_line
from grader.report.spread import spread
from grader.schema import PointScore

_WIDTH = 40  # characters of the longest bar
_LISTED = 20  # lines of what needs a person; class.json has all


def print_summary(results: Path, index: ClassIndex, console: Console) -> None:
    """Everything that a TA wants to know before closing the window."""
    scores: list[float] = []
    points: dict[str, _Tally] = {}
    incidents: Counter[str] = Counter()
    pending = 0
    for _, report in store.reports(results, index):
        scores.append(report.score)
        pending += report.pending > 0
        incidents.update(incident.kind for incident in report.incidents)
        for point in report.points:
            points.setdefault(point.id, _Tally(point.title)).add(point)
    if scores:
        console.print(_distribution(scores, index.max_score), _difficulty(points), sep="\n")
    if incidents:
        told = ", ".join(f"{kind} {count}" for kind, count in incidents.most_common())
        console.print(Text(f"Incidents: {told}"))
    console.print(_needs(index, pending))
    console.print(Text(f"{_counts(index)}. Everything is in {results}.", style="bold"), soft_wrap=True)


@dataclass(slots=True)
class _Tally:
    """How one point went: all that is kept of it, so that a thousand reports need no more memory than ten."""

    title: str
    judged: int = 0
    full: int = 0
    share: float = 0.0

    def add(self, point: PointScore) -> None:
        self.judged += 1
        self.full += point.score >= point.max_score
        self.share += point.score / point.max_score


def _distribution(scores: list[float], most: float) -> Table:
    quarters = quantiles(scores, n=4, method="inclusive") if len(scores) > 1 else [scores[0]] * 3
    title = (
        f"{len(scores)} scores: mean {number(fmean(scores))}, median {number(median(scores))}, "
        f"middle half {number(quarters[0])} to {number(quarters[2])}, of {number(most)}"
    )
    grid = Table(title=title, title_justify="left", show_header=False, box=None)
    classes = spread(scores, most)
    longest = max(count for _, _, count in classes)
    for low, high, count in classes:
        grid.add_row(f"{number(low)} to {number(high)}", "█" * round(_WIDTH * count / longest), str(count or ""))
    return grid


def _difficulty(points: dict[str, _Tally]) -> Table:
    grid = Table(title="Points", title_justify="left")
    for column in ("point", "what it asks", "full marks", "on average"):
        grid.add_column(column, justify="left" if column in ("point", "what it asks") else "right")
    for name, tally in points.items():
        grid.add_row(name, tally.title, f"{tally.full / tally.judged:.0%}", f"{tally.share / tally.judged:.0%}")
    return grid


def _needs(index: ClassIndex, pending: int) -> Text:
    lines = [f"{issue.kind}: {one_line(issue.who, 80)}: {one_line(issue.message, 400)}" for issue in index.issues]
    more = len(lines) - _LISTED
    shown = lines[:_LISTED] + ([f"… and {more} more; {store.INDEX} has all"] if more > 0 else [])
    if pending:
        shown.append(f"review: {pending} reports wait for a person's mark (`grader review`)")
    return (
        Text("\n".join(["Needs a person:", *(f"  {line}" for line in shown)]))
        if shown
        else Text("Nothing needs a person.")
    )


def _counts(index: ClassIndex) -> str:
    counts = Counter[str](entry.status for entry in index.entries)
    words = {"graded": "graded", "fault": "not graded, our fault", "waiting": "waiting", "absent": "without a hand-in"}
    return ", ".join(f"{counts[status]} {word}" for status, word in words.items() if counts[status])
