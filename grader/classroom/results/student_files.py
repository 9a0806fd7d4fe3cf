"""What one hand-in has of its own besides results.json. A person's mark brings it up to date, so it starts quickly."""

from pathlib import Path

from grader.report.gradescope_results import to_gradescope
from grader.report.html.student_page import student_page
from grader.report.results_json import write_atomically
from grader.schema import Report


def write_student(folder: Path, report: Report) -> None:
    """The page of a hand-in, and what Gradescope would show. Raises OutputError."""
    write_atomically(folder / "report.html", student_page(report), durable=False)
    write_atomically(folder / "gradescope.json", to_gradescope(report), durable=False)
