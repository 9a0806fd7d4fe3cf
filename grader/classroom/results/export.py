"""The tables that a course hands on, written after every run and rescore and by `grader export`.

Each is written in a pass of its own over the reports: one is held at a time, so that a class may be of any size.

    grades.csv            everything, a line a student; for people and spreadsheets. Its columns are the rubric's
    moodle.csv            Moodle: a grading worksheet (Identifier, from the download), or a gradebook import (ID number)
    canvas.csv            Canvas: a gradebook import (ID from the download, else SIS User ID)
    sheet.csv             the LMS's own sheet, where one was given, filled in (`lms_gradesheet`)
    feedback.zip          Moodle: everybody's page, to be uploaded at once (`feedback_zip`)
    junit.xml             for CI servers
    class.html            the page of the class (`pages`), and in each folder report.html and gradescope.json
    class.json            written again, with what was found on the way

An LMS's tables are worth what was graded, and on the scale of the LMS's own sheet where `--scale` asks for that.
Nobody is given a zero for a fault of ours or for not being in the class: such lines have no grade, or are not there.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from grader.classroom.class_model import Format, Issue, IssueKind, Student
from grader.classroom.results import store
from grader.classroom.results.class_inputs import read_inputs
from grader.classroom.results.feedback import as_html, comment_lines
from grader.classroom.results.feedback_zip import NAME as FEEDBACK_ZIP
from grader.classroom.results.feedback_zip import feedback_zip
from grader.classroom.results.lms_gradesheet import (
    Gradesheet,
    Line,
    excused,
    fill,
    open_gradesheet,
    participants,
    without_row,
)
from grader.classroom.results.old_marks import old_mark_issues
from grader.classroom.results.pages import Compared, notes_on, write_pages
from grader.classroom.results.store import ClassIndex, Entry, report_of
from grader.classroom.results.store import reports as reports_of
from grader.classroom.tables import Row, table
from grader.errors import UsageError
from grader.report.junit import to_junit
from grader.report.results_json import write_atomically
from grader.schema import PointScore, Report
from grader.text import listed

_NAMED = 5  # people in a sentence
_SHEET = (IssueKind.TABLE, "sheet.csv")  # kind and subject of the issue about rows that are not there
_DIGITS = 6  # of a grade behind the point, as of scores: 100 stays 100, whatever it was divided by
_WHO = ("id", "name", "email", "status")
_MOODLE = (
    *("Identifier", "Full name", "Email address", "ID number", "Grade", "Maximum Grade"),
    *("Last modified (grade)", "Feedback comments"),
)


class Scale(NamedTuple):
    """What points are multiplied with for the LMS, and what the assignment is worth there."""

    factor: float
    maximum: float


def export(results: Path, index: ClassIndex, compared: Compared = lambda: None) -> ClassIndex:
    """Writes all of them; `compared` is waited for before the page of the class. Raises OutputError.

    Returns the class as it was written: hand-ins whose report cannot be read have no grade in it, and an issue.
    """
    (results / store.STALE).unlink(missing_ok=True)  # before anything is read: a mark that is given now puts it back
    now = datetime.now(UTC)
    listed = index = index.model_copy(update={"issues": tuple(i for i in index.issues if not _is_of_export(i))})
    issues: list[Issue] = []
    mark = "\ufeff"  # tells Excel that it is UTF-8
    write_atomically(results / "grades.csv", chain([mark], table(_grades(results, index, issues))))
    index = store.without_damaged(index, issues)
    sheet = _sheet(results, index)
    scale = Scale(sheet.factor, sheet.maximum) if sheet else Scale(1.0, index.max_score)
    write_atomically(results / "moodle.csv", table(_moodle(results, index, scale, now)))
    write_atomically(results / "canvas.csv", table(_canvas(results, index, scale)))
    if sheet:
        index = _with_missing_rows(index, sheet)
        write_atomically(results / "sheet.csv", fill(sheet, _lines(results, index), now))
    write_pages(results, index, compared)
    write_atomically(results / FEEDBACK_ZIP, feedback_zip(results, index, participants(sheet) if sheet else {}))
    write_atomically(results / "junit.xml", to_junit(report for _, report in reports_of(results, index)))
    store.write_index(results, listed.model_copy(update={"issues": index.issues}))
    return index


def _is_of_export(issue: Issue) -> bool:
    """Whether an export has found it: the next one looks again."""
    return issue.kind in (IssueKind.DAMAGED, IssueKind.OLD_MARK) or (issue.kind, issue.who) == _SHEET


def _sheet(results: Path, index: ClassIndex) -> Gradesheet | None:
    inputs = read_inputs(results)
    if inputs.sheet is None:
        return None
    return open_gradesheet(inputs.sheet.path, index.worth, inputs.assignment_column, scale=bool(inputs.scale))


def _with_missing_rows(index: ClassIndex, sheet: Gradesheet) -> ClassIndex:
    """The class, with an issue about those whose grade has no place in the LMS's sheet."""
    people = (person for entry in index.entries if entry.status == "graded" for person in entry.students)
    names = [person.name or person.id for person in without_row(sheet, people)]
    if not names:
        return index
    message = (
        f"no row is of {listed(names, _NAMED)}, so it has no grade for them. Rows are matched by the id, the "
        "e-mail address or the LMS's number: does the roster have what the sheet has?"
    )
    return index.model_copy(update={"issues": (*index.issues, Issue(*_SHEET, message))})


