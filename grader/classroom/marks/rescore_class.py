"""`grader rescore`: the stored reports of a class under another rubric, and who moves."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from grader.assignment_folder import Assignment
from grader.classroom.class_model import Issue
from grader.classroom.marks.rescore import Move, compare, rescored
from grader.classroom.results import store
from grader.classroom.results.class_inputs import ClassInputs, keep_inputs, read_inputs
from grader.classroom.results.export import export
from grader.classroom.results.journal import Journal, ReportOrigin
from grader.classroom.results.lms_gradesheet import open_gradesheet
from grader.errors import UsageError
from grader.rubric import load_rubric
from grader.schema import Report


def preview(
    results: Path, assignment: Assignment, new_inputs: ClassInputs, issues: list[Issue] | None = None
) -> tuple[list[Move], str | None]:
    """Who would move, and why; and why it cannot be done as yet. Writes nothing.

    Reports that cannot be read are added to `issues`. Raises UsageError where there is no class in `results`.
    """
    index = store.read_index(results)
    pairs = _rescored(results, index, assignment, issues)
    moves = [move for _, before, after in pairs if (move := compare(before, after))]
    try:
        after = _under(index, assignment, _graded_worth(results, index, assignment))
        check_sheet(read_inputs(results).updated(new_inputs), after)
    except UsageError as error:
        return moves, str(error)
    return moves, None


def rescore_class(
    results: Path, assignment: Assignment, new_inputs: ClassInputs, issues: list[Issue] | None = None
) -> list[Move]:
    """Scores every report of a class again and writes it; returns who moved, and why. Cut off, it is simply run again.

    Reports that cannot be read are left as they are, and added to `issues`. From then on the rubric of `new_inputs` is
    that of the class, and the sheet is the one to be filled in. Raises UsageError where there is no class in `results`,
    or another run is at work in there, or the sheet has another maximum; then nothing is written.
    """
    index = store.read_index(results)
    moves = []
    with store.lock(results), Journal(results) as journal:
        inputs = read_inputs(results).updated(new_inputs)
        index = _under(index, assignment, _graded_worth(results, index, assignment))
        check_sheet(inputs, index)
        for entry, before, after in _rescored(results, index, assignment, issues):
            move = compare(before, after)
            moves += [move] if move else []
            _write(results, entry, before, after, assignment)
            _note(journal, entry, after)
        keep_inputs(results, inputs)
        store.write_index(results, index)
        export(results, index)
    return moves


def _graded_worth(results: Path, index: store.ClassIndex, assignment: Assignment) -> float:
    """What is graded is worth under the new rubric: the same for everybody, so one report tells."""
    first = next(_rescored(results, index, assignment, None), None)
    return first[2].max_score if first else index.max_score


def _under(index: store.ClassIndex, assignment: Assignment, most: float) -> store.ClassIndex:
    facts = {"rubric_sha256": assignment.rubric_sha256, "max_score": most}
    return index.model_copy(update={**facts, "points": store.columns(assignment.rubric)})


def check_sheet(inputs: ClassInputs, index: store.ClassIndex) -> None:
    """Raises UsageError where the LMS's sheet cannot be filled in with what a class is worth."""
    inputs.refuse_scale_without_sheet()
    if inputs.sheet:
        open_gradesheet(inputs.sheet.path, index.worth, inputs.assignment_column, scale=bool(inputs.scale))


def _rescored(
    results: Path, index: store.ClassIndex, assignment: Assignment, issues: list[Issue] | None
) -> Iterator[tuple[store.Entry, Report, Report]]:
    stored_rubric = read_inputs(results).rubric
    before = load_rubric(stored_rubric.path) if stored_rubric else None
    for entry, report in store.reports(results, index, issues):
        yield entry, report, rescored(report, assignment, before)


def _write(results: Path, entry: store.Entry, before: Report, after: Report, assignment: Assignment) -> None:
    """Writes a report, with a mark that a person has given since it was read."""
    folder = results / str(entry.folder)
    with store.writing_reports(results):
        now = store.read_report(folder / store.REPORT)
        if now.reviews != before.reviews:
            after = rescored(after.model_copy(update={"reviews": now.reviews}), assignment)
        store.write_report(folder, after)


def _note(journal: Journal, entry: store.Entry, report: Report) -> None:
    """Has the next `grader class` under the new rubric know that this one is done."""
    origin = journal.state.graded.get(entry.id)
    if origin is not None:
        points = tuple(point.id for point in report.points)
        now = replace(origin.conditions, rubric=report.environment.rubric_sha256, points=points)
        journal.record_report(entry.id, ReportOrigin(origin.sha256, now), complete=not report.has_grader_error)
