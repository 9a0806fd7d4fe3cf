"""Intake: every shape of class, every packing, every kind of roster; and nothing is ever lost without a word."""

import os
import re
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.classroom.class_model import Format, IssueKind, Student, Submitted
from grader.classroom.intake.dates import read_time
from grader.classroom.intake.hand_ins import Intake, IntakeInputs, open_intake
from grader.classroom.intake.roster import Roster, read_roster, read_times
from grader.errors import SubmissionError, UsageError
from grader.load import archives
from grader.load.file_names import folder_name
from grader.model import Expected
from tests.support.classes import EXPECTED, GOOD, contents, in_every_packing, laid_out, read, tarred, zipped

FOUR = b"RESULTS = {}\n"
BERLIN = ZoneInfo("Europe/Berlin")
GRADESCOPE = b"""---
submission_11:
  :submitters:
  - :name: Ada Lovelace
    :sid: '4711'
    :email: ada@example.org
  :created_at: 2022-01-25 12:59:59.250000000 Z
  :score: 1.0
  :results: !ruby/hash:ActiveSupport::HashWithIndifferentAccess
    tests: []
submission_12:
  :submitters:
  - :name: Alan Turing
    :email: alan@example.org
  - :name: Grace Hopper
    :sid: '4713'
    :email: grace@example.org
  :created_at: 2022-01-25 14:00:00.000000000 Z
submission_13:
  :submitters: []
  :created_at:
"""


Taken = Callable[..., Intake]


@pytest.fixture
def read_class() -> Iterator[Taken]:
    """A class, open until the test ends."""
    with ExitStack() as stack:

        def opened(path: Path, results: Path | None = None, expected: Expected = EXPECTED, **given: Any) -> Intake:
            return stack.enter_context(open_intake(path, expected, BERLIN, IntakeInputs(**given), results))

        yield opened


def kinds(intake: Intake) -> dict[str, IssueKind]:
    return {issue.who: issue.kind for issue in intake.issues}


def test_folders_and_archives_in_every_packing(read_class: Taken, tmp_path: Path) -> None:
    files = {
        "ada/exercise2.py": GOOD,
        "ada/__pycache__/x.py": GOOD,
        "alan.zip": zipped({"my work/exercise2.py": GOOD, "my work/exercise4.py": FOUR}),
        "grace.tar.gz": tarred({"./exercise2.py": GOOD}),
        "kurt.tar": tarred({"exercise2.py": GOOD}, "w"),
        "emmy/deep/down/exercise2.py": GOOD,
        "notes.txt": b"mine",
    }
    for path in in_every_packing(tmp_path, files):
        intake = read_class(path)
        assert contents(intake) == {
            "ada": {"exercise2.py"},
            "alan": {"exercise2.py", "exercise4.py"},
            "grace": {"exercise2.py"},
            "kurt": {"exercise2.py"},
            "emmy": {"exercise2.py"},
        }, path
        assert (intake.format, kinds(intake)) == (Format.FOLDERS, {"notes.txt": IssueKind.UNMATCHED})


def test_moodle_with_folders_without_and_with_online_text(read_class: Taken, tmp_path: Path) -> None:
    files = {
        "Lovelace Ada_101_assignsubmission_file_/exercise2.py": GOOD,
        "Lovelace Ada_101_assignsubmission_onlinetext_/onlinetext.html": b"hello",
        "Turing Alan_102_assignsubmission_file_/abgabe.zip": zipped({"exercise2.py": GOOD, "x/y.py": GOOD}),
        "Gödel Kurt_103_assignsubmission_file_exercise2.py": GOOD,
        "Gödel Kurt_103_assignsubmission_file_exercise4.py": FOUR,
        "readme.pdf": b"%PDF",
    }
    for path in in_every_packing(tmp_path, files):
        intake = read_class(path)
        assert contents(intake) == {
            "Gödel Kurt_103": {"exercise2.py", "exercise4.py"},
            "Lovelace Ada_101": {"exercise2.py"},
            "Turing Alan_102": {"exercise2.py", "x/y.py"},
        }, path
        assert (intake.format, kinds(intake)) == (Format.MOODLE, {"readme.pdf": IssueKind.UNMATCHED})
        assert {hand_in.students[0].lms for hand_in in intake.hand_ins} == {"101", "102", "103"}


