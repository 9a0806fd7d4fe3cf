"""What is to be said of lost points in plain text: a paragraph for each cause, with the smallest input and the line."""

import textwrap
from collections.abc import Iterator, Sequence

from rich.text import Text

from grader.model import Frame, Outcome
from grader.report import evidence
from grader.report.array_layout import side_by_side
from grader.report.evidence import Arrays
from grader.report.folding import Cause, fold
from grader.report.plain_text import clean
from grader.report.sentences import sentence_of
from grader.schema import PointScore

MAX_PRINTED_LINES = 20  # of what a student's code printed on the way to one point: the rest they can see by running it
INDENT = "    "
LATER = (Outcome.PASSED, Outcome.REVIEW, Outcome.GRADER_ERROR)  # nothing a student could fix
WHOLE_FILE = "<module>"  # a line outside of all functions: nothing of the file works before it is right
MIN_WIDTH = 30


def paragraphs(points: Sequence[PointScore], width: int = 80) -> Iterator[Text]:
    """One for each cause; what is not begun stands at the end, a line each. `width` is that of a line."""
    causes = fold(points)
    missing = [cause for cause in causes if cause.first.outcome is Outcome.MISSING and not cause.notes]
    for cause in causes:
        if cause not in missing:
            yield _paragraph(cause, width)
    if missing:
        yield Text("\nNot begun", style="bold")
        for cause in missing:
            yield _headed(f"{INDENT}{cause.ids}  ", clean(cause.first.message), width)


def _paragraph(cause: Cause, width: int) -> Text:
    """The sentence, the smallest failing input, the student's own lines, their prints, remarks."""
    point = cause.first
    costs = f" (−{cause.costs})" if cause.costs and len(cause.points) > 1 else ""
    picture = list(_picture(point, width))
    sentence = sentence_of(point, bool(picture)) if point.outcome is not Outcome.PASSED else ""
    notes = [f"Note: {clean(note)}" for note in cause.notes]
    text = Text("\n") + _headed(f"{cause.ids}{costs}  ", clean(sentence) if sentence else notes.pop(0), width)
    lines = [*picture, *([""] if picture and point.traceback else []), *_traceback(point.traceback)]
    if point.output and point.outcome not in (Outcome.PASSED, Outcome.FORBIDDEN):
        lines += ["your code printed:"]
        lines += [f"  {line}" for line in point.output.splitlines()[:MAX_PRINTED_LINES]]
    body = [INDENT + clean(line) if line else "" for line in lines]
    body += [wrapped(f"{INDENT}{note}", width, len(INDENT)) for note in notes]
    return text.append("\n".join(["", *body]) if body else "")


def _picture(point: PointScore, width: int) -> Iterator[str]:
    """The arrays of the smallest failing input."""
    arrays = next((block for block in evidence.read(point.evidence) if isinstance(block, Arrays)), None)
    if arrays is not None and point.outcome not in LATER:
        yield ""
        yield from side_by_side(arrays.grids, width - len(INDENT))


def _traceback(lines: Sequence[Frame]) -> Iterator[str]:
    for line in lines:
        inside = "" if line.function == WHOLE_FILE else f" in {line.function}"
        yield f"{line.file}:{line.line}{inside}"
        yield f"    {line.code}"
        if line.column is not None and line.end_column is not None:
            yield "    " + " " * line.column + "^" * (line.end_column - line.column)


def _headed(head: str, text: str, width: int) -> Text:
    """A bold head and the text behind it, its further lines indented; its own line breaks are kept."""
    first, *others = text.splitlines() or [""]
    lines = [wrapped(f"{head}{first}", width, len(INDENT)), *(wrapped(INDENT + line, width, 4) for line in others)]
    whole = "\n".join(lines)
    return Text(whole[: len(head)], style="bold").append(whole[len(head) :], style="not bold")


def wrapped(text: str, width: int, indent: int) -> str:
    return textwrap.fill(
        text, max(width, MIN_WIDTH), subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False
    )
