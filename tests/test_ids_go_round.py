"""Ids that go round, and a kill at every step: each mark stays with the files that it was given for.

A spreadsheet in which one column was sorted alone gives everybody another's id. Where the files are the same to the
byte, nothing but what the journal says tells one report from another.
"""

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from grader.assignment_folder import Assignment
from grader.classroom.class_model import IssueKind
from grader.classroom.marks.review import review
from grader.classroom.results import journal, store
from grader.classroom.results.class_inputs import read_inputs
from grader.classroom.results.export import export
from grader.errors import UsageError
from tests.support.classes import laid_out
from tests.support.fake_class import Class

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="forks"),
    pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning"),
]

WHEN = datetime(2026, 1, 1, tzinfo=UTC)
BEFORE = {"a": "4711", "b": "4712", "c": "4713"}
AFTER = {"b": "4711", "c": "4712", "a": "4713"}
SAME = b"# the same to the byte"
CHANGES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir")  # audit events, as is "open"


@pytest.fixture
def klass(tmp_path: Path, assignment: Assignment) -> Class:
    """Three hand-ins, the same to the byte, of which each has a mark that names it."""
    klass = Class(tmp_path, assignment)
    laid_out(klass.place, {f"{who}/{file}": SAME for who in BEFORE for file in ("exercise2.py", "version2.py")})
    klass.grade(roster=roster(tmp_path, BEFORE), accept=accepted(BEFORE))
    for who, name in BEFORE.items():
        path = klass.request.results / name / store.REPORT
        review(path, klass.assignment, point="2.4", score=0.5, comment=who, by="me", when=WHEN)
    export(klass.request.results, store.read_index(klass.request.results))
    return klass


def roster(folder: Path, ids: dict[str, str]) -> Path:
    path = folder / "roster.csv"
    path.write_text("id,name\n" + "".join(f"{name},{who}\n" for who, name in ids.items()))
    return path


def accepted(ids: dict[str, str]) -> tuple[str, ...]:
    """A decision about one of them, which follows it."""
    return (f"{ids['b']}:version2.py=exercise2.py",)


def killed(act: Callable[[], object], step: int) -> bool:
    """Whether a process that does `act` was killed (SIGKILL) before the step with this number that changes a folder."""
    pid = os.fork()
    if pid == 0:
        sys.addaudithook(_killer(step))
        try:
            act()
        finally:
            os._exit(0)
    _, status = os.waitpid(pid, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def _killer(step: int) -> Callable[[str, tuple[Any, ...]], None]:
    left = step

    def hook(event: str, about: tuple[Any, ...]) -> None:
        nonlocal left
        if event in CHANGES or (event == "open" and (about[2] or 0) & (os.O_WRONLY | os.O_RDWR)):
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return hook


@dataclass(frozen=True)
class Cut:
    """RESULTS as a kill before one step left it."""

    step: int
    results: Path


def cuts(klass: Class, folder: Path) -> Iterator[Cut]:
    """Every cut of the run that gives everybody another's id, until the list of the class has the new ones."""
    results, whole = klass.request.results, folder / "whole"
    results.rename(whole)
    new = roster(folder, AFTER)
    for step in count():
        shutil.copytree(whole, results)
        assert killed(lambda: klass.grade(roster=new), step)
        cut = Cut(step, results.rename(folder / f"cut-{step}"))
        yield cut
        if {entry.source: entry.id for entry in store.stored_index(cut.results).entries} == AFTER:
            return


def own_marks(results: Path, index: store.ClassIndex) -> bool:
    """Whether everybody has the mark that names them."""
    folders = {entry.source: results / str(entry.folder) for entry in index.entries}
    reviews = {who: store.read_report(folder / store.REPORT).reviews for who, folder in folders.items()}
    return {who: [mark.comment for mark in marks] for who, marks in reviews.items()} == {who: [who] for who in BEFORE}


def test_each_has_their_own_marks_after_a_kill_at_any_step(klass: Class, tmp_path: Path) -> None:
    """The next run is given the new roster again, or goes on with what is kept."""
    results = klass.request.results
    for cut in cuts(klass, tmp_path):
        for given in ({"roster": tmp_path / "roster.csv"}, {}):
            shutil.copytree(cut.results, results)
            index = klass.grade(**given)
            ids = {entry.source: entry.id for entry in index.entries}
            assert own_marks(results, index), cut.step
            assert ids in ([AFTER] if given else [BEFORE, AFTER]), cut.step
            assert {who: klass.report(name).submission.id for who, name in ids.items()} == ids, cut.step
            assert read_inputs(results).accept == accepted(ids), cut.step
            assert (klass.graded, [issue.kind for issue in index.issues]) == ([], [IssueKind.DUPLICATE]), cut.step
            shutil.rmtree(results)


def test_what_a_cut_left_half_moved_is_shown_to_nobody(klass: Class, tmp_path: Path) -> None:
    """Tables and a mark that is given then: as they were, as they will be, or a sentence about what to do."""
    refused = 0
    for cut in cuts(klass, tmp_path):
        if store.stored_index(cut.results).moves == len(journal.moves(cut.results / journal.NAME)):
            assert own_marks(cut.results, store.read_index(cut.results)), cut.step
            continue
        refused += 1
        with pytest.raises(UsageError, match="run `grader class` again first"):
            store.read_index(cut.results)
        with pytest.raises(UsageError, match="run `grader class` again first"):
            store.refuse_half_moved(cut.results)
    assert refused > len(AFTER)
