"""Downloads whose folders and files a platform writes: whose a hand-in is, which part of it counts, and since when."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from grader.assignment_folder import Assignment
from grader.classroom.class_model import Format, HandIn, IssueKind, Student
from grader.classroom.intake.dates import UNREAD_TIME, time_in_name
from grader.classroom.intake.hand_ins import Intake, IntakeInputs, open_intake
from grader.classroom.intake.time_stamps import read_stamp
from grader.errors import SubmissionError
from tests.support.classes import EXPECTED, GOOD, contents, in_every_packing, laid_out, read, zipped
from tests.support.fake_class import Class

pytestmark = pytest.mark.slow

BERLIN = ZoneInfo("Europe/Berlin")
OTHER = b"def maxpool2x2_backward(dY, X):\n    return 0 * X\n"
ROSTER = [
    Student("1", "Ada Lovelace", "ada@example.edu", "ada"),
    Student("2", "Alan Turing", "alan@example.edu", "alan"),
]
AT = datetime(2022, 1, 25, 12, 59, tzinfo=UTC)
Taken = Callable[..., Intake]


@pytest.fixture
def read_class() -> Iterator[Taken]:
    """A class, open until the test ends."""
    with ExitStack() as stack:

        def opened(path: Path, **given: Any) -> Intake:
            return stack.enter_context(open_intake(path, EXPECTED, BERLIN, IntakeInputs(roster=ROSTER, **given)))

        yield opened


def graded(intake: Intake) -> dict[str, bytes]:
    """What is graded as everybody's exercise 2."""
    return {hand_in.id: read(intake, hand_in).files["exercise2.py"] for hand_in in intake.hand_ins}


def by_id(intake: Intake) -> dict[str, HandIn]:
    return {hand_in.id: hand_in for hand_in in intake.hand_ins}


@pytest.mark.parametrize("wrapped", ["", "DL 9/"])
def test_several_downloads_in_one_folder_are_no_class(wrapped: str, read_class: Taken, tmp_path: Path) -> None:
    """Each was one hand-in, of a person called "Tutorial A"."""
    names = [f"{name}_{number}_assignsubmission_file_" for number, name in enumerate(("Ada Lovelace", "Alan Turing"))]
    download = {f"{wrapped}{name}/exercise2.py": GOOD for name in names}
    plain = laid_out(
        tmp_path / "plain", {f"Tutorial {t}/{name}": content for t in "AB" for name, content in download.items()}
    )
    packed = laid_out(tmp_path / "packed", {f"Tutorial {t}.zip": zipped(download) for t in "AB"})
    for place, suffix in ((plain, ""), (packed, ".zip")):
        with pytest.raises(SubmissionError) as error:
            read_class(place)
        assert str(error.value) == (
            f"{place}: these are 2 downloads, each with the hand-ins of several people (Tutorial A{suffix}, Tutorial "
            f"B{suffix}). Give one of them; or, if they belong to one class, unpack all of them into one folder and "
            "give that."
        )
    for name, content in (("Grace Hopper/exercise2.py", GOOD), ("grace.zip", zipped({"exercise2.py": GOOD}))):
        place = laid_out(tmp_path / f"beside {name[:5]}", {"All.zip": zipped(download), name: content})
        with pytest.raises(SubmissionError) as error:
            read_class(place)
        assert str(error.value) == (
            f"{place}: All.zip is a download with the hand-ins of several people. Give it by itself; or, if what lies "
            "beside it belongs to the same class, unpack it into this folder and remove it."
        )
    people = {f"{who}/exercise2.py": GOOD for who in ("Ada Lovelace", "Alan Turing")}
    intake = read_class(laid_out(tmp_path / "among", {"All.zip": zipped(download), **people}))
    assert [hand_in.id for hand_in in intake.hand_ins] == ["1", "2"]
    assert [issue.message for issue in intake.issues] == [
        f"{tmp_path / 'among' / 'All.zip'}: a download with the hand-ins of several people, and not a hand-in; unpack "
        "it beside the others."
    ]
    laid_out(tmp_path / "beside", {"Tutorial A.zip": zipped(download), "list.csv": b"id\n"})
    assert {hand_in.students[0].name for hand_in in read_class(tmp_path / "beside").hand_ins} == {
        "Ada Lovelace",
        "Alan Turing",
    }


