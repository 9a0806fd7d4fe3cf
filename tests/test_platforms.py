"""Downloads by the platforms' own rules: whose everything is, what flips nothing, and in = graded + listed."""

import io
import shlex
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from grader.assignment_folder import Assignment
from grader.classroom.class_model import Format, Issue, IssueKind, Student
from grader.classroom.desk.intake_decisions import offers
from grader.classroom.intake.hand_ins import Intake, IntakeInputs, open_intake
from grader.classroom.results.class_index import _own_answer, _question_text
from grader.cli import class_grading
from grader.errors import SubmissionError, UsageError
from grader.model import Author, Question
from tests.support.classes import EXPECTED, GOOD, contents, in_every_packing, laid_out, read, tarred, zipped
from tests.support.fake_class import Class

pytestmark = pytest.mark.slow

BERLIN = ZoneInfo("Europe/Berlin")
OTHER = b"def maxpool2x2_backward(dY, X):\n    return 0 * X\n"
Taken = Callable[..., Intake]


@pytest.fixture
def read_class() -> Iterator[Taken]:
    """A class, open until the test ends."""
    with ExitStack() as stack:

        def opened(path: Path, **given: Any) -> Intake:
            return stack.enter_context(open_intake(path, EXPECTED, BERLIN, IntakeInputs(**given)))

        yield opened


def kinds(intake: Intake) -> dict[str, IssueKind]:
    unused = [decision.issue for decision in intake.unused]  # which the class's list has among its issues
    return {issue.who: issue.kind for issue in (*intake.issues, *unused)}


# --- Canvas ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "student", "late"),
    [
        ("lovelaceada_101_9001_exercise2.py", Student(name="lovelaceada", lms="101"), False),
        ("lovelaceada_LATE_101_9001_exercise2.py", Student(name="lovelaceada", lms="101"), True),
        ("team_a_103_1000_exercise2.py", Student(name="team_a", lms="103"), False),
        ("team_1_103_1000_exercise2.py", Student(name="team_1", lms="103"), False),
        ("anon_a1B2c_100_exercise2.py", Student(lms="anon_a1B2c"), False),
        ("LATE_anon_a1B2c_100_exercise2.py", Student(lms="anon_a1B2c"), True),
        ("anon_12345_100_2022_exercise2.py", Student(lms="anon_12345"), False),
    ],
)
def test_canvas_names_say_whose_a_file_is(
    name: str, student: Student, late: bool, read_class: Taken, tmp_path: Path
) -> None:
    intake = read_class(laid_out(tmp_path, {name: GOOD}))
    (hand_in,) = intake.hand_ins
    assert (intake.format, hand_in.students, bool(hand_in.notes)) == (Format.CANVAS, (student,), late)


def test_canvas_links_texts_and_second_files(read_class: Taken, tmp_path: Path) -> None:
    files = {
        "ada_101_9001_exercise2.py": b"old = 1\n",
        "ada_101_9003_exercise2-1.py": GOOD,
        "alan_102_link.html": b"<html>",
        "grace_103_text.html": b"<html>",
        "kurt_104_9007_abgabe.zip": zipped({"exercise2.py": GOOD}),
        "kurt_104_9009_abgabe-1.zip": zipped({"exercise2.py": OTHER}),
        "emmy_105_9011_a.zip": zipped({"exercise2.py": GOOD}),
        "emmy_105_9012_b.zip": zipped({"exercise2.py": OTHER}),
    }
    for path in in_every_packing(tmp_path, files):
        intake = read_class(path)
        found = {hand_in.id: read(intake, hand_in) for hand_in in intake.hand_ins}
        assert found["ada_101"].files == {"exercise2.py": GOOD}
        assert found["alan_102"].files == found["grace_103"].files == {}
        assert found["kurt_104"].files == {"exercise2.py": OTHER}
        assert found["emmy_105"].files == {"exercise2.py": OTHER}, "the LMS's numbers say which came later"
        assert found["emmy_105"].questions == ()


# --- Blackboard and Brightspace --------------------------------------------------------------------------------------


def test_of_blackboards_attempts_the_newest_counts(read_class: Taken, tmp_path: Path) -> None:
    files = {
        "Exercise_9_ada_l_attempt_2020-01-24-10-00-00_exercise2.py": b"old = 1\n",
        "Exercise_9_ada_l_attempt_2020-01-24-10-00-00.txt": b"Name: Ada",
        "Exercise_9_ada_l_attempt_2020-01-25-13-00-00_exercise2.py": GOOD,
        "Exercise_9_ada_l_attempt_2020-01-25-13-00-00_exercise4.py": GOOD,
        "Exercise_9_ada_l_attempt_2020-01-25-13-00-00.txt": b"Name: Ada",
        "Exercise_9_b_l_attempt_2020-01-25-12-00-00_work.zip": zipped({"exercise2.py": OTHER}),
        "Exercise_9_b_l_attempt_2020-01-25-12-00-00.txt": b"Name: Bo",
        "Exercise_9_c_attempt_2020-01-25-12-00-00.txt": b"Name: Cy, who wrote a text",
    }
    for path in in_every_packing(tmp_path, files):
        intake = read_class(path, roster=[Student("4711", "Ada", "", "ada_l"), Student("b_l"), Student("c")])
        ada, bo, cy = intake.hand_ins
        assert (intake.format, ada.id, bo.id, cy.id) == (Format.BLACKBOARD, "4711", "b_l", "c")
        assert set(read(intake, ada).files) == {"exercise2.py", "exercise4.py"}
        assert read(intake, ada).files["exercise2.py"] == GOOD
        assert ada.submitted == datetime(2020, 1, 25, 12, 0, tzinfo=UTC)
        assert kinds(intake) == {"4711": IssueKind.SUPERSEDED}
        assert read(intake, cy).files == {}


