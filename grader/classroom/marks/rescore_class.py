"""`grader rescore`: the stored reports of a class under another rubric, and who moves."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from grader.assignment_folder import Assignment
from grader.classroom.class_model import Issue
from grader.classroom.marks.rescore import Move, compare, rescored
from grader.classroom.results import store
from grader.classroom.results.class_inputs import InputFile, keep_inputs, read_inputs
from grader.classroom.results.export import export
from grader.classroom.results.journal import Journal, ReportOrigin
from grader.rubric import load_rubric
from grader.schema import Report


def preview(results: Path, assignment: Assignment, issues: list[Issue] | None = None) -> list[Move]:
    """Who would move, and why; reports that cannot be read are added to `issues`. Writes nothing.

    Raises UsageError where there is no class in `results`.
    """
    pairs = _rescored(results, store.read_index(results), assignment, issues)
    return [move for _, before, after in pairs if (move := compare(before, after))]


def rescore_class(results: Path, assignment: Assignment, rubric: Path, issues: list[Issue] | None = None) -> list[Move]:
    """Scores every report of a class again and writes it; returns who moved, and why. Cut off, it is simply run again.

    Reports that cannot be read are left as they are, and added to `issues`. From then on this is the rubric of the
    class. Raises UsageError where there is no class in `results`, or another run is at work in there.
    """
    index = store.read_index(results)
    moves, most = [], index.max_score
    with store.lock(results), Journal(results) as journal:
        inputs = read_inputs(results)
        for entry, before, after in _rescored(results, index, assignment, issues):
            move = compare(before, after)
            moves += [move] if move else []
            most = after.max_score
            _write(results, entry, before, after, assignment)
            _note(journal, entry, after)
        keep_inputs(results, replace(inputs, rubric=InputFile.at(rubric)))
        facts = {"rubric_sha256": assignment.rubric_sha256, "max_score": most}
        index = index.model_copy(update={**facts, "points": store.columns(assignment.rubric)})
        store.write_index(results, index)
        export(results, index)
    return moves


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
