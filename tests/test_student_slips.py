"""What students read about the slips they make: tests/golden/student_slips.txt, word for word, at 80 columns.

    python -m tests.test_student_slips        writes it anew, to be read as a student would

The answers are in tests/support/student_slips.toml, which is where a new one goes.
"""

import io
import tempfile
import tomllib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from grader.assignment_folder import load_assignment
from grader.pipeline import GradingSession
from grader.report.student_summary import PRACTICE_SEED, print_progress
from grader.sandbox.sandbox_settings import SandboxSettings
from grader.schema import Report
from grader.settings import RunSettings
from grader.suite.runner import RunChecks
from tests.support.command import ROOT
from tests.support.galleries import Together, asked_for
from tests.support.tiers import again

pytestmark = pytest.mark.slow

SLIPS: dict[str, Any] = tomllib.loads((ROOT / "tests/support/student_slips.toml").read_text(encoding="utf-8"))
GOLDEN = ROOT / "tests/golden/student_slips.txt"
WIDTH = 80
_HEAD = "=== "


# Those of exercise 4 train; what is said of a training is pinned by test_training, too.
NAMES = [again(name) if slip["exercise"] == "4" else name for name, slip in SLIPS.items()]


def texts(chosen: Collection[str]) -> dict[str, str]:
    """What is printed of each of these slips, without the table of points."""
    found = {}
    for exercise in sorted({SLIPS[name]["exercise"] for name in chosen}):
        settings = RunSettings(SandboxSettings("process"), PRACTICE_SEED, (exercise,))
        with GradingSession(load_assignment(), settings) as session, tempfile.TemporaryDirectory() as scratch:
            names = [name for name in SLIPS if name in chosen and SLIPS[name]["exercise"] == exercise]

            def grade(name: str, run: RunChecks, session: GradingSession = session, scratch: str = scratch) -> Report:
                return session.grade(session.load(write(SLIPS[name], Path(scratch) / name)), run=run)

            reports = Together(session.assignment, names, grade)
            found.update({name: shown(reports[name]) for name in names})
    return found


def shown(report: Report) -> str:
    text = io.StringIO()
    print_progress(report, Console(file=text, width=WIDTH), selection=True)
    return "\n".join(line.rstrip() for line in without_table(text.getvalue()))


def write(slip: dict[str, Any], folder: Path) -> Path:
    for name, text in slip["files"].items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding=slip.get("encoding", "utf-8"), newline=slip.get("newline", "\n"))
    return folder


def without_table(text: str) -> list[str]:
    lines = text.splitlines()
    return lines[1 + max((place for place, line in enumerate(lines) if line.startswith("└")), default=-1) :]


def sections() -> Iterator[tuple[str, str]]:
    for section in GOLDEN.read_text(encoding="utf-8").split(_HEAD)[1:]:
        name, _, text = section.partition("\n")
        yield name, text.rstrip("\n")


@pytest.fixture(scope="module")
def read(request: pytest.FixtureRequest) -> dict[str, str]:
    """What is read of each slip that these tests ask for."""
    return texts(asked_for(request, "name"))


@pytest.mark.parametrize("name", NAMES)
def test_what_a_student_reads(name: str, read: dict[str, str]) -> None:
    assert read[name] == dict(sections()).get(name)


def test_the_golden_file_is_of_these_and_no_others() -> None:
    assert [name for name, _ in sections()] == sorted(SLIPS, key=lambda name: SLIPS[name]["exercise"])


@pytest.mark.parametrize("name", NAMES)
def test_no_line_is_wider_than_the_terminal_and_no_sentence_breaks_off(name: str, read: dict[str, str]) -> None:
    text = read[name]
    assert [line for line in text.splitlines() if len(line) > WIDTH] == []
    assert ".." not in text.replace("...", "")
    assert ". ." not in text
    assert ":." not in text


if __name__ == "__main__":
    GOLDEN.write_text("".join(f"{_HEAD}{name}\n{text}\n\n" for name, text in texts(SLIPS).items()), encoding="utf-8")
