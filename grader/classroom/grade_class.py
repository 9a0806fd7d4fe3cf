"""`grader class` in one function: from a path to a folder of reports, however often it is cut off on the way."""

import secrets
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from grader.classroom.class_model import Data, Terms
from grader.classroom.intake.hand_ins import Given, open_intake
from grader.classroom.intake.roster import read_roster, read_times
from grader.classroom.results import store
from grader.classroom.results.class_index import build_index
from grader.classroom.results.export import export
from grader.classroom.results.journal import Journal
from grader.classroom.results.lms_gradesheet import check_gradesheet
from grader.classroom.results.pages import comparing
from grader.classroom.run.class_run import Choice, ClassRun, Watcher
from grader.classroom.run.executor import Executor
from grader.errors import UsageError
from grader.report.results_json import write_atomically
from grader.rubric import Assignment, read_rubric, template_of
from grader.version import VERSION

MAX_DATA_BYTES = 64 << 20  # goes to every job process, and over the network with every job of a cluster; MNIST has 11


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asked for. `seed` is None for the class's own: drawn once, then kept in the journal.

    `image`, `gpus`, `device` and `data` are as in `Terms`; None for the default.
    """

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
    image: str | None = None
    gpus: str | None = None
    device: str | None = None
    data: Path | None = None
    accept: Sequence[str] = ()
    match: Sequence[str] = ()


def grade_class(
    request: Request, assignment: Assignment, open_executor: Callable[[], Executor], watcher: Watcher
) -> store.ClassIndex:
    """Grades a class and writes everything about it into `request.results`; returns what then stands in class.json.

    Raises UsageError for what a person can fix, and KeyboardInterrupt; what was done until then is kept.
    """
    rubric = assignment.rubric
    roster = read_roster(request.roster) if request.roster else []
    if request.sheet:
        check_gradesheet(request.sheet)
    times = read_times(request.submitted, rubric.late.zone) if request.submitted else {}
    given = Given(roster, times, tuple(request.accept), tuple(request.match))
    with (
        open_intake(request.submissions, assignment.expected, rubric.late.zone, given, request.results) as intake,
        store.lock(request.results),
        Journal(request.results) as journal,
        ExitStack() as stack,
    ):
        terms = _terms(request, assignment, _seed(request.seed, journal))
        journal.append("class", seed=terms.seed, grader=VERSION, rubric=assignment.rubric_sha256, when=_now())
        _keep_inputs(request, terms)
        executor = open_executor()
        try:
            ClassRun(intake, terms, assignment, request.results, journal, executor, watcher).run(request.choice)
            index = build_index(intake, terms, assignment, journal.state)
            store.write_index(request.results, index)
            searching = comparing(request.results, index, template_of(assignment.folder))
            compared = stack.enter_context(searching)  # beside all that is left to do
        finally:
            executor.stop()
        export(request.results, index, compared)
    return index


def _terms(request: Request, assignment: Assignment, seed: int) -> Terms:
    return Terms(
        rubric=read_rubric(request.rubric),
        assignment=str(assignment.folder.resolve()),
        sandbox=request.sandbox,
        allow_weaker=request.allow_weaker,
        seed=seed,
        points=tuple(request.points),
        image=request.image,
        gpus=request.gpus,
        device=request.device,
        data=_data(request.data) if request.data else None,
    )


def _data(path: Path) -> Data:
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= MAX_DATA_BYTES else b""
    except OSError as error:
        raise UsageError(f"{path}: the file of data cannot be read ({error.strerror}).") from error
    if size > MAX_DATA_BYTES:
        raise UsageError(
            f"{path}: {size >> 20} MiB of data are too many to travel with a class; at most {MAX_DATA_BYTES >> 20} "
            "are taken. Name the file in the rubric instead, as `data` in [settings], where every machine can read it."
        )
    return Data(path.name, content, sha256(content).hexdigest())


def _keep_inputs(request: Request, terms: Terms) -> None:
    """What a person brought besides the submissions stays with the results: later commands need it again."""
    write_atomically(request.results / store.RUBRIC, terms.rubric)
    if request.sheet:
        write_atomically(request.results / store.SHEET, request.sheet.read_bytes())
    if terms.data:
        write_atomically(request.results / store.DATA, terms.data.content)


def _seed(wanted: int | None, journal: Journal) -> int:
    if wanted is not None:
        return wanted
    return journal.state.seed if journal.state.seed is not None else secrets.randbelow(1 << 31)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
