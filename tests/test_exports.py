"""The tables that leave the house: keyed as each LMS wants, the points of the reports, no cell that calculates."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ElementTree
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.classroom.class_model import Extension, Format, IssueKind, Student, Worth
from grader.classroom.marks.finalize import finalize
from grader.classroom.results import store
from grader.classroom.results.class_inputs import ClassInputs, InputFile, keep_inputs
from grader.classroom.results.export import export
from grader.classroom.results.feedback import MAX_HTML, as_html, comment_lines, is_ours
from grader.classroom.results.lms_gradesheet import open_gradesheet
from grader.classroom.tables import cell, table
from grader.errors import UsageError
from grader.model import CheckResult, Incident, Outcome, Verdict
from grader.report.gradescope_results import to_gradescope
from grader.report.junit import to_junit
from grader.report.spread import spread
from grader.rubric import Late
from grader.schema import Report
from grader.score import score
from tests.test_score import ABOUT, RUBRIC

pytestmark = pytest.mark.slow

NASTY = '=HYPERLINK("http://x","y")'


def report_of(name: str) -> Report:
    """2.1 right, 2.2 wrong with a hostile message, 2.3 ours, 2.4 for a person, 2.5 not there."""
    results = [
        CheckResult("2.1", None, Verdict.passed()),
        CheckResult("2.2", None, Verdict.failed(f"{NASTY}\x00\x1b[2J]]>&<"), (Incident("2.2", "timeout", "slow"),)),
        CheckResult("2.3", None, Verdict(Outcome.GRADER_ERROR, 0.0, "ours")),
        CheckResult("2.4", None, Verdict.review("read")),
        CheckResult("2.5", None, Verdict.missing("not there")),
    ]
    facts = {**ABOUT, "submission": {"id": name, "sha256": "0" * 64}}
    judged = score(RUBRIC, results, ["2.1", "2.2", "2.3", "2.4", "2.5"], **facts)
    late = Late.model_validate({"due": "2022-01-25T14:00:00", "timezone": "Europe/Berlin", "policy": "per-day"})
    return finalize(judged, late, None, ())


SIX = Worth(6.0, 22.0)  # exercise 2, of all


def results_of(folder: Path, shape: Format, sheet: str | None = None, scale: bool = False) -> Path:
    """A class of two graded hand-ins, one of them by two students, and one student without."""
    if sheet is not None:
        path = folder.parent / f"{folder.name}-sheet.csv"
        path.write_text(sheet, encoding="utf-8-sig", newline="")
        keep_inputs(folder, ClassInputs(sheet=InputFile.at(path), scale=scale or None))
    ada = Student(id="4711", name=NASTY, email="+ada@example.org", lms="101")
    alan = Student(id="4712", name="Turing, Alan", email="", lms="102")
    grace = Student(id="@4713", name="-Grace", email="", lms="")
    nobody = Student(id="4714", name="", email="", lms="")
    entries = [
        store.Entry(id="4711", folder="4711", students=(ada,), status="graded", notes=("\t=1+1",)),
        store.Entry(id="group", folder="group", students=(alan, grace), status="graded"),
        store.Entry(id="4714", folder=None, students=(nobody,), status="absent"),
    ]
    index = store.ClassIndex(
        format=shape,
        assignment="2dvdl-09",
        title="Assignment 9",
        seed=1,
        grader="0",
        rubric_sha256="0" * 64,
        max_score=6.0,
        points=store.columns(RUBRIC),
        entries=tuple(entries),
        issues=(),
    )
    for entry in entries[:2]:
        store.write_report(folder / str(entry.folder), report_of(entry.id))
    store.write_index(folder, index)
    export(folder, index)
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


def test_grades_has_a_line_for_everybody(tmp_path: Path) -> None:
    ada, alan, grace, absent = rows(results_of(tmp_path, Format.MOODLE) / "grades.csv")
    assert (ada["id"], ada["status"], ada["score"], ada["max_score"], ada["pending"]) == (
        "4711",
        "graded",
        "1",
        "6",
        "1",
    )
    assert (ada["point 2.1"], ada["point 2.2"], ada["exercise 2"]) == ("1", "0", "1")
    assert (ada["incidents"], ada["submitted"], ada["days_late"]) == ("2.2 timeout", "", "0")
    assert (ada["name"], ada["email"], ada["notes"]) == (f"'{NASTY}", "'+ada@example.org", "'=1+1")
    assert (alan["name"], alan["folder"], grace["id"], grace["name"]) == ("Turing, Alan", "group", "'@4713", "'-Grace")
    assert (absent["id"], absent["status"], absent["score"]) == ("4714", "absent", "")
    assert {len(row) for row in csv.reader((tmp_path / "grades.csv").read_text(encoding="utf-8-sig").splitlines())} == {
        len(ada)
    }


def test_a_damaged_report_is_left_out_and_no_other(tmp_path: Path) -> None:
    results = results_of(tmp_path, Format.MOODLE)
    damaged = results / "4711" / store.REPORT
    damaged.write_text("{", encoding="utf-8")
    index = export(results, store.read_index(results))
    sentence = store.damaged_sentence(index.issues)
    assert sentence is not None
    assert sentence.startswith(f"4711: {damaged}: this is not a results.json of this grader (")
    assert sentence.endswith(
        "This hand-in was left out; everything else was done. Put the file back from a backup, or run `grader class` "
        "to grade the hand-in again, then run this again."
    )
    assert [row["status"] for row in rows(results / "grades.csv")] == ["fault", "graded", "graded", "absent"]
    assert rows(results / "grades.csv")[0]["score"] == ""
    assert "4711" not in {row["ID number"] for row in rows(results / "moodle.csv")}
    assert "Damaged reports" in (results / "class.html").read_text(encoding="utf-8")
    assert damaged.read_text(encoding="utf-8") == "{"
    assert [entry.status for entry in store.read_index(results).entries] == ["graded", "graded", "absent"]


def test_grades_has_its_header_wherever_the_first_report_is(tmp_path: Path) -> None:
    index = store.read_index(results_of(tmp_path, Format.MOODLE))
    whole = (tmp_path / "grades.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    for entries in (index.entries[::-1], index.entries[2:]):  # type: ignore[index]
        export(tmp_path, index.model_copy(update={"entries": entries}))
        assert (tmp_path / "grades.csv").read_text(encoding="utf-8-sig").splitlines()[0] == whole


def test_the_columns_are_the_rubrics_whatever_was_graded(tmp_path: Path) -> None:
    ada = rows(results_of(tmp_path, Format.MOODLE) / "grades.csv")[0]
    points = [name for name in ada if name.startswith("point ")]
    assert points == [f"point {point.id}" for point in RUBRIC.points]
    assert (ada["point 1.1"], ada["point 2.1"], ada["exercise 1"], ada["exercise 2"]) == ("", "1", "", "1")


def test_grades_tells_what_is_pending_late_and_extended(tmp_path: Path) -> None:
    index = store.read_index(results_of(tmp_path, Format.MOODLE))
    rule = Late.model_validate({"due": "2022-01-25T14:00:00", "timezone": "Europe/Berlin", "policy": "per-day"})
    at = datetime.fromisoformat("2022-01-27T15:00:00+01:00")
    late = finalize(report_of("4711"), rule, at, (), Extension(days=1))
    store.write_report(tmp_path / "4711", late)
    export(tmp_path, index)
    ada, alan, *_ = rows(tmp_path / "grades.csv")
    assert (ada["pending points"], ada["late"], ada["extension"], ada["days_late"]) == ("2.4", "yes", "1 day", "2")
    assert (alan["late"], alan["extension"]) == ("", "")


def test_moodle_is_keyed_by_the_participant_and_canvas_by_its_own_id(tmp_path: Path) -> None:
    ada, alan, grace = rows(results_of(tmp_path / "moodle", Format.MOODLE) / "moodle.csv")
    assert (ada["Identifier"], alan["Identifier"], grace["Identifier"]) == ("Participant 101", "Participant 102", "")
    assert (ada["Grade"], ada["Maximum Grade"], ada["ID number"]) == ("1", "6", "4711")
    assert datetime.fromisoformat(ada["Last modified (grade)"]) <= datetime.now(UTC)
    assert "<br>2.5 (0 of 1): not there" in ada["Feedback comments"]
    possible, *students = rows(results_of(tmp_path / "canvas", Format.CANVAS) / "canvas.csv")
    assert (possible["Student"].strip(), possible["Assignment 9"]) == ("Points Possible", "6")
    assert [(row["ID"], row["SIS User ID"], row["Assignment 9"]) for row in students] == [
        ("101", "4711", "1"),
        ("102", "4712", "1"),
        ("", "'@4713", "1"),
    ]


def test_a_number_of_one_lms_is_never_given_to_another(tmp_path: Path) -> None:
    results = results_of(tmp_path, Format.CANVAS)
    assert {row["Identifier"] for row in rows(results / "moodle.csv")} == {""}


MOODLE_SHEET = (
    "ID;Vollständiger Name;E-Mail-Adresse;Bewertung;Bestwertung;Zuletzt geändert (Bewertung);Feedback als Kommentar\r\n"
    "Teilnehmer/in 101;=Ada;ada@example.org;;6,00;-;\r\n"
    "Teilnehmer/in 102;Alan;;1,00;6,00;-;-- gut, siehe Blatt\r\n"
    "Teilnehmer/in 999;Nobody;;;6,00;-;+1\r\n"
)
CANVAS_SHEET = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Assignment 8 (76),Assignment 9 (77),Current Score\r\n"
    "\r\n"
    "    Points Possible,,,,,10.00,6.00,(read only)\r\n"
    '"Lovelace, Ada",55,4711,y,A,7.50,,\r\n"Turing, Alan",56,4712,y,A,@,3,\r\n'
)


def sheet_of(results: Path) -> list[str]:
    return (results / "sheet.csv").read_bytes().decode("utf-8-sig").split("\r\n")


def test_moodles_sheet_is_filled_in_and_every_cell_that_is_not_ours_stays(tmp_path: Path) -> None:
    header, ada, alan, nobody, _ = sheet_of(results_of(tmp_path / "out", Format.MOODLE, MOODLE_SHEET))
    assert header == MOODLE_SHEET.splitlines()[0]
    *who, grade, maximum, modified, comment = next(csv.reader([ada], delimiter=";"))
    assert (who, grade, maximum) == (["Teilnehmer/in 101", "=Ada", "ada@example.org"], "1", "6,00")
    assert datetime.fromisoformat(modified).tzinfo is not None, "a time that Moodle reads in every language"
    assert is_ours(comment)
    assert "Pending, not in these points yet: 2.4 (1). A person marks that.<br>" in comment
    assert "2.2 (0 of 2): =HYPERLINK(&quot;http://x&quot;" in comment
    assert alan == "Teilnehmer/in 102;Alan;;1,00;6,00;-;-- gut, siehe Blatt"
    assert nobody == "Teilnehmer/in 999;Nobody;;;6,00;-;+1"


def test_a_sheet_that_was_imported_is_filled_in_again(tmp_path: Path) -> None:
    """As Moodle gives it back: our own comment gives way to the next, one that a TA has edited does not."""
    first = "\r\n".join(sheet_of(results_of(tmp_path / "first", Format.MOODLE, MOODLE_SHEET)))
    stale = first.replace(";1;6,00", ";0,50;6,00").replace("2.5 (0 of 1)", "2.5 (0 of 9)")
    ours = "\r\n".join(sheet_of(results_of(tmp_path / "second", Format.MOODLE, first.replace(";1;6", ";0,50;6"))))
    assert [row[3] for row in csv.reader(ours.splitlines()[1:2], delimiter=";")] == ["1"]
    edited = sheet_of(results_of(tmp_path / "third", Format.MOODLE, stale))[1]
    assert "2.5 (0 of 9)" in edited, "a comment that is no longer as we wrote it is a person's"


def test_canvas_gradebook_is_filled_in_at_the_assignment_that_was_named(tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text(CANVAS_SHEET, encoding="utf-8", newline="")
    with pytest.raises(
        UsageError, match=r"--assignment-column; the sheet has 'Assignment 8 \(76\)', 'Assignment 9 \(7"
    ):
        open_gradesheet(path, SIX)
    with pytest.raises(UsageError, match="and not 'Assignment 7'"):
        open_gradesheet(path, SIX, "Assignment 7")
    results = results_of(tmp_path / "out", Format.CANVAS)
    keep_inputs(results, ClassInputs(sheet=InputFile.at(path), assignment_column="77"))
    export(results, store.read_index(results))
    _, blank, possible, ada, alan, _ = sheet_of(results)
    dashed = results_of(tmp_path / "dashed", Format.MOODLE, MOODLE_SHEET.replace("org;;6", "org;-;6"))
    assert sheet_of(dashed)[1].split(";")[3] == "1", "a dash is an empty cell"
    assert (blank, possible) == ("", "    Points Possible,,,,,10.00,6.00,(read only)")
    assert (ada, alan) == ('"Lovelace, Ada",55,4711,y,A,7.50,1,', '"Turing, Alan",56,4712,y,A,@,1,')


@pytest.mark.parametrize("given", ["sheet", "roster"])
def test_who_is_excused_in_canvas_is_given_no_number_there(given: str, tmp_path: Path) -> None:
    """Canvas' importer takes a number for a grade, and whoever has one is excused no longer."""
    path = tmp_path / "gradebook.csv"
    path.write_text(CANVAS_SHEET.replace("A,7.50,,", "A,7.50,EX,"), encoding="utf-8", newline="")
    results = results_of(tmp_path / "out", Format.CANVAS)
    assert [row["Assignment 9"] for row in rows(results / "canvas.csv")] == ["6", "1", "1", "1"]
    keep_inputs(results, ClassInputs(**{given: InputFile.at(path)}, assignment_column="77"))  # type: ignore[arg-type]
    export(results, store.read_index(results))
    assert [row["Assignment 9"] for row in rows(results / "canvas.csv")] == ["6", "EX", "1", "1"]


