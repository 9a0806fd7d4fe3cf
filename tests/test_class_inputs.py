"""What was given for a class is kept with it: used again, said, and never replaced at the cost of a mark in silence."""

import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.assignment_folder import Assignment, load_assignment
from grader.classroom.class_model import Extension, IssueKind
from grader.classroom.desk.intake_decisions import match, offers
from grader.classroom.marks.rescore_class import rescore_class
from grader.classroom.marks.review import review
from grader.classroom.results import class_inputs, store
from grader.classroom.results.class_inputs import ClassInputs, InputFile, keep_inputs, read_inputs
from grader.classroom.results.journal import Journal
from grader.classroom.run.choice import Choice
from grader.errors import OutputError, UsageError
from grader.model import Outcome
from tests.support.classes import laid_out
from tests.support.command import ROOT
from tests.support.fake_class import POINTS, Class

pytestmark = pytest.mark.slow

RUBRIC = ROOT / "grader" / "assignment" / "rubric.toml"
WHEN = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def klass(tmp_path: Path, assignment: Assignment) -> Class:
    return Class(tmp_path, assignment)


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    path = tmp_path / "roster.csv"
    path.write_text("id,name\n4711,a\n4712,b\n4713,c\n4714,Nobody\n")
    return path


def test_a_second_run_uses_what_the_first_was_given(klass: Class, roster: Path, tmp_path: Path) -> None:
    times = tmp_path / "times.csv"
    times.write_text("id,time\n4711,2020-01-25T14:00:01\n4712,2020-01-25T13:00:00\n")
    extensions = tmp_path / "extensions.csv"
    extensions.write_text("id,days\n4712,2\n")
    klass.grade(roster=roster, submitted=times, extensions=extensions)
    first = klass.table("grades.csv")
    for path in (roster, times, extensions):
        path.unlink()
    klass.request = replace(klass.request, inputs=ClassInputs())
    klass.grade()
    assert klass.graded == []
    assert klass.table("grades.csv") == first
    assert [(row["id"], row["score"], row["late"], row["extension"], row["status"]) for row in first] == [
        ("4711", "0", "yes", "", "graded"),
        ("4712", "6", "no", "2 days", "graded"),
        ("4713", "6", "", "", "graded"),
        ("4714", "", "", "", "absent"),
    ]
    said = "Used as given in an earlier run: --roster roster.csv, --submitted times.csv, --extensions extensions.csv"
    assert said in klass.said.getvalue()


def test_a_run_without_rubric_goes_on_under_the_one_that_was_rescored_with(klass: Class, tmp_path: Path) -> None:
    klass.grade()
    new = tmp_path / "new.toml"
    text = RUBRIC.read_text(encoding="utf-8")
    head, mark, tail = text.partition('id = "2.1"')
    new.write_text(head + mark + tail.replace("max = 1", "max = 3", 1), encoding="utf-8")
    rescore_class(klass.request.results, load_assignment(rubric=new), ClassInputs(rubric=InputFile.at(new)))
    new.unlink()
    index = klass.grade()
    assert (klass.graded, index.max_score) == ([], 8.0)
    assert klass.report("a").score == 8.0
    with pytest.raises(UsageError, match=r"another --rubric, and marks would change: 3 graded again \(a, b, c\)"):
        klass.grade(rubric=RUBRIC)
    assert klass.report("a").score == 8.0
    klass.grade(rubric=RUBRIC, replace=True)
    assert klass.report("a").score == 6.0


def test_another_selection_needs_a_word_and_shifts_no_column(klass: Class) -> None:
    klass.grade()
    before = klass.table("grades.csv")
    with pytest.raises(UsageError, match=r"another --exercise/--point.* Nothing was changed\. Add --replace"):
        klass.grade(points=("1",))
    assert klass.table("grades.csv") == before
    klass.grade(points=("2.1",), replace=True)
    after = klass.table("grades.csv")
    assert list(after[0]) == list(before[0])
    assert (after[0]["point 2.1"], after[0]["point 2.2"], after[0]["point 1.1"], after[0]["exercise 2"]) == (
        *("1", "", "", "1"),
    )


