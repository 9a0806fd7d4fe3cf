"""A report for the student at work: what is there, one message for what is not, and what to do next."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import Console
from rich.text import Text

from grader.model import Outcome
from grader.report.plain_text import clean, number, one_line
from grader.report.terminal import table
from grader.schema import PointScore, Report

PRACTICE_SEED = 1  # the same inputs every time, so that what failed before is asked again
MAX_PRINTED_LINES = 20  # of what a student's code printed on the way to one point: the rest they can see by running it
_LATER = (Outcome.PASSED, Outcome.REVIEW, Outcome.GRADER_ERROR)  # nothing a student could mend


def print_progress(report: Report, console: Console) -> None:
    """The table, a paragraph for each answer that lost points, the points so far and the next thing to do."""
    parts = [
        table(report),
        *paragraphs(report.points),
        Text(points_so_far(report), style="bold"),
        Text(advice(report)),
    ]
    console.print(*parts, sep="\n", soft_wrap=False)


def points_so_far(report: Report) -> str:
    """One line that can be read from afar."""
    pending = f", and {number(report.pending)} more for a person to give" if report.pending else ""
    return f"\nPoints so far: {number(report.score)} of {number(report.max_score)}{pending}."


def advice(report: Report) -> str:
    """What to do next: mend what was tried before beginning something new, in the order of the sheet."""
    open_points = [point for point in report.points if point.outcome not in _LATER]
    tried = [point for point in open_points if point.outcome is not Outcome.MISSING]
    if not open_points:
        return "Nothing is left to mend here."
    chosen = (tried or open_points)[0]
    verb = "mend" if tried else "begin"
    return (
        f"Next: {verb} {chosen.id} {one_line(chosen.title, 80)}.\n"
        f"      `pytest -k {chosen.id}` runs it alone; `grader explain {chosen.id}` says how it is judged, with hints."
    )


def paragraphs(points: Sequence[PointScore]) -> Iterator[Text]:
    """One for each run of points with the same thing to say: a function that is not there yet stops several."""
    told = [point for point in points if point.notes or (point.message and point.outcome is not Outcome.PASSED)]
    for body, group in groupby(told, _body):
        ids = [point.id for point in group]
        yield Text(f"\n{', '.join(ids)}  ", style="bold").append(clean(body), style="not bold")


def _body(point: PointScore) -> str:
    """The sentence, the smallest failing input, the student's own lines, their prints, remarks."""
    lines = [point.message] if point.outcome is not Outcome.PASSED else []
    picture = point.evidence.get("picture")
    if isinstance(picture, str):
        lines += ["", *("    " + line for line in picture.splitlines()), ""]
    lines += [f"    {line.file}:{line.line} in {line.function}: {line.code}" for line in point.traceback]
    if point.output and point.outcome is not Outcome.PASSED:
        lines += ["    your code printed:"]
        lines += ["      " + line for line in point.output.splitlines()[:MAX_PRINTED_LINES]]
    lines += [f"    note: {note}" for note in point.notes]
    return "\n".join(lines).strip()