def test_the_newest_of_what_autolab_numbers_counts(read_class: Taken, tmp_path: Path) -> None:
    """Autolab names all that somebody handed in alike but for a number, of which 10 comes after 9."""
    packed = {
        "ada@example.edu_9_handin.zip": zipped({"exercise2.py": OTHER, "exercise3.py": OTHER}),
        "ada@example.edu_10_handin.zip": zipped({"exercise2.py": GOOD}),
        "alan@example.edu_1_handin.zip": zipped({"exercise2.py": OTHER}),
    }
    for place in in_every_packing(tmp_path, packed):
        intake = read_class(place)
        assert (intake.format, graded(intake)) == (Format.AUTOLAB, {"1": GOOD, "2": OTHER})
        assert [*read(intake, by_id(intake)["1"]).files] == ["exercise2.py"], "each is a hand-in by itself"
        assert by_id(intake)["1"].notes == ("handed in 2 times; the newest counts",)
        assert [(issue.kind, issue.message) for issue in intake.issues] == [
            (
                IssueKind.SUPERSEDED,
                "ada@example.edu_9_handin.zip: handed in more than once; ada@example.edu_10_handin.zip counts.",
            )
        ]


def test_numbers_between_an_address_and_different_names_are_no_attempts(read_class: Taken, tmp_path: Path) -> None:
    files = {f"ada@example.edu_{n}_exercise{n}.py": GOOD for n in (2, 3)} | {"alan@example.edu_2_exercise2.py": OTHER}
    intake = read_class(laid_out(tmp_path, files))
    assert contents(intake) == {"1": {"exercise2.py", "exercise3.py"}, "2": {"exercise2.py"}}
    assert intake.issues == ()


def test_the_newest_of_what_vpl_kept_counts_with_its_time(tmp_path: Path) -> None:
    files = {
        "Lovelace Ada 17 al/2022-01-24-09-00-00/exercise2.py": OTHER,
        "Lovelace Ada 17 al/2022-01-24-09-00-00/exercise3.py": OTHER,
        "Lovelace Ada 17 al/2022-01-24-09-00-00.ceg/grade.txt": b"5",
        "Lovelace Ada 17 al/2022-01-25-13-59-00/exercise2.py": GOOD,
        "Turing Alan 18 at/2022-01-25-13-59-00/exercise2.py": OTHER,
        "Turing Alan 18 at/2022-01-26-13-59-00.ceg/compilation.txt": b"",
    }
    by_name = [Student("1", "Ada Lovelace"), Student("2", "Alan Turing")]
    by_login = [Student("1", "", "", "al"), Student("2", "", "", "at")]
    for place in in_every_packing(tmp_path, files):
        for roster in (by_name, by_login):
            with open_intake(place, EXPECTED, BERLIN, IntakeInputs(roster=roster)) as intake:
                assert (graded(intake), intake.issues) == ({"1": GOOD, "2": OTHER}, ())
                assert [*read(intake, by_id(intake)["1"]).files] == ["exercise2.py"]
                assert by_id(intake)["1"].notes == ("2022-01-25-13-59-00 counts, the newest of 2",)
                times = [(hand_in.submitted, hand_in.zoneless) for hand_in in intake.hand_ins]
                assert times == [(AT, True), (AT, True)]
    alone = {"a/2022-01-24-09-00-00/exercise2.py": GOOD, "b/exercise2.py": GOOD, "c/exercise2.py": GOOD}
    with open_intake(laid_out(tmp_path / "alone", alone), EXPECTED, BERLIN) as intake:
        assert [hand_in.submitted for hand_in in intake.hand_ins] == [None, None, None], (
            "a student can name a folder so"
        )


