"""A report for the student at work: what is there, one message for each cause of lost points, and what to do next."""

import re
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.text import Text

from grader.counting import number
from grader.load.decisions import MOVE, OTHER_FILE, RENAME
from grader.load.newer_python import ANOTHER_WAY, REMEDY
from grader.model import WHOLE_FILE, Outcome
from grader.report.paragraphs import LATER, paragraphs, wrapped
from grader.report.plain_text import clean, one_line
from grader.report.terminal import table
from grader.schema import PointScore, Report
from grader.text import listed

Commands = Callable[[PointScore], Sequence[tuple[str, str]]]  # what to type about a point, and what it does
_MISPLACED = {RENAME: "rename", MOVE: "move"}
PRACTICE_SEED = 1  # the same inputs every time, so that what failed before is asked again


def shell_commands(point: PointScore) -> list[tuple[str, str]]:
    """What a student types in their folder."""
    tried = [(f"grader try {point.id}", "runs your function on the input above")] if "paste" in point.evidence else []
    return [
        *tried,
        (f"pytest -k {point.id}", "judges it alone"),
        (f"grader explain {point.id}", "says how it is judged, with hints"),
    ]


def print_progress(
    report: Report, console: Console, selection: bool = False, commands: Commands = shell_commands
) -> None:
    """The table, a paragraph for each cause of lost points, the points so far and the next thing to do.

    With `selection`, the report is on a part of the points only.
    """
    width = console.width
    if not selection and all(point.outcome is Outcome.MISSING for point in report.points):
        parts: list[object] = [Text("Nothing is begun yet.", style="bold")]
    else:
        parts = [table(report, console.encoding), *paragraphs(report.points, width)]
    parts += remarks(report, width)
    parts += [Text(f"\n{points_so_far(report, selection)}", style="bold"), Text(advice(report, width, commands))]
    console.print(*parts, sep="\n", soft_wrap=True)


def remarks(report: Report, width: int = 80) -> list[Text]:
    """The notes on the files that no point's message has yet: which were not read, and why."""
    messages = "\n".join(point.message for point in report.points)
    notes = [wrapped(f"    {clean(note)}", width, 4) for note in report.submission.notes if note not in messages]
    return [Text("\nAbout your files", style="bold"), *map(Text, notes)] if notes else []


def points_so_far(report: Report, selection: bool = False) -> str:
    """The score so far in one short line."""
    pending = f", and {number(report.pending)} pending manual review" if report.pending else ""
    reached = f"{number(report.score)} of {number(report.max_score)}"
    return f"{reached} points in this selection{pending}." if selection else f"Points so far: {reached}{pending}."


def _file_to_fix(point: PointScore) -> str | None:
    """What to do to the file that costs the whole exercise; None where the file as such is in order."""
    place = point.traceback[0] if point.traceback else None
    if place is not None and place.function == WHOLE_FILE:
        return f"{'fix' if len(point.traceback) == 1 else 'fix or remove'} line {place.line} of {place.file}"
    whole = re.match(r"([\w/]+\.py): ", point.message) if place is None and point.outcome is Outcome.ERROR else None
    return f"fix {whole[1]}" if whole else None


def _is_of_a_newer_python(point: PointScore) -> bool:
    """Whether a person decides only because the file holds what this Python does not know: that the student can fix."""
    return point.outcome is Outcome.REVIEW and REMEDY in point.message


def _rewrite(chosen: PointScore, report: Report) -> str:
    """What to do about a line that only a newer Python knows, and which points it leaves to a person."""
    ids = [point.id for point in report.points if _is_of_a_newer_python(point) and point.message == chosen.message]
    place = chosen.traceback[-1] if chosen.traceback else None
    what = f"write line {place.line} of {place.file} another way" if place else f"write {chosen.id} another way"
    return f"Next: {what}. Until then, a person decides {listed(ids)}."


def _misplaced(point: PointScore, report: Report) -> str | None:
    """What to do about an answer that is there under another name or in another place; None where nothing is."""
    if point.outcome is not Outcome.MISSING:
        return None
    about = (note.partition(":")[0] for note in report.submission.notes if OTHER_FILE in note)
    file = next((name for name in about if point.message.startswith(f"{name}: ")), None)
    if file is not None:
        return f"save your answer as {clean(file)}"
    return next((f"{verb} your function" for sign, verb in _MISPLACED.items() if sign in point.message), None)


def advice(report: Report, width: int = 80, commands: Commands = shell_commands) -> str:
    """What to do next: fix what was tried before beginning something new, in the order of the sheet."""
    open_points = [point for point in report.points if point.outcome not in LATER or _is_of_a_newer_python(point)]
    tried = [point for point in open_points if point.outcome is not Outcome.MISSING]
    if not open_points:
        newer = next((note for note in report.submission.notes if note.endswith(ANOTHER_WAY)), None)
        if newer is not None:
            path, _, line = newer.partition(": ")[0].rpartition(":")
            return wrapped(f"Next: write line {line} of {clean(path)} another way (see above).", width, 6)
        ours = [point.id for point in report.points if point.outcome is Outcome.GRADER_ERROR]
        appeal = f" Send your course the message about {', '.join(ours)}: you cannot fix that." if ours else ""
        return wrapped(f"Nothing left to fix.{appeal}", width, 0)
    misplaced = [point for point in open_points if _misplaced(point, report)]
    chosen = (tried or misplaced or open_points)[0]
    if _is_of_a_newer_python(chosen):
        return wrapped(_rewrite(chosen, report), width, 6)
    file = _file_to_fix(chosen)
    if file is not None:
        return wrapped(f"Next: {file}. Until then, its exercise scores 0.", width, 6)
    instead = _misplaced(chosen, report)
    other = f"{instead} (see above), or " if instead else ""
    first = f"Next: {other}{'fix' if tried else 'begin with'} {chosen.id} {one_line(chosen.title, 80)}."
    lines = [f"      {command:<20} {what}" for command, what in commands(chosen)]
    return "\n".join([wrapped(first, width, 6), *lines])
