"""The handout: what is in it, what must never be, and that a student gets from its README to full marks."""

import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from email import message_from_bytes
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from grader.assignment_folder import load_assignment
from grader.course.handout import NO_COURSE, build_handout
from grader.errors import UsageError
from tests.support.command import PATIENCE, ROOT, Command
from tests.support.environments import follow_readme, shell

pytestmark = pytest.mark.slow

REFERENCE = ROOT / "reference"
_DISTINCTIVE = 50  # characters of three lines of code: shorter ones say nothing about where they come from


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("Übung neun") / "Assignment 9"
    build_handout(folder, course="uni-mainz/backprop-grader", pin="v2026.1")
    return folder


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Every text of a handout by its place, those inside the wheel too."""
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".whl":
            with zipfile.ZipFile(path) as archive:
                yield from (
                    (f"{path.name}/{name}", archive.read(name).decode())
                    for name in archive.namelist()
                    if not name.endswith(".npz")
                )
        elif path.is_file():
            yield path.relative_to(folder).as_posix(), path.read_text(encoding="utf-8")


def test_it_has_what_a_student_needs(out: Path) -> None:
    names = {name for name, _ in texts(out) if ".whl/" not in name}
    exercises = {f"exercise{number}.py" for number in (1, 2, 3, 4)}
    ci = {".github/workflows/classroom.yml", ".gitlab-ci.yml"}
    assert names == exercises | ci | {
        "README.md",
        "pytest.ini",
        "report.md",
        "compare.py",
        "requirements.txt",
        ".gitignore",
    }
    readme = (out / "README.md").read_text(encoding="utf-8")
    assert len(readme.splitlines()) <= 50  # one screen


def passages(text: str) -> set[str]:
    """Each three lines that follow one another, without their indentation and what is blank between them."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return {
        three for three in map("\n".join, zip(lines, lines[1:], lines[2:], strict=False)) if len(three) >= _DISTINCTIVE
    }


def test_nothing_of_the_solution_is_in_it(out: Path) -> None:
    given = [path.read_text(encoding="utf-8") for path in (ROOT / "student_template").glob("*.*") if path.is_file()]
    solved = set[str]().union(
        *(passages(path.read_text(encoding="utf-8")) for path in REFERENCE.glob("*.*") if path.is_file())
    )
    solved -= set[str]().union(*map(passages, given))
    assert len(solved) > 50
    assert {(name, passage) for name, text in texts(out) for passage in solved & passages(text)} == set()


def test_no_folder_of_ours_but_the_package_is_in_it(out: Path) -> None:
    names = [
        name for name, _ in texts(out) if "/course/scaffold/" not in name
    ]  # of no course: what `grader new` begins with
    for part in ("reference", "tests", "gallery", "examples", "benchmarks", "scripts"):
        assert not [name for name in names if f"/{part}/" in f"/{name}"], part


def test_no_seed_of_an_official_grading_is_in_it(out: Path) -> None:
    """There is none to leak: it is drawn when a class is graded, or given on the command line."""
    stated = re.compile(r"^\s*(?:official_)?seed\s*[:=]\s*[\"']?\d+", re.MULTILINE | re.IGNORECASE)
    data = [name for name, _ in texts(out) if name.endswith((".toml", ".ini", ".yml", ".json"))]
    assert data
    assert [name for name, text in texts(out) if name in data and stated.search(text)] == []


def test_the_ci_files_name_the_courses_pin(out: Path) -> None:
    whole = (out / ".github/workflows/classroom.yml").read_text(encoding="utf-8")
    assert "uses: uni-mainz/backprop-grader/.github/workflows/grade.yml@v2026.1" in whole
    for path in (".github/workflows/classroom.yml", ".gitlab-ci.yml"):
        text = (out / path).read_text(encoding="utf-8")
        assert NO_COURSE not in text
        assert "COURSE-PIN" not in text