def test_canvas_takes_the_newest_attempt_and_says_late_without_a_time(read_class: Taken, tmp_path: Path) -> None:
    files = {
        "lovelaceada_101_9001_exercise2.py": b"old = 1\n",
        "lovelaceada_101_9005_exercise2-1.py": GOOD,
        "lovelaceada_101_9002_exercise4.py": FOUR,
        "turingalan_LATE_102_9003_abgabe.zip": zipped({"exercise2.py": GOOD}),
    }
    for path in in_every_packing(tmp_path, files):
        intake = read_class(path)
        ada, alan = intake.hand_ins
        assert (intake.format, ada.id, alan.id) == (Format.CANVAS, "lovelaceada_101", "turingalan_102")
        assert read(intake, ada).files == {"exercise2.py": GOOD, "exercise4.py": FOUR}
        assert ada.notes == ("exercise2.py was handed in more than once; the newest counts",)
        assert alan.notes == ("Canvas marks it late but does not say when it was handed in",)
        assert alan.submitted is None


def test_gradescope_knows_times_and_groups(read_class: Taken, tmp_path: Path) -> None:
    files = {
        "submission_metadata.yml": GRADESCOPE,
        "submission_11/exercise2.py": GOOD,
        "submission_12/exercise2.py": GOOD,
        "submission_99/exercise2.py": GOOD,
    }
    for path in in_every_packing(tmp_path, files):
        intake = read_class(path)
        one, group = intake.hand_ins
        assert one.submitted == datetime(2022, 1, 25, 12, 59, 59, 250000, UTC)
        assert one.students == (Student("4711", "Ada Lovelace", "ada@example.org"),)
        assert [student.name for student in group.students] == ["Alan Turing", "Grace Hopper"]
        assert kinds(intake) == {"submission_99": IssueKind.UNMATCHED, "submission_13": IssueKind.UNMATCHED}


def test_a_list_of_clones_runs_no_git(read_class: Taken, tmp_path: Path) -> None:
    clone = laid_out(tmp_path / "repos" / "ada", {"exercise2.py": GOOD})
    subprocess.run(["git", "init", "-q", str(clone)], check=True, capture_output=True)
    (clone / ".git" / "config").write_text(f"[core]\n\tfsmonitor = touch {tmp_path / 'ran'}\n")
    (tmp_path / "class.txt").write_text("# the clones\nrepos/ada\nrepos/gone   # left\n")
    intake = read_class(tmp_path / "class.txt")
    assert contents(intake) == {"ada": {"exercise2.py"}}
    assert kinds(intake) == {"repos/gone": IssueKind.UNMATCHED}
    assert not (tmp_path / "ran").exists()


def test_clones_of_one_name_are_told_apart_by_where_they_lie(read_class: Taken, tmp_path: Path) -> None:
    for name in ("ada/ex9", "alan/ex9", "c #3/grace"):
        laid_out(tmp_path / name, {"exercise2.py": GOOD})
    (tmp_path / "class.txt").write_text("ada/ex9\n./ada/ex9\nalan/ex9\nc #3/grace\n".replace(" #", "#"))
    (tmp_path / "c #3").rename(tmp_path / "c#3")
    intake = read_class(tmp_path / "class.txt", roster=[Student("ada"), Student("alan")])
    assert set(contents(intake)) == {"ada", "alan", "grace"}
    assert kinds(intake) == {"grace": IssueKind.UNMATCHED}


