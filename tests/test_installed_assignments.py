"""`pip install our-course` makes `--assignment NAME` work wherever a folder does; a broken entry point is told."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader.assignment_names import find_assignment
from grader.errors import UsageError
from tests.support.command import PATIENCE, ROOT

pytestmark = pytest.mark.slow

SOFTMAX = ROOT / "examples" / "softmax"
PROJECT = """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "our-course"
version = "1.0"

[project.entry-points."grader.assignments"]
softmax = "our_course.softmax"

[tool.setuptools.packages.find]
include = ["our_course*"]
namespaces = true

[tool.setuptools.package-data]
"*" = ["*.toml", "*.ini", "*.md"]
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which pip has installed a course's distribution."""
    source, target = tmp_path_factory.mktemp("course"), tmp_path_factory.mktemp("site")
    (source / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    shutil.copytree(SOFTMAX, source / "our_course" / "softmax", ignore=shutil.ignore_patterns("__pycache__"))
    (source / "our_course" / "__init__.py").touch()
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*command, "--target", target, source], check=True, timeout=PATIENCE, capture_output=True)
    return target


def run(installed: Path, *command: object, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(installed), str(ROOT)])}
    words = [sys.executable, "-m", *map(str, command)]
    return subprocess.run(
        words, cwd=cwd, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


@pytest.mark.slow
def test_an_installed_assignment_grades_explains_and_is_handed_out(installed: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.json"
    graded = run(installed, "grader", "grade", SOFTMAX / "reference", "--assignment", "softmax", "--output", output)
    assert graded.returncode == 0, graded.stderr
    report = json.loads(output.read_text(encoding="utf-8"))
    assert (report["assignment"], report["score"]) == ("softmax-example", 3.0)
    assert "by the complex step" in run(installed, "grader", "explain", "1.1", "--assignment", "softmax").stdout
    handed_out = run(installed, "grader", "handout", tmp_path / "handout", "--assignment", "softmax")
    assert (handed_out.returncode, (tmp_path / "handout" / "softmax.py").is_file()) == (0, True), handed_out.stderr


@pytest.mark.slow
def test_pytest_takes_its_name_too(installed: Path, tmp_path: Path) -> None:
    shutil.copytree(SOFTMAX / "student_template", tmp_path / "work")
    ended = run(installed, "pytest", "--assignment=softmax", "-k", "1.2", cwd=tmp_path / "work")
    assert "0 of 1 points in this selection." in ended.stdout, ended.stdout + ended.stderr
    unknown = run(installed, "pytest", "--assignment=softmx", cwd=tmp_path / "work")
    assert "argument --assignment: softmx: there is no such folder" in unknown.stderr, unknown.stdout
    assert "Traceback" not in unknown.stderr


@pytest.mark.slow
def test_a_name_that_is_nothing_lists_what_there_is(installed: Path) -> None:
    ended = run(installed, "grader", "points", "--assignment", "softmx")
    assert ended.returncode == 2
    assert ended.stderr == (
        "grader: softmx: there is no such folder, and no installed assignment has that name. Installed are: softmax.\n"
    )


def offer(site: Path, distribution: str, *lines: str) -> None:
    """What pip leaves of a distribution with these entry points."""
    info = site / f"{distribution}-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1\n")
    (info / "entry_points.txt").write_text("\n".join(["[grader.assignments]", *lines]))


@pytest.mark.parametrize(
    ("value", "files", "message"),
    [
        ("gone.away", {}, r"quiz of our-course cannot be found: gone.away raised ModuleNotFoundError: No module"),
        ("gone", {}, r"quiz of our-course cannot be found: there is no package gone. Install it again."),
        ("mine.quiz", {"mine/__init__.py": "1 / 0"}, r"cannot be found: mine.quiz raised ZeroDivisionError: division"),
        ("mine.quiz", {"mine/quiz/__init__.py": ""}, r"has no rubric.toml in mine.quiz: the entry point has to name"),
        ("mine", {"mine.py": ""}, r"has no rubric.toml in mine: "),
    ],
)
def test_a_broken_entry_point_is_a_sentence(
    value: str, files: dict[str, str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(tmp_path, "our-course", f"quiz = {value}")
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("mine", "mine.quiz"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    with pytest.raises(UsageError, match=message):
        find_assignment(Path("quiz"))


def test_two_of_one_name_are_told_apart_by_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    offer(tmp_path, "our-course", "quiz = ours.quiz")
    offer(tmp_path, "their-course", "quiz = theirs.quiz")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(
        UsageError, match=r"several installed packages .* our-course \(ours.quiz\), their-course \(theirs"
    ):
        find_assignment(Path("quiz"))


def test_a_folder_with_a_rubric_wins_over_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    offer(tmp_path, "our-course", "quiz = ours.quiz")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "quiz").mkdir()
    with pytest.raises(UsageError, match=r"quiz of our-course cannot be found"):
        find_assignment(Path("quiz"))
    (tmp_path / "quiz" / "rubric.toml").touch()
    assert find_assignment(Path("quiz")) == Path("quiz")
