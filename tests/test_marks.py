"""A person's marks: recorded at once, one after the other whoever gives them, from a table all or none."""

import csv
import sys
import threading
from collections import Counter
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from typer.testing import CliRunner

from grader.assignment_folder import Assignment
from grader.classroom.class_model import IssueKind
from grader.classroom.marks.marks_table import review_table
from grader.classroom.marks.review import review
from grader.classroom.results import store
from grader.classroom.results.export import export
from grader.cli.commands import app
from grader.errors import UsageError
from tests.support.command import ROOT, Command
from tests.support.desk_classes import members, write_class
from tests.support.fake_class import Class

pytestmark = pytest.mark.slow

WHEN = datetime(2026, 1, 1, tzinfo=UTC)
_UNSCORED = "Not recorded, because there is no score beside the comment: {}."


@pytest.fixture
def klass(tmp_path: Path, assignment: Assignment) -> Class:
    made = Class(tmp_path, assignment)
    roster = tmp_path / "roster.csv"
    roster.write_text("id,name,email,identifier\na,Ada Lovelace,ada@example.org,Participant 101\nb,Twin,,\nc,Twin,,\n")
    made.grade(roster=roster)
    return made


def table(klass: Class, text: str) -> Path:
    path = klass.place.parent / "marks.csv"
    path.write_text(text, encoding="utf-8")
    return path


def from_table(klass: Class, text: str) -> int:
    return review_table(klass.request.results, klass.assignment, table(klass, text), by="Emmy", when=WHEN)[0]


@pytest.mark.parametrize(
    "text",
    [
        "id,point,score,comment\na,2.4,0.5,half\nc,2.5,0,none\n",
        "name;2.4;2.4 comment;2.5;2.5 comment\nAda Lovelace;0,5;half;;\nc;;;0;none\n",
        "email,point 2.4,point 2.5,2.4 comment,2.5 comment\nada@example.org,0.5,,half,\nc,,0,,none\n",
        "identifier,point,score,comment\n101,2.4,.5,half\nc,2.5,0,none\n",
    ],
)
def test_marks_from_a_spreadsheet(text: str, klass: Class) -> None:
    assert from_table(klass, text) == 2
    a, c = klass.report("a"), klass.report("c")
    assert [(one.point, one.score, one.before, one.comment, one.by) for one in (*a.reviews, *c.reviews)] == [
        ("2.4", 0.5, 1.0, "half", "Emmy"), ("2.5", 0.0, 1.0, "none", "Emmy"),
    ]  # fmt: skip
    assert [row["score"] for row in klass.table("grades.csv")] == ["5.5", "6", "5"]
    assert not (klass.request.results / store.STALE).exists()
    assert from_table(klass, text) == 0, "the same table twice changes nothing"


