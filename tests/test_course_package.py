"""Answers that are modules of a course's package: found wherever they lie, run as the package's, with what it gives."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from grader.assignment_folder import Assignment, load_assignment
from grader.errors import RubricError, SandboxError
from grader.load.static_checks import inspect
from grader.load.submission import load
from grader.model import Outcome
from grader.pipeline import GradingSession
from grader.sandbox.launcher import Launcher
from grader.schema import Report
from tests.support.workers import SANDBOXES

pytestmark = pytest.mark.slow

RUBRIC = """
schema_version = "1.0"
assignment = "package"
title = "A package"
[late]
due = 2030-01-31T12:00:00
timezone = "UTC"
[imports]
always = ["math"]
[[exercise]]
id = "1"
title = "Parts"
module = "course.parts"
imports = ["numpy"]
functions = ["double(x)"]
    [[exercise.point]]
    id = "1.1"
    title = "Double"
    max = 1.0
    kind = "numerical"
[[exercise]]
id = "2"
title = "Whole"
module = "course.nets.whole"
imports = ["numpy"]
functions = ["fourfold(x)"]
    [[exercise.point]]
    id = "2.1"
    title = "Fourfold"
    max = 1.0
    kind = "numerical"
"""
CHECKS = '''
from grader.api import Verdict, module, points

parts, whole = module("course.parts"), module("course.nets.whole")

@points("1.1")
def check_double(parts):
    """It is doubled."""
    return Verdict.passed() if parts.double(3) == 6 else Verdict.failed("no")

@points("2.1")
def check_fourfold(whole):
    """It is doubled twice."""
    return Verdict.passed() if whole.fourfold(3) == 12 else Verdict.failed("no")
'''
GIVEN = {"course/helpers.py": "import math\nTWO = math.sqrt(4)\n", "past/builtins.py": "xrange = range\n"}
PARTS = "from .helpers import TWO\ndef double(x):\n    return TWO * x\n"
WHOLE = (
    "from past.builtins import xrange\nfrom ..parts import *\nfrom course.tools import twice\n"
    "def fourfold(x):\n    return twice(double, x)\n"
)
TOOLS = "def twice(f, x):\n    return f(f(x))\n"
OTHER = "import socket\n"  # nobody imports it


def laid(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def course(tmp_path: Path) -> Assignment:
    given = {f"given/{name}": text for name, text in GIVEN.items()}
    checks = {"rubric.toml": RUBRIC, f"checks/check_{tmp_path.name}.py": CHECKS}
    return load_assignment(laid(tmp_path / "assignment", {**given, **checks}))


@pytest.fixture(params=SANDBOXES)
def any_launcher(request: pytest.FixtureRequest) -> Iterator[Launcher]:
    try:
        opened = SANDBOXES[request.param]()
    except SandboxError as error:
        pytest.skip(str(error))
    with closing(opened):
        yield opened


def grade(course: Assignment, launcher: Launcher, folder: Path) -> Report:
    with GradingSession(course, launcher=launcher) as session:
        return session.grade(session.load(folder), seed=1)


PACKED = {"course/parts.py": PARTS, "course/nets/whole.py": WHOLE, "course/tools.py": TOOLS, "course/other.py": OTHER}
LAYOUTS = {
    "as the package": PACKED,
    "in a folder": {f"work/{name}": text for name, text in PACKED.items()},
    "the package's folder alone": {name.removeprefix("course/"): text for name, text in PACKED.items()},
    "flat": {name.rpartition("/")[2]: text for name, text in PACKED.items()},
}


@pytest.mark.slow
def test_a_package_runs_in_every_sandbox(course: Assignment, any_launcher: Launcher, tmp_path: Path) -> None:
    report = grade(course, any_launcher, laid(tmp_path / "ada", PACKED))
    assert [(point.id, point.score, point.message) for point in report.points] == [("1.1", 1, ""), ("2.1", 1, "")]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_package_is_found_wherever_it_lies(
    layout: str, course: Assignment, launcher: Launcher, tmp_path: Path
) -> None:
    report = grade(course, launcher, laid(tmp_path / "ada", LAYOUTS[layout]))
    assert [(point.score, point.message) for point in report.points] == [(1, ""), (1, "")]


def session_over(course: Assignment, launcher: Launcher, folder: Path, files: Mapping[str, str]) -> Report:
    return grade(course, launcher, laid(folder, {**PACKED, **files}))


@pytest.mark.parametrize(
    "helpers",
    [
        "print 'of another time'\nTWO = 5\n",  # Python 2
        "import socket\nTWO = 5\n",
        "import socket.x as y\nTWO = 5\n",
        "",
        "# here will be the helpers\n",
    ],
)
def test_a_given_module_stands_in_for_one_that_is_no_use(
    helpers: str, course: Assignment, launcher: Launcher, tmp_path: Path
) -> None:
    report = session_over(course, launcher, tmp_path / "ada", {"course/helpers.py": helpers})
    assert [point.score for point in report.points] == [1, 1]


def test_a_students_own_version_of_a_given_module_counts(
    course: Assignment, launcher: Launcher, tmp_path: Path
) -> None:
    report = session_over(course, launcher, tmp_path / "ada", {"course/helpers.py": "TWO = 5\n"})
    assert [point.score for point in report.points] == [0, 0]


def test_what_is_imported_from_a_package_is_looked_into(course: Assignment, launcher: Launcher, tmp_path: Path) -> None:
    """Also by a relative import, and by the name of a module in a package; not what lies beside it."""
    for line in ("from . import other", "from .other import *", "import course.other", "from course import other"):
        folder = laid(tmp_path / str(abs(hash(line))), {**PACKED, "course/parts.py": f"{line}\n{PARTS}"})
        with GradingSession(course, launcher=launcher) as session:
            found = inspect(session.load(folder), course.rubric.exercise[0], course.rubric, course.sources("given"))
        assert found[""].message.startswith("course/other.py:1: import of socket is not allowed"), line
        assert found[""].outcome is Outcome.FORBIDDEN


def test_a_missing_answer_is_told_by_its_path(course: Assignment, launcher: Launcher, tmp_path: Path) -> None:
    report = grade(course, launcher, laid(tmp_path / "ada", {"parts.py": PARTS}))
    assert report.points[1].message == "course/nets/whole.py was not found in this folder."


def test_two_answers_of_one_file_name_are_a_mistake_in_the_rubric(tmp_path: Path) -> None:
    with pytest.raises(RubricError, match=r"file name parts\.py is duplicated"):
        load_assignment(laid(tmp_path, {"rubric.toml": RUBRIC.replace("course.nets.whole", "course.nets.parts")}))


def test_a_template_of_a_package_is_no_misnamed_answer(course: Assignment, tmp_path: Path) -> None:
    laid(course.folder / "student_template", PACKED)
    submission = load(laid(tmp_path / "ada", PACKED), course.expected)
    assert (submission.notes, submission.questions) == ((), ())
