"""`grader rescore`: the stored reports of a class under another rubric, and who moves."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from grader.classroom.marks.rescore import Move, compare, rescored
from grader.classroom.results import store
from grader.classroom.results.export import export
from grader.classroom.results.journal import Done, Journal
from grader.report.results_json import write_atomically
from grader.rubric import Assignment, read_rubric
from grader.schema import Report


def preview(results: Path, assignment: Assignment) -> list[Move]:
    """Who would move, and why. Writes nothing. Raises UsageError where there is no class in `results`."""
    pairs = _rescored(results, store.read_index(results), assignment)
    return [move for _, before, after in pairs if (move := compare(before, after))]


def rescore_class(results: Path, assignment: Assignment, rubric: Path) -> list[Move]:
    """Scores every report of a class again and writes it; returns who moved, and why. Cut off, it is simply run again.

    Raises UsageError where there is no class in `results`, or another run is at work in there.
    """
    index = store.read_index(results)
    moves, most = [], index.max_score
    with store.lock(results), Journal(results) as journal:
        for entry, before, after in _rescored(results, index, assignment):
            move = compare(before, after)
            moves += [move] if move else []
            most = after.max_score
            store.write_report(results / str(entry.folder), after)
            _note(journal, entry, after)
        write_atomically(results / store.RUBRIC, read_rubric(rubric))
        index = index.model_copy(update={"rubric_sha256": assignment.rubric_sha256, "max_score": most})
        store.write_index(results, index)
        export(results, index)
    return moves


def _rescored(
    results: Path, index: store.ClassIndex, assignment: Assignment
) -> Iterator[tuple[store.Entry, Report, Report]]:
    for entry, report in store.reports(results, index):
        yield entry, report, rescored(report, assignment)


def _note(journal: Journal, entry: store.Entry, report: Report) -> None:
    """Has the next `grader class` under the new rubric know that this one is done."""
    done = journal.state.done.get(entry.id)
    if done is not None:
        points = tuple(point.id for point in report.points)
        now = replace(done.conditions, rubric=report.environment.rubric_sha256, points=points)
        journal.done(entry.id, Done(done.sha256, now), complete=not report.has_grader_error)