def test_attempts_whose_time_cannot_be_read_are_kept_apart(read_class: Taken, tmp_path: Path) -> None:
    """Of two attempts there were two files of one path in one hand-in, and nobody could say which counts."""
    older, newer = (f"397063-2557 - Ada Lovelace - {day}. ledna 2022 1359" for day in (24, 25))
    intake = read_class(laid_out(tmp_path, {
        f"{older}/exercise2.py": OTHER, f"{newer}/exercise2.py": GOOD,
        "397064-2557 - Alan Turing - Jan 25, 2022 159 PM/exercise2.py": GOOD,
    }))  # fmt: skip
    assert intake.format is Format.BRIGHTSPACE
    (choice,) = (issue for issue in intake.issues if issue.kind is IssueKind.CHOICE)
    assert f"--match '{older}=1' takes the other" in choice.message
    decided = read_class(tmp_path, matches=(f"{older}=1",))
    assert graded(decided) == {"1": OTHER, "2": GOOD}


def test_artemis_repositories_for_practice_are_no_hand_ins(read_class: Taken, tmp_path: Path) -> None:
    """One was graded in the place of the hand-in, or beside it, until somebody was asked."""
    files = {
        "ida23-Sheet-9-71-ada/exercise2.py": GOOD,
        "ida23-Sheet-9-72-alan/exercise2.py": GOOD,
        "practice-ida23-Sheet-9-95-ada/exercise2.py": OTHER,
        "practice-makes-perfect/exercise2.py": OTHER,
    }
    for place in in_every_packing(tmp_path, files):
        intake = read_class(place)
        assert [hand_in.source for hand_in in intake.hand_ins if hand_in.id in ("1", "2")] == [
            "ida23-Sheet-9-71-ada", "ida23-Sheet-9-72-alan",
        ]  # fmt: skip
        (issue,) = [issue for issue in intake.issues if "practice-ida23" in issue.message]
        assert (issue.kind, issue.message.partition(": ")[2]) == (
            IssueKind.UNMATCHED,
            "a repository for practice, as Artemis calls those that were made after the due date, and not a hand-in.",
        )


def test_of_teams_library_what_was_turned_in_counts(read_class: Taken, tmp_path: Path) -> None:
    files = {
        f"{place}/{who}/Sheet 9/{version}exercise2.py": content
        for place, version, content in (("Submitted files", "Version 1/", GOOD), ("Working files", "", OTHER))
        for who in ("Ada Lovelace", "Alan Turing")
    }
    for place in in_every_packing(tmp_path, files):
        assert graded(read_class(place)) == {"1": GOOD, "2": GOOD}


# --- names that say whose a file is ----------------------------------------------------------------------------------


def test_prairielearns_files_are_a_persons_and_the_last_submission_counts(read_class: Taken, tmp_path: Path) -> None:
    files = {  # PrairieLearn, instructorAssessmentDownloads.tsx, extractFilesForSubmissions
        "Homework9/ada@example.edu_1_backprop_1_1_8811_exercise2.py": OTHER,
        "Homework9/ada@example.edu_1_backprop_1_2_8899_exercise2.py": GOOD,
        "Homework9/ada@example.edu_1_conv_2d_1_1_8800_exercise3.py": GOOD,
        "Homework9/alan@example.edu_1_hw9/nets/backprop_1_1_8820_exercise2.py": GOOD,  # ids of questions may hold "/"
    }
    for path in in_every_packing(tmp_path, files):
        intake = read_class(path)
        assert intake.format is Format.PRAIRIELEARN
        assert graded(intake) == {"1": GOOD, "2": GOOD}
        assert contents(intake)["1"] == {"exercise2.py", "exercise3.py"}


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("lovelaceada_101_9001_Exercise_9_1_2_3_final.py", Format.CANVAS),
        ("team_a_1_01-backprop_1_2_8812_exercise2.py", Format.CANVAS),  # which of the two cannot be told
        ("team_a_1_backprop_1_2_8812_exercise2.py", Format.PRAIRIELEARN),
        ("ada@example.edu_1_01-backprop_1_2_8812_exercise2.py", Format.PRAIRIELEARN),
    ],
)
def test_canvas_names_are_not_prairielearns(name: str, shape: Format, read_class: Taken, tmp_path: Path) -> None:
    assert read_class(laid_out(tmp_path, {name: GOOD})).format is shape


def test_prairielearns_files_for_manual_grading_hold_the_course_s_number(read_class: Taken, tmp_path: Path) -> None:
    files = {  # the same, extractFilesForManualGrading: uid, uin, question, submission
        "a.lovelace@example.edu_1_backprop_8811_exercise2.py": GOOD,
        "alan@example.edu__backprop_8820_exercise2.py": OTHER,  # PrairieLearn knows no number of him
    }
    assert graded(read_class(laid_out(tmp_path, files))) == {"1": GOOD, "2": OTHER}