def test_grades_filled_in_are_marks_where_they_were_changed(tmp_path: Path) -> None:
    """All that the machine had decided became a person's marks, and 0 what nobody had marked yet."""
    results = tmp_path / "results"
    assignment = write_class(results, members(3))
    export(results, store.read_index(results))
    path = results / "grades.csv"
    rows = list(csv.DictReader(StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    assert [row["point 4.9"] for row in rows] == ["", "", ""], "not 0: nobody has marked it"
    rows[0]["point 4.9"], rows[1]["point 4.9"], rows[2]["point 2.4"] = "0,5", "0", "1"
    marks = tmp_path / "marks.csv"
    with marks.open("w", encoding="utf-8-sig", newline="") as file:  # as a German spreadsheet saves it
        writer = csv.DictWriter(file, [*rows[0]], delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    for count in (3, 0):
        assert review_table(results, assignment, marks, by="Emmy", when=WHEN)[0] == count
    reports = [store.read_report(results / row["folder"] / store.REPORT) for row in rows]
    assert [[(mark.point, mark.score) for mark in report.reviews] for report in reports] == [
        [("4.9", 0.5)], [("4.9", 0.0)], [("2.4", 1.0)],
    ]  # fmt: skip
    assert [report.pending for report in reports] == [0, 0, 1]


@pytest.mark.parametrize("written", ["004711", "4711", "4711.0", '"=""004711"""', "'004711"])
def test_an_id_is_found_as_a_spreadsheet_reformatted_it(written: str, klass: Class) -> None:
    roster = klass.place.parent / "numbers.csv"
    roster.write_text("id,name\n004711,Ada Lovelace\n04712,Zoë\n4712,c\n", encoding="utf-8")
    klass.grade(roster=roster, match=("a=004711", "b=04712"))
    assert from_table(klass, f"id,2.4\n{written},0.5\n4712,0.25\nZoe\u0308,0\n") == 3
    assert [klass.report(name).score for name in ("004711", "04712", "4712")] == [5.5, 5, 5.25]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("id,point,score\na,2.4,0.5\nx,2.4,1\n", r"line 3: 'x': no graded hand-in has that name\. Nothing was rec"),
        ("id,point,score\na,2.4,0.5\nTwin,2.4,1\n", "line 3: 'Twin': several hand-ins have that name"),
        ("id,point,score\na,2.4,0.5\nb,2.4,2\n", r"line 3: point 2\.4 is worth 0 to 1; 2 is out of range"),
        ("id,point,score\na,2.4,0.5\nb,7.1,1\n", r"line 3: there is no point 7\.1 in this report"),
        ("id,point,score\na,2.4,0.5\nb,2.4,full\n", "line 3: 'full' is not a number"),
        ('id,point,score,comment\na,2.4,0.5,"half\nb,2.4,2,"no"\n', r"line 2: this line cannot be read .* at its end"),
        ('id,point,score,comment\na,2.4,0.5,"more\nlines"\nb,2.4,2,\n', r"line 4: point 2\.4 is worth 0 to 1"),
        ("id,2.4\na,0.5\nada@example.org,1\n", "line 3: line 2 has another mark for 2.4 of the same hand-in. Nothing"),
        ("id,mark\na,1\n", "it needs the column id, and point and score, or a column for each point"),
    ],
)
def test_a_table_with_a_mistake_records_nothing(text: str, sentence: str, klass: Class) -> None:
    with pytest.raises(UsageError, match=sentence):
        from_table(klass, text)
    assert klass.report("a").reviews == ()


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        (
            "id;2,4;2.4 Kommentar;2.5;2.5 comment\na;0,5;half;;ask her\nc;;;0;none\n",
            ["Not read: the column '2.4 Kommentar'.", _UNSCORED.format("line 2")],
        ),
        ("id,point,score,comment\na,2.4,.5,\nb,2.4,,hm\nx,,,\nc,2.5,0,\nc,2.4,,hm\n", [_UNSCORED.format("lines 3, 6")]),
        ("id,04. Sep,2.4,2.5,status\na,1,.5,,graded\nc,1,,0,graded\n", ["Not read: the column '04. Sep'."]),
    ],
)
def test_what_a_table_of_marks_has_besides_is_said(text: str, sentences: list[str], klass: Class) -> None:
    """A header that a spreadsheet took for a date, a comment whose mark is still to come: nothing said that they are
    not recorded."""
    results, path = klass.request.results, table(klass, text)
    count, _, left_out = review_table(results, klass.assignment, path, by="Emmy", when=WHEN)
    assert (count, left_out) == (2, sentences)
    assert (klass.report("a").score, klass.report("c").score) == (5.5, 5)


def test_two_people_at_once_wait_for_each_other_and_nothing_is_lost(klass: Class) -> None:
    path = klass.request.results / "a" / store.REPORT

    def mark(who: str) -> None:
        for number in range(5):
            review(path, klass.assignment, point="2.4", score=number / 4, comment=who, by=who, when=WHEN)

    people = [threading.Thread(target=mark, args=(name,)) for name in ("Emmy", "Grace")]
    for person in people:
        person.start()
    for person in people:
        person.join()
    reviews = klass.report("a").reviews
    assert len(reviews) == 10
    assert [one.before for one in reviews[1:]] == [one.score for one in reviews[:-1]], "each saw the one before"


