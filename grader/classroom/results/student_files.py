"""Write the files of one hand-in that follow from its results.json.

Each mark of a person's rewrites them, so this module imports little and starts quickly.
"""

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
    """Writes a hand-in's page and its results for Gradescope. Raises OutputError.

    `names` are whose it is; None keeps what the page says now, so that a mark need not read the whole class.
    """
    author_names = _names_on(folder / STUDENT_PAGE) if names is None else names
    write_atomically(folder / STUDENT_PAGE, student_page(report, author_names), durable=False)
    write_atomically(folder / "gradescope.json", to_gradescope(report), durable=False)


def _names_on(page: Path) -> str:
    match = _NAMES.search(page.read_text(encoding="utf-8", errors="replace")) if page.is_file() else None
    return html.unescape(match[1]) if match else ""