def test_brightspace_names_say_who_and_when(read_class: Taken, tmp_path: Path) -> None:
    files = {
        "397063-25573 - Ada Lovelace - Jan 24, 2020 926 PM/exercise2.py": b"old = 1\n",
        "397063-25573 - Ada Lovelace - Jan 25, 2020 105 PM/exercise2.py": GOOD,
        "397064-25573 - Mary-Ann Smith - Jan 25, 2020 1205 AM/work.zip": zipped({"exercise2.py": OTHER}),
        "index.html": b"<html>",
    }
    for path in in_every_packing(tmp_path, files):
        intake = read_class(path)
        ada, mary = intake.hand_ins
        assert (intake.format, ada.id, mary.id) == (
            Format.BRIGHTSPACE,
            "Ada Lovelace_397063",
            "Mary-Ann Smith_397064",
        )
        assert read(intake, ada).files == {"exercise2.py": GOOD}
        assert ada.submitted == datetime(2020, 1, 25, 12, 5, tzinfo=UTC)
        assert mary.submitted == datetime(2020, 1, 24, 23, 5, tzinfo=UTC)


# --- what flips nothing ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "odd",
    [
        "Eve_1_assignsubmission_file_/exercise2.py",
        "submission_metadata.yml/exercise2.py",
        "submission_1/exercise2.py",
        "1-2 - Eve - Jan 25, 2020 105 PM/exercise2.py",
        "x_y_attempt_2020-01-25-12-00-00_z/exercise2.py",
    ],
)
def test_a_folder_named_like_another_platforms_flips_nothing(odd: str, read_class: Taken, tmp_path: Path) -> None:
    files = {"ada/exercise2.py": GOOD, "alan/exercise2.py": GOOD, "grace/exercise2.py": GOOD, odd: GOOD}
    for path in in_every_packing(tmp_path, files):
        intake = read_class(path)
        assert (intake.format, len(intake.hand_ins), intake.issues) == (Format.FOLDERS, 4, ())
        assert {"ada", "alan", "grace"} < set(contents(intake))


def test_a_students_metadata_flips_no_class_of_folders(read_class: Taken, tmp_path: Path) -> None:
    files = {"ada/exercise2.py": GOOD, "alan/exercise2.py": GOOD, "submission_metadata.yml": b"- 1\n"}
    intake = read_class(laid_out(tmp_path, files))
    assert (intake.format, set(contents(intake))) == (Format.FOLDERS, {"ada", "alan"})


def test_environments_and_hidden_folders_are_listed(read_class: Taken, tmp_path: Path) -> None:
    files = {
        "ada/exercise2.py": GOOD,
        "env/pyvenv.cfg": b"",
        "venv/lib/x.py": b"",
        ".secret/exercise2.py": GOOD,
        "__MACOSX/ada/._exercise2.py": b"",
    }
    intake = read_class(laid_out(tmp_path, files))
    assert set(contents(intake)) == {"ada"}
    assert kinds(intake) == dict.fromkeys(("env", "venv", ".secret"), IssueKind.UNMATCHED)
    named = read_class(laid_out(tmp_path / "more", {"env/exercise2.py": GOOD, "ada/exercise2.py": GOOD}))
    assert set(contents(named)) == {"env", "ada"}, "somebody may be called so"


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (
            {"class.zip": zipped({"ada/exercise2.py": GOOD, "alan/exercise2.py": GOOD}), "grades.csv": b"x"},
            {"ada", "alan"},
        ),
        ({"class.tar.gz": tarred({"ada/exercise2.py": GOOD, "alan/exercise2.py": GOOD})}, {"ada", "alan"}),
        ({"all.zip": zipped({"a.zip": zipped({"exercise2.py": GOOD}), "b.zip": zipped({"x.py": b""})})}, {"a", "b"}),
        ({"m.zip": zipped({f"A B_{n}_assignsubmission_file_/exercise2.py": GOOD for n in (1, 2)})}, {"A B_1", "A B_2"}),
        ({"ada.zip": zipped({"exercise2.py": GOOD})}, {"ada"}),
        ({"ada.zip": zipped({"ex1/exercise1.py": GOOD, "ex2/exercise2.py": GOOD}), "note.txt": b""}, {"ada"}),
        ({"ada.zip": zipped({"exercise1.zip": zipped({"exercise1.py": GOOD}), "exercise2.zip": b""})}, {"ada"}),
    ],
)
def test_a_folder_that_holds_one_packed_class_is_that_class(
    files: dict[str, bytes], names: set[str], read_class: Taken, tmp_path: Path
) -> None:
    intake = read_class(laid_out(tmp_path, files))
    assert set(contents(intake)) == names
    assert set(kinds(intake)) == {name for name in files if name.endswith((".csv", ".txt"))}


