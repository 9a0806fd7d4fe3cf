"""Reports as JUnit XML, as CI servers show it: a suite for each submission, a case for each point.

A lost point is a failure, one of ours (`grader_error`) an error; what waits for a person or was not tried is skipped.
"""

import html
import re
from collections.abc import Iterable, Iterator

from grader.model import Outcome
from grader.report.plain_text import clean
from grader.schema import PointScore, Report

# What XML 1.0 cannot hold in any spelling (section 2.2, Char).
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SKIPPED = (Outcome.MISSING, Outcome.REVIEW)


def to_junit(reports: Iterable[Report]) -> Iterator[str]:
    """The file's text, in pieces: one report at a time is held."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n'
    for report in reports:
        outcomes = [point.outcome for point in report.points]
        errors = outcomes.count(Outcome.GRADER_ERROR)
        skipped = sum(outcome in _SKIPPED for outcome in outcomes)
        failures = len(outcomes) - errors - skipped - outcomes.count(Outcome.PASSED)
        counts = f'tests="{len(outcomes)}" failures="{failures}" errors="{errors}" skipped="{skipped}"'
        seconds = sum(point.seconds for point in report.points)
        yield f'  <testsuite name={_attribute(report.submission.id)} {counts} time="{seconds:.3f}">\n'
        yield from (_case(report, point) for point in report.points)
        yield "  </testsuite>\n"
    yield "</testsuites>\n"


def _case(report: Report, point: PointScore) -> str:
    where = f"{report.assignment}.exercise{point.exercise}"
    name = _attribute(f"{point.id} {point.title}")
    head = f'    <testcase classname={_attribute(where)} name={name} time="{point.seconds:.3f}"'
    if point.outcome is Outcome.PASSED:
        return f"{head}/>\n"
    kind = "error" if point.outcome is Outcome.GRADER_ERROR else "skipped" if point.outcome in _SKIPPED else "failure"
    summary = _attribute(f"{point.outcome.value}: {point.score:g} of {point.max_score:g}")
    return f"{head}>\n      <{kind} message={summary}>{_text(point.message)}</{kind}>\n    </testcase>\n"


def _text(text: str) -> str:
    return html.escape(_NO_XML.sub("\N{REPLACEMENT CHARACTER}", clean(text)))


def _attribute(text: str) -> str:
    return f'"{_text(text)}"'
