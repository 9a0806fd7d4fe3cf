"""What is to be said of lost points in plain text: a paragraph for each cause, with the smallest input and the line."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from rich.text import Text

from grader.counting import counted
from grader.model import WHOLE_FILE, Frame, Outcome
from grader.report import evidence
from grader.report.array_layout import side_by_side
from grader.report.evidence import Arrays
from grader.report.folding import Cause, fold
from grader.report.plain_text import clean
from grader.report.sentences import sentence_of
from grader.schema import PointScore

MAX_PRINTED_LINES = 10  # of what a student's code printed on the way to one point: the rest they can see by running it
INDENT = "    "
LATER = (Outcome.PASSED, Outcome.REVIEW, Outcome.GRADER_ERROR)  # nothing a student could fix
MIN_WIDTH = 30


def paragraphs(points: Sequence[PointScore], width: int = 80) -> Iterator[Text]:
    """A paragraph for each cause; what is not begun comes last, a line each. `width` is a line's, in characters."""
    causes = fold(points)
    missing = [cause for cause in causes if cause.first.outcome is Outcome.MISSING and not cause.notes]
    earlier_notes: set[str] = set()  # a remark that several causes have is made once
    for cause in causes:
        notes = [note for note in cause.notes if note not in earlier_notes]
        if cause not in missing and (notes or cause.first.outcome is not Outcome.PASSED):
            yield _paragraph(cause, notes, width)
            earlier_notes.update(notes)
    if missing:
        yield Text("\nNot begun, or not found", style="bold")
        for cause in missing:
            yield _headed(f"{INDENT}{cause.ids}  ", clean(cause.first.message), width)


def _paragraph(cause: Cause, remarks: Sequence[str], width: int) -> Text:
    """The sentence, the smallest failing input, the student's own lines, their prints, remarks."""
    point = cause.first
    costs = f" (−{cause.costs})" if cause.costs and len(cause.points) > 1 else ""
    picture = list(_picture(point, width))
    sentence = sentence_of(point, bool(picture)) if point.outcome is not Outcome.PASSED else ""
    notes = [clean(text) for text in (cause.others if sentence else ())]
    notes += [f"Note: {clean(note)}" for note in remarks]
    text = Text("\n") + _headed(f"{cause.ids}{costs}  ", clean(sentence) if sentence else notes.pop(0), width)
    lines = [*picture, *_apart(picture, _traceback(point.traceback, width - len(INDENT)))]
    if point.output and point.outcome not in (Outcome.PASSED, Outcome.FORBIDDEN):
        lines += _apart(picture, _printed(point.output))
    body = [INDENT + clean(line) if line else "" for line in lines]
    body += _apart(picture, [wrapped(f"{INDENT}{note}", width, len(INDENT)) for note in notes])
    return text.append("\n".join(["", *body]) if body else "")


def _picture(point: PointScore, width: int) -> Iterator[str]:
    """The arrays of the smallest failing input."""
    arrays = next((block for block in evidence.read(point.evidence) if isinstance(block, Arrays)), None)
    if arrays is not None and point.outcome not in LATER:
        yield ""
        yield from side_by_side(arrays.grids, width - len(INDENT))


def _apart(picture: Sequence[str], lines: Iterable[str]) -> list[str]:
    """The lines, with a blank one before them where a picture is above."""
    shown = list(lines)
    return ["", *shown] if picture and shown else shown


def _printed(output: str) -> list[str]:
    """The first lines of what a student's code printed, and how many more there were.

    A function is called many times on the way to a point: a line that follows itself is shown once, with a count.
    """
    runs = [(line, len([*same])) for line, same in groupby(output.splitlines())]
    shown = [f"  {line}  ({count} times)" if count > 1 and line else f"  {line}" for line, count in runs]
    more = sum(count for _, count in runs[MAX_PRINTED_LINES:])
    rest = [f"  … and {counted(more, 'more line')}"] if more > 0 else []
    return ["your code printed:", *shown[:MAX_PRINTED_LINES], *rest]


def _traceback(lines: Sequence[Frame], width: int) -> Iterator[str]:
    """The student's lines, outermost first; a line that follows itself, as in a recursion, is shown once."""
    for _, same in groupby(lines, lambda frame: (frame.file, frame.line)):
        first, *others = same
        inside = "" if first.function == WHOLE_FILE else f" in {first.function}"
        again = [frame for frame in others if not frame.function.startswith("<")]  # <listcomp> is no call
        times = f", {len(again)} more times within itself" if again else ""
        yield f"{first.file}:{first.line}{inside}{times}"
        yield from (f"    {text}" for text in _marked(others[-1] if others else first, width - len(INDENT)))


def _marked(frame: Frame, width: int) -> Iterator[str]:
    """The line of code, and carets below the expression that raised; of a long line, the part around it."""
    start, end = frame.column or 0, frame.end_column or 0
    cut = max(0, min(start - width // 4, len(frame.code) - width)) if len(frame.code) > width else 0
    code = frame.code[cut : cut + width]
    before, after = "…" if cut else "", "…" if len(frame.code) > cut + width else ""
    yield before + code[len(before) : len(code) - len(after)] + after
    if frame.column is not None and frame.end_column is not None:
        yield " " * (start - cut) + "^" * (min(end, cut + width) - start)


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