def test_another_seed_device_or_data_needs_a_word(klass: Class, tmp_path: Path) -> None:
    data = tmp_path / "images.npz"
    data.write_bytes(b"one")
    klass.grade()
    changes = (
        ("seed", 8),
        ("settings", {"device": "cpu"}),
        ("settings", {"data": data}),
        ("image", "mine"),
        ("gpus", "all"),
    )
    for name, value in changes:
        option = next(iter(value)) if isinstance(value, dict) else name
        with pytest.raises(UsageError, match=f"another --{option}, and marks would change: 3 graded again"):
            klass.grade(**{name: value})
        assert (read_inputs(klass.request.results).seed, klass.graded) == (7, [])


def test_a_roster_that_comes_later_keeps_reports_and_marks(klass: Class, roster: Path) -> None:
    klass.grade()
    path = klass.request.results / "a" / store.REPORT
    review(path, klass.assignment, point="2.4", score=0.5, comment="hm", by="me", when=WHEN)
    index = klass.grade(roster=roster)
    assert klass.graded == [], "nothing is graded again"
    assert [(entry.id, entry.status) for entry in index.entries][:3] == [
        ("4711", "graded"), ("4712", "graded"), ("4713", "graded"),
    ]  # fmt: skip
    report = klass.report("4711")
    assert (report.submission.id, report.score, len(report.reviews)) == ("4711", 5.5, 1)
    assert not (klass.request.results / "a").exists()
    assert [row["score"] for row in klass.table("grades.csv")[:3]] == ["5.5", "6", "6"]


def test_a_match_at_the_desk_moves_the_report_and_its_marks(klass: Class, roster: Path) -> None:
    """The desk keeps it before the next run begins, which is then given nothing new."""
    roster.write_text("id,name\n4711,a\n4712,Bo\n4713,c\n")
    index = klass.grade(roster=roster)
    path = klass.request.results / "b" / store.REPORT
    review(path, klass.assignment, point="2.4", score=0.5, comment="hm", by="me", when=WHEN)
    match(klass.request.results, index.issues, {"4712"}, "b", "4712")
    index = klass.grade()
    assert ([entry.id for entry in index.entries], index.issues, klass.graded) == (["4711", "4712", "4713"], (), [])
    report = klass.report("4712")
    assert (report.submission.id, report.score, len(report.reviews)) == ("4712", 5.5, 1)


def test_hand_ins_that_get_other_ids_need_a_word_for_other_marks_as_all_do(
    klass: Class, roster: Path, tmp_path: Path
) -> None:
    early, late = tmp_path / "early.csv", tmp_path / "late.csv"
    early.write_text("name,time\na,2020-01-25T13:00:00\n")
    late.write_text("name,time\na,2020-01-25T15:00:00\n")
    klass.grade(submitted=early)
    for changes, what in (
        ({"points": ("2.1",)}, r"3 graded again \(4711, 4712, 4713\)"),
        ({"seed": 8}, r"3 graded again \(4711, 4712, 4713\)"),
        ({"submitted": late}, r"1 given another lateness \(4711\)"),
    ):
        with pytest.raises(UsageError, match=rf"marks would change: {what}\. Nothing was changed"):
            klass.grade(roster=roster, **changes)
        assert (klass.report("a").score, klass.graded) == (6.0, [])
    klass.grade(roster=roster, submitted=late, replace=True)
    assert (klass.report("4711").score, klass.graded) == (0.0, [])


def test_a_newer_roster_that_changes_no_mark_is_used_and_said(klass: Class, roster: Path) -> None:
    klass.grade(roster=roster)
    newer = roster.with_name("newer.csv")
    newer.write_text(roster.read_text() + "4715,Latecomer\n")
    index = klass.grade(roster=newer)
    assert [entry.id for entry in index.entries][-1] == "4715"
    assert "--roster differs from the earlier runs of this class." in klass.said.getvalue()