@pytest.mark.skipif(sys.platform != "linux", reason="other systems' file names are text")
def test_names_that_windows_packed_and_linux_unpacked_are_text_again(read_class: Taken, tmp_path: Path) -> None:
    name = "Müller Jörg_101_assignsubmission_file_"
    os.mkdir(os.fsencode(tmp_path) + b"/class", 0o755)
    os.mkdir(os.fsencode(tmp_path) + b"/class/" + name.encode("cp1252"))
    folder = os.listdir(tmp_path / "class")[0]
    (tmp_path / "class" / folder / "exercise2.py").write_bytes(GOOD)
    (tmp_path / "class.tar").write_bytes(tarred({f"{folder}/exercise2.py": GOOD}, "w"))
    for place in (tmp_path / "class", tmp_path / "class.tar"):
        intake = read_class(place)
        (hand_in,) = intake.hand_ins
        assert (hand_in.id, set(read(intake, hand_in).files)) == ("Müller Jörg_101", {"exercise2.py"})
        (hand_in.id + hand_in.source).encode()


def test_what_was_meant_as_an_answer_and_is_not_read_is_told(read_class: Taken, tmp_path: Path) -> None:
    files = {
        "ada/exercise2.ipynb": b"{}",
        "alan/Exercise2 (1).py": GOOD,
        "emmy.tar.xz": b"\xfd7zXZ",
        "grace/exercise2.py.txt": GOOD,
        "john/exercise2.py": GOOD,
        "john/._exercise2.py": b"\0\5\x16\7",
        "john/.ipynb_checkpoints/exercise2.ipynb": b"{}",
        "kurt.7z": b"7z",
    }
    for path in in_every_packing(tmp_path, files):
        intake = read_class(path)
        notes = {hand_in.id: read(intake, hand_in).notes for hand_in in intake.hand_ins}
        there = "exercise2.py: not found, but there is"
        assert notes == {
            "ada": (f"{there} exercise2.ipynb. A notebook is not read: export it as exercise2.py and hand that in",),
            "alan": (f"{there} Exercise2 (1).py. Is that your answer? Rename it to exercise2.py",),
            "emmy": ("emmy.tar.xz: an archive of this kind is not opened here; hand in a zip",),
            "grace": (f"{there} exercise2.py.txt. Is that your answer? Rename it to exercise2.py",),
            "john": (),
            "kurt": ("kurt.7z: an archive of this kind is not opened here; hand in a zip",),
        }, path
        assert intake.issues == ()


def test_a_canvas_hand_in_of_text_alone_is_somebodys(read_class: Taken, tmp_path: Path) -> None:
    files = {"adalovelace_101_9001_exercise2.py": GOOD, "alanturing_LATE_102_text.html": b"<p>see my page</p>"}
    intake = read_class(laid_out(tmp_path, files))
    assert [(hand_in.id, hand_in.order[0]) for hand_in in intake.hand_ins] == [
        ("adalovelace_101", 9001),
        ("alanturing_102", 0),
    ]
    assert intake.issues == ()


def test_moodles_worksheet_and_canvas_gradebook_are_rosters(read_class: Taken, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(
        'Identifier,Full name,Email address,Status,"Last modified (submission)"\n'
        'Participant 101,Ada Lovelace,ada@x,Submitted,"Saturday, 25 January 2020, 1:59 PM"\n'
        'Participant 102,Ada Lovelace,ada2@x,Submitted,"Samstag, 25. Januar 2020, 14:01"\n'
        "Participant 103,Kurt Gödel,kurt@x,No submission,-\n"
    )
    files = {f"Ada Lovelace_{number}_assignsubmission_file_/exercise2.py": GOOD for number in (101, 102)}
    moodle = laid_out(tmp_path / "moodle", files)
    first, second = read_class(moodle, roster=read_roster(sheet), times=read_times(sheet, BERLIN)).hand_ins
    assert [one.students[0].email for one in (first, second)] == ["ada@x", "ada2@x"]
    assert first.submitted == datetime(2020, 1, 25, 12, 59, tzinfo=UTC)
    assert second.submitted == datetime(2020, 1, 25, 13, 1, tzinfo=UTC)
    book = tmp_path / "book.csv"
    book.write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section,Assignment 9 (77)\n    Points Possible,,,,,22\n"
        '"Lovelace, Ada",101,s4711,ada@x,A,\n"Lovelace, Ada",101,s4711,ada@x,A,\n"Turing, Alan",102,,alan@x,A,\n'
    )
    files = {"adalovelace_101_9_exercise2.py": GOOD, "alanturing_102_9_exercise2.py": GOOD}
    canvas = read_class(laid_out(tmp_path / "canvas", files), roster=read_roster(book))
    assert [one.students[0] for one in canvas.hand_ins] == [
        Student("102", "Turing, Alan", "alan@x", "102"),
        Student("s4711", "Lovelace, Ada", "ada@x", "101"),
    ]