@pytest.mark.parametrize(
    ("course", "pin", "message"),
    [
        ("backprop-grader", "v1", "--course is a repository as owner/name, not 'backprop-grader'."),
        ("a/b: c", "v1", "--course is a repository as owner/name, not 'a/b: c'."),
        ("a/b", "v1\n  run: x", "--pin is a tag or a commit, not"),
    ],
)
def test_names_that_would_mean_something_in_yaml_are_refused(
    course: str, pin: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        build_handout(tmp_path / "out", course=course, pin=pin)


def test_it_overwrites_nothing_and_needs_the_template(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").touch()
    with pytest.raises(UsageError, match="it is not empty"):
        build_handout(tmp_path)
    with pytest.raises(UsageError, match="the template is not there"):
        build_handout(tmp_path / "new", template=tmp_path)


def test_a_zip_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"out\.zip: the handout is a folder\. Name a folder, and pack it when"):
        build_handout(tmp_path / "out.zip")
    assert not (tmp_path / "out.zip").exists()


def test_the_command_says_what_is_in_it_and_what_is_left_to_name(grader: Command, tmp_path: Path) -> None:
    ended = grader("handout", tmp_path / "out")
    assert ended.returncode == 0, ended.stderr
    assert "exercise1.py\n" in ended.stdout
    assert "build it again with --course OWNER/NAME" in ended.stdout.replace("\n", " ")
    again = grader("handout", tmp_path / "out")
    assert again.returncode == 2
    assert "Name a new or an empty folder." in again.stderr


@pytest.fixture(scope="module")
def installed(out: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A student's folder after the README's first block, with the environment in it; what begins a shell; `pytest`."""
    folder = tmp_path_factory.mktemp("Übung 9") / "my work"
    shutil.copytree(out, folder)
    return folder, *follow_readme(folder)


@pytest.fixture
def without_torch(installed: tuple[Path, str, str]) -> Iterator[None]:
    """For one test, PyTorch is not downloaded."""
    packages = installed[0] / ".venv" / "dependencies"
    links = {path: path.readlink() for path in packages.glob("torch*")}
    assert links
    for link in links:
        link.unlink()
    yield
    for link, target in links.items():
        link.symlink_to(target)


def solve(folder: Path, *names: str) -> None:
    for name in names:
        shutil.copy(REFERENCE / name, folder)


THREE = ("exercise1.py", "exercise2.py", "exercise3.py")


def test_its_readme_leads_from_nothing_to_full_marks(out: Path, installed: tuple[Path, str, str]) -> None:
    """The README's own commands, in bash, in the student's folder. What training needs: tests/test_wheel.py."""
    folder, activate, run = installed
    for name in (*THREE, "exercise4.py", "report.md"):  # as they were handed out, whichever test comes first
        shutil.copy(out / name, folder)
    empty = shell(activate + run, folder)
    assert empty.returncode == 1, empty.stderr
    assert "Points so far: 0 of 22." in empty.stdout
    solve(folder, *THREE)
    one = shell(activate + "pytest -k 3.1", folder)  # and not all that lies below .venv/lib/python3.1x
    assert "1 of 1 points in this selection." in one.stdout, one.stdout + one.stderr
    three = shell(activate + run.rstrip() + " -k 'not 4'", folder)
    assert "16 of 16 points in this selection." in three.stdout, three.stdout + three.stderr
    assert "Nothing left to fix." in three.stdout


@pytest.mark.thorough
def test_its_readme_leads_to_full_marks_where_networks_are_trained(out: Path, tmp_path: Path) -> None:
    """Its first line, too, which makes the environment; for the other tests it is copied."""
    folder = tmp_path / "Übung 9" / "my work"
    shutil.copytree(out, folder)
    activate, run = follow_readme(folder, whole=True)
    solve(folder, *(path.name for path in REFERENCE.iterdir() if path.is_file()))
    full = shell(activate + run, folder)
    assert "Points so far: 21 of 22, and 1 pending manual review." in full.stdout, full.stdout
    assert "Nothing left to fix." in full.stdout


INSTALL_TORCH = "pip install uv && uv pip install torch --torch-backend=cpu"


@pytest.mark.usefixtures("without_torch")
def test_exercises_1_to_3_need_no_torch_and_the_fourth_says_how_to_get_it(
    out: Path, installed: tuple[Path, str, str]
) -> None:
    folder, activate, run = installed
    solve(folder, *THREE)
    shutil.copy(out / "exercise4.py", folder)
    ended = shell(f"{activate}{run}".replace("pytest", "pytest || true"), folder)
    assert f"Exercise 4 needs torch, which is not installed. To install it:\n    {INSTALL_TORCH}\n" in ended.stdout
    assert "16 of 17 points in this selection." in ended.stdout, ended.stdout  # 4.9 is read, not run
    training = shell(f"{activate}pytest -k 4.1 || true", folder)
    assert f"    {INSTALL_TORCH}\nNo point of this selection can be judged before that.\n" in training.stdout
    typo = shell(f"{activate}pytest -k typo || true", folder)
    assert "No point was selected. `pytest -k 3.4` runs one point" in typo.stdout, typo.stdout
    assert "torch" not in typo.stdout + shell(f"{activate}pytest -k 2.1", folder).stdout
    solve(folder, "exercise4.py", "report.md")
    all_written = shell(f"{activate}{run}", folder)
    assert "16 of 17 points in this selection, and 1 pending manual review." in all_written.stdout, all_written.stdout
    drawn = shell(f"{activate}python compare.py || true", folder)
    assert drawn.stderr == "compare.py needs PyTorch, which is not installed: README.md has the command.\n"
    graded = shell(f"{activate}grader grade . --sandbox process || true", folder)
    assert INSTALL_TORCH in graded.stderr, graded.stderr
    assert "To leave it out: --exercise 1 --exercise 2 --exercise 3" in graded.stderr
    three = shell(f"{activate}grader grade . --sandbox process --exercise 1 --exercise 2 --exercise 3", folder)
    assert "16 / 16" in three.stdout, three.stderr


HEAVY = ("torch", "nvidia", "triton", "cuda", "matplotlib")


def test_what_the_handout_needs_is_small(out: Path) -> None:
    """By what the packages say of themselves, those that are installed here standing for those that pip would take."""
    (wheel,) = out.glob("*.whl")
    assert (out / "requirements.txt").read_text(encoding="utf-8").split() == [f"./{wheel.name}"]
    with zipfile.ZipFile(wheel) as archive:
        (about,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        needed = message_from_bytes(archive.read(about)).get_all("Requires-Dist", [])
    names: set[str] = set()
    while needed:
        requirement = Requirement(needed.pop())
        if requirement.name not in names and (requirement.marker is None or requirement.marker.evaluate({"extra": ""})):
            assert not requirement.extras, "what an extra brings is not followed here"
            names.add(requirement.name)
            needed += distribution(requirement.name).requires or []
    assert {"numpy", "sympy", "pytest"} <= names
    assert [name for name in names if name.startswith(HEAVY)] == []


def from_index(command: list[Any], folder: Path) -> subprocess.CompletedProcess[str]:
    """What a command printed that asks a package index. Skips where that does not answer, or not in time."""
    try:
        ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("no package index is reachable: it does not answer")
    if ended.returncode:
        pytest.skip(f"no package index is reachable: {ended.stderr.strip().splitlines()[-1:]}")
    return ended


@pytest.mark.thorough
def test_what_the_handout_downloads_is_small(out: Path) -> None:
    """As pip itself plans it; torch and all that CUDA brings are not in it."""
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet", "--report", "-"]
    planned = from_index([*command, "-r", "requirements.txt"], out)
    names = {item["metadata"]["name"].lower() for item in json.loads(planned.stdout)["install"]}
    assert {"numpy", "sympy", "pytest", "backprop-grader"} <= names
    assert not [name for name in names if name.startswith(HEAVY)]


def test_the_readme_has_a_line_for_each_tool_that_brings_the_cpu_build(out: Path) -> None:
    readme = (out / "README.md").read_text(encoding="utf-8")
    for command in ("uv pip install torch --torch-backend=cpu", "conda install -n a9 -c conda-forge pytorch-cpu"):
        assert command in readme
    assert load_assignment().rubric.install["torch"] == INSTALL_TORCH


@pytest.mark.skipif(shutil.which("uv") is None, reason="uv is not installed: what its line downloads is not looked at")
def test_uvs_line_brings_no_cuda(tmp_path: Path) -> None:
    assert subprocess.run(["uv", "venv", "-q", tmp_path / "e"], timeout=PATIENCE, check=False).returncode == 0
    command = ["uv", "pip", "install", "--dry-run", "torch", "--torch-backend=cpu", "--python", tmp_path / "e"]
    planned = from_index(command, tmp_path)
    assert "torch" in planned.stderr
    assert "nvidia" not in planned.stderr
