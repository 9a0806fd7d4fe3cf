"""Prepare a run over a class from its inputs: load the assignment, read the tables, make the settings of its jobs."""

import secrets
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from grader import BUILT_IN
from grader.assignment_folder import Assignment, load_assignment
from grader.classroom.class_model import JobSettings, SettingFile, Worth
from grader.classroom.intake.hand_ins import Intake, IntakeInputs, open_intake
from grader.classroom.intake.roster import is_worksheet, mangled_ids, read_extensions, read_roster, read_times
from grader.classroom.results.class_inputs import ClassInputs, InputFile
from grader.classroom.results.lms_gradesheet import Gradesheet, is_gradebook, open_gradesheet
from grader.errors import UsageError
from grader.rubric import Rubric, load_rubric, read_rubric, select
from grader.sandbox.sandbox_settings import SandboxSettings

MAX_FILE_BYTES = 64 << 20  # sent to every job process, and with every job to a cluster; MNIST has 11 MiB


def completed(earlier_inputs: ClassInputs, new_inputs: ClassInputs) -> ClassInputs:
    """The inputs of earlier runs joined by the new ones, with a seed and a rubric, which are chosen once for a class.

    A worksheet of Moodle's that is given as another table is also the sheet to be filled in, if it can be.
    """
    inputs = earlier_inputs.updated(new_inputs)
    folder = Path(inputs.assignment) if inputs.assignment else BUILT_IN
    rubric = inputs.rubric or InputFile.at(folder / "rubric.toml")
    seed = secrets.randbelow(1 << 31) if inputs.seed is None else inputs.seed
    inputs = replace(inputs, rubric=rubric, seed=seed)
    if inputs.assignment_column and not new_inputs.assignment_column and not _gradebooks(inputs):
        inputs = replace(inputs, assignment_column=None)  # of a gradebook whose place another table has taken
    worksheet = None if new_inputs.sheet or unfilled(inputs, new_inputs) else _worksheet(new_inputs)
    return replace(inputs, sheet=worksheet or inputs.sheet)


def unfilled(inputs: ClassInputs, new_inputs: ClassInputs) -> str | None:
    """Why a worksheet that was given as another table cannot be filled in; None if it can be, or there is none."""
    worksheet = _worksheet(new_inputs)
    if worksheet is None or inputs.rubric is None:
        return None
    try:
        worth = worth_of(load_rubric(inputs.rubric.path), inputs)
        open_gradesheet(worksheet.path, worth, inputs.assignment_column, scale=bool(inputs.scale))
    except UsageError as error:
        return str(error)
    return None


def _worksheet(inputs: ClassInputs) -> InputFile | None:
    """A worksheet of Moodle's that was given as roster, times or extensions; None if there is none."""
    tables = (inputs.roster, inputs.submitted, inputs.extensions)
    return next((table for table in tables if table is not None and is_worksheet(table.path)), None)


def assignment_of(inputs: ClassInputs) -> Assignment:
    """The assignment of a class, under its rubric and settings. Raises RubricError."""
    folder = Path(inputs.assignment) if inputs.assignment else BUILT_IN
    rubric = inputs.rubric.path if inputs.rubric else None
    return load_assignment(folder, rubric).with_settings(**inputs.overrides)


def open_class(
    submissions: Path, results: Path, inputs: ClassInputs, assignment: Assignment
) -> AbstractContextManager[Intake]:
    """The class with all tables that are known of it. Raises UsageError for one that cannot be read or filled in."""
    rubric = assignment.rubric
    inputs.refuse_scale_without_sheet()
    _check_column(inputs, worth_of(rubric, inputs))
    intake_inputs = _intake_inputs(inputs, rubric.late.zone)
    if inputs.sheet:
        worth, scale = worth_of(rubric, inputs), bool(inputs.scale)
        sheet = open_gradesheet(inputs.sheet.path, worth, inputs.assignment_column, scale=scale)
        intake_inputs = replace(intake_inputs, notes=(*intake_inputs.notes, *_on_a_part(sheet, worth)))
    return open_intake(submissions, assignment.expected, rubric.late.zone, intake_inputs, results)