def test_another_maximum_is_refused_or_scaled(tmp_path: Path) -> None:
    sheet = MOODLE_SHEET.replace("6,00", "100,00")
    path = tmp_path / "sheet.csv"
    path.write_text(sheet, encoding="utf-8", newline="")
    with pytest.raises(UsageError, match=r"the maximum in this sheet is 100,00, and what is graded is worth 6 points"):
        open_gradesheet(path, SIX)
    _, ada, *_ = sheet_of(results_of(tmp_path / "out", Format.MOODLE, sheet, scale=True))
    assert ada.startswith("Teilnehmer/in 101;=Ada;ada@example.org;16,666667;100,00;")
    (ada, *_), (possible, person, *_) = rows(tmp_path / "out" / "moodle.csv"), rows(tmp_path / "out" / "canvas.csv")
    assert (ada["Grade"], ada["Maximum Grade"]) == ("16.666667", "100"), "whichever table is imported"
    assert (person["Assignment 9"], possible["Assignment 9"]) == ("16.666667", "100")


def test_some_exercises_may_be_filled_into_a_sheet_for_all(tmp_path: Path) -> None:
    """The maximum of the whole rubric is neither refused nor scaled to: 6 points of exercise 2 are 6 of 22."""
    _, ada, *_ = sheet_of(results_of(tmp_path / "out", Format.MOODLE, MOODLE_SHEET.replace("6,00", "22,00")))
    assert ada.startswith("Teilnehmer/in 101;=Ada;ada@example.org;1;22,00;")
    (ada, *_), (possible, *_) = rows(tmp_path / "out" / "moodle.csv"), rows(tmp_path / "out" / "canvas.csv")
    assert (ada["Grade"], ada["Maximum Grade"], possible["Assignment 9"]) == ("1", "22", "22")