def test_a_roster_names_matches_and_misses(read_class: Taken, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_bytes(
        "\ufeffMatrikelnummer;Nachname;Vorname;E-Mail\n"
        "4711;Lovelace;Ada;ada@example.org\n4712;Gödel;Kurt;\n4713;Hopper;Grace;\n4714;Noether;Emmy;\n".encode()
    )
    files = {
        "Ada Lovelace_1_assignsubmission_file_/exercise2.py": GOOD,
        "Kurt Goedel_2_assignsubmission_file_/exercise2.py": GOOD,
        "4713 Somebody_3_assignsubmission_file_/exercise2.py": GOOD,
        "Jane Doe_4_assignsubmission_file_/exercise2.py": GOOD,
    }
    intake = read_class(laid_out(tmp_path / "class", files), roster=read_roster(roster))
    assert set(contents(intake)) == {"4711", "4712", "4713", "Jane Doe_4"}
    assert kinds(intake) == {"Jane Doe_4": IssueKind.UNMATCHED, "4714": IssueKind.ABSENT}
    assert [student.name for student in intake.absent] == ["Emmy Noether"]


def test_two_of_the_same_name_are_not_guessed() -> None:
    roster = Roster([Student("1", "Ada Lovelace"), Student("2", "Lovelace, Ada"), Student("3", "Jörg Müller")])
    assert roster.find(Student(name="Ada Lovelace"), "x") is None
    assert roster.find(Student(name="muellerjoerg"), "x") == Student("3", "Jörg Müller")
    assert roster.find(Student(name="Jorg Muller"), "x") == Student("3", "Jörg Müller")
    assert roster.find(Student(name="Group 7-Jörg Müller"), "x") == Student("3", "Jörg Müller")
    assert roster.find(Student(), "0003") == Student("3", "Jörg Müller"), "a spreadsheet took 0003 for 3"


@pytest.mark.parametrize(
    "content",
    [
        "id,name,email\n1,Ada,a@x\n".encode("utf-16"),
        "ID;Full name;E-Mail-Adresse\r\n1;Ada;a@x\r\n".encode("cp1252"),
        b"SID\tName\tEmail\n1\tAda\ta@x\n",
        b"sep=;\r\nid;name;email\r\n1;Ada;a@x\r\n1;Ada;a@x\r\n",
        "id,name,email\n1,Ada,a@x\n".encode("utf-16-le"),
        b"id,name,email\r1,Ada,a@x\r",
    ],
)
def test_rosters_of_every_spreadsheet(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_bytes(content)
    assert read_roster(path) == [Student("1", "Ada", "a@x")]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"4711,Ada\n", "its first line contains no known column name; it has to name the columns: id, name, email"),
        (b"", "its first line contains no known column name"),
        (zipped({"xl/workbook.xml": b""}), "this is a spreadsheet's own file; save it as CSV and give that"),
        (b"id,name\n1,Ada\n1,Alan\n", "line 3: 1 is listed twice"),
        (b"id,name\n", "this roster is empty; it needs a column id"),
    ],
)
def test_what_is_no_roster_is_told(content: bytes, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=re.escape(sentence)):
        read_roster(path)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2020-01-25T14:00:00", datetime(2020, 1, 25, 14)),
        ("Saturday, 25 January 2020, 12:05 AM", datetime(2020, 1, 25, 0, 5)),
        ("25 March 2020, 12:05 PM", datetime(2020, 3, 25, 12, 5)),
        ("Mittwoch, 4. März 2020, 09:30", datetime(2020, 3, 4, 9, 30)),
    ],
)
def test_times_as_lms_write_them(text: str, at: datetime) -> None:
    assert read_time(text) == at