def _check_column(inputs: ClassInputs, worth: Worth) -> None:
    """Raises UsageError for a column that no table has: kept, it would do nothing."""
    column, gradebooks = inputs.assignment_column, _gradebooks(inputs)
    if column is None:
        return
    tables = [*dict.fromkeys(file.name for file in (inputs.sheet, inputs.roster) if file)]
    if not tables:
        raise UsageError("--assignment-column: give the gradebook that has this column as well, with --sheet.")
    if not gradebooks:
        raise UsageError(
            f"--assignment-column {column}: {' and '.join(tables)} {'is' if len(tables) == 1 else 'are'} not Canvas' "
            "gradebook, which alone has a column for each assignment; leave this option out."
        )
    for gradebook in gradebooks:
        open_gradesheet(gradebook.path, worth, column, scale=True)


def _gradebooks(inputs: ClassInputs) -> list[InputFile]:
    """The tables that are Canvas' gradebook: the one to be filled in, and one that is the roster."""
    return [file for file in (inputs.sheet, inputs.roster) if file and is_gradebook(file.path)]


def _intake_inputs(inputs: ClassInputs, zone: ZoneInfo) -> IntakeInputs:
    """The tables and a person's decisions. One worksheet of Moodle's serves for all that it holds."""
    roster, submitted, extensions, sheet = (
        file.path if file else None for file in (inputs.roster, inputs.submitted, inputs.extensions, inputs.sheet)
    )
    tables = [*dict.fromkeys(path for path in (roster, submitted, extensions, sheet) if path)]
    worksheets = [path for path in tables if is_worksheet(path)]
    return IntakeInputs(
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


def job_settings(inputs: ClassInputs, assignment: Assignment, sandbox: SandboxSettings) -> JobSettings:
    """The settings under which all submissions are graded. Raises UsageError for a point that does not exist."""
    chosen = _selected(assignment.rubric, inputs)
    settings = inputs.settings or {}
    assert inputs.rubric is not None
    assert inputs.seed is not None
    return JobSettings(
        rubric=read_rubric(inputs.rubric.path),
        assignment=str(assignment.folder.resolve()),
        sandbox=replace(sandbox, image=inputs.image, gpus=inputs.gpus),
        seed=inputs.seed,
        points=tuple(point.id for point in assignment.rubric.points if point.id in chosen),
        overrides={name: value for name, value in settings.items() if isinstance(value, str)},
        files={name: _file(name, value) for name, value in settings.items() if isinstance(value, InputFile)},
    )


def _selected(rubric: Rubric, inputs: ClassInputs) -> frozenset[str]:
    names = inputs.points or ()  # only a point has a dot in its name
    return select(rubric, [name for name in names if "." not in name], [name for name in names if "." in name])


def worth_of(rubric: Rubric, inputs: ClassInputs) -> Worth:
    """What the points that are graded are worth, and the whole rubric."""
    chosen = _selected(rubric, inputs)
    graded = sum(point.max for point in rubric.points if point.id in chosen)
    return Worth(round(graded, 6), round(sum(point.max for point in rubric.points), 6))


def _on_a_part(sheet: Gradesheet, worth: Worth) -> tuple[str, ...]:
    """A sentence about a sheet that is worth more than what is graded."""
    if sheet.factor != 1.0 or worth.graded == sheet.maximum:
        return ()
    return (
        f"only some of the exercises are graded: of the {sheet.maximum:g} points in the sheet, at most "
        f"{worth.graded:g} are given. Import sheet.csv only if that is what you want.",
    )


def _file(setting: str, file: InputFile) -> SettingFile:
    size = file.path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise UsageError(
            f"{file.path}: {size >> 20} MiB are too many to travel with a class; at most {MAX_FILE_BYTES >> 20} are "
            f"taken. Name it in the rubric instead, as `{setting}` in [settings], where every machine can read it."
        )
    return SettingFile(file.name, file.path.read_bytes(), file.sha256)
