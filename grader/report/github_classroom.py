"""A report's score as GitHub Classroom reads it: two notices of fixed titles, among a run's annotations.

Format: what classroom-resources/autograding-grading-reporter prints (src/notify-classroom.js).
"""

import json

from grader.counting import number
from grader.schema import Report


def score_notices(report: Report) -> list[str]:
    """The workflow commands. Only numbers are in them, so that there is nothing to escape."""
    points, maximum = float(number(report.score)), float(number(report.max_score))
    summary = json.dumps({"totalPoints": points, "maxPoints": maximum}, separators=(",", ":"))
    return [
        f"::notice title=Autograding complete::Points {number(points)}/{number(maximum)}",
        f"::notice title=Autograding report::{summary}",
    ]