def test_a_packed_class_that_was_packed_once_more_is_that_class(read_class: Taken, tmp_path: Path) -> None:
    moodle = zipped({f"A B_{n}_assignsubmission_file_/exercise2.py": GOOD for n in (1, 2)})
    people = zipped(
        {"a.zip": zipped({"exercise2.py": GOOD}), "b.zip": zipped({"c.zip": zipped({"exercise2.py": b""})})}
    )
    for number, (packed, names) in enumerate(((moodle, {"A B_1", "A B_2"}), (people, {"a", "b"}))):
        path = tmp_path / f"{number}.zip"
        for around in ("download.zip", "Sheet 9/download.zip"):
            path.write_bytes(zipped({around: packed}))
            assert {name: len(files) for name, files in contents(read_class(path)).items()} == dict.fromkeys(names, 1)
    path.write_bytes(
        zipped({"ada.zip": zipped({"exercise1.zip": zipped({"exercise1.py": b""}), "exercise2.py": GOOD})})
    )
    assert contents(read_class(path)) == {"ada": {"exercise1.py", "exercise2.py"}}, "one person's hand-in"


def test_archives_in_one_another_have_an_end(read_class: Taken, tmp_path: Path) -> None:
    packed = zipped({f"A B_{n}_assignsubmission_file_/exercise2.py": GOOD for n in (1, 2)})
    for _ in range(9):
        packed = zipped({"again.zip": packed})
    (tmp_path / "class.zip").write_bytes(packed)
    assert len(read_class(tmp_path / "class.zip").hand_ins) == 1


# --- names in archives -----------------------------------------------------------------------------------------------


def _without_flag(names: dict[str, bytes]) -> bytes:
    """A zip whose names do not say how they are encoded, as Windows' and macOS' own packers write them."""
    marks = {f"q{number:03}": name for number, name in enumerate(names.values())}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for mark, name in marks.items():
            archive.writestr(mark + "x" * (len(name) - len(mark)), GOOD)
    data = buffer.getvalue()
    for mark, name in marks.items():
        data = data.replace((mark + "x" * (len(name) - len(mark))).encode(), name)
    return data


@pytest.mark.parametrize("encoding", ["cp850", "utf-8", "cp437"])
def test_names_in_archives_that_do_not_say_their_encoding(encoding: str, read_class: Taken, tmp_path: Path) -> None:
    names = ("Jörg Müller/exercise2.py", "Zoë Ångström/exercise2.py")
    (tmp_path / "class.zip").write_bytes(_without_flag({name: name.encode(encoding) for name in names}))
    assert set(contents(read_class(tmp_path / "class.zip"))) == {"Jörg Müller", "Zoë Ångström"}


def test_a_name_in_unicode_beside_the_old_one_is_taken(read_class: Taken, tmp_path: Path) -> None:
    raw = b"?gnes/exercise2.py"
    member = zipfile.ZipInfo("?gnes/exercise2.py".replace("?", "\u00ff"))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        told = b"\1" + struct.pack("<L", zlib.crc32(raw.replace(b"?", b"\x98"))) + "Ágnes/exercise2.py".encode()
        member.extra = struct.pack("<HH", 0x7075, len(told)) + told
        member.filename = member.orig_filename = "Xgnes/exercise2.py"
        archive.writestr(member, GOOD)
    data = buffer.getvalue().replace(b"Xgnes/exercise2.py", b"\x98gnes/exercise2.py")
    (tmp_path / "class.zip").write_bytes(data)
    assert set(contents(read_class(tmp_path / "class.zip"))) == {"Ágnes"}


# --- what a person decides -------------------------------------------------------------------------------------------


def test_a_folder_and_an_archive_of_one_name_are_a_persons_to_decide(read_class: Taken, tmp_path: Path) -> None:
    files = {"ada/exercise2.py": GOOD, "ada.zip": zipped({"exercise2.py": OTHER}), "alan/exercise2.py": GOOD}
    place = laid_out(tmp_path, files)
    intake = read_class(place)
    assert kinds(intake) == {"ada": IssueKind.CHOICE}
    assert intake.issues[0].message == (
        "ada and ada.zip are both ada's, and it is not known which is newer; ada.zip was graded. "
        "--match 'ada=ada' takes the other, --match 'ada.zip=ada' keeps this one."
    )
    for match, content in (("ada=ada", GOOD), ("ada.zip=ada", OTHER)):
        decided = read_class(place, matches=(match,))
        assert read(decided, decided.hand_ins[0]).files == {"exercise2.py": content}
        assert kinds(decided) == {"ada": IssueKind.SUPERSEDED}
    same = read_class(laid_out(tmp_path / "b", {"ada/exercise2.py": GOOD, "ada.zip": zipped({"exercise2.py": GOOD})}))
    assert kinds(same) == {"ada": IssueKind.SUPERSEDED}, "unpacked beside it: nothing to decide"


