"""What one hand-in has of its own besides results.json. A person's mark brings it up to date, so it starts quickly."""

import html
import re
from pathlib import Path

from grader.report.gradescope_results import to_gradescope
from grader.report.html.student_page import student_page
from grader.report.results_json import write_atomically
from grader.schema import Report

STUDENT_PAGE = "report.html"
_NAMES = re.compile(r'<meta name="author" content="([^"]*)">')


def write_student(folder: Path, report: Report, names: str | None = None) -> None:
    """The page of a hand-in, and what Gradescope would show; `names` are whose it is, None for what the page says now,
    so that a mark in a large class takes no longer than in a small one. Raises OutputError."""
    known = _names_on(folder / STUDENT_PAGE) if names is None else names
    write_atomically(folder / STUDENT_PAGE, student_page(report, known), durable=False)
    write_atomically(folder / "gradescope.json", to_gradescope(report), durable=False)


def _names_on(page: Path) -> str:
    found = _NAMES.search(page.read_text(encoding="utf-8", errors="replace")) if page.is_file() else None
    return html.unescape(found[1]) if found else ""
