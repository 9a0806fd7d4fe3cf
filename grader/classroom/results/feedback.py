"""Write the comment that a student reads beside the grade in an LMS: a few lines, as text or as Moodle's HTML.

A hash in the HTML marks a comment as ours and unchanged, so that the next run may replace it, while a comment that a
person has written or edited is left alone.
"""

import re
from collections.abc import Sequence
from hashlib import sha256
from html import escape

from grader.counting import number
from grader.report.plain_text import one_line
from grader.schema import PointScore, Report

MAX_LINES = 12  # of lost points; the report has all
MAX_LINE = 200  # characters
MAX_HTML = 1_600  # characters: with its tags it fits a cell of our tables
_OURS = re.compile(r'<p class="autograder-(?P<hash>[0-9a-f]{12})">(?P<text>.*)</p>', re.DOTALL)
_MORE = "The report has the rest."


def comment_lines(report: Report) -> list[str]:
    """The points, what is still to come, lateness, then what was lost; a reason that points share is said once."""
    open_points = [point for point in report.points if point.pending]
    lines = [f"{number(report.score)} of {number(report.max_score)} points."]
    if open_points:
        names = ", ".join(f"{point.id} ({number(point.pending)})" for point in open_points)
        lines.append(f"Pending, not in these points yet: {names}. A person marks that.")
    if report.late and (report.late.days or report.late.extension):
        lines.append(one_line(report.late.message, MAX_LINE))
    lost = list(_lost(report))
    return [*lines, *lost[:MAX_LINES], *([_MORE] if len(lost) > MAX_LINES else [])]


def as_html(lines: Sequence[str]) -> str:
    """A comment as Moodle stores it: HTML, every text escaped, one paragraph with line breaks."""
    escaped = [escape(line) for line in lines]
    while len(escaped) > 1 and sum(map(len, escaped)) > MAX_HTML:
        escaped = [*escaped[:-2], _MORE] if escaped[-1] == _MORE else [*escaped[:-1], _MORE]
    text = "<br>".join(escaped)
    return f'<p class="autograder-{_hash(text)}">{text}</p>'


def is_ours(comment: str) -> bool:
    """Whether a comment is what `as_html` made at some time, and nobody has changed it since."""
    match = _OURS.fullmatch(comment.strip())
    return match is not None and match["hash"] == _hash(match["text"])


def _lost(report: Report) -> list[str]:
    shared: dict[str, list[PointScore]] = {}
    for point in report.points:
        if point.message and point.pending < point.max_score:
            shared.setdefault(point.message, []).append(point)
    return [
        f"{', '.join(point.id for point in points)} ({number(sum(point.score for point in points))} of "
        f"{number(sum(point.max_score for point in points))}): {one_line(message, MAX_LINE)}"
        for message, points in shared.items()
    ]


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:12]