def test_an_unmatched_hand_in_is_matched_by_a_person(read_class: Taken, tmp_path: Path) -> None:
    roster = [Student("4711", "Ada Lovelace"), Student("4712", "Alan Turing")]
    place = laid_out(
        tmp_path,
        {
            "A Lovelace_1_assignsubmission_file_/exercise2.py": GOOD,
            "stray/exercise2.py": OTHER,
            "Alan Turing_2_assignsubmission_file_/exercise2.py": GOOD,
        },
    )
    before = read_class(place, roster=roster)
    assert kinds(before) == {
        "stray": IssueKind.UNMATCHED,
        "A Lovelace_1": IssueKind.UNMATCHED,
        "4711": IssueKind.ABSENT,
    }
    assert "--match 'A Lovelace_1=ID' says whose it is" in before.issues[1].message
    after = read_class(place, roster=roster, matches=("A Lovelace_1=4711",))
    assert set(contents(after)) == {"4711", "4712"}
    stray = read_class(place, matches=("stray=4713",))
    assert set(contents(stray)) == {"4713", "A Lovelace_1", "Alan Turing_2"}
    assert kinds(stray) == {}
    with pytest.raises(UsageError, match="nobody on the roster has the id 4799"):
        read_class(place, roster=roster, matches=("A Lovelace_1=4799",))
    with pytest.raises(UsageError, match="write 'FOLDER=ID'"):
        read_class(place, matches=("stray",))
    with pytest.raises(UsageError, match="stray is matched to 1 already"):
        read_class(place, matches=("stray=1", "stray=2"))
    assert kinds(read_class(place, matches=("gone=1",)))["gone"] is IssueKind.CHOICE


def test_a_file_that_a_person_accepts_is_read_and_told(read_class: Taken, tmp_path: Path) -> None:
    notebook = b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "x = 1"}]}'
    place = laid_out(
        tmp_path, {"ada/my 2.py": GOOD, "ada/rest.ipynb": notebook, "ada/exercise1.py": b"", "b/x.py": b""}
    )
    accepted = ("ada:my 2.py=exercise2.py", "ada:rest.ipynb=exercise3.py", "ada:gone.py=exercise4.py")
    intake = read_class(place, accepted=accepted)
    submission = read(intake, intake.hand_ins[0])
    assert (submission.files["exercise2.py"], submission.files["exercise3.py"]) == (GOOD, b"x = 1\n")
    assert set(submission.notes) == {
        "exercise2.py: my 2.py was read as this file, as a person decided",
        "exercise3.py: the code cells of rest.ipynb were read as this file, as a person decided",
        "exercise4.py: gone.py, which a person named as this file, is not in the hand-in",
    }
    assert [question.wanted for question in submission.questions] == ["exercise4.py"]
    vain = read(again := read_class(place, accepted=("ada:my2.py=exercise2.py",)), again.hand_ins[0])
    assert [question.wanted for question in vain.questions] == ["exercise2.py"], "asked once"
    assert _question_text("ada", vain.questions[0], vain.notes) == (
        "exercise2.py: my2.py, which a person named as this file, is not in the hand-in. "
        "--accept 'ada:exercise1.py=exercise2.py' or --accept 'ada:my 2.py=exercise2.py' or "
        "--accept 'ada:rest.ipynb=exercise2.py' reads what may be meant."
    )
    assert kinds(read_class(place, accepted=("zoe:x.py=exercise2.py",))) == {"zoe": IssueKind.CHOICE}
    with pytest.raises(UsageError, match=r"write 'ID:FILE=NAME', such as 'ada:my answer\.py=exercise1\.py'"):
        read_class(place, accepted=("ada",))
    with pytest.raises(UsageError, match=r"other\.py is not a file of this assignment"):
        read_class(place, accepted=("ada:my 2.py=other.py",))


def test_student_toml_matches_whom_no_name_does_and_nobody_elses(read_class: Taken, tmp_path: Path) -> None:
    roster = [Student("4711", "Ada Lovelace"), Student("4712", "Alan Turing"), Student("4713", "Grace Hopper")]
    files = {
        "group x/exercise2.py": GOOD,
        "group x/student.toml": b'id = "4711"\n',
        "4712/exercise2.py": GOOD,
        "4712/student.toml": b"id = 4713\n",
        "group y/exercise2.py": OTHER,
        "group y/student.toml": b'name = "Alan Turing"\n',
    }
    intake = read_class(laid_out(tmp_path, files), roster=roster)
    assert set(contents(intake)) == {"4711", "4712", "group y"}
    ada, alan, _ = intake.hand_ins
    assert "matched by its student.toml" in read(intake, ada).notes
    assert read(intake, alan).notes == ("student.toml: it gives the id 4713, and this was handed in by 4712",)
    assert kinds(intake) == {"group y": IssueKind.UNMATCHED, "4713": IssueKind.ABSENT}
    assert "its student.toml says 4712, who has handed in something else" in intake.issues[0].message


def test_a_roster_of_another_class_is_told_as_such(read_class: Taken, tmp_path: Path) -> None:
    place = laid_out(tmp_path, {f"s{n}/exercise2.py": GOOD for n in range(10)})
    wrong = read_class(place, roster=[Student("4711", "Ada Lovelace"), Student("s1")])
    assert wrong.issues[0].kind is IssueKind.ROSTER
    assert wrong.issues[0].message == (
        "9 of 10 hand-ins match nobody on the roster: is it the right one, and does it hold the names or numbers of "
        "this download? For example, a hand-in is called s0, and the roster begins with 4711, Ada Lovelace."
    )
    few = read_class(place, roster=[Student(f"s{n}") for n in range(8)])
    assert IssueKind.ROSTER not in kinds(few).values()


