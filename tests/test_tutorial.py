"""The tutorial is true: its commands, pasted one block after the other, lead from nothing to a graded class."""

import csv
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader.assignment_names import GROUP
from grader.course.new_assignment import write_assignment
from grader.errors import OutputError, UsageError
from tests.support import warm_commands
from tests.support.command import PATIENCE, ROOT, Command
from tests.support.environments import shell

pytestmark = pytest.mark.slow

PAGE = ROOT / "docs" / "own-assignment.md"


def test_it_leads_from_nothing_to_a_graded_class(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "grader"
    started = warm_commands.command("grader", path=str(command.parent))
    command.write_text(f'#!/bin/sh\nexec {shlex.join(started)} "$@"\n')
    command.chmod(0o755)
    work = tmp_path / "work"
    work.mkdir()
    printed = []
    for block in re.findall(r"^```sh\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
        ended = shell(f'PATH="{tmp_path / "bin"}:$PATH"\n{block}', work)
        assert ended.returncode == 0, f"{block}\n{ended.stdout}{ended.stderr}"
        printed.append(ended.stdout)
    begun, _, without, *_ = printed
    assert "3.1" in begun
    for said in (
        'point 3.2 has no check: mark one with @points("3.2").',
        "explain.toml says nothing about point 3.2.",
        "gallery/right/another-way/expected.json:1: it does not say what the answer scores at 3.2.",
    ):
        assert said in without
    with (work / "my-results" / "grades.csv").open(encoding="utf-8-sig") as file:
        scores = {row["id"]: row["score"] for row in csv.DictReader(file)}
    assert {name: float(score.replace(",", ".")) for name, score in scores.items()} == {"anna": 5.0, "bob": 1.0}
    assert (work / "my-handout" / "exercise3.py").is_file()


def test_a_new_assignment_keeps_no_mark_of_where_it_comes_from(tmp_path: Path) -> None:
    files = write_assignment(tmp_path / "optimisation-1")
    assert not any("NEW-ASSIGNMENT" in path.read_text(encoding="utf-8") for path in files)


@pytest.mark.thorough  # `grader lint` and `grader mutants`, both of which the page runs on one
def test_a_new_assignment_passes_its_own_tests(tmp_path: Path) -> None:
    write_assignment(tmp_path / "optimisation-1")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tmp_path / "optimisation-1" / "tests"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert "2 passed" in ended.stdout, ended.stdout


@pytest.mark.parametrize("name", ["9lives", "two words", "ä", "a.b", "x" * 101])
def test_a_name_has_to_be_plain(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be an assignment's name: it has to begin with a letter"):
        write_assignment(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_left_alone(grader: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "taken").mkdir()
    write_assignment(tmp_path / "taken")  # empty so far
    ended = grader("new", tmp_path / "taken")
    assert (ended.returncode, "taken exists already and is not empty" in ended.stderr) == (2, True)
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="exists already"):
        write_assignment(tmp_path / "file")
    with pytest.raises(OutputError, match="this folder is not writable"):
        write_assignment(tmp_path / "file" / "below")
    shutil.rmtree(tmp_path / "taken")
    info = tmp_path / "our_course-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: our-course\nVersion: 1\n")
    (info / "entry_points.txt").write_text(f"[{GROUP}]\ntaken = our_course.taken\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(UsageError, match="an installed assignment already has the name taken"):
        write_assignment(tmp_path / "taken")