def test_a_roster_by_which_a_graded_hand_in_no_longer_counts_needs_a_word(klass: Class, roster: Path) -> None:
    klass.grade(roster=roster)
    merged = roster.with_name("merged.csv")
    merged.write_text("id,name,email\n4711,a,b\n4713,c,\n")
    with pytest.raises(UsageError, match=r"another --roster, and marks would change: 1 left out \(4712\)"):
        klass.grade(roster=merged)
    index = klass.grade(roster=merged, replace=True)
    assert [entry.id for entry in index.entries] == ["4711", "4713"]


def test_other_times_need_a_word_where_lateness_changes(klass: Class, tmp_path: Path) -> None:
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_text("id,time\na,2020-01-25T13:00:00\n")
    second.write_text("id,time\na,2020-01-25T15:00:00\n")
    klass.grade(submitted=first)
    with pytest.raises(UsageError, match=r"another --submitted, and marks .* 1 given another lateness \(a\)"):
        klass.grade(submitted=second)
    assert klass.report("a").score == 6.0
    klass.grade(submitted=second, replace=True)
    assert (klass.report("a").score, klass.graded) == (0.0, [])


def test_a_run_about_some_changes_no_input_that_others_marks_follow(klass: Class, tmp_path: Path) -> None:
    klass.grade()
    times = tmp_path / "times.csv"
    times.write_text("id,time\na,2020-01-25T15:00:00\n")
    some = Choice(only=frozenset({"b"}))
    for change in ("seed", "submitted"):
        given: dict[str, Any] = {change: 8 if change == "seed" else times}
        said = (
            r"change marks that --only and --failed leave out: a.*\. Nothing was changed\. Run the class without these"
        )
        with pytest.raises(UsageError, match=said):
            klass.grade(**given, replace=True, choice=some)
        assert klass.report("a").score == 6.0
    klass.grade(submitted=times, choice=Choice(only=frozenset({"a"})))
    assert klass.report("a").score == 0.0


WORKSHEET = (
    "Identifier,Full name,Status,Grade,Maximum Grade,"
    "Last modified (submission),Last modified (grade),Feedback comments\n"
    'Participant 1,a,Submitted,,{maximum},"Saturday, 25 January 2020, 1:00 PM",-,\n'
)


def test_a_worksheet_that_is_given_as_a_roster_is_filled_in_where_it_can_be(klass: Class, tmp_path: Path) -> None:
    other, fitting = tmp_path / "other.csv", tmp_path / "fitting.csv"
    other.write_text(WORKSHEET.format(maximum="100.00"))
    fitting.write_text(WORKSHEET.format(maximum="6.00"))
    klass.grade(roster=other)
    assert not (klass.request.results / "sheet.csv").exists()
    assert "not filled in as sheet.csv" in klass.said.getvalue()
    assert "the maximum in this sheet is 100.00, and what is graded is worth 6 points" in klass.said.getvalue()
    klass.grade(roster=fitting)
    assert [row["Grade"] for row in klass.table("sheet.csv")] == ["6"]
    newer = tmp_path / "newer.csv"
    newer.write_text(WORKSHEET.format(maximum="6.00") + "Participant 2,Latecomer,,,6.00,-,-,\n")
    klass.grade(roster=newer)
    assert [row["Grade"] for row in klass.table("sheet.csv")] == ["6", ""], "the newer worksheet is the sheet"