# --- in = graded + listed --------------------------------------------------------------------------------------------

PEOPLE = 6
ONE_EACH: dict[Format, Callable[[int], dict[str, bytes]]] = {
    Format.MOODLE: lambda n: {f"Student {n}_{100 + n}_assignsubmission_file_/exercise2.py": b"# %d" % n},
    Format.CANVAS: lambda n: {f"student{n}_{100 + n}_{900 + n}_exercise2.py": b"# %d" % n},
    Format.BLACKBOARD: lambda n: {f"Sheet 9_s{n}_attempt_2020-01-25-12-00-0{n}_exercise2.py": b"# %d" % n},
    Format.BRIGHTSPACE: lambda n: {f"{100 + n}-9 - Student {n} - Jan 25, 2020 10{n} PM/exercise2.py": b"# %d" % n},
    Format.GRADESCOPE: lambda n: {f"submission_{n}/exercise2.py": b"# %d" % n},
    Format.FOLDERS: lambda n: {f"student{n}.zip": zipped({"exercise2.py": b"# %d" % n})},
}
ODD = {
    "env/lib.py": b"",
    ".hidden/exercise2.py": GOOD,
    "notes.pdf": b"%PDF",
    "stray.7z": b"7z",
    "Eve_1_assignsubmission_file_exercise2.py": GOOD,
    "eve_LATE_999_998_exercise2.py": GOOD,
    "Sheet 9_eve_attempt_2020-01-25-12-00-00.txt": b"",
    "9-9 - Eve - Jan 25, 2020 100 PM/work.rar": b"Rar!",
    "submission_77/exercise2.ipynb": b"{}",
    "eve.tar.gz": tarred({"exercise2.py": GOOD}),
    "eve/exercise2.py": OTHER,
    "broken.zip": b"PK\3\4",
}


@pytest.mark.parametrize("shape", ONE_EACH)
def test_every_hand_in_of_a_mixed_download_is_graded_or_listed(
    shape: Format, read_class: Taken, tmp_path: Path
) -> None:
    """Whatever lies in a class of any platform's: it is somebody's hand-in, or it is listed with its reason."""
    files = {name: content for n in range(PEOPLE) for name, content in ONE_EACH[shape](n).items()} | ODD
    if shape is Format.GRADESCOPE:
        lines = "".join(f"submission_{n}:\n  :submitters:\n  - :name: S {n}\n    :sid: '{n}'\n" for n in range(PEOPLE))
        files["submission_metadata.yml"] = lines.encode()
        del files["Eve_1_assignsubmission_file_exercise2.py"], files["eve_LATE_999_998_exercise2.py"]
        del files["Sheet 9_eve_attempt_2020-01-25-12-00-00.txt"], files["9-9 - Eve - Jan 25, 2020 100 PM/work.rar"]
    if shape is not Format.FOLDERS:  # the majority decides: here it is the platform's
        for name in ("eve/exercise2.py", "eve.tar.gz", "broken.zip"):
            files.pop(name)
    for path in in_every_packing(tmp_path, files):
        intake = read_class(path)
        assert intake.format is shape, path
        graded = {part.key for hand_in in intake.hand_ins for part in hand_in.parts}
        listed = {issue.who for issue in intake.issues} | {
            name for issue in intake.issues for name in files if issue.message.startswith(name.split("/")[0])
        }
        there = {name.split("/")[0] for name in files} - {"submission_metadata.yml"}
        lost = {name for name in there if name not in graded and not any(one.startswith(name) for one in listed)}
        assert lost == set(), path
        assert {f"# {n}".encode() for n in range(PEOPLE)} <= {
            read(intake, hand_in).files.get("exercise2.py") for hand_in in intake.hand_ins
        }


def test_one_submission_and_no_class_are_told(read_class: Taken, tmp_path: Path) -> None:
    with pytest.raises(SubmissionError, match="this is one submission, not a class"):
        read_class(laid_out(tmp_path / "a", {"exercise2.py": GOOD}))
    with pytest.raises(SubmissionError, match="no hand-in was found in there"):
        read_class(laid_out(tmp_path / "b", {"x.pdf": b""}))


# --- what the person at the terminal sees -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "file",
    ["my 2.py", "exercise2';touch x;'.py", "2' or --accept 'bob:old.py=exercise2.py", '2"$(touch x)`touch x`.py'],
)
def test_an_option_to_be_copied_is_one_word_to_a_shell_and_to_the_desk(file: str) -> None:
    text = _question_text("O'Brien", Question("exercise2.py", (file,)), ())
    *_, option, value = shlex.split(text.removesuffix(" reads what may be meant."))
    assert (option, value) == ("--accept", f"O'Brien:{file}=exercise2.py")
    assert [offer.value for offer in offers(IssueKind.CHOICE, text)] == [value]


def test_so_is_the_option_that_reads_a_file_as_what_it_is_called() -> None:
    path = "it's; touch x/exercise1.py"
    text = _own_answer("O'Brien", Question("exercise2.py", (path,)), EXPECTED)
    option, value, *_ = shlex.split(text.partition(" leaves out of ")[0])
    assert (option, value) == ("--accept", f"O'Brien:{path}=exercise1.py")


