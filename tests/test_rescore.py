"""After the grading: another rubric, a person's mark, the same run again; and nothing that a person did is lost."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.assignment_folder import Assignment, load_assignment
from grader.classroom.marks.rescore import compare, machine_report, rescored
from grader.classroom.results import store
from grader.classroom.results.class_inputs import InputFile, keep_inputs, read_inputs
from grader.model import CheckResult, Incident, Outcome, Verdict
from grader.rubric import parse_rubric
from grader.schema import Report
from grader.score import score
from tests.support.command import ROOT, Command
from tests.test_score import ABOUT, EVERY, RUBRIC

pytestmark = pytest.mark.slow

TEXT = (ROOT / "grader" / "assignment" / "rubric.toml").read_text(encoding="utf-8")
CASE = ROOT / "tests" / "gallery" / "wrong" / "pool-zero-initialised-maximum"


def with_rubric(assignment: Assignment, change: Callable[[str], str]) -> Assignment:
    return Assignment(assignment.folder, parse_rubric(change(TEXT), "changed"))


def worth(point: str, most: float) -> Callable[[str], str]:
    """The rubric in which a point is worth something else."""

    def change(text: str) -> str:
        head, mark, tail = text.partition(f'id = "{point}"')
        line = next(line for line in tail.splitlines() if line.strip().startswith("max"))
        return head + mark + tail.replace(line, f"    max = {most}", 1)

    return change


verdicts = st.one_of(
    st.just(Verdict.passed()),
    st.floats(0, 1).map(lambda share: Verdict.partial(share, "a part", "some-mistake", shown=[1, 2])),
    st.sampled_from([outcome for outcome in Outcome if outcome not in (Outcome.PASSED, Outcome.PARTIAL)]).map(
        lambda outcome: Verdict(outcome, 0.0, f"it is {outcome}", notes=("a note",))
    ),
)


@settings(max_examples=50)
@given(st.lists(verdicts, min_size=len(EVERY), max_size=len(EVERY)))
def test_the_same_rubric_changes_nothing(found: list[Verdict]) -> None:
    results = [
        CheckResult(point, part, verdict, (Incident(point, "timeout", "slow"),), output="said", seconds=0.5)
        for (point, part), verdict in zip(EVERY, found, strict=True)
    ]
    assignment = load_assignment()
    facts = {**ABOUT, "environment": {**ABOUT["environment"], "rubric_sha256": assignment.rubric_sha256}}
    report = score(RUBRIC, results, [point for point, _ in EVERY], **facts)
    stored = Report.model_validate_json(report.model_dump_json())
    assert rescored(stored, assignment) == stored
    assert machine_report(stored, assignment) == stored
    assert compare(stored, rescored(stored, assignment)) is None


def report_at(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def graded(grader: Command, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """RESULTS of a class of two: the reference and a wrong pool."""
    folder = tmp_path_factory.mktemp("class")
    for name, source in (("right", ROOT / "reference"), ("wrong", CASE)):
        (folder / "class" / name).mkdir(parents=True)
        shutil.copy(source / "exercise2.py", folder / "class" / name)
    ended = grader(
        "class", folder / "class", "--output", folder / "out", "--exercise", "2", "--seed", 3, "--sandbox", "process"
    )
    assert ended.returncode == 0, ended.stderr
    return folder / "out"


@pytest.fixture
def results(graded: Path, tmp_path: Path) -> Path:
    """A copy of it, to be changed."""
    return Path(shutil.copytree(graded, tmp_path / "out"))


def test_another_rubric_moves_scores_and_says_why(results: Path, grader: Command, tmp_path: Path) -> None:
    new = tmp_path / "new.toml"
    new.write_text(worth("2.1", 3.0)(TEXT), encoding="utf-8")
    before = {path: path.read_bytes() for path in results.rglob("*.*") if path.is_file()}
    shown = grader("rescore", results, "--rubric", new, "--diff")
    assert shown.returncode == 0, shown.stderr
    assert "right  6 → 8" in shown.stdout
    assert "2.1: 1 of 1 → 3 of 3" in shown.stdout
    assert "2 scores would move. Nothing was written." in shown.stdout
    assert {path: path.read_bytes() for path in before} == before
    done = grader("rescore", results, "--rubric", new)
    assert done.returncode == 0, done.stderr
    assert "2 scores moved." in done.stdout
    assert report_at(results / "right" / "results.json")["score"] == 8.0
    assert "right,right,,graded,8,8" in (results / "grades.csv").read_text(encoding="utf-8")
    again = grader("rescore", results, "--rubric", new)
    assert "0 scores moved." in again.stdout


def test_a_class_goes_on_under_the_new_rubric_and_grades_nothing_again(
    results: Path, graded: Path, grader: Command, tmp_path: Path
) -> None:
    new = tmp_path / "new.toml"
    new.write_text(worth("2.1", 3.0)(TEXT), encoding="utf-8")
    grader("rescore", results, "--rubric", new)
    ended = grader("class", graded.parent / "class", "--output", results, "--sandbox", "process")
    assert (ended.returncode, ended.stderr.count("(done before)")) == (0, 2), ended.stderr
    assert "Used as given in an earlier run: --rubric new.toml, --exercise/--point 2" in ended.stderr


def test_a_sheet_with_another_maximum_is_told_before_anything_is_written(
    results: Path, grader: Command, tmp_path: Path
) -> None:
    new, sheet, newer = (tmp_path / name for name in ("new.toml", "sheet.csv", "newer.csv"))
    new.write_text(worth("2.1", 3.0)(TEXT), encoding="utf-8")
    sheet.write_text("Identifier,ID number,Grade,Maximum grade,Last modified (grade)\nParticipant 7,right,,6.00,-\n")
    newer.write_text(sheet.read_text().replace("6.00", "8.00"))
    keep_inputs(results, replace(read_inputs(results), sheet=InputFile.at(sheet)))
    before = {path: path.read_bytes() for path in results.rglob("*.*") if path.is_file() and path.name != ".lock"}
    for options in ((), ("--diff",), ("--scale", "--sheet", new)):
        refused = grader("rescore", results, "--rubric", new, *options)
        assert refused.returncode == 2, refused.stderr
        assert {path: path.read_bytes() for path in before} == before
    refused = grader("rescore", results, "--rubric", new)
    assert "the maximum in this sheet is 6.00, and what is graded is worth 8 points" in refused.stderr
    done = grader("rescore", results, "--rubric", new, "--sheet", newer)
    assert done.returncode == 0, done.stderr
    assert ",right,,,8,8," in (results / "moodle.csv").read_text(encoding="utf-8")
    scaled = grader("rescore", results, "--rubric", new, "--sheet", sheet, "--scale")
    assert scaled.returncode == 0, scaled.stderr
    assert ",right,,,6,6," in (results / "moodle.csv").read_text(encoding="utf-8")
    assert "Participant 7,right,,6.00,-" in (results / "sheet.csv").read_text(encoding="utf-8")


def test_a_part_that_was_never_judged_has_to_be_graded_and_is_no_zero(
    results: Path, grader: Command, tmp_path: Path
) -> None:
    new = tmp_path / "new.toml"
    text = worth("2.2", 2.0)(TEXT).replace(
        '    id = "2.2"\n', '    id = "2.2"\n    parts = { small = 1.0, large = 1.0 }\n'
    )
    new.write_text(text, encoding="utf-8")
    done = grader("rescore", results, "--rubric", new)
    assert "2.2: has to be graded again, its parts are not the stored ones" in done.stdout
    points = {point["id"]: point["outcome"] for point in report_at(results / "right" / "results.json")["points"]}
    assert points["2.2"] == "grader_error"


def test_a_mark_is_recorded_and_survives_rescoring(results: Path, grader: Command, tmp_path: Path) -> None:
    path = results / "right" / "results.json"
    for where, given_, comment in ((path, 0.25, "hm"), (path.parent, 0.5, "=better")):
        ended = grader("review", where, "--point", "2.4", "--score", given_, "--comment", comment, "--by", "Emmy")
        assert ended.returncode == 0, ended.stderr
    report = report_at(path)
    assert (report["score"], [mark["score"] for mark in report["reviews"]]) == (5.5, [0.25, 0.5])
    assert {mark["by"] for mark in report["reviews"]} == {"Emmy"}
    assert [mark["before"] for mark in report["reviews"]] == [1.0, 0.25]
    point = next(point for point in report["points"] if point["id"] == "2.4")
    assert (point["outcome"], point["message"]) == ("partial", "=better (marked by Emmy)")
    assert "right,right,,graded,6,6" in (results / "grades.csv").read_text(encoding="utf-8")
    assert "`grader export` with this folder" in (results / store.STALE).read_text()
    assert grader("export", results).returncode == 0
    assert "right,right,,graded,5.5,6" in (results / "grades.csv").read_text(encoding="utf-8")
    assert not (results / store.STALE).exists()
    new = tmp_path / "new.toml"
    new.write_text(worth("2.4", 2.0)(TEXT), encoding="utf-8")
    assert grader("rescore", results, "--rubric", new).returncode == 0
    report = report_at(path)
    assert (report["score"], len(report["reviews"])) == (6.0, 2)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--point", "2.4", "--score", 2), "point 2.4 is worth 0 to 1; 2 is out of range"),
        (("--point", "2.9", "--score", 1), "there is no point 2.9 in this report"),
    ],
)
def test_a_mark_that_does_not_fit_is_refused(
    options: tuple[object, ...], sentence: str, results: Path, grader: Command
) -> None:
    ended = grader("review", results / "right" / "results.json", *options)
    assert (ended.returncode, sentence in ended.stderr) == (2, True), ended.stderr


def test_a_mark_for_a_report_of_its_own(grader: Command, tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    grader("grade", CASE, "--exercise", "2", "--output", path, "--sandbox", "process")
    ended = grader("review", path, "--point", "2.1", "--score", 1)
    assert ended.returncode == 0, ended.stderr
    assert "late" not in (report_at(path)["reviews"][0]["comment"] or "")
    assert report_at(path)["late"] is None


def test_reproduce_agrees_and_says_with_what(results: Path, grader: Command) -> None:
    whole = grader("reproduce", results / "wrong" / "results.json")
    assert whole.returncode == 0, whole.stderr
    assert "All 5 points reproduced (seed 3, sandbox process, grader 0.1.0)." in " ".join(whole.stdout.split())
    one = grader("reproduce", results / "wrong" / "results.json", "--point", "2.3")
    assert "1 point reproduced (" in one.stdout


def test_reproduce_says_where_it_does_not_agree(results: Path, grader: Command) -> None:
    path = results / "wrong" / "results.json"
    path.write_text(
        path.read_text(encoding="utf-8").replace('"outcome": "failed"', '"outcome": "error"'), encoding="utf-8"
    )
    ended = grader("reproduce", path)
    assert ended.returncode == 1
    assert "then error (0%)" in ended.stdout
    assert "points differ (seed" in ended.stderr


def test_reproduce_takes_only_what_was_graded(results: Path, grader: Command) -> None:
    path = results / "wrong" / "results.json"
    other = grader("reproduce", path, "--submission", ROOT / "reference")
    assert other.returncode == 2
    assert "these are not the files that were graded" in other.stderr
    same = grader("reproduce", path, "--point", "2.1", "--submission", results / "wrong" / "submission.zip")
    assert same.returncode == 0, same.stderr
    (path.parent / "submission.zip").unlink()
    gone = grader("reproduce", path)
    assert "the submission is not there; name its folder or zip with --submission" in gone.stderr


def test_reports_by_another_rubric_are_not_reviewed_by_this_one(results: Path, grader: Command, tmp_path: Path) -> None:
    new = tmp_path / "new.toml"
    new.write_text(worth("2.1", 3.0)(TEXT), encoding="utf-8")
    path = results / "right" / "results.json"
    ended = grader("review", path, "--point", "2.4", "--score", 1, "--rubric", new)
    message = "this report was graded under another rubric; name that one with --rubric"
    assert (ended.returncode, message in ended.stderr) == (2, True)
