"""The tables that a course hands on, written after every run, rescore and review, each in a pass over the
reports of its own: one is held at a time, so that a class may be of any size.

    grades.csv            everything, a line a student; for people and spreadsheets
    moodle.csv            Moodle: a grading worksheet (Identifier, from the download), or a gradebook import (ID number)
    canvas.csv            Canvas: a gradebook import (ID from the download, else SIS User ID)
    junit.xml             for CI servers
    ID/gradescope.json    what Gradescope's autograder would show
    sheet.csv             the LMS's own sheet, where one was given, filled in (`sheet`)
    class.html            the page of the class, and ID/report.html of each (`pages`)

Nobody is given a zero for a fault of ours or for not being in the class: such lines have no grade, or are not there.
"""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from grader.classroom.class_model import Format
from grader.classroom.results import store
from grader.classroom.results.lms_gradesheet import Line, fill
from grader.classroom.results.pages import Compared, notes_on, write_pages
from grader.classroom.results.store import REPORT, ClassIndex, Entry, Person, read_report
from grader.classroom.results.store import reports as reports_of
from grader.classroom.tables import Row, table
from grader.report.gradescope_results import to_gradescope
from grader.report.junit import to_junit
from grader.report.results_json import write_atomically
from grader.schema import PointScore, Report

_WHO = ("id", "name", "email", "status")
_MOODLE = (
    *("Identifier", "Full name", "Email address", "ID number", "Grade", "Maximum Grade"),
    *("Last modified (grade)", "Feedback comments"),
)


def export(results: Path, index: ClassIndex, compared: Compared = lambda: None) -> None:
    """Writes all of them; `compared` is waited for before the page of the class. Raises OutputError."""
    for entry, report in reports_of(results, index):
        write_atomically(results / str(entry.folder) / "gradescope.json", to_gradescope(report), durable=False)
    mark = "\ufeff"  # tells Excel that it is UTF-8
    write_atomically(results / "grades.csv", chain([mark], table(_grades(results, index))))
    write_atomically(results / "moodle.csv", table(_moodle(results, index)))
    write_atomically(results / "canvas.csv", table(_canvas(results, index)))
    if (results / store.SHEET).is_file():
        write_atomically(results / "sheet.csv", fill(results / store.SHEET, _lines(results, index)))
    write_pages(results, index, compared)
    write_atomically(results / "junit.xml", to_junit(report for _, report in reports_of(results, index)))


def _grades(results: Path, index: ClassIndex) -> Iterator[Row]:
    first = next((report for _, report in reports_of(results, index)), None)
    yield _header(first) if first else _WHO
    for entry in index.entries:
        report = read_report(results / entry.folder / REPORT) if entry.status == "graded" and entry.folder else None
        yield from (_grades_of(entry, person, report) for person in entry.students)


def _moodle(results: Path, index: ClassIndex) -> Iterator[Row]:
    yield _MOODLE
    for entry, report in reports_of(results, index):
        yield from (_moodle_of(index, person, report) for person in entry.students)


def _canvas(results: Path, index: ClassIndex) -> Iterator[Row]:
    yield ("Student", "ID", "SIS User ID", "SIS Login ID", "Section", index.title)
    yield ("    Points Possible", "", "", "", "", index.max_score)
    for entry, report in reports_of(results, index):
        yield from (_canvas_of(index, person, report) for person in entry.students)


def _lines(results: Path, index: ClassIndex) -> Iterator[Line]:
    for entry, report in reports_of(results, index):
        yield from (Line(person, report.score, feedback(report)) for person in entry.students)


def _header(report: Report) -> Row:
    return (
        *(*_WHO, "score", "max_score", "pending", "score_before_late", "submitted"),
        *("days_late", "deducted", *(f"exercise {exercise.id}" for exercise in report.exercises)),
        *(f"point {point.id}" for point in report.points),
        *("incidents", "notes", "folder"),
    )


def _grades_of(entry: Entry, person: Person, report: Report | None) -> Row:
    who = (person.id or entry.id, person.name, person.email, entry.status)
    if report is None:
        return who
    late = report.late
    return (
        *(*who, report.score, report.max_score, report.pending, report.score_before_late, entry.submitted),
        *((late.days, late.deducted) if late else (None, None)),
        *(exercise.score for exercise in report.exercises),
        *(point.score for point in report.points),
        *("; ".join(dict.fromkeys(_incidents(report))), "; ".join(notes_on(entry, report)), entry.folder),
    )


def _incidents(report: Report) -> Iterator[str]:
    for incident in report.incidents:
        yield f"{incident.point} {incident.kind}"


def _moodle_of(index: ClassIndex, person: Person, report: Report) -> Row:
    number = f"Participant {person.lms}" if index.format is Format.MOODLE and person.lms else ""
    return (number, person.name, person.email, _own_id(person), report.score, report.max_score, "", feedback(report))


def feedback(report: Report) -> str:
    """What fits into a comment: what was lost and why; a reason that several points share is said once."""
    said = [report.late.message] if report.late and report.late.days else []
    shared: dict[str, list[PointScore]] = {}
    for point in report.points:
        if point.message:
            shared.setdefault(point.message, []).append(point)
    for message, points in shared.items():
        earned, most = sum(point.score for point in points), sum(point.max_score for point in points)
        said.append(f"{', '.join(point.id for point in points)} ({earned:g} of {most:g}): {message}")
    return " ".join(said)


def _canvas_of(index: ClassIndex, person: Person, report: Report) -> Row:
    number = person.lms if index.format is Format.CANVAS else ""
    return (person.name, number, _own_id(person), person.email, "", report.score)


def _own_id(person: Person) -> str:
    """The id that the course gave; nothing where a roster had none and something else stands for it."""
    return "" if person.id in (person.lms, person.email, person.name) else person.id