def test_files_of_edx_are_a_persons_beside_texts_and_the_list_of_all(read_class: Taken, tmp_path: Path) -> None:
    files = {  # edx-ora2, openassessment/data.py, OraDownloadData
        "[1]Nets, [2]Sheet 9, [1]Unit/[1] - ada - exercise2.py": GOOD,
        "[1]Nets, [2]Sheet 9, [1]Unit/[1] - ada - prompt_0.txt": b"see there",
        "[1]Nets, [2]Sheet 9, [1]Unit/[1] - alan - work.zip": zipped({"exercise2.py": OTHER}),
        "submissions.csv": b"course_id",
    }
    intake = read_class(laid_out(tmp_path, files))
    assert (intake.format, graded(intake)) == (Format.EDX, {"1": GOOD, "2": OTHER})
    assert [issue.who for issue in intake.issues] == ["submissions.csv"]


@pytest.mark.parametrize(
    "name",
    [
        "Ada <ada@example.edu>",
        "Lovelace (ada@example.edu)",
        "L., Ada - ada@example.edu",
        "ada@example.edu_Lovelace",
        "Lovelace_ada@example.edu",
        "ADA@example.edu",
        "ada@students.example.org",  # the mailbox is her login
    ],
)
def test_an_address_in_a_name_says_whose_it_is(name: str, read_class: Taken, tmp_path: Path) -> None:
    roster = [Student("1", email="" if "org" in name else "ada@example.edu", lms="ada"), *ROSTER[1:]]
    files = {f"{name}/exercise2.py": GOOD, "Alan Turing/exercise2.py": GOOD}
    with ExitStack() as stack:
        inputs = IntakeInputs(roster=roster)
        intake = stack.enter_context(open_intake(laid_out(tmp_path, files), EXPECTED, BERLIN, inputs))
        assert set(by_id(intake)) == {"1", "2"}


def test_the_same_mailbox_at_another_school_is_somebody_else(read_class: Taken, tmp_path: Path) -> None:
    files = {"ada@example.org/exercise2.py": GOOD, "alan@example.edu/exercise2.py": GOOD}
    assert set(by_id(read_class(laid_out(tmp_path, files)))) == {"ada@example.org", "2"}


def test_a_mailbox_is_a_name_where_the_roster_has_no_login(tmp_path: Path) -> None:
    roster = [Student("1", "Ada Lovelace", "alove@example.edu"), Student("2", "Grace Alove", "grace@example.edu")]
    files = {"alove/exercise2.py": GOOD, "Grace Alove.zip": zipped({"exercise2.py": OTHER}), "ace/exercise2.py": GOOD}
    with open_intake(laid_out(tmp_path, files), EXPECTED, BERLIN, IntakeInputs(roster=roster)) as intake:
        assert set(by_id(intake)) == {"1", "2", "ace"}


def test_files_with_names_behind_them_are_each_persons(read_class: Taken, tmp_path: Path) -> None:
    files = {
        "exercise2 - Ada Lovelace.py": GOOD,
        "exercise3 - Ada Lovelace.py": GOOD,
        "report - Ada Lovelace.md": b"# Report",
        "exercise2 - Alan Turing.py": OTHER,
        "exercise2 - Copy.py": OTHER,
    }
    intake = read_class(laid_out(tmp_path, files))
    assert contents(intake) == {"1": {"exercise2.py", "exercise3.py", "report.md"}, "2": {"exercise2.py"}}
    assert [issue.who for issue in intake.issues] == ["exercise2 - Copy.py"]


@pytest.mark.parametrize("names", [("exercise2.py", "exercise2 (1).py"), ("exercise2 (1).py", "exercise2(2).py")])
def test_files_that_say_nobodys_name_are_told_what_to_do_with(
    names: tuple[str, ...], read_class: Taken, tmp_path: Path
) -> None:
    with pytest.raises(
        SubmissionError, match=r"exercise2\.py is there 2 times .* Put each person's files into a folder"
    ):
        read_class(laid_out(tmp_path, dict.fromkeys(names, GOOD)))


