"""A report as Gradescope's autograder wants it (results/results.json): the score, and a test for each point.

Format: https://gradescope-autograders.readthedocs.io/en/latest/specs/ , "Output format".
"""

import json
from typing import Any

from grader.counting import counted
from grader.model import Outcome
from grader.report.plain_text import clean
from grader.schema import PointScore, Report


def to_gradescope(report: Report) -> str:
    """The file's text. The total is ours, lateness included; Gradescope's own late penalty is to be off then."""
    remarks = [report.late.message] if report.late else []
    remarks += [clean(note) for note in report.submission.notes]
    if report.pending:
        remarks.append(f"Pending: a person will mark {counted(report.pending, 'more point')}.")
    whole: dict[str, Any] = {
        "score": report.score,
        "output": "\n".join(remarks),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [_test(point) for point in report.points],
        "extra_data": {"seed": report.seed, "sha256": report.submission.sha256, "grader": report.environment.grader},
    }
    return json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _test(point: PointScore) -> dict[str, Any]:
    """One point. What is not decided yet has no score, so that it is shown neither as passed nor as failed."""
    lines = [clean(point.message)] if point.message else []
    lines += [f"note: {clean(note)}" for note in point.notes]
    test: dict[str, Any] = {
        "number": point.id,
        "name": point.title,
        "name_format": "text",
        "output": "\n".join(lines),
        "output_format": "text",
        "tags": [point.outcome.value],
        "visibility": "visible",
    }
    if point.outcome is Outcome.GRADER_ERROR:
        return {**test, "name": f"{point.title} (not judged)"}
    if point.pending:
        so_far = f"Pending: {point.score:g} of {point.max_score:g} so far; a person will mark {point.pending:g}."
        return {**test, "name": f"{point.title} (pending)", "output": "\n".join([so_far, *lines])}
    status = "passed" if point.outcome is Outcome.PASSED else "failed"
    return {**test, "score": point.score, "max_score": point.max_score, "status": status}