def test_what_a_person_has_to_decide_is_listed_with_the_option_that_does(
    tmp_path: Path, assignment: Assignment
) -> None:
    klass = Class(tmp_path, assignment)
    files = {
        "a/exercise2.py": None,
        "a/my exercise2.py": b"x = 1\n",
        "a/notes.ipynb": b"{}",
        "b/new/exercise2.py": b"x = 1\n",
        "b/exercise2.rar": b"Rar!",
    }
    (klass.place / "a" / "exercise2.py").unlink()
    laid_out(klass.place, {name: content for name, content in files.items() if content is not None})
    issues = [(issue.who, issue.kind, issue.message) for issue in klass.grade().issues]
    rare = "b", IssueKind.UNREAD, "exercise2.rar: an archive of this kind is not opened here; hand in a zip."
    assert issues == [
        (
            "a",
            IssueKind.CHOICE,
            "exercise2.py: not handed in under this name. --accept 'a:my exercise2.py=exercise2.py' reads what may be "
            "meant.",
        ),
        ("a", IssueKind.UNREAD, "notes.ipynb: a notebook is not read; export it as Python and hand that in."),
        (
            "b",
            IssueKind.CHOICE,
            "exercise2.py: 2 files differ, and exercise2.py was graded. --accept 'b:exercise2.py=exercise2.py' or "
            "--accept 'b:new/exercise2.py=exercise2.py' decides.",
        ),
        rare,
    ]
    options = ("a:my exercise2.py=exercise2.py", "b:exercise2.py=exercise2.py")
    left = klass.grade(accept=options, replace=True).issues
    assert [(issue.who, issue.kind) for issue in left] == [("a", IssueKind.UNREAD), ("b", IssueKind.UNREAD)]
    assert klass.grade().issues == left, "kept with the class"


def test_a_class_that_fits_no_roster_ends_with_exit_code_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(class_grading, "print_summary", lambda *shown: None)
    index = SimpleNamespace(issues=[Issue(IssueKind.ROSTER, "roster", "9 of 10 hand-ins match nobody.")])
    with pytest.raises(SystemExit) as ended:
        class_grading._tell(SimpleNamespace(results=Path()), index)  # type: ignore[arg-type]
    assert ended.value.code == 1


def test_an_author_is_shown_by_what_is_known() -> None:
    shown = [str(Author(name=name, id=id_)) for name, id_ in (("Ada", "4711"), ("Ada", None), (None, "4711"))]
    assert shown == ["Ada (4711)", "Ada", "4711"]


def test_folders_of_ilias_are_matched_by_their_login_and_late_files_are_asked_about(
    read_class: Taken, tmp_path: Path
) -> None:
    files = {
        "Mueller_Joerg_jmueller_4711/exercise2.py": GOOD,
        "Lovelace_Ada_alove_4712/Late Submission - exercise2.py": GOOD,
    }
    roster = [Student("1", "Jörg Müller", "", "jmueller"), Student("2", "Ada Lovelace", "", "alove")]
    intake = read_class(laid_out(tmp_path / "class", files), roster=roster)
    joerg, ada = intake.hand_ins
    assert ([joerg.id, ada.id], intake.issues) == (["1", "2"], ())
    assert set(intake.read(joerg).files) == {"exercise2.py"}
    (question,) = intake.read(ada).questions
    assert (question.wanted, question.candidates) == ("exercise2.py", ("Late Submission - exercise2.py",))


ROSTER = [
    Student("2022001", "Ada Lovelace", "", "alove"),
    Student("2022002", "Alan Turing", "", "aturing"),
    Student("2022003", "Jörg Müller", "", "jmueller"),
]


def members(intake: Intake) -> dict[str, list[str]]:
    return {hand_in.id: [student.id for student in hand_in.students] for hand_in in intake.hand_ins}


def test_each_member_of_a_team_of_ilias_is_matched(read_class: Taken, tmp_path: Path) -> None:
    files = {
        "Sheet_9/Abgaben/Team 12/Lovelace_Ada_alove_401/exercise2.py": GOOD,
        "Sheet_9/Abgaben/Team 12/Turing_Alan_aturing_402/exercise3.py": OTHER,
        "Sheet_9/Abgaben/Équipe 13/Mueller_Joerg_jmueller_403/exercise2.py": OTHER,
        "Sheet_9/Sheet_9.xlsx": b"who and when",
    }
    for path in in_every_packing(tmp_path, files):
        intake = read_class(path, roster=ROSTER)
        assert members(intake) == {"Team 12": ["2022001", "2022002"], "2022003": ["2022003"]}
        assert contents(intake)["Team 12"] == {"exercise2.py", "exercise3.py"}
        assert [(issue.who, issue.kind) for issue in intake.issues] == [("Sheet_9.xlsx", IssueKind.UNMATCHED)]
        assert intake.issues[0].message.endswith("Sheet_9.xlsx: lies beside the class and is not a hand-in.")