def test_the_newest_of_several_hand_ins_counts_and_the_others_are_told(read_class: Taken, tmp_path: Path) -> None:
    roster = [Student("4711", "Ada Lovelace"), Student("4712", "Alan Turing")]
    files = {
        "4711 first/exercise2.py": b"old = 1\n",
        "4711 second/exercise2.py": GOOD,
        "4712.zip": zipped({"exercise2.py": GOOD}),
    }
    times = {Student(name): Submitted(datetime(2022, 1, 25, tzinfo=UTC)) for name in ("4712", "4799")}
    intake = read_class(laid_out(tmp_path / "class", files), roster=roster, times=times)
    ada, alan = intake.hand_ins
    assert ada.source.endswith("4711 second")
    assert ada.notes == (
        "handed in 2 times; it is not known which is the newest, so the person who grades this is asked",
    )
    assert kinds(intake) == {"4711": IssueKind.CHOICE, "4799": IssueKind.TIME}
    assert alan.submitted == times[Student("4712")].at


def test_times_are_on_the_rubrics_clock_unless_they_say_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "times.csv"
    path.write_text("id,time\na,2022-01-25T14:00:00\nb,2022-01-25 14:00:00+00:00\nb,2022-01-25T15:30:00Z\n")
    times = read_times(path, BERLIN)
    assert times[Student("a")] == Submitted(datetime(2022, 1, 25, 13, tzinfo=UTC), zoneless=True)
    assert times[Student("b")] == Submitted(datetime(2022, 1, 25, 15, 30, tzinfo=UTC))
    path.write_text("id,time\na,soon\n")
    with pytest.raises(UsageError, match="line 2: 'soon' is not a valid time; write 2022-01-25T13:59:00"):
        read_times(path, BERLIN)


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"exercise2.py": GOOD}, "this is one submission, not a class; `grader grade` grades it"),
        ({"notes.txt": b""}, "no hand-in was found in there; a class is a folder or an archive for each"),
        (
            {"submission_metadata.yml": b"- 1\n", "submission_1/exercise2.py": GOOD},
            "not the metadata of a Gradescope export",
        ),
        ({"submission_metadata.yml": b"{", "submission_1/exercise2.py": GOOD}, "not YAML that can be read"),
    ],
)
def test_what_is_no_class_is_told(files: dict[str, bytes], sentence: str, read_class: Taken, tmp_path: Path) -> None:
    with pytest.raises(SubmissionError, match=sentence):
        read_class(laid_out(tmp_path, files))


def test_a_broken_archive_costs_only_itself(read_class: Taken, tmp_path: Path) -> None:
    files = {
        "ada.zip": b"PK\x03\x04 and nothing more",
        "alan/abgabe.zip": zipped({"exercise2.py": GOOD})[:-30],
        "grace.tar.gz": tarred({"exercise2.py": GOOD})[:40],
        "kurt/work.rar": b"Rar!",
        "emmy.zip": zipped({"in.zip": zipped({"more.zip": zipped({"exercise2.py": GOOD})})}),
        "john.zip": zipped({"exercise2.py": GOOD}),
    }
    intake = read_class(laid_out(tmp_path, files))
    notes = {hand_in.id: read(intake, hand_in).notes for hand_in in intake.hand_ins}
    assert notes["ada"] == ("ada.zip: this is not an archive that can be read (File is not a zip file); pack it again",)
    assert notes["alan"] == (
        "abgabe.zip: this is not an archive that can be read (File is not a zip file); pack it again",
    )
    assert notes["grace"] == ("grace.tar.gz: this is not an archive that can be read (it is cut off); pack it again",)
    assert notes["kurt"] == ("work.rar: an archive of this kind is not opened here; hand in a zip",)
    assert notes["emmy"] == (
        "in.zip/more.zip: an archive inside an archive inside an archive is not opened; hand in its files",
    )
    assert notes["john"] == ()