def test_blackboards_receipts_say_whose_an_attempt_is(read_class: Taken, tmp_path: Path) -> None:
    """The name for a roster without logins, and where the user name begins: `_` may be in it and in the assignment."""
    name = "Sheet_9_{}_attempt_2022-01-25-13-59-00{}"
    receipt = "Name: {}\nAssignment: Sheet_9\nDate Submitted: Tuesday, 25 January 2022 13:59:00 o'clock GMT\n"
    files = {
        name.format("a_l", "_exercise2.py"): GOOD,
        name.format("a_l", ".txt"): receipt.format("Ada Lovelace (a_l)").encode(),
        name.format("x77", "_exercise2.py"): OTHER,
        name.format("x77", ".txt"): b"\xef\xbb\xbfNombre: Alan Turing (x77)\r\n",
        name.format("zz", "_exercise2.py"): OTHER,
        name.format("zz", ".txt"): receipt.format("Alan Turing (somebody_else)").encode(),
    }
    for path in in_every_packing(tmp_path, files):
        intake = read_class(path)
        assert graded(intake) == {"1": GOOD, "2": OTHER, "zz": OTHER}
    alone = {key: value for key, value in files.items() if "a_l" in key}
    with open_intake(laid_out(tmp_path / "alone", alone), EXPECTED, BERLIN) as intake:
        assert [hand_in.students for hand_in in intake.hand_ins] == [(Student("a_l", "Ada Lovelace"),)]


# --- Brightspace, in every language ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Jan 25, 2022 159 PM",
        "January 25, 2022 1:59 PM",
        "25. Januar 2022 1359",
        "25 janv. 2022 13 h 59",
        "25 de enero de 2022 1359",
        "25 jan. 2022 13.59",
        "25 Ocak 2022 1359",
        "25-01-2022 1359",
        "2022-01-25 1359",
        "2022年1月25日 下午 159",
        # as BrightspaceUI/intl has the "medium" date and the "short" time
        "25 Ionawr 2022 1359",
        "25 Ion 2022 1359",
        "25 يناير, 2022 159 م",
        "25 جنوری، 2022 159 PM",
        "25 ม.ค. 2022 1359",
        "25 thg 1, 2022 1359",
        "25 Hān 2022 159 PM",
        "25 Ian. 2022 159 PM",
    ],
)
def test_times_in_names_are_read_in_every_language(text: str) -> None:
    assert time_in_name(text) == datetime(2022, 1, 25, 13, 59)


@pytest.mark.parametrize(
    "text",
    [
        "25 ม.ค. 2565 1359",  # the Thai year
        "25 Ιανουαρίου 2022 159 το",
        "25 يناير, 2022 159 مساء",
        "25. ledna 2022 13:59",  # Brightspace speaks no Czech
    ],
)
def test_a_time_that_may_be_another_is_not_read(text: str) -> None:
    assert time_in_name(text) is None


def test_each_half_of_the_day_is_told_from_the_other() -> None:
    for morning, afternoon in (
        ("ص", "م"),
        ("πμ", "μμ"),
        ("π.μ.", "μ.μ."),
        ("오전", "오후"),
        ("AM", "PM"),
        ("a.m.", "p.m."),
    ):
        at = [time_in_name(f"25 January 2022 {hour}59 {half}") for hour in (1, 12) for half in (morning, afternoon)]
        assert [time.hour for time in at if time] == [1, 13, 0, 12], (morning, afternoon)


def test_a_time_in_a_name_that_cannot_be_read_takes_nobody_his_hand_in(read_class: Taken, tmp_path: Path) -> None:
    files = {
        "397063-25573 - Ada Lovelace - 25. Januar 2022 1359/exercise2.py": GOOD,
        "397064-25573 - Alan Turing - 09-08-2022 1359/exercise2.py": OTHER,  # August or September?
    }
    intake = read_class(laid_out(tmp_path, files))
    assert (intake.format, graded(intake)) == (Format.BRIGHTSPACE, {"1": GOOD, "2": OTHER})
    ada, alan = intake.hand_ins
    assert (ada.submitted, ada.zoneless, ada.notes) == (AT, True, ())
    assert (alan.submitted, alan.notes) == (None, (f"{UNREAD_TIME} (09-08-2022 1359)",))