def test_a_team_with_somebody_whom_nobody_knows_is_listed(read_class: Taken, tmp_path: Path) -> None:
    files = {
        "Team_12/Lovelace_Ada_alove_401/exercise2.py": GOOD,
        "Team_12/Hopper_Grace_ghopper_402/exercise3.py": GOOD,
        "Team_13/Turing_Alan_aturing_403/exercise2.py": OTHER,
        "Team 14/my_own_sheet_9/exercise2.py": OTHER,
        "Team 14/notes.md": b"and so no team's folder",
    }
    intake = read_class(laid_out(tmp_path / "class", files), roster=ROSTER)
    assert members(intake) == {"2022002": ["2022002"], "Team_12": ["", "2022001"], "Team 14": [""]}
    assert {who: kind for who, kind in kinds(intake).items() if who.startswith("Team")} == {
        "Team_12": IssueKind.UNMATCHED, "Team 14": IssueKind.UNMATCHED,
    }  # fmt: skip


def test_a_short_number_in_a_name_is_no_id(read_class: Taken, tmp_path: Path) -> None:
    files = {
        "Group 3-Ada Lovelace_12345_assignsubmission_file_/exercise2.py": GOOD,
        "Group 3-Alan Turing_12346_assignsubmission_file_/exercise2.py": OTHER,
    }
    roster = [Student("1", "Ada Lovelace"), Student("2", "Alan Turing"), Student("3", "Jörg Müller")]
    intake = read_class(laid_out(tmp_path / "class", files), roster=roster)
    assert members(intake) == {"1": ["1"], "2": ["2"]}
    assert kinds(intake) == {"3": IssueKind.ABSENT}


@pytest.mark.parametrize(
    "second",
    [
        "Ada Lovelace (1).zip",
        "Ada Lovelace-1.zip",
        "Ada Lovelace_2.zip",
        "Ada Lovelace - Copy.zip",
        "Ada Lovelace - Kopie (2).zip",
    ],
)
def test_a_second_file_of_a_name_is_the_same_persons_and_asked_about(
    read_class: Taken, tmp_path: Path, second: str
) -> None:
    files = {"Ada Lovelace.zip": zipped({"exercise2.py": GOOD}), second: zipped({"exercise2.py": OTHER})}
    intake = read_class(laid_out(tmp_path / "class", files), roster=ROSTER)
    assert members(intake) == {"2022001": ["2022001"]}
    assert kinds(intake)["2022001"] is IssueKind.CHOICE


def test_files_side_by_side_are_told_apart_by_the_names_before_the_exercises(read_class: Taken, tmp_path: Path) -> None:
    files = {
        "Ada Lovelace - exercise2.py": GOOD,
        "Ada Lovelace - exercise3.py": GOOD,
        "Ada Lovelace - report.md": b"# Report",
        "alan_turing_exercise2.py": OTHER,
        "2022003-exercise2.py": OTHER,
        "grades.csv": b"",
        "something.py": b"",
    }
    for path in in_every_packing(tmp_path, files):
        intake = read_class(path, roster=ROSTER)
        assert contents(intake) == {
            "2022001": {"exercise2.py", "exercise3.py", "report.md"}, "2022002": {"exercise2.py"},
            "2022003": {"exercise2.py"},
        }  # fmt: skip
        assert kinds(intake) == {"grades.csv": IssueKind.UNMATCHED, "something.py": IssueKind.UNMATCHED}


def test_files_of_one_person_are_no_class(read_class: Taken, tmp_path: Path) -> None:
    files = {"my exercise2.py": GOOD, "my exercise3.py": GOOD}
    with pytest.raises(SubmissionError, match="no hand-in was found in there"):
        read_class(laid_out(tmp_path / "class", files))


def test_sakai_and_teams_are_folders_of_people(read_class: Taken, tmp_path: Path) -> None:
    sakai = {
        "Sheet 9/grades.csv": b"Display ID",
        "Sheet 9/Lovelace, Ada(alove)/Submission attachment(s)/exercise2.py": GOOD,
        "Sheet 9/Lovelace, Ada(alove)/timestamp.txt": b"20220125135959000",
        "Sheet 9/Turing, Alan(aturing)/Submission attachment(s)/exercise2.py": OTHER,
        "Sheet 9/Turing, Alan(aturing)/Turing, Alan(aturing)_submissionText.html": b"<p>see there</p>",
    }
    intake = read_class(laid_out(tmp_path / "sakai", sakai), roster=ROSTER[:2])
    assert contents(intake) == {"2022001": {"exercise2.py"}, "2022002": {"exercise2.py"}}
    assert kinds(intake) == {"grades.csv": IssueKind.UNMATCHED}
    teams = {
        "Submitted files/Ada Lovelace/Sheet 9/Version 1/exercise2.py": GOOD,
        "Submitted files/Ada Lovelace/Sheet 9/Version 2/exercise2.py": OTHER,
        "Submitted files/Alan Turing/Sheet 9/Version 1/exercise2.py": OTHER,
    }
    intake = read_class(laid_out(tmp_path / "teams", teams), roster=ROSTER[:2])
    ada, alan = (intake.read(hand_in) for hand_in in intake.hand_ins)
    assert (ada.id, ada.questions, alan.id, alan.questions) == ("2022001", (), "2022002", ())