def test_no_archive_leads_out_or_fills_the_memory(
    read_class: Taken, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MAX_UNPACKED_BYTES", 1 << 20)
    files = {
        "ada.zip": zipped({"../exercise2.py": GOOD, "/exercise3.py": GOOD, "C:/exercise4.py": GOOD}),
        "alan.tar.gz": tarred({"../../exercise2.py": GOOD}),
        "grace.tar.gz": tarred({"exercise2.py": GOOD, "zeros": bytes(4 << 20)}),
    }
    intake = read_class(laid_out(tmp_path, files))
    submissions = {hand_in.id: read(intake, hand_in) for hand_in in intake.hand_ins}
    assert all(not submission.files for submission in submissions.values())
    assert "its path leads out of the archive; skipped" in submissions["ada"].notes[0]
    assert "its path leads out of the archive; skipped" in submissions["alan"].notes[0]
    assert submissions["grace"].notes == ("grace.tar.gz: over 1 MiB when unpacked; hand in only the exercises' files",)


def test_a_member_that_leads_out_harms_no_other(read_class: Taken, tmp_path: Path) -> None:
    names = ("../exercise2.py", "/exercise4.py", "C:/exercise1.py", "a/../../exercise3.py")
    people = ("Übung 9: Ada", "Alan")  # a colon, which macOS and Linux take, is no drive
    (tmp_path / "class.zip").write_bytes(
        zipped({**{f"{name}/exercise2.py": GOOD for name in people}, **dict.fromkeys(names, b"")})
    )
    intake = read_class(tmp_path / "class.zip")
    assert {hand_in.id for hand_in in intake.hand_ins} == set(people)
    assert {issue.who for issue in intake.issues} == {f"exercise{number}.py" for number in (1, 2, 3, 4)}
    assert set(read(intake, next(iter(intake.hand_ins))).files) == {"exercise2.py"}


def test_a_class_whose_archive_is_broken_off_says_so(read_class: Taken, tmp_path: Path) -> None:
    """Whoever lies behind the break is missing without a trace; with no roster nothing else would tell."""
    whole = tarred({f"student{number}/exercise2.py": b"#" * 2000 for number in range(9)}, "w")
    beside = laid_out(tmp_path / "download", {"grades.csv": b"a,b", "class.tar": whole[: 4 * 2560 + 1000]})
    (issue,) = (issue for issue in read_class(beside).issues if issue.who != "grades.csv")
    intake = read_class(beside / "class.tar")
    assert list(intake.issues) == [issue]
    assert 4 <= len(intake.hand_ins) < 9
    assert issue.kind is IssueKind.UNREAD
    assert re.search(r"class\.tar: is broken after \d of its files \(.+\); pack it again\.$", issue.message)


def test_links_are_not_followed(read_class: Taken, tmp_path: Path) -> None:
    secret = tmp_path / "exercise2.py"
    secret.write_bytes(GOOD)
    place = laid_out(tmp_path / "class", {"ada/exercise4.py": FOUR, "alan/exercise4.py": FOUR})
    (place / "ada" / "exercise2.py").symlink_to(secret)
    (place / "grace").symlink_to(tmp_path)
    intake = read_class(place)
    assert contents(intake) == {"ada": {"exercise4.py"}, "alan": {"exercise4.py"}}
    assert kinds(intake) == {"grace": IssueKind.UNMATCHED}
    assert "a link, which is not followed (a .txt can list folders from anywhere)" in intake.issues[0].message


def test_the_folder_of_results_is_no_hand_in(read_class: Taken, tmp_path: Path) -> None:
    place = laid_out(tmp_path, {"ada/exercise2.py": GOOD, "out/ada/results.json": b"{}", "out/grades.csv": b""})
    assert set(contents(read_class(place, results=tmp_path / "out"))) == {"ada"}


def test_reading_waits_for_its_turn(read_class: Taken, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "class.zip"
    path.write_bytes(zipped({"ada/exercise2.py": GOOD, "alan/exercise2.py": GOOD}))
    opened: list[str] = []
    whole = zipfile.ZipFile.open
    monkeypatch.setattr(
        zipfile.ZipFile, "open", lambda self, member, *a: opened.append(member.filename) or whole(self, member, *a)
    )  # type: ignore[func-returns-value]
    intake = read_class(path)
    assert opened == []
    read(intake, intake.hand_ins[1])
    assert opened == ["alan/exercise2.py"]


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("ada", "ada"),
        ("Lovelace Ada_101", "Lovelace_Ada_101"),
        ("con", "con_"),
        ("NUL.txt", "NUL.txt_"),
        ("../../etc", r"etc-[0-9a-f]{6}"),
        ("Müller Jörg_7", "Mueller_Joerg_7"),
        ("李雷", r"submission-[0-9a-f]{6}"),
        ("a/b", r"a_b-[0-9a-f]{6}"),
        ("..", r"submission-[0-9a-f]{6}"),
        ("x" * 300, r"x{80}-[0-9a-f]{6}"),
    ],
)
def test_folders_have_names_that_every_system_takes(name: str, folder: str) -> None:
    assert re.fullmatch(folder, folder_name(name, ()))


