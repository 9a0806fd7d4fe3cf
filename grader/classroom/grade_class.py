"""`grader class` in one function: from a path to a folder of reports, however often it is cut off on the way."""

import secrets
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from grader import BUILT_IN
from grader.classroom.class_model import Data, Terms
from grader.classroom.intake.hand_ins import Given, Intake, open_intake
from grader.classroom.intake.roster import is_worksheet, mangled_ids, read_extensions, read_roster, read_times
from grader.classroom.results import store
from grader.classroom.results.class_index import build_index
from grader.classroom.results.class_inputs import ClassInputs, InputFile, keep_inputs, option, read_inputs
from grader.classroom.results.export import export
from grader.classroom.results.journal import Conditions, Journal
from grader.classroom.results.lms_gradesheet import open_gradesheet
from grader.classroom.results.pages import comparing
from grader.classroom.run.class_run import Choice, ClassRun, Watcher, conditions_of
from grader.classroom.run.effects import effects_of, gone_entries, refusal, rename
from grader.classroom.run.executor import Executor
from grader.errors import UsageError
from grader.rubric import Assignment, Rubric, load_assignment, read_rubric, select, template_of
from grader.sandbox.choose import SandboxSettings
from grader.version import VERSION

MAX_DATA_BYTES = 64 << 20  # goes to every job process, and over the network with every job of a cluster; MNIST has 11


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asked for. `given` joins what RESULTS keeps from earlier runs.

    What is given in the place of something else, and would change marks that exist, needs `replace`.
    """

    submissions: Path
    results: Path
    given: ClassInputs = field(default_factory=ClassInputs)
    sandbox: SandboxSettings = field(default_factory=SandboxSettings)
    choice: Choice = field(default_factory=Choice)
    replace: bool = False


def grade_class(
    request: Request, open_executor: Callable[[Terms, Assignment], Executor], watcher: Watcher
) -> store.ClassIndex:
    """Grades a class and writes everything about it into `request.results`; returns what then stands in class.json.

    Raises UsageError for what a person can fix, and KeyboardInterrupt; what was done until then is kept.
    """
    results = request.results
    kept = read_inputs(results)
    inputs = _completed(kept.updated(request.given))
    assignment = _assignment(inputs)
    with (
        _intake(request, inputs, assignment) as intake,
        store.lock(results),
        Journal(results) as journal,
        ExitStack() as stack,
    ):
        terms = _terms(request, inputs, assignment)
        _tell_inputs(kept, inputs, request.given, assignment, watcher)
        if inputs != kept:
            _admit(request, kept, inputs, intake, journal, conditions_of(terms, assignment), assignment, watcher)
            inputs = keep_inputs(results, inputs)
        gone = gone_entries(results, intake, journal.state)
        journal.append("class", seed=terms.seed, grader=VERSION, rubric=assignment.rubric_sha256, when=_now())
        run = ClassRun(intake, terms, assignment, results, journal, open_executor(terms, assignment), watcher)
        try:
            run.name_folders()
            store.write_index(results, build_index(intake, terms, assignment, journal.state, gone))
            run.run(request.choice)
            index = build_index(intake, terms, assignment, journal.state, gone)
            store.write_index(results, index)
            searching = comparing(results, index, template_of(assignment.folder))
            compared = stack.enter_context(searching)  # beside all that is left to do
        finally:
            run.executor.stop()
        export(results, index, compared)
    return index


def _completed(inputs: ClassInputs) -> ClassInputs:
    """With what is decided once for a class where nobody says it: its seed, and the rubric as it is today."""
    folder = Path(inputs.assignment) if inputs.assignment else BUILT_IN
    rubric = inputs.rubric or InputFile.at(folder / "rubric.toml")
    seed = secrets.randbelow(1 << 31) if inputs.seed is None else inputs.seed
    return replace(inputs, rubric=rubric, seed=seed, sheet=inputs.sheet or _worksheet(inputs))


def _worksheet(inputs: ClassInputs) -> InputFile | None:
    """A worksheet of Moodle's that was given as another table: it can be filled in, too."""
    tables = (inputs.roster, inputs.submitted, inputs.extensions)
    return next((one for one in tables if one is not None and is_worksheet(one.path)), None)


def _assignment(inputs: ClassInputs) -> Assignment:
    folder = Path(inputs.assignment) if inputs.assignment else BUILT_IN
    rubric = inputs.rubric.path if inputs.rubric else None
    return load_assignment(folder, rubric).with_settings(device=inputs.device)