def _excused(results: Path, index: ClassIndex) -> dict[Student, str]:
    """Whom Canvas' gradebook excuses, where it was given: as the sheet to be filled in, or as roster."""
    inputs = read_inputs(results)
    for file in filter(None, (inputs.sheet, inputs.roster)):
        with suppress(UsageError):  # a roster is not to be filled in: of several assignments, nobody said which it is
            gradebook = open_gradesheet(file.path, index.worth, inputs.assignment_column, scale=True)
            return excused(gradebook, (person for entry in index.entries for person in entry.students))
    return {}


def _grades(results: Path, index: ClassIndex, issues: list[Issue]) -> Iterator[Row]:
    yield grades_header(index)
    for entry in index.entries:
        before = len(issues)
        report = report_of(results, entry, issues)
        if len(issues) > before:
            entry = entry.model_copy(update={"status": "fault"})
        issues += old_mark_issues(entry.id, report) if report else ()
        yield from (_grades_of(index, entry, person, report) for person in entry.students)


def _moodle(results: Path, index: ClassIndex, scale: Scale, now: datetime) -> Iterator[Row]:
    yield _MOODLE
    for entry, report in reports_of(results, index):
        yield from (_moodle_of(index, person, report, scale, now) for person in entry.students)


def _canvas(results: Path, index: ClassIndex, scale: Scale) -> Iterator[Row]:
    yield ("Student", "ID", "SIS User ID", "SIS Login ID", "Section", index.title)
    yield ("    Points Possible", "", "", "", "", round(scale.maximum, _DIGITS))
    words = _excused(results, index)
    for entry, report in reports_of(results, index):
        grade = _scaled(report.score, scale.factor)
        yield from (_canvas_of(index, person, words.get(person, grade)) for person in entry.students)


def _lines(results: Path, index: ClassIndex) -> Iterator[Line]:
    for entry, report in reports_of(results, index):
        comment = as_html(comment_lines(report))
        yield from (Line(person, report.score, comment) for person in entry.students)


def grades_header(index: ClassIndex) -> Row:
    """The columns of grades.csv."""
    exercises = dict.fromkeys(point.exercise for point in index.points)
    return (
        *(*_WHO, "score", "max_score", "pending", "pending points", "score_before_late", "submitted"),
        *("late", "extension", "days_late", "deducted", *(f"exercise {exercise}" for exercise in exercises)),
        *(f"point {point.id}" for point in index.points),
        *("incidents", "notes", "folder"),
    )


def _grades_of(index: ClassIndex, entry: Entry, person: Student, report: Report | None) -> Row:
    who = (person.id or entry.id, person.name, person.email, entry.status)
    if report is None:
        return (*who, *(None for _ in grades_header(index)[len(who) :]))
    late = report.late
    exercises = {exercise.id: exercise.score for exercise in report.exercises}
    points = {point.id: _score_of(point) for point in report.points}
    pending = [point.id for point in report.points if point.pending]
    return (
        *(*who, report.score, report.max_score, report.pending, " ".join(pending)),
        *(report.score_before_late, entry.submitted),
        *(("yes" if late.days else "no" if late.submitted else "", late.extension) if late else (None, None)),
        *((late.days, late.deducted) if late else (None, None)),
        *(exercises.get(exercise) for exercise in dict.fromkeys(point.exercise for point in index.points)),
        *(points.get(point.id) for point in index.points),
        *("; ".join(dict.fromkeys(_incidents(report))), "; ".join(notes_on(entry, report)), entry.folder),
    )


def _score_of(point: PointScore) -> float | None:
    """Nothing where a person still gives the whole point: whoever fills in marks there tells a 0 from none."""
    return None if point.pending and not point.score else point.score


def _incidents(report: Report) -> Iterator[str]:
    for incident in report.incidents:
        yield f"{incident.point} {incident.kind}"


def _moodle_of(index: ClassIndex, person: Student, report: Report, scale: Scale, now: datetime) -> Row:
    number = f"Participant {person.lms}" if index.format is Format.MOODLE and person.lms else ""
    who = (number, person.name, person.email, _course_id(person))
    modified = now.isoformat(timespec="seconds")
    grade, maximum = _scaled(report.score, scale.factor), round(scale.maximum, _DIGITS)
    return (*who, grade, maximum, modified, as_html(comment_lines(report)))


def _canvas_of(index: ClassIndex, person: Student, grade: str | float) -> Row:
    number = person.lms if index.format is Format.CANVAS else ""
    return (person.name, number, _course_id(person), person.email, "", grade)


def _scaled(points: float, factor: float) -> float:
    return round(points * factor, _DIGITS)


def _course_id(person: Student) -> str:
    """The id that the course gave; nothing where a roster had none and something else stands for it."""
    return "" if person.id in (person.lms, person.email, person.name) else person.id