@pytest.mark.slow
@given(st.lists(st.text(max_size=20), min_size=1, max_size=8, unique=True))
def test_folders_never_collide(names: list[str]) -> None:
    taken: list[str] = []
    for name in names:
        taken.append(folder_name(name, {other.lower() for other in taken}))
    assert len({folder.lower() for folder in taken}) == len(names)
    assert all(folder == Path(folder).name and folder.isascii() for folder in taken)


def test_ids_that_differ_in_capitals_alone_get_folders_of_their_own() -> None:
    assert folder_name("Ada", ["ada"]).startswith("Ada-")


def test_the_number_of_a_submission_is_nobodys_id(read_class: Taken, tmp_path: Path) -> None:
    metadata = b"""---
submission_4711:
  :submitters:
  - :name: Nobody Known
    :sid: '998'
submission_4712:
  :submitters:
  - :name: Grace Hopper
    :sid: '999'
  - :name: Ada Lovelace
    :sid: '1'
"""
    files = {"submission_metadata.yml": metadata}
    files |= {f"submission_{number}/exercise2.py": b"# %d" % number for number in (4711, 4712)}
    roster = [Student("1", "Ada Lovelace"), Student("4711", "Alan Turing"), Student("4712", "Emmy Noether")]
    intake = read_class(laid_out(tmp_path / "class", files), roster=roster)
    whose = {hand_in.id: [student.id for student in hand_in.students] for hand_in in intake.hand_ins}
    assert whose == {"submission_4711": ["998"], "submission_4712": ["999", "1"]}
    unmatched = [issue.who for issue in intake.issues if issue.kind is IssueKind.UNMATCHED]
    assert unmatched == ["submission_4711", "submission_4712"]
    assert [student.id for student in intake.absent] == ["4711", "4712"]


@pytest.mark.parametrize(
    ("handed_in", "known", "found"),
    [
        ("Nobody Known_4711_assignsubmission_file_", Student("4711", "Alan Turing"), False),
        ("Alan Turing_4711_assignsubmission_file_", Student("4711", "Turing, Alan"), True),
        ("Alan Turing_4711_assignsubmission_file_", Student("4711"), True),
    ],
)
def test_a_platforms_number_is_an_id_only_under_the_same_name(
    read_class: Taken, tmp_path: Path, handed_in: str, known: Student, found: bool
) -> None:
    folder = laid_out(tmp_path / "class", {f"{handed_in}/exercise2.py": b"#"})
    intake = read_class(folder, roster=[known, Student("1", "Ada Lovelace")])
    assert [issue.kind for issue in intake.issues if issue.kind is IssueKind.UNMATCHED] == [IssueKind.UNMATCHED][found:]


@pytest.mark.slow
def test_what_a_class_holds_of_each_hand_in_is_packed_as_it_comes(tmp_path: Path) -> None:
    """Some 150 bytes each while it is taken in, which are names; all hand-ins at once would be three times as much."""

    def peak(count: int) -> int:
        place = laid_out(tmp_path / str(count), {f"student-{n:05}/exercise2.py": b"" for n in range(count)})
        tracemalloc.start()
        try:
            with open_intake(place, EXPECTED, BERLIN) as taken:
                assert len(taken.hand_ins) == count
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(300)  # brings in what is imported
    # the least of three: tables of the whole process, such as that of interned names, grow by leaps now and then
    few, many = (min(peak(count) for _ in range(3)) for count in (400, 1400))
    assert (many - few) / 1000 < 300
