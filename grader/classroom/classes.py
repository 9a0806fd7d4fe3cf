"""`grader class` in one function: from a path to a folder of reports, however often it is cut off on the way."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from grader.classroom import store
from grader.classroom.executor import Executor
from grader.classroom.export import export
from grader.classroom.intake import open_intake
from grader.classroom.journal import Journal
from grader.classroom.listing import list_class
from grader.classroom.model import Terms
from grader.classroom.pages import write_pairs
from grader.classroom.roster import read_roster, read_times
from grader.classroom.run import Choice, ClassRun, Watcher
from grader.classroom.sheet import check_sheet
from grader.report.results import write_atomically
from grader.rubric import Assignment, read_rubric
from grader.version import VERSION


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asked for. `seed` is None for the class's own: drawn once, then kept in the journal."""

    submissions: Path
    results: Path
    rubric: Path
    sandbox: str
    allow_weaker: bool
    points: Sequence[str]
    seed: int | None = None
    roster: Path | None = None
    submitted: Path | None = None
    sheet: Path | None = None
    choice: Choice = field(default_factory=Choice)


def grade_class(
    request: Request, assignment: Assignment, open_executor: Callable[[], Executor], watcher: Watcher
) -> store.ClassList:
    """Grades a class and writes everything about it into `request.results`; returns what then stands in class.json.

    Raises UsageError for what a person can mend, and KeyboardInterrupt; what was done until then is kept.
    """
    rubric = assignment.rubric
    modules = [exercise.module for exercise in rubric.exercise]
    roster = read_roster(request.roster) if request.roster else []
    if request.sheet:
        check_sheet(request.sheet)
    times = read_times(request.submitted, rubric.late.zone) if request.submitted else {}
    with (
        open_intake(request.submissions, modules, roster, times, request.results) as intake,
        store.lock(request.results),
        Journal(request.results) as journal,
    ):
        seed = _seed(request.seed, journal)
        text = read_rubric(request.rubric)
        terms = Terms(
            text, str(assignment.folder.resolve()), request.sandbox, request.allow_weaker, seed, tuple(request.points)
        )
        journal.append("class", seed=seed, grader=VERSION, rubric=assignment.rubric_sha256, when=_now())
        write_atomically(request.results / store.RUBRIC, text)
        if request.sheet:
            write_atomically(request.results / store.SHEET, request.sheet.read_bytes())
        executor = open_executor()
        try:
            ClassRun(intake, terms, assignment, request.results, journal, executor, watcher).run(request.choice)
        finally:
            executor.stop()
        listed = list_class(intake, terms, assignment, journal.state)
        store.write_list(request.results, listed)
        write_pairs(request.results, listed)
        export(request.results, listed)
    return listed


def _terms(request: Request, rubric: str, assignment: Assignment, seed: int) -> Terms:
    folder = str(assignment.folder.resolve())
    return Terms(rubric, folder, request.sandbox, request.allow_weaker, seed, tuple(request.points))


def _seed(wanted: int | None, journal: Journal) -> int:
    if wanted is not None:
        return wanted
    return journal.state.seed if journal.state.seed is not None else secrets.randbelow(1 << 31)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