def test_whoever_has_no_row_in_the_sheet_is_named(tmp_path: Path) -> None:
    results = results_of(tmp_path, Format.MOODLE, MOODLE_SHEET)
    (issue,) = export(results, store.read_index(results)).issues
    assert (issue.kind, issue.who) == (IssueKind.TABLE, "sheet.csv")
    assert issue.message == (
        "no row is of -Grace, so it has no grade for them. Rows are matched by the id, the e-mail address or the LMS's "
        "number: does the roster have what the sheet has?"
    )


def test_tables_for_an_lms_are_worth_what_was_graded(tmp_path: Path) -> None:
    results = results_of(tmp_path, Format.MOODLE)
    index = store.read_index(results)
    assert index.max_score < sum(point.max_score for point in index.points)
    assert rows(results / "moodle.csv")[0]["Maximum Grade"] == "6"
    assert rows(results / "canvas.csv")[0]["Assignment 9"] == "6"


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "Grade\n"])
def test_a_sheet_that_cannot_be_filled_in_is_told_before_the_grading(text: str, tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text(text)
    with pytest.raises(UsageError, match=r"this is not a sheet that can be filled in\. It needs Moodle's columns"):
        open_gradesheet(path, SIX)


def test_a_number_of_moodles_is_nobodys_number_of_the_course(tmp_path: Path) -> None:
    """Moodle's number of one is the course's number of another: each gets their own line, and their own page."""
    sheet = (
        "Identifier,Full name,ID number,Email address,Grade,Maximum grade,Last modified (grade)\r\n"
        "Participant 4711,Eve,9999,eve@x,,6,-\r\nParticipant 500,Ada,4711,,,6,-\r\n"
    )
    results = results_of(tmp_path / "out", Format.FOLDERS, sheet)
    assert [row[4] for row in csv.reader(sheet_of(results)[1:3])] == ["", "1"]
    with zipfile.ZipFile(results / "feedback.zip") as archive:
        assert [name.split("_")[1] for name in archive.namelist()] == ["500"]


def test_a_scale_cannot_be_filled_in(tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text("ID,Bewertung,Skala,Zuletzt geändert (Bewertung)\nTeilnehmer/in1,,gut,-\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"with the words of a scale\. Set it to points there"):
        open_gradesheet(path, SIX)


def test_a_total_that_is_called_like_an_assignment_is_none(tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text("Student,ID,Section,A 9 (77),Final Score (2026)\n    Points Possible,,,6,(read only)\nx,1,A,,\n")
    assert open_gradesheet(path, SIX).grade == 3


def test_feedback_zip_is_named_as_moodle_reads_it(tmp_path: Path) -> None:
    results = results_of(tmp_path / "out", Format.MOODLE)
    with zipfile.ZipFile(results / "feedback.zip") as archive:
        names = archive.namelist()
        pages = [archive.read(name) for name in names]
    assert [name.split("_", 4)[1:] for name in names] == [
        ["101", "assignfeedback", "file", "/report.html"], ["102", "assignfeedback", "file", "/report.html"],
    ]  # fmt: skip
    assert names[1].startswith("Turing, Alan_102")
    assert pages == [(results / name / "report.html").read_bytes() for name in ("4711", "group")]
    other = results_of(tmp_path / "sheet", Format.FOLDERS, MOODLE_SHEET.replace("ada@", "+ada@"))
    with zipfile.ZipFile(other / "feedback.zip") as archive:
        assert [name.split("_")[1] for name in archive.namelist()] == ["101"], "by the worksheet's e-mail"


def test_gradescope_has_the_score_and_a_test_a_point(tmp_path: Path) -> None:
    results = results_of(tmp_path, Format.GRADESCOPE)
    whole = json.loads((results / "4711" / "gradescope.json").read_text())
    assert whole == json.loads(to_gradescope(report_of("4711")))
    assert (whole["score"], whole["visibility"]) == (1.0, "visible")
    assert [
        (test["number"], test.get("score"), test.get("max_score"), test.get("status")) for test in whole["tests"]
    ] == [
        ("2.1", 1.0, 1.0, "passed"),
        ("2.2", 0.0, 2.0, "failed"),
        ("2.3", None, None, None),
        ("2.4", None, None, None),
        ("2.5", 0.0, 1.0, "failed"),
    ]
    assert [whole["tests"][place]["name"].rpartition(" (")[2] for place in (2, 3)] == ["not judged)", "pending)"]
    assert whole["tests"][3]["output"].startswith("Pending: 0 of 1 so far; a person will mark 1.")
    assert whole["tests"][1]["output"] == f"{NASTY}␀␛[2J]]>&<"
    assert "Pending: a person will mark 1 more point." in whole["output"]
    assert "so nothing was deducted" in whole["output"]


def test_junit_tells_failures_from_errors_and_is_xml_whatever_was_said() -> None:
    text = "".join(to_junit([report_of("4711"), report_of('"<&\ufffe')]))
    suites = ElementTree.fromstring(text)
    first, second = suites.findall("testsuite")
    counts = {name: first.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "5", "failures": "1", "errors": "1", "skipped": "2"}
    kinds = [case[0].tag if len(case) else "passed" for case in first]
    assert kinds == ["passed", "failure", "error", "skipped", "skipped"]
    assert first[1][0].text == f"{NASTY}␀␛[2J]]>&<"
    assert second.get("name") == '"<&\N{REPLACEMENT CHARACTER}'


@pytest.mark.parametrize("beginning", ["=", "+", "-", "@", "\t=", "\r=", "\n=", "＝", " ="])
def test_no_text_calculates(beginning: str) -> None:
    shown = cell(f"{beginning}1+1")
    assert shown.startswith("'")


@given(st.text(max_size=40))
def test_whatever_the_text_a_cell_is_one_cell_and_no_formula(text: str) -> None:
    ((first, second),) = csv.reader(table([(text, 1.5)]))
    assert second == "1.5"
    assert first == "-" or not first.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert first == cell(text)


def test_numbers_are_numbers() -> None:
    assert [cell(value) for value in (0.0, 2, -0.5, 5 / 3, float("nan"), None)] == [
        "0",
        "2",
        "-0.5",
        "1.666667",
        "",
        "",
    ]


def test_a_comment_says_once_what_several_points_share() -> None:
    verdicts = [Verdict.passed(), Verdict.missing("no file"), Verdict.failed("no"), Verdict.missing("no file")]
    points = ["2.1", "2.2", "2.3", "2.4"]
    results = [CheckResult(point, None, verdict) for point, verdict in zip(points, verdicts, strict=True)]
    lines = comment_lines(score(RUBRIC, results, points, **ABOUT))
    assert lines == ["1 of 5 points.", "2.2, 2.4 (0 of 3): no file", "2.3 (0 of 1): no"]


@given(st.lists(st.text(max_size=300), min_size=1, max_size=5))
def test_a_comment_in_html_is_short_escaped_and_knows_itself(messages: list[str]) -> None:
    points = ["2.1", "2.2", "2.3", "2.4", "2.5"]
    results = [CheckResult(point, None, Verdict.failed(text)) for point, text in zip(points, messages, strict=False)]
    html = as_html(comment_lines(score(RUBRIC, results, points[: len(results)], **ABOUT)))
    assert is_ours(html)
    assert not is_ours(html + "!")
    assert not is_ours(html.replace("points.", "points!"))
    assert len(html) < MAX_HTML + 300
    assert set(re.findall("<[^>]*>", html)) <= {html.partition(">")[0] + ">", "<br>", "</p>"}


@pytest.mark.parametrize(
    ("maximum", "count", "first", "last"),
    [(22.0, 11, (0.0, 2.0), (20.0, 22.0)), (6.0, 12, (0.0, 0.5), (5.5, 6.0)), (5.5, 11, (0.0, 0.5), (5.0, 5.5)),
     (13.0, 7, (0.0, 2.0), (12.0, 13.0)), (2000.0, 12, (0.0, 500 / 3), (2000 - 500 / 3, 2000.0))],
)  # fmt: skip
def test_scores_are_spread_over_classes_that_people_count_in(
    maximum: float, count: int, first: tuple[float, float], last: tuple[float, float]
) -> None:
    found = spread([0.0, maximum, maximum + 1], maximum)
    assert (len(found), [found[0][2], found[-1][2]]) == (count, [1, 2])
    assert (found[0][:2], found[-1][:2]) == (pytest.approx(first), pytest.approx(last))