def test_the_wait_for_another_person_has_an_end(klass: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    path = klass.request.results / "a" / store.REPORT
    monkeypatch.setattr(store, "WAIT_SECONDS", 0.05)
    with store.writing_reports(klass.request.results), pytest.raises(UsageError, match="try it again"):
        review(path, klass.assignment, point="2.4", score=0, comment="", by="me", when=WHEN)


def test_a_mark_is_given_while_the_class_is_being_graded(klass: Class) -> None:
    def answer(job: object) -> None:
        path = klass.request.results / "a" / store.REPORT
        review(path, klass.assignment, point="2.4", score=0.5, comment="", by="me", when=WHEN)

    (klass.place / "b" / "exercise2.py").write_bytes(b"# changed")
    klass.grade(answer)
    assert (klass.report("a").score, klass.table("grades.csv")[0]["score"]) == (5.5, "5.5")


def test_a_folder_that_is_no_report_is_told(klass: Class, grader: Command) -> None:
    whole = grader("review", klass.request.results, "--point", "2.4", "--score", 1)
    assert (whole.returncode, "this is a whole class; name the folder of one hand-in" in whole.stderr) == (2, True)
    for options in (("--point", "2.4"), ("--score", 1), ()):
        ended = grader("review", klass.request.results / "a", *options)
        assert (ended.returncode, "a mark needs --point and --score" in ended.stderr) == (2, True)
    mixed = grader("review", klass.request.results, "--from", table(klass, "id\n"), "--point", "2.4")
    assert (mixed.returncode, "leave the other options out" in mixed.stderr) == (2, True)
    assert grader("export", klass.place).returncode == 2
    assert not (klass.place / ".lock").exists()


def test_the_command_takes_a_table(klass: Class, grader: Command) -> None:
    ended = grader("review", klass.request.results, "--from", table(klass, "id,2.4\na,0.5\n"), "--by", "Emmy")
    assert (ended.returncode, "1 mark recorded; the tables are up to date." in ended.stdout) == (0, True), ended.stderr


def test_a_mark_in_a_large_class_takes_no_longer_than_in_a_small_one(klass: Class) -> None:
    """The command as a TA types it: of all the calls of functions that it makes, in Python and in C."""

    def calls(folder: Path) -> int:
        kinds: Counter[str] = Counter()
        sys.setprofile(lambda frame, kind, argument: kinds.update((kind,)))
        try:
            ended = CliRunner().invoke(app, ["review", str(folder), "--point", "2.4", "--score", "0.5"])
        finally:
            sys.setprofile(None)
        assert ended.exit_code == 0, ended.output
        return kinds["call"] + kinds["c_call"]

    results = klass.request.results
    calls(results / "a")  # what is imported or compiled is so once
    small = calls(results / "a")
    report = klass.report("b")
    index = store.read_index(results)
    entries = list(index.entries)
    for number in range(1_000):
        store.write_report(results / f"more-{number}", report)
        entries.append(entries[1].model_copy(update={"id": f"more-{number}", "folder": f"more-{number}"}))
    store.write_index(results, index.model_copy(update={"entries": entries}))
    assert calls(results / "a") < 1.5 * small


def test_a_students_page_has_the_rosters_name_and_the_assignments_title_and_keeps_them_when_it_is_marked(
    klass: Class,
) -> None:
    def top(name: str) -> str:
        entry = next(entry for entry in store.read_index(klass.request.results).entries if entry.id == name)
        page = (klass.request.results / str(entry.folder) / "report.html").read_text(encoding="utf-8")
        return page.partition("</header>")[0]

    assert "<h1><bdi>Ada Lovelace</bdi></h1>" in top("a")
    assert "<p>Hand-in <bdi>a</bdi></p>" in top("a")
    assert "<title>Ada Lovelace · 6 of 6 points</title>" in top("a")
    assert "<h1><bdi>Twin</bdi></h1>" in top("b")
    title = klass.report("a").title
    assert title
    assert f'<p class="eyebrow">{title}</p>' in top("a")
    review(
        klass.request.results / "a" / "results.json", klass.assignment,
        point="2.4", score=0.0, comment="no", by="Emmy", when=WHEN,
    )  # fmt: skip
    assert "5</strong> of 6 points" in top("a")
    assert "<h1><bdi>Ada Lovelace</bdi></h1>" in top("a")


def test_one_damaged_report_stops_no_command_for_the_others(klass: Class, grader: Command) -> None:
    results = klass.request.results
    (results / "b" / store.REPORT).write_text("{", encoding="utf-8")
    rubric = ROOT / "grader" / "assignment" / "rubric.toml"
    for command in (
        ("export", results),
        ("rescore", results, "--rubric", rubric, "--diff"),
        ("rescore", results, "--rubric", rubric),
        ("review", results, "--from", table(klass, "id,2.1\na,0.5\n")),
    ):
        ended = grader(*command)
        assert (ended.returncode, ended.stderr.startswith(f"b: {results / 'b' / store.REPORT}: ")) == (1, True), command
    assert [row["point 2.1"] for row in klass.table("grades.csv")] == ["0.5", "", "1"]
    assert (results / "b" / store.REPORT).read_text(encoding="utf-8") == "{"


def test_a_damaged_report_is_kept_when_its_hand_in_is_graded_again(klass: Class) -> None:
    folder = klass.request.results / "b"
    (folder / store.REPORT).write_text("{", encoding="utf-8")
    klass.grade()
    assert klass.graded == ["b"]
    assert (folder / store.SET_ASIDE).read_text(encoding="utf-8") == "{"
    assert f"b: its report could not be read and was kept as {folder / store.SET_ASIDE}." in klass.said.getvalue()
    assert klass.report("b").score == 6.0


def test_a_mark_of_an_earlier_hand_in_is_listed_until_it_is_given_again(klass: Class) -> None:
    """It counts no more, since the files are others: nobody loses it without a word."""
    for name, score in (("a", 0.5), ("b", 0.25)):
        path = klass.request.results / name / store.REPORT
        review(path, klass.assignment, point="2.4", score=score, comment="", by="Emmy", when=WHEN)
    (klass.place / "a" / "exercise2.py").write_bytes(b"# changed")
    (old_mark,) = (issue for issue in klass.grade().issues if issue.kind is IssueKind.OLD_MARK)
    assert (old_mark.who, old_mark.message) == (
        "a",
        "2.4: Emmy gave 0.5 of 1 to an earlier hand-in; the machine gives 1 to the one that counts now. If the mark "
        "still holds, give it again.",
    )
    assert old_mark in store.read_index(klass.request.results).issues, "the desk reads it there"
    assert old_mark.message in (klass.request.results / "class.html").read_text(encoding="utf-8")
    assert from_table(klass, "id,2.4\na,0.5\n") == 1
    assert old_mark not in store.read_index(klass.request.results).issues