def test_a_sheet_for_all_exercises_is_told_where_some_are_graded(klass: Class, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("Identifier,Email address,Grade,Maximum grade\nParticipant 7,a@example.edu,,22.00\n")
    issue, without_row = klass.grade(sheet=sheet).issues
    assert without_row.message.startswith("no row is of ")
    assert issue.message == (
        "only some of the exercises are graded: of the 22 points in the sheet, at most 6 are given. Import sheet.csv "
        "only if that is what you want."
    )


def test_an_option_about_a_sheet_needs_the_sheet(klass: Class) -> None:
    """Else it would be remembered, and do nothing."""
    with pytest.raises(UsageError, match=r"^--scale: give the LMS's sheet as well, with --sheet"):
        klass.grade(scale=True)
    with pytest.raises(UsageError, match=r"^--assignment-column: give the gradebook .* with --sheet"):
        klass.grade(assignment_column="77")


GRADEBOOK = "Student,ID,SIS User ID,Exercise 8 (76),Exercise 9 (77)\n    Points Possible,,,6.00,6.00\na,1,a,,\n"


def test_a_column_is_for_canvas_gradebook_alone(klass: Class, tmp_path: Path) -> None:
    """Beside Moodle's worksheet or a roster it was kept, and did nothing."""
    worksheet, gradebook = tmp_path / "worksheet.csv", tmp_path / "gradebook.csv"
    worksheet.write_text(WORKSHEET.format(maximum="6.00"))
    gradebook.write_text(GRADEBOOK)
    for table in ("sheet", "roster"):
        with pytest.raises(
            UsageError, match=r"^--assignment-column 77: worksheet\.csv is not Canvas' gradebook, which"
        ):
            klass.grade(**{table: worksheet}, assignment_column="77")
        with pytest.raises(UsageError, match=r"'Exercise 9 \(77\)', and not '78'"):
            klass.grade(**{table: gradebook}, assignment_column="78")
        assert not (klass.request.results / "inputs").exists()
    klass.grade(sheet=gradebook, assignment_column="77")
    klass.said.truncate(0)
    klass.grade(sheet=worksheet)  # the column was of the gradebook, which is the sheet no longer
    assert read_inputs(klass.request.results).assignment_column is None
    assert "column" not in klass.said.getvalue()


def test_an_option_that_has_no_value_is_said_without_one(klass: Class, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(WORKSHEET.format(maximum="100.00"))
    klass.grade(sheet=sheet, scale=True)
    klass.grade()
    assert re.search(r"^Used as given in an earlier run: .*--scale[,.]", klass.said.getvalue(), re.MULTILINE)


def test_extensions_are_told_and_keep_through_a_rescore(klass: Class, tmp_path: Path) -> None:
    times, extensions = tmp_path / "times.csv", tmp_path / "extensions.csv"
    times.write_text("id,time\na,2020-01-26T13:00:00\nb,2020-01-26T13:00:00\n")
    extensions.write_text("id,due,days\na,2020-01-26 14:00,\nb,,1\nx,,2\n")
    index = klass.grade(submitted=times, extensions=extensions)
    for name in ("a", "b"):
        late = klass.report(name).late
        assert late is not None
        assert "Handed in on time (2020-01-26 13:00:00 CET; extended to 2020-01-26 14:00:00 CET)." in late.message
        assert klass.report(name).score == 6.0
    assert "has an extension, but no hand-in has that name." in [issue.message for issue in index.issues]
    rescore_class(klass.request.results, load_assignment(), ClassInputs(rubric=InputFile.at(RUBRIC)))
    assert klass.report("b").score == 6.0


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("id,days\na,soon\n", "'soon' is not a valid extension; write a time"),
        ("id,due,days\na,2020-01-26,2\n", "a has both a due date and a number of days"),
        ("id,days\n", "there are no extensions in this table; it needs the columns id, and due or days"),
    ],
)
def test_an_extension_that_cannot_be_read_is_told(text: str, sentence: str, klass: Class, tmp_path: Path) -> None:
    path = tmp_path / "extensions.csv"
    path.write_text(text)
    with pytest.raises(UsageError, match=sentence):
        klass.grade(extensions=path)


