"""The wheel: what is in it, and that what it installs works where no checkout is."""

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from grader.course.wheel import write_wheel
from tests.support.command import PATIENCE, ROOT
from tests.support.environments import SCRIPTS, link_dependencies, make_environment, shell

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as setuptools makes it of a copy of what git knows."""
    source, folder = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in ("grader", "pyproject.toml", "README.md", "LICENSE"):
        path = ROOT / name
        if path.is_dir():
            shutil.copytree(path, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(path, source)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*command, "--wheel-dir", folder, source], check=True, timeout=PATIENCE, capture_output=True)
    return next(folder.glob("*.whl"))


def package_of(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist() if ".dist-info/" not in name}


def test_it_holds_the_package_and_nothing_beside_it(built: Path) -> None:
    names = package_of(built)
    assert {name.partition("/")[0] for name in names} == {"grader"}
    for needed in (
        "grader/suite/suite.ini",
        "grader/assignment/rubric.toml",
        "grader/assignment/data/digits.npz",
        "grader/assignment/checks/check_exercise1.py",
        "grader/oracles/training/harness/__init__.py",
        "grader/report/results.schema.json",
        "grader/report/html/templates/student.jinja",
        "grader/report/html/style.css",
        "grader/assignment/pooling/max_pool.py",
        "grader/oracles/misconceptions.py",
        "grader/oracles/numeric/judge.py",
        "grader/sandbox/child/__main__.py",
        "grader/sandbox/child/zygote.py",
    ):
        assert needed in names


def test_ours_for_the_handout_holds_the_same(built: Path, tmp_path: Path) -> None:
    own = write_wheel(tmp_path)
    for_authors = {"grader/assignment/mutants.toml"}  # which says where other answers are as right: nothing to hand out
    assert package_of(own) == {name: data for name, data in package_of(built).items() if name not in for_authors}
    first = own.read_bytes()
    assert write_wheel(tmp_path).read_bytes() == first  # the same grader, the same bytes


def test_it_carries_another_assignment_in_the_place_of_the_built_in_one(built: Path, tmp_path: Path) -> None:
    softmax, rubric = ROOT / "examples" / "softmax", tmp_path / "rubric.toml"
    rubric.write_text((softmax / "rubric.toml").read_text(encoding="utf-8").replace("2030", "2031"), encoding="utf-8")
    files = package_of(write_wheel(tmp_path, softmax, rubric))
    carried = {name for name in files if name.startswith("grader/assignment/")}
    parts = ("rubric.toml", "explain.toml", "checks/check_softmax.py")
    assert carried == {f"grader/assignment/{part}" for part in parts}
    assert files["grader/assignment/rubric.toml"] == rubric.read_bytes()
    assert {"grader/oracles/misconceptions.py", "grader/oracles/numeric/judge.py"} <= set(files)
    engine = {name for name in package_of(built) if not name.startswith("grader/assignment/")}
    assert set(files) - carried == engine


@pytest.mark.slow
def test_installed_elsewhere_it_grades_the_reference_and_draws_its_page(built: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "reference", tmp_path / "submission")
    make_environment(tmp_path / "venv")
    link_dependencies(tmp_path / "venv")
    python = tmp_path / "venv" / SCRIPTS / "python"
    script = f"{python} -m pip install --quiet --no-deps {built}\n{python} -c 'import grader; print(grader.__file__)'"
    installed = shell(script, tmp_path)
    assert str(tmp_path) in installed.stdout, installed.stderr
    graded = shell(
        f"{python.with_name('grader')} grade submission --exercise 1 --exercise 2 --exercise 3 --sandbox process "
        "--output results.json --html report.html",
        tmp_path,
    )
    assert graded.returncode == 0, graded.stdout + graded.stderr
    assert json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))["score"] == 16.0
    assert "<title>" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_it_asks_for_what_the_checkout_states_and_not_for_what_was_installed_once(built: Path, tmp_path: Path) -> None:
    def dependencies(wheel: Path) -> set[str]:
        with zipfile.ZipFile(wheel) as archive:
            name = next(name for name in archive.namelist() if name.endswith("/METADATA"))
            lines = archive.read(name).decode().partition("\n\n")[0].splitlines()
        return {line.replace("'", '"') for line in lines if line.startswith(("Requires-Dist:", "Provides-Extra:"))}

    assert dependencies(write_wheel(tmp_path)) == dependencies(built)
    assert 'Requires-Dist: torch>=2.6; extra == "torch"' in dependencies(built)
