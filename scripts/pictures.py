"""The pictures in the README: what `grader grade` prints, and the page that a student gets (by Chromium).

python -m scripts.pictures [FOLDER]
"""

import io
import re
import shutil
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from grader.assignment_folder import load_assignment
from grader.pipeline import grade
from grader.report.html.student_page import student_page
from grader.report.terminal import print_report
from grader.schema import Report
from grader.settings import RunSettings
from tests.support.browser import chromium

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
MISTAKE = ROOT / "tests" / "gallery" / "wrong" / "pool-zero-initialised-maximum" / "exercise2.py"
COLUMNS = 80
WIDTH, HEIGHT = 1000, 900
# rich would have the picture load its font from elsewhere
_FONT_FACE = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def main(folder: Path = PICTURES) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "table.svg").write_text(terminal(example("1", "2", "3")), encoding="utf-8")
    screenshot(student_page(example("2")), folder / "page.png")


def example(*exercises: str) -> Report:
    """A solution with one mistake in it."""
    with tempfile.TemporaryDirectory() as folder:
        work = shutil.copytree(ROOT / "reference", Path(folder) / "anna")
        shutil.copy(MISTAKE, work)
        return grade(work, load_assignment(), RunSettings(seed=1, exercises=exercises))


def terminal(report: Report) -> str:
    """What the command prints, as SVG."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    print_report(report, console)
    return _FONT_FACE.sub("", console.export_svg(title="grader grade anna"))


def screenshot(page: str, path: Path) -> None:
    """The top of a page, as a browser shows it."""
    with chromium() as browser:
        tab = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        tab.set_content(page)
        tab.screenshot(path=path)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