# --- files in which a platform says when a hand-in came --------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2022-01-25 12:59:00.000000 UTC", AT),  # nbgrader, exchange timestamp_format
        ("2022-01-25 12:59:00 UTC", AT),
        ("2022-01-25 12:59:00", AT),  # nbgrader zip_collect: parse_utc takes it for UTC
        ("2022-01-25 13:59:00 +0100", AT),
        ("2022-01-25 13:59:00+0100 Europe/Berlin", AT),  # Submitty
        ("2022-01-25 13:59:00 Europe/Berlin", AT),
        ("2022-01-25T12:59Z", AT),
        ("2022-01-25 13:59:00 PST", None),
        ("2022-01-25 13:59:00 ../../etc/passwd", None),
        ("2022-13-25 12:59:00", None),
        ("20220125135900000", None),
    ],
)
def test_moments_as_programs_stamp_them(text: str, at: datetime | None) -> None:
    assert read_stamp(text) == at


def test_nbgrader_says_when_and_which_assignment(read_class: Taken, tmp_path: Path) -> None:
    files = {
        "submitted/ada/ps9/exercise2.py": GOOD,
        "submitted/ada/ps9/timestamp.txt": b"2022-01-25 12:59:00.000000 UTC\n",
        "submitted/ada/ps8/exercise2.py": OTHER,
        "submitted/alan/ps9/exercise2.py": OTHER,
        "submitted/alan/ps9/timestamp.txt": b"2022-01-25 12:59:00 PST",
        "submitted/alan/ps8/notes.ipynb": b"{}",
        "submitted/alan/ps8/timestamp.txt": b"2021-12-24 12:59:00 UTC",
    }
    for path in in_every_packing(tmp_path, files):
        intake = read_class(path)
        ada, alan = intake.hand_ins
        assert graded(intake) == {"1": GOOD, "2": OTHER}
        assert (ada.submitted, ada.zoneless) == (AT, False)
        assert ada.notes == ("ps9 was graded; there are exercises in ps8, too",)
        assert (alan.submitted, alan.notes) == (None, (f"{UNREAD_TIME} (2022-01-25 12:59:00 PST)",))


def test_of_what_lies_in_nbgraders_exchange_the_newest_counts(read_class: Taken, tmp_path: Path) -> None:
    files = {
        "ada+ps9+2022-01-24 12:59:00.000000 UTC/exercise2.py": OTHER,
        "ada+ps9+2022-01-25 13:59:00.000000 +0100+uHw3/exercise2.py": GOOD,
        "alan+ps9+2022-01-25 12:59:00 UTC+x-1/exercise2.py": OTHER,
    }
    intake = read_class(laid_out(tmp_path, files))
    assert graded(intake) == {"1": GOOD, "2": OTHER}
    assert [hand_in.submitted for hand_in in intake.hand_ins] == [AT, AT]


def _settings(active: object) -> bytes:
    history = [{"version": number, "time": f"2022-01-2{number} 13:59:00+0100 Europe/Berlin"} for number in (4, 5)]
    return json.dumps({"active_version": active, "history": history}).encode()


def test_in_submitty_the_active_version_counts(read_class: Taken, tmp_path: Path) -> None:
    files = {  # Submitty, MiscController.php, downloadAssignedZips: "all" and "both"
        "submissions/ada/user_assignment_settings.json": _settings(5),
        "submissions/ada/4/exercise2.py": OTHER,
        "submissions/ada/5/exercise2.py": GOOD,
        "submissions/ada/5/.submit.timestamp": b"2000-01-01 00:00:00-0500 America/New_York",
        "submissions/alan/user_assignment_settings.json": _settings(1),
        "submissions/alan/1/exercise2.py": OTHER,
        "submissions/alan/1/.submit.timestamp": b"2022-01-25 07:59:00-0500 America/New_York",
        "submissions/alan/2/exercise2.py": GOOD,
        "submissions/eve/user_assignment_settings.json": _settings(0),
        "submissions/eve/1/exercise2.py": GOOD,
        "results/ada/1/grade.txt": b"",
    }
    for path in in_every_packing(tmp_path, files):
        intake = read_class(path)
        assert graded(intake) == {"1": GOOD, "2": OTHER}
        assert [hand_in.submitted for hand_in in intake.hand_ins] == [AT, AT]
        assert by_id(intake)["1"].notes == ("version 5 counts; in Submitty it is the active one of 2",)
        (eve,) = intake.issues
        assert (eve.who, eve.kind) == ("eve", IssueKind.UNMATCHED)
        assert "in Submitty no version is active" in eve.message