@pytest.mark.parametrize(
    ("text", "at"),
    [
        (b"2022-01-25T12:59:59.123Z", datetime(2022, 1, 25, 12, 59, 59, 123000, UTC)),
        (b"2022-01-25T12:59:59Z\r\n", datetime(2022, 1, 25, 12, 59, 59, tzinfo=UTC)),
        (b"20220125135959000", None),  # of older versions: on whose clock?
        (b"2022-13-45T12:59:59Z", None),
        (b"2022-01-25T12:59:59Z" * 100, None),
        (b"\xff", None),
        (b"", None),
    ],
)
def test_sakai_says_when_a_hand_in_came(text: bytes, at: datetime | None, read_class: Taken, tmp_path: Path) -> None:
    files = {
        "Lovelace, Ada(alove)/Submission attachment(s)/exercise2.py": GOOD,
        "Lovelace, Ada(alove)/Submission attachment(s)/timestamp.txt": b"2000-01-01T00:00:00Z",
        "Lovelace, Ada(alove)/timestamp.txt": text,
        "Turing, Alan(aturing)/Anlagen/exercise2.py": OTHER,
    }
    ada, alan = read_class(laid_out(tmp_path / "sakai", files), roster=ROSTER[:2]).hand_ins
    assert (ada.submitted, ada.zoneless, alan.submitted) == (at, False, None)


def test_a_file_that_a_student_calls_like_sakais_is_no_time(read_class: Taken, tmp_path: Path) -> None:
    files = {
        "ada/timestamp.txt": b"2000-01-01T00:00:00Z",
        "ada/exercise2.py": GOOD,
        "Lovelace, Ada(alove)/exercise2.py": OTHER,
    }
    files["Lovelace, Ada(alove)/timestamp.txt"] = b"2000-01-01T00:00:00Z"
    assert {one.submitted for one in read_class(laid_out(tmp_path / "class", files)).hand_ins} == {None}


def test_openolat_is_folders_of_people_and_a_revision_is_asked_about(read_class: Taken, tmp_path: Path) -> None:
    files = {
        "Sheet_9/Sheet 9.xlsx": b"PK",
        "Sheet_9/Lovelace_Ada_alove/1_task/sheet9.pdf": b"%PDF",
        "Sheet_9/Lovelace_Ada_alove/2_submissions/exercise2.py": GOOD,
        "Sheet_9/Turing_Alan_aturing/2_submissions/exercise2.py": GOOD,
        "Sheet_9/Turing_Alan_aturing/3_corrections/exercise2.py": OTHER,
        "Sheet_9/Hopper_Grace_ghopper/2_submissions/exercise2.py": GOOD,
        "Sheet_9/Hopper_Grace_ghopper/4_revisions_1/exercise2.py": OTHER,
        "Sheet_9/solutions/exercise2.py": OTHER,
    }
    intake = read_class(
        laid_out(tmp_path / "olat", files), roster=[*ROSTER[:2], Student("2022004", "Grace Hopper", "", "ghopper")]
    )
    read = {hand_in.id: intake.read(hand_in) for hand_in in intake.hand_ins}
    asked = {name: len(own.questions) for name, own in read.items()}
    assert asked == {"2022001": 0, "2022002": 0, "2022004": 1, "solutions": 0}
    assert read["2022001"].files == read["2022002"].files == {"exercise2.py": GOOD}, "a correction is a teacher's"
    assert kinds(intake) == {"Sheet 9.xlsx": IssueKind.UNMATCHED, "solutions": IssueKind.UNMATCHED}


@pytest.mark.parametrize(
    "name",
    [
        "Müller Jürgen",
        "Lefèvre Zoë",
        "Núñez Íñigo",
        "Yılmaz Işıl İnci",
        "王 小明",
        "الخوارزمي محمد",
        "O'Neil Seán",
        "Teilnehmer_in",  # where marking is blind: the language's word for a participant
        "Teilnehmer-in",
        "参与者",
        "Group 3-Müller Jürgen",
    ],
)
def test_moodles_names_are_read_in_every_language(name: str, read_class: Taken, tmp_path: Path) -> None:
    """Only the name is the language's: the words behind it are those of Moodle's own plugins."""
    files = {f"{name}_{number}_assignsubmission_file_/exercise2.py": GOOD for number in (7345100, 7345101)}
    files[f"{name}_7345101_assignsubmission_onlinetext_/onlinetext.html"] = b"<p>hello</p>"
    intake = read_class(laid_out(tmp_path / "class", files))
    assert intake.format is Format.MOODLE
    assert {(one.students[0].name, one.students[0].lms) for one in intake.hand_ins} == {
        (name, "7345100"),
        (name, "7345101"),
    }
    assert all(set(intake.read(one).files) == {"exercise2.py"} for one in intake.hand_ins)


@pytest.mark.parametrize("magic", [b"Rar!\x1a\x07\x01\x00", b"7z\xbc\xaf\x27\x1c\x00\x04", b"<html>", b""])
def test_what_is_only_called_a_zip_is_listed(read_class: Taken, tmp_path: Path, magic: bytes) -> None:
    files = {"Ada Lovelace.zip": magic + bytes(60), "Alan Turing.zip": zipped({"exercise2.py": GOOD})}
    intake = read_class(laid_out(tmp_path / "class", files), roster=ROSTER[:2])
    ada, alan = (intake.read(hand_in) for hand_in in intake.hand_ins)
    assert (ada.files, set(alan.files)) == ({}, {"exercise2.py"})
    assert ada.notes[0].startswith("Ada Lovelace.zip: this is not an archive that can be read")
