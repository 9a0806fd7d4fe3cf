"""The graders that `klass` stands beside, each in an environment of its own and used as its manual says.

The environments are kept in a cache folder outside of the repository and made when they are first needed.
"""

import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import ROOT

PROBLEM = ROOT / "benchmarks" / "problem"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "backprop-grader" / "peers"
INSTALL_SECONDS = 600.0
SYMPY = "from sympy import Expr, Symbol  # the template of exercise 3 begins so\n"
head = SYMPY  # of every hand-in; what it imports is most of what a grader without a warm process pays for


class PeerError(Exception):
    """A peer cannot be had here, and why."""


@dataclass(frozen=True, slots=True)
class Work:
    """One submission to be graded: the command, and where; `result` is a file that it must leave."""

    argv: Sequence[object]
    folder: Path
    result: str


@dataclass(frozen=True, slots=True)
class Peer:
    """A grader: what is installed, and how a class is laid out for it in a folder."""

    name: str
    packages: tuple[str, ...]
    prepare: Callable[[Path, Path, Sequence[str]], list[Work]]  # interpreter, folder, students


def environment(peer: Peer) -> Path:
    """The interpreter of the peer's environment. Raises PeerError."""
    place = CACHE / peer.name
    python = place / ("Scripts" if os.name == "nt" else "bin") / "python"
    ready, packages = place / ".complete", " ".join(peer.packages)
    if not ready.exists() or ready.read_text() != packages:
        venv.create(place, with_pip=True, clear=True)
        command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *peer.packages]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=INSTALL_SECONDS)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            raise PeerError(f"{peer.name} could not be installed ({type(error).__name__})") from error
        ready.write_text(packages)
    return python


def activated(python: Path) -> dict[str, str]:
    """The environment variables of an activated environment: some peers call their own programs by name."""
    return {"PATH": f"{python.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}


def _laid_out(place: Path, files: Path) -> Path:
    """What the peer needs, with the checks and the submission beside it."""
    shutil.copytree(files, place)
    shutil.copy(PROBLEM / "fourchecks.py", place)
    (place / "submission.py").write_text(_hand_in(), encoding="utf-8")
    return place


def _hand_in() -> str:
    return head + (PROBLEM / "submission.py").read_text(encoding="utf-8")


def _notebook(code: str) -> dict[str, object]:
    cell: dict[str, object] = {
        "cell_type": "code",
        "execution_count": None,
        "id": "all",
        "metadata": {},
        "outputs": [],
        "source": code,
    }
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return {"cells": [cell], "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}


def _pytest(python: Path, folder: Path, students: Sequence[str]) -> list[Work]:
    command = [python, "-m", "pytest", "-q", "--json-report", "--json-report-file=report.json"]
    return [Work(command, _laid_out(folder / name, PROBLEM / "pytest"), "report.json") for name in students]


def _gradescope(python: Path, folder: Path, students: Sequence[str]) -> list[Work]:
    command = [python, "run_tests.py"]
    return [Work(command, _laid_out(folder / name, PROBLEM / "gradescope"), "results.json") for name in students]


def _check50(python: Path, folder: Path, students: Sequence[str]) -> list[Work]:
    checks = _laid_out(folder / "checks", PROBLEM / "check50")
    folders = [folder / name for name in students]
    for place in folders:
        place.mkdir()
        (place / "submission.py").write_text(_hand_in(), encoding="utf-8")
    tail = ["--output", "json", "--output-file", "report.json"]
    return [Work([python.with_name("check50"), "--dev", checks, *tail], place, "report.json") for place in folders]


def _otter(python: Path, folder: Path, students: Sequence[str]) -> list[Work]:
    otter = python.with_name("otter")
    course = _laid_out(folder / "course", PROBLEM / "otter")
    subprocess.run(
        [otter, "generate", "-t", "tests", "-o", "autograder.zip", "fourchecks.py"],
        cwd=course, check=True, capture_output=True,
    )  # fmt: skip
    work = []
    for name in students:
        place = folder / name
        place.mkdir()
        (place / "submission.ipynb").write_text(json.dumps(_notebook(_hand_in())), encoding="utf-8")
        command = [otter, "run", "-a", course / "autograder.zip", "--no-logo", "submission.ipynb"]
        work.append(Work(command, place, "results.json"))
    return work


def _nbgrader(python: Path, folder: Path, students: Sequence[str]) -> list[Work]:
    course = _laid_out(folder / "course", PROBLEM / "nbgrader")
    variables = {**os.environ, **activated(python)}
    subprocess.run([python, "make.py", *students], cwd=course, env=variables, check=True, capture_output=True)
    command = [python, "-m", "nbgrader", "autograde", "four", "--force"]
    return [Work([*command, f"--student={name}"], course, f"autograded/{name}/four/four.ipynb") for name in students]


def _ours(sandbox: str) -> Callable[[Path, Path, Sequence[str]], list[Work]]:
    """Ours takes a whole class at once."""

    def prepare(python: Path, folder: Path, students: Sequence[str]) -> list[Work]:
        course = folder / "course"
        shutil.copytree(PROBLEM / "ours", course)
        shutil.copy(PROBLEM / "fourchecks.py", course / "checks")
        for name in students:
            (folder / "class" / name).mkdir(parents=True)
            (folder / "class" / name / "submission.py").write_text(_hand_in(), encoding="utf-8")
        options = ["--sandbox", sandbox, "--assignment", course, "--seed", 1]
        command = [sys.executable, "-m", "grader", "class", folder / "class", "-o", folder / "results", *options]
        return [Work(command, ROOT, str(folder / "results" / "grades.csv"))]

    return prepare


PEERS = (
    Peer("gradescope-utils", ("gradescope-utils", "numpy", "sympy"), _gradescope),
    Peer("check50", ("check50", "numpy", "sympy"), _check50),
    Peer("pytest", ("pytest", "pytest-json-report", "numpy", "sympy"), _pytest),
    Peer("otter-grader", ("otter-grader", "numpy", "sympy", "ipykernel"), _otter),
    Peer("nbgrader", ("nbgrader", "numpy", "sympy", "ipykernel"), _nbgrader),
)
OURS = {kind: _ours(kind) for kind in ("jail", "process", "docker")}