@pytest.mark.parametrize("settings", [b"[", b"[]", b'{"active_version": "x"}', _settings(9)])
def test_settings_of_submitty_that_tell_nothing_leave_it_to_a_person(
    settings: bytes, read_class: Taken, tmp_path: Path
) -> None:
    files = {
        "ada/user_assignment_settings.json": _settings(4),
        "ada/4/exercise2.py": GOOD,
        "alan/user_assignment_settings.json": settings,
        "alan/1/exercise2.py": OTHER,
        "alan/2/exercise2.py": GOOD,
    }
    intake = read_class(laid_out(tmp_path, files))
    ada, alan = (read(intake, hand_in) for hand_in in intake.hand_ins)
    assert (ada.files, len(alan.questions)) == ({"exercise2.py": GOOD}, 1)


def test_of_submittys_active_versions_alone_the_stamp_says_when(read_class: Taken, tmp_path: Path) -> None:
    stamp = b"2022-01-25 13:59:00+0100 Europe/Berlin"
    files = {f"submissions/{who}/{name}": content for who in ("ada", "alan") for name, content in
             {"exercise2.py": GOOD, ".submit.timestamp": stamp}.items()}  # fmt: skip
    intake = read_class(laid_out(tmp_path, files))
    assert {hand_in.submitted for hand_in in intake.hand_ins} == {AT}


def test_in_teams_the_newest_version_counts(read_class: Taken, tmp_path: Path) -> None:
    files = {
        "Submitted files/Ada Lovelace/Sheet 9/Version 9/exercise2.py": OTHER,
        "Submitted files/Ada Lovelace/Sheet 9/Version 10/exercise2.py": GOOD,
        "Submitted files/Alan Turing/Sheet 9/Version 1/exercise2.py": OTHER,
        "Submitted files/Alan Turing/Sheet 8/Version 1/essay.docx": b"PK",
    }
    intake = read_class(laid_out(tmp_path, files))
    assert graded(intake) == {"1": GOOD, "2": OTHER}
    assert by_id(intake)["1"].notes == ("Version 10 counts, the newest of 2 that were turned in",)


def test_a_students_own_files_of_such_names_tell_nothing(read_class: Taken, tmp_path: Path) -> None:
    files = {
        "Ada Lovelace/work/exercise2.py": GOOD,
        "Ada Lovelace/work/timestamp.txt": b"2000-01-01 00:00:00 UTC",
        "Alan Turing/exercise2.py": OTHER,
        "Alan Turing/.submit.timestamp": b"2000-01-01 00:00:00 UTC",
    }
    intake = read_class(laid_out(tmp_path, files))
    assert {hand_in.submitted for hand_in in intake.hand_ins} == {None}
    alone = {name: content for name, content in files.items() if name.startswith("Ada")}
    (hand_in,) = read_class(laid_out(tmp_path / "alone", {"Alan.zip": b"", **alone})).hand_ins[:1]
    assert hand_in.submitted is None


def test_times_that_cannot_be_read_are_one_issue_of_the_class(assignment: Assignment, tmp_path: Path) -> None:
    klass = Class(tmp_path, assignment)
    for who in ("a", "b", "c"):
        laid_out(klass.place, {f"{who}/ps9/exercise2.py": GOOD, f"{who}/ps9/timestamp.txt": f"{who} o'clock".encode()})
        (klass.place / who / "exercise2.py").unlink()
    times = [issue for issue in klass.grade().issues if issue.kind is IssueKind.TIME]
    given = "a: a o'clock, b: b o'clock, c: c o'clock"
    assert [issue.message for issue in times] == [
        f"{UNREAD_TIME} for 3 hand-ins ({given}). Nothing was deducted; give the times with --submitted."
    ]