def test_a_hand_in_that_is_not_there_any_more_keeps_its_marks_and_is_listed(klass: Class) -> None:
    klass.grade()
    (klass.place / "b" / "exercise2.py").unlink()
    (klass.place / "b").rmdir()
    laid_out(klass.place, {"d/exercise2.py": b"# d"})
    for _ in range(2):
        index = klass.grade()
        assert [(row["id"], row["score"]) for row in klass.table("grades.csv")] == [
            ("a", "6"), ("c", "6"), ("d", "6"), ("b", "6"),
        ]  # fmt: skip
        gone = [issue for issue in index.issues if issue.kind is IssueKind.GONE]
        assert [issue.message for issue in gone] == [
            "b: graded in an earlier run and not among the submissions now; the marks stay."
        ]


def test_a_hand_in_that_is_gone_follows_its_student_to_a_new_id(klass: Class, roster: Path) -> None:
    klass.grade()
    path = klass.request.results / "b" / store.REPORT
    review(path, klass.assignment, point="2.4", score=0.5, comment="hm", by="me", when=WHEN)
    shutil.rmtree(klass.place / "b")
    klass.grade()
    for changes in ({"roster": roster}, {}):
        index = klass.grade(**changes)
        assert {entry.id: entry.status for entry in index.entries} == {
            "4711": "graded", "4712": "graded", "4713": "graded", "4714": "absent",
        }  # fmt: skip
        assert [(issue.kind, issue.who) for issue in index.issues] == [
            (IssueKind.ABSENT, "4714"), (IssueKind.GONE, "4712"),
        ]  # fmt: skip
        assert [row["score"] for row in klass.table("grades.csv")] == ["6", "6", "5.5", ""]
    report = klass.report("4712")
    assert (report.submission.id, len(report.reviews), klass.graded) == ("4712", 1, [])
    roster.write_text("id,name\n4711,a\n5712,b\n4713,c\n")
    assert {entry.id for entry in klass.grade(roster=roster).entries} == {"4711", "5712", "4713"}


def test_a_hand_in_that_is_gone_keeps_its_name_where_its_student_has_handed_in_anew(klass: Class, roster: Path) -> None:
    klass.grade()
    (klass.place / "b").rename(klass.place / "b_4712")
    index = klass.grade(roster=roster)
    assert {entry.id: entry.source for entry in index.entries if entry.folder} == {
        "4711": "a", "4712": "b_4712", "4713": "c", "b": "b",
    }  # fmt: skip


def test_ids_that_went_round_go_back_with_their_marks(klass: Class, roster: Path) -> None:
    """A spreadsheet in which one column was sorted alone gives everybody another's id."""
    klass.grade(roster=roster)
    for name, score in (("4711", 0.5), ("4712", 0.25)):
        path = klass.request.results / name / store.REPORT
        review(path, klass.assignment, point="2.4", score=score, comment=name, by="me", when=WHEN)
    sorted_alone = {"b": "4711", "c": "4712", "a": "4713"}
    roster.write_text("id,name\n" + "".join(f"{name},{who}\n" for who, name in sorted_alone.items()))
    for ids in (sorted_alone, {"a": "4711", "b": "4712", "c": "4713"}):
        roster.write_text("id,name\n" + "".join(f"{name},{who}\n" for who, name in ids.items()))
        index = klass.grade(roster=roster)
        assert klass.graded == [], "nothing is graded again"
        assert {entry.source: (entry.id, entry.folder) for entry in index.entries} == {
            who: (name, name) for who, name in ids.items()
        }
        marks = {who: [mark.comment for mark in klass.report(name).reviews] for who, name in ids.items()}
        assert marks == {"a": ["4711"], "b": ["4712"], "c": []}
        assert index.issues == ()


