"""A report for the student at work: what is there, one message for each cause of lost points, and what to do next."""

import re
import textwrap
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from grader.model import Outcome
from grader.report import evidence
from grader.report.array_layout import side_by_side
from grader.report.evidence import Arrays
from grader.report.folding import Told, fold
from grader.report.plain_text import clean, number, one_line
from grader.report.terminal import table
from grader.schema import PointScore, Report, TraceLine

PRACTICE_SEED = 1  # the same inputs every time, so that what failed before is asked again
MAX_PRINTED_LINES = 20  # of what a student's code printed on the way to one point: the rest they can see by running it
INDENT = "    "
_LATER = (Outcome.PASSED, Outcome.REVIEW, Outcome.GRADER_ERROR)  # nothing a student could fix
_WHOLE_FILE = "<module>"  # a line outside of all functions: nothing of the file works before it is right
# The example of a sentence, for whoever cannot be shown the arrays.
_EXAMPLE = re.compile(r"\s*For [\w ]+ = .*: expected .*, got .*\.$")


def print_progress(report: Report, console: Console, selection: bool = False) -> None:
    """The table, a paragraph for each cause of lost points, the points so far and the next thing to do.

    With `selection`, the report is on a part of the points only.
    """
    width = console.width
    if not selection and all(point.outcome is Outcome.MISSING for point in report.points):
        parts: list[object] = [Text("Nothing is begun yet.", style="bold")]
    else:
        parts = [table(report), *paragraphs(report.points, width)]
    parts += [Text(f"\n{points_so_far(report, selection)}", style="bold"), Text(advice(report, width))]
    console.print(*parts, sep="\n", soft_wrap=True)


def points_so_far(report: Report, selection: bool = False) -> str:
    """One line that can be read from afar."""
    pending = f", and {number(report.pending)} pending manual review" if report.pending else ""
    reached = f"{number(report.score)} of {number(report.max_score)}"
    return f"{reached} points in this selection{pending}." if selection else f"Points so far: {reached}{pending}."


def advice(report: Report, width: int = 80) -> str:
    """What to do next: fix what was tried before beginning something new, in the order of the sheet."""
    open_points = [point for point in report.points if point.outcome not in _LATER]
    tried = [point for point in open_points if point.outcome is not Outcome.MISSING]
    if not open_points:
        return "Nothing left to fix."
    chosen = (tried or open_points)[0]
    place = chosen.traceback[-1] if chosen.traceback else None
    if place is not None and place.function == _WHOLE_FILE:
        return _wrapped(f"Next: fix line {place.line} of {place.file}. Until then, its exercise scores 0.", width, 6)
    first = f"Next: {'fix' if tried else 'begin with'} {chosen.id} {one_line(chosen.title, 80)}."
    commands = [
        (f"grader try {chosen.id}", "runs your function on the input above") if _can_be_tried(chosen) else None,
        (f"pytest -k {chosen.id}", "judges it alone"),
        (f"grader explain {chosen.id}", "says how it is judged, with hints"),
    ]
    lines = [f"      {command:<20} {what}" for command, what in filter(None, commands)]
    return "\n".join([_wrapped(first, width, 6), *lines])


def paragraphs(points: Sequence[PointScore], width: int = 80) -> Iterator[Text]:
    """One for each cause; what is not begun stands at the end, a line each."""
    told = fold(points)
    missing = [item for item in told if item.first.outcome is Outcome.MISSING and not item.notes]
    for item in told:
        if item not in missing:
            yield _paragraph(item, width)
    if missing:
        yield Text("\nNot begun", style="bold")
        for item in missing:
            yield _headed(f"{INDENT}{item.ids}  ", clean(item.first.message), width)


def _paragraph(told: Told, width: int) -> Text:
    """The sentence, the smallest failing input, the student's own lines, their prints, remarks."""
    point = told.first
    costs = f" (−{told.costs})" if told.costs and len(told.points) > 1 else ""
    picture = list(_picture(point, width))
    sentence = point.message if point.outcome is not Outcome.PASSED else ""
    sentence = _EXAMPLE.sub("", sentence) if picture else sentence
    notes = [f"Note: {clean(note)}" for note in told.notes]
    text = Text("\n") + _headed(f"{told.ids}{costs}  ", clean(sentence) if sentence else notes.pop(0), width)
    lines = [*picture, *([""] if picture and point.traceback else []), *_traceback(point.traceback)]
    if point.output and point.outcome is not Outcome.PASSED:
        lines += ["your code printed:"]
        lines += [f"  {line}" for line in point.output.splitlines()[:MAX_PRINTED_LINES]]
    body = [INDENT + clean(line) if line else "" for line in lines]
    body += [_wrapped(f"{INDENT}{note}", width, len(INDENT)) for note in notes]
    return text.append("\n".join(["", *body]) if body else "")


def _picture(point: PointScore, width: int) -> Iterator[str]:
    """The arrays of the smallest failing input."""
    arrays = next((block for block in evidence.read(point.evidence) if isinstance(block, Arrays)), None)
    if arrays is not None and point.outcome not in _LATER:
        yield ""
        yield from side_by_side(arrays.grids, width - len(INDENT))


def _traceback(lines: Sequence[TraceLine]) -> Iterator[str]:
    for line in lines:
        inside = "" if line.function == _WHOLE_FILE else f" in {line.function}"
        yield f"{line.file}:{line.line}{inside}"
        yield f"    {line.code}"
        if line.column is not None and line.end_column is not None:
            yield "    " + " " * line.column + "^" * (line.end_column - line.column)


def _can_be_tried(point: PointScore) -> bool:
    return "paste" in point.evidence


def _headed(head: str, text: str, width: int) -> Text:
    """A bold head and the text behind it, its further lines indented; its own line breaks are kept."""
    first, *others = text.splitlines() or [""]
    lines = [_wrapped(f"{head}{first}", width, len(INDENT)), *(_wrapped(INDENT + line, width, 4) for line in others)]
    whole = "\n".join(lines)
    return Text(whole[: len(head)], style="bold").append(whole[len(head) :], style="not bold")


def _wrapped(text: str, width: int, indent: int) -> str:
    return textwrap.fill(
        text, max(width, 30), subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False
    )