def _intake(request: Request, inputs: ClassInputs, assignment: Assignment) -> AbstractContextManager[Intake]:
    """The class with all tables that are known of it. Raises UsageError for a table that cannot be read."""
    rubric = assignment.rubric
    if inputs.sheet:
        open_gradesheet(inputs.sheet.path, rubric.max_score, inputs.assignment_column, scale=bool(inputs.scale))
    return open_intake(
        request.submissions,
        assignment.expected,
        rubric.late.zone,
        _given(inputs, rubric.late.zone),
        request.results,
    )


def _given(inputs: ClassInputs, zone: ZoneInfo) -> Given:
    """The tables and a person's decisions. One worksheet of Moodle's serves for all that it holds."""
    roster, submitted, extensions, sheet = (
        one.path if one else None for one in (inputs.roster, inputs.submitted, inputs.extensions, inputs.sheet)
    )
    tables = [*dict.fromkeys(path for path in (roster, submitted, extensions, sheet) if path)]
    worksheets = [path for path in tables if is_worksheet(path)]
    return Given(
        roster=read_roster(roster) if roster else [student for path in worksheets[:1] for student in read_roster(path)],
        times=read_times(submitted or worksheets[0], zone) if submitted or worksheets else {},
        extensions={
            **{student: more for path in worksheets for student, more in read_extensions(path).items()},
            **(read_extensions(extensions) if extensions else {}),
        },
        accepted=inputs.accept or (),
        matches=inputs.match or (),
        notes=tuple(note for path in tables for note in mangled_ids(path)),
    )


def _tell_inputs(
    kept: ClassInputs, inputs: ClassInputs, given: ClassInputs, assignment: Assignment, watcher: Watcher
) -> None:
    """Says what is used though it was not given this time, and what takes the place of something else."""
    own = assignment.folder / "rubric.toml"
    usual = {"seed", *(["rubric"] if own.is_file() and InputFile.at(own) == inputs.rubric else [])}
    used = [f"{option(name)} {text}" for name, text in kept.unspoken(given) if name not in usual]
    if used:
        watcher.notice(f"Used as given in an earlier run: {', '.join(used)}.")
    for name in kept.changed(given):
        watcher.notice(f"{option(name)} is another one than in the earlier runs of this class.")


def _admit(
    request: Request,
    kept: ClassInputs,
    inputs: ClassInputs,
    intake: Intake,
    journal: Journal,
    conditions: Conditions,
    assignment: Assignment,
    watcher: Watcher,
) -> None:
    """Lets other inputs in where no mark changes by them, or where the person said so. Raises UsageError."""
    effects = effects_of(request.results, intake, journal.state, conditions, assignment.rubric.late)
    changed = kept.changed(request.given)
    if (effects.regraded or effects.dropped or (effects.late and changed)) and not request.replace:
        new = [name for name, value in inputs.items() if getattr(kept, name) != value]
        raise refusal(request.results, new, effects)
    for sentence in effects.sentences():
        watcher.notice(f"By what is given now: {sentence}.")
    rename(request.results, journal, effects)
    journal.extend({"event": "dropped", "id": entry.id} for entry in effects.dropped)


def _terms(request: Request, inputs: ClassInputs, assignment: Assignment) -> Terms:
    chosen = select_any(assignment.rubric, inputs.points or ())
    assert inputs.rubric is not None
    assert inputs.seed is not None
    return Terms(
        rubric=read_rubric(inputs.rubric.path),
        assignment=str(assignment.folder.resolve()),
        sandbox=replace(request.sandbox, image=inputs.image, gpus=inputs.gpus),
        seed=inputs.seed,
        points=tuple(point.id for point in assignment.rubric.points if point.id in chosen),
        device=inputs.device,
        data=_data(inputs.data) if inputs.data else None,
    )


def select_any(rubric: Rubric, names: Sequence[str]) -> frozenset[str]:
    """The points of exercises and points; only a point has a dot in its name. Raises UsageError."""
    return select(rubric, [name for name in names if "." not in name], [name for name in names if "." in name])


def _data(file: InputFile) -> Data:
    size = file.path.stat().st_size
    if size > MAX_DATA_BYTES:
        raise UsageError(
            f"{file.path}: {size >> 20} MiB of data are too many to travel with a class; at most "
            f"{MAX_DATA_BYTES >> 20} are taken. Name it in the rubric instead, as `data` in [settings], where every "
            "machine can read it."
        )
    return Data(file.name, file.path.read_bytes(), file.sha256)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
