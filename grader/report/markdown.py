"""A report for CI: the step summary in GitHub's Markdown, and annotations at the student's own lines.

Markdown has HTML in it, so that every text is escaped twice: what Markdown reads as its own, and what a browser does.
Workflow commands follow GitHub's "Workflow commands for GitHub Actions"; a line break in a message would begin another.
"""

import re
from collections.abc import Iterator

from grader.counting import number
from grader.model import Outcome
from grader.report.folding import fold
from grader.report.plain_text import one_line
from grader.schema import PointScore, Report

MAX_ANNOTATIONS = 10  # of one kind in one step: GitHub shows no more
MAX_MESSAGE = 600
MAX_NAME = 80
_SIGNS = {Outcome.PASSED: "✅", Outcome.PARTIAL: "🟡", Outcome.REVIEW: "🔵", Outcome.MISSING: "⚪"}
_OTHER_SIGN = "❌"
# What Markdown, GitHub's additions to it (mentions, issues, maths, emoji, bare addresses) and HTML take as markup.
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>|~$&@#!]|:(?=\S)|(?<=www)\.", re.IGNORECASE)
_COMMAND_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_COMMAND_PROPERTY = _COMMAND_DATA | {":": "%3A", ",": "%2C"}


def summary(report: Report) -> str:
    """The points as a table, then a line for each that was lost."""
    pending = f" ({number(report.pending)} more pending manual review)" if report.pending else ""
    lines = [
        f"## {number(report.score)} of {number(report.max_score)} points{pending}",
        "",
        "| point | task | score | outcome |",
        "| --- | --- | ---: | --- |",
    ]
    for exercise in report.exercises:
        lines.append(_row(exercise.id, exercise.title, exercise.score, exercise.max_score, "", bold="**"))
        points = [point for point in report.points if point.exercise == exercise.id]
        lines += [_row(point.id, point.title, point.score, point.max_score, _outcome(point)) for point in points]
    lost = [
        " ".join(
            [
                f"- **{escape(cause.ids)}**",
                *(escape(text, MAX_MESSAGE) for text in (cause.first.message, *cause.others)),
            ]
        )
        for cause in fold(_with_message(report))
    ]
    about = f"Seed {report.seed}, sandbox {report.environment.sandbox}, grader {report.environment.grader}."
    return "\n".join([*lines, "", *lost, *([""] if lost else []), escape(about, MAX_MESSAGE), ""])


def annotations(report: Report) -> list[str]:
    """GitHub's workflow commands: one for each point whose error has a line in one of the student's files."""
    return list(_annotations(report))[:MAX_ANNOTATIONS]


def escape(text: str, limit: int = MAX_NAME) -> str:
    """`text` on one line, as Markdown that a reader sees as just that text."""
    return _SPECIAL.sub(_escaped, one_line(text, limit))


def _escaped(match: re.Match[str]) -> str:
    return f"&#{ord(match[0])};"


def _row(name: str, title: str, score: float, maximum: float, outcome: str, bold: str = "") -> str:
    cells = (escape(name), escape(title), f"{number(score)} / {number(maximum)}")
    return f"| {' | '.join(f'{bold}{cell}{bold}' for cell in cells)} | {outcome} |"


def _outcome(point: PointScore) -> str:
    return f"{_SIGNS.get(point.outcome, _OTHER_SIGN)} {point.outcome.value.replace('_', ' ')}"


def _with_message(report: Report) -> Iterator[PointScore]:
    return (point for point in report.points if point.message and point.outcome is not Outcome.PASSED)


def _annotations(report: Report) -> Iterator[str]:
    annotated = set()
    for point in _with_message(report):
        if not point.traceback:
            continue
        place = point.traceback[-1]
        message = one_line(point.message, MAX_MESSAGE)
        key = (place.file, place.line, message)
        if key in annotated:
            continue  # one line that stops several points is one annotation
        annotated.add(key)
        title = _coded(one_line(f"{point.id} {point.title}", MAX_NAME), _COMMAND_PROPERTY)
        file = _coded(one_line(place.file, 4 * MAX_NAME), _COMMAND_PROPERTY)
        yield f"::error file={file},line={place.line},title={title}::{_coded(message, _COMMAND_DATA)}"


def _coded(text: str, codes: dict[str, str]) -> str:
    return "".join(codes.get(char, char) for char in text)