@pytest.mark.parametrize("moved", range(5))
def test_ids_that_go_round_arrive_after_a_cut_at_any_move(
    moved: int, klass: Class, roster: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A report that waits under no id was graded again: nothing said whose it was, and its marks were left out."""
    klass.grade(roster=roster)
    for name in ("4711", "4712", "4713"):
        path = klass.request.results / name / store.REPORT
        review(path, klass.assignment, point="2.4", score=0.5, comment=name, by="me", when=WHEN)
    ids = {"b": "4711", "c": "4712", "a": "4713"}
    roster.write_text("id,name\n" + "".join(f"{name},{who}\n" for who, name in ids.items()))
    append, lines = Journal.append, []

    def cut_off(journal: Journal, event: str, **about: Any) -> None:
        if event != "renamed" or len(lines) == moved:
            raise KeyboardInterrupt
        lines.append(event)
        append(journal, event, **about)

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "append", cut_off)
        with pytest.raises(KeyboardInterrupt):
            klass.grade(roster=roster)
    assert len(lines) == moved
    index = klass.grade(roster=roster)
    assert klass.graded == [], "nothing is graded again"
    assert {entry.source: entry.id for entry in index.entries} == ids
    marks = {who: [mark.comment for mark in klass.report(name).reviews] for who, name in ids.items()}
    assert marks == {"a": ["4711"], "b": ["4712"], "c": ["4713"]}
    assert index.issues == ()


def test_what_is_kept_of_a_damaged_report_goes_to_the_new_id_too(klass: Class, roster: Path) -> None:
    klass.grade()
    results = klass.request.results
    (results / "b" / store.SET_ASIDE).write_text("marks of before")
    (results / "c" / store.REPORT).write_text("torn")
    klass.grade(roster=roster)
    assert (klass.graded, (results / "c").exists()) == (["4713"], False)
    assert (results / "4712" / store.SET_ASIDE).read_text() == "marks of before"
    assert (results / "4713" / store.SET_ASIDE).read_text() == "torn"
    assert [row["score"] for row in klass.table("grades.csv")] == ["6", "6", "6", ""]


def test_an_accepted_file_follows_its_hand_in_to_another_id(klass: Class, roster: Path) -> None:
    laid_out(klass.place, {"b/version2.py": b"# v2", "c/version2.py": b"# v2"})
    klass.grade(accept=("b:version2.py=exercise2.py", "c:version2.py=exercise2.py"))
    index = klass.grade(roster=roster, accept=("c:exercise2.py=exercise2.py",))  # as the list of the last run has it
    assert klass.graded == ["4713"], "whose file is another from now on"
    assert read_inputs(klass.request.results).accept == (
        "4712:version2.py=exercise2.py", "4713:exercise2.py=exercise2.py",
    )  # fmt: skip
    assert [issue.who for issue in index.issues] == ["4714"]
    klass.request = replace(klass.request, inputs=replace(klass.request.inputs, roster=None))
    assert (klass.grade().issues, klass.graded) == (index.issues, [])


def test_another_class_is_not_mixed_into_results(klass: Class, tmp_path: Path) -> None:
    klass.grade()
    other = laid_out(tmp_path / "other", {f"{name}/exercise2.py": b"# x" for name in ("x", "y")})
    with pytest.raises(UsageError, match=r"none of the 3 hand-ins graded in there \(a, b, c\) is in .*other"):
        klass.grade(submissions=other)
    assert [row["id"] for row in klass.table("grades.csv")] == ["a", "b", "c"]
    assert len([*klass.grade(submissions=other, replace=True).entries]) == 5
    inside = laid_out(klass.place, {"old results/journal.jsonl": b"", "old results/a/submission.zip": b"PK"})
    (issue,) = [issue for issue in klass.grade(submissions=inside).issues if issue.kind is IssueKind.UNMATCHED]
    assert issue.message.endswith("the RESULTS of a class that was graded, and not a hand-in.")


def test_another_rubric_is_refused_with_the_command_that_rescores(klass: Class, tmp_path: Path) -> None:
    klass.grade()
    new = tmp_path / "new.toml"
    new.write_text(RUBRIC.read_text(encoding="utf-8").replace('"zero"', '"per-day"'), encoding="utf-8")
    with pytest.raises(UsageError, match=r"`grader rescore` puts another rubric into force without grading again"):
        klass.grade(rubric=new)


def test_a_report_of_some_points_is_reviewed_and_rescored_without_faults(klass: Class) -> None:
    klass.grade(points=("2.1",))
    path = klass.request.results / "a" / store.REPORT
    marked = review(path, klass.assignment, point="2.1", score=0.5, comment="", by="me", when=WHEN)
    assert [(point.id, point.outcome) for point in marked.points] == [("2.1", Outcome.PARTIAL)]
    rescore_class(klass.request.results, load_assignment(), ClassInputs(rubric=InputFile.at(RUBRIC)))
    assert [point.id for point in klass.report("a").points] == ["2.1"]


def test_inputs_are_kept_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "roster.csv"
    file.write_text("one")
    first = keep_inputs(tmp_path / "out", ClassInputs(roster=InputFile.at(file), seed=1, points=("2",), scale=True))
    assert read_inputs(tmp_path / "out") == first
    file.write_text("two")
    write = class_inputs.write_atomically

    def full(path: Path, text: str | bytes) -> None:
        if path.name == "inputs.json":
            raise OutputError("No space left on device")
        write(path, text)

    monkeypatch.setattr(class_inputs, "write_atomically", full)
    with pytest.raises(OutputError):
        keep_inputs(tmp_path / "out", ClassInputs(roster=InputFile.at(file), seed=2))
    kept = read_inputs(tmp_path / "out")
    assert (kept, kept.roster and kept.roster.path.read_text()) == (first, "one")


def test_inputs_that_are_damaged_are_told(tmp_path: Path) -> None:
    file = tmp_path / "roster.csv"
    file.write_text("one")
    kept = keep_inputs(tmp_path / "out", ClassInputs(roster=InputFile.at(file)))
    assert kept.roster is not None
    kept.roster.path.unlink()
    with pytest.raises(UsageError, match=r"this file was given for the class and is gone; give --roster again"):
        read_inputs(tmp_path / "out")
    for text in ("{", '{"unknown": 1}', "[]"):
        (tmp_path / "out" / "inputs" / "inputs.json").write_text(text)
        with pytest.raises(UsageError, match="this is not a list of the inputs of a class"):
            read_inputs(tmp_path / "out")


def test_accepted_files_and_matches_join_those_of_earlier_runs() -> None:
    kept = ClassInputs(accept=("a:x.py=exercise2.py",), match=("folder=4711",))
    more = kept.updated(ClassInputs(accept=("a:x.py=exercise3.py", "b:y.py=exercise1.py")))
    assert more.accept == ("a:x.py=exercise2.py", "a:x.py=exercise3.py", "b:y.py=exercise1.py")  # one file, two answers
    assert more.updated(ClassInputs(accept=("a:z.py=exercise2.py",))).accept == (
        "a:z.py=exercise2.py",
        *more.accept[1:],
    )
    assert ("accept", "a:x.py=exercise2.py") in more.reused(ClassInputs(accept=more.accept[1:]))
    assert more.match == kept.match
    assert kept.changed(ClassInputs(accept=("b:y.py=exercise1.py",))) == ()
    assert kept.changed(ClassInputs(accept=("a:x.py=exercise3.py",))) == ()
    assert kept.changed(ClassInputs(accept=("a:z.py=exercise2.py",))) == ("accept",)
    assert kept.updated(ClassInputs(match=("folder=4712",))).match == ("folder=4712",)


def test_a_decision_about_nothing_is_refused_and_never_kept(klass: Class) -> None:
    refused = {
        "accept": (
            "d:x.py=exercise2.py",
            r"^--accept d:x\.py=exercise2\.py: no hand-in of this class has the id d; .* Not",
        ),
        "match": ("d=4711", r"^--match d=4711: nothing in this class is called d\. Nothing was changed\.$"),
    }
    for name, (value, sentence) in refused.items():
        with pytest.raises(UsageError, match=sentence):
            klass.grade(**{name: (value,)})
    with pytest.raises(UsageError, match=r"^--match a=: there is no such decision to take back\. Nothing was changed"):
        klass.grade(match=("a=",))
    klass.grade()
    inputs = read_inputs(klass.request.results)
    assert (inputs.accept, inputs.match) == (None, None)


def test_a_decision_whose_hand_in_is_gone_is_told_and_can_be_taken_back(klass: Class) -> None:
    (klass.place / "c" / "my 1.py").write_bytes(b"# 1")
    decisions = {"accept": ("c:my 1.py=exercise1.py",), "match": ("b=4712",)}
    klass.grade(**decisions)
    shutil.rmtree(klass.place / "b")
    shutil.rmtree(klass.place / "c")
    told = [issue.message for issue in klass.grade().issues if issue.kind is IssueKind.CHOICE]
    assert told == [
        "--match b=4712: nothing in this class is called b. --match 'b=' takes this back.",
        "--accept c:my 1.py=exercise1.py: no hand-in of this class has the id c; class.json lists them. "
        "--accept 'c:=exercise1.py' takes this back.",
    ]
    index = klass.grade(accept=("c:=exercise1.py",), match=("b=",))
    assert not [issue for issue in index.issues if issue.kind is IssueKind.CHOICE]
    inputs = read_inputs(klass.request.results)
    assert (inputs.accept, inputs.match) == (None, None)


def test_of_one_file_for_all_exercises_its_own_is_asked_about_too(klass: Class) -> None:
    """Else an import that another exercise may have costs this one everything, though it has no part in it."""
    pasted = b"import sympy\nimport numpy\ndef df_dr(f_x, f_y, r, theta):\n    return 0\n"
    pasted += b"def maxpool2x2_backward(dY, X):\n    return numpy.zeros(X.shape)\n"
    (klass.place / "a" / "exercise2.py").rename(klass.place / "a" / "exercise1.py").write_bytes(pasted)
    (issue,) = (issue for issue in klass.grade().issues if "exercise2.py" in issue.message)
    assert issue.message == (
        "exercise2.py: not handed in under this name. --accept 'a:exercise1.py=exercise2.py' reads what may be meant. "
        "--accept 'a:exercise1.py=exercise1.py' leaves out of exercise1.py itself what only other exercises need."
    )
    assert [offer.value for offer in offers(issue.kind, issue.message)] == [
        "a:exercise1.py=exercise2.py", "a:exercise1.py=exercise1.py",
    ]  # fmt: skip
    klass.grade(accept=("a:exercise1.py=exercise2.py", "a:exercise1.py=exercise1.py"))
    (job,) = klass.executor.jobs
    assert b"numpy" not in job.submission.files["exercise1.py"]
    assert b"sympy" not in job.submission.files["exercise2.py"]


def test_a_match_that_is_taken_back_moves_marks_back(klass: Class) -> None:
    klass.grade(match=("b=4712",))
    assert {row["id"] for row in klass.table("grades.csv")} == {"a", "4712", "c"}
    jobs = klass.grade(match=("b=",))
    assert {entry.id for entry in jobs.entries} == {"a", "b", "c"}


@given(st.one_of(st.integers(0, 400).map(lambda days: Extension(days=days)), st.datetimes().map(Extension)))
def test_an_extension_is_written_and_read_back(extension: Extension) -> None:
    assert Extension.parse(str(extension)) == extension


def test_the_points_of_the_fake_class_are_those_of_exercise_2(assignment: Assignment) -> None:
    assert tuple(point.id for point in assignment.rubric.points if point.id.startswith("2.")) == POINTS
