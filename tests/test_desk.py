"""The desk without a browser: what is recorded, what is shown to whom, what is refused."""

# ruff: noqa: E402, E501 - what is imported may not be installed

import contextlib
import csv
import errno
import json
import os
import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from filelock import FileLock
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

for needed in ("starlette", "uvicorn", "markdown_it"):
    pytest.importorskip(needed, reason=f"{needed} is not installed (pip install 'backprop-grader[desk]')")

from grader.assignment_folder import load_assignment
from grader.classroom.class_model import Issue, IssueKind, Student
from grader.classroom.desk import carrying, giving
from grader.classroom.desk.database import NAME, Database
from grader.classroom.desk.giving import MAX_COMMENT, Ask, ConflictError
from grader.classroom.desk.highlight import code_files
from grader.classroom.desk.leases import SECONDS, Leases
from grader.classroom.desk.mark_log import Source
from grader.classroom.desk.markers import Marker, marker_of
from grader.classroom.desk.marking import LOCK, Desk
from grader.classroom.desk.mathml import to_mathml
from grader.classroom.desk.queue_views import folded
from grader.classroom.desk.regrades import add_requests
from grader.classroom.desk.safe_markdown import MAX_BRACKETS, to_html
from grader.classroom.desk.second_reading import agreement, kappa
from grader.classroom.desk.server import open_desk
from grader.classroom.desk.sheet import keys
from grader.classroom.desk.tasks import Task, TaskMaker
from grader.classroom.desk.worklist import Worklist
from grader.classroom.marks.review import review
from grader.classroom.results import journal, store
from grader.classroom.results.class_inputs import read_inputs
from grader.classroom.results.locks import hold
from grader.errors import OutputError, UsageError
from grader.model import Outcome
from grader.schema import Report
from grader.suite import check_time
from tests.support.command import Command
from tests.support.desk import Door, RunningDesk, opened
from tests.support.desk_classes import an_issue, members, write_class, write_copies
from tests.support.hostile_texts import ATTACKS

pytestmark = pytest.mark.slow

COUNT = 6


@pytest.fixture
def results(tmp_path: Path) -> Path:
    issues = [an_issue(IssueKind.UNMATCHED, "Projekt_final"), an_issue(IssueKind.TIME, "s00003")]
    write_class(tmp_path / "results", members(COUNT), issues)
    return tmp_path / "results"


@pytest.fixture
def desk(results: Path) -> Iterator[Desk]:
    with Desk(results, load_assignment()) as opened_desk:
        yield opened_desk


@pytest.fixture
def door(results: Path) -> Iterator[Door]:
    with opened(results) as way_in:
        yield way_in


def key_of(desk: Desk, entry: str) -> str:
    found = desk.state.by_entry(entry)
    assert found is not None
    return found.key


def stored(results: Path, entry: str) -> Report:
    return store.read_report(results / entry / store.REPORT)


def give(desk: Desk, entry: str, score: float | None, by: str = "Emmy", point: str = "4.9", **more: Any) -> None:
    """A mark, and what the keeper does after it."""
    giving.give(desk, Ask(key_of(desk, entry), point, by, score, **more))
    carry(desk)


def carry(desk: Desk) -> None:
    desk.log.carried(carrying.carry(desk, desk.log.waiting()))


# What is recorded


def test_a_mark_is_recorded_as_review_does(desk: Desk, results: Path, grader: Command) -> None:
    give(desk, "s00001", 0.5, words="Well argued.")
    assert (
        grader(
            "review",
            results / "s00002" / "results.json",
            "--point",
            "4.9",
            "--score",
            0.5,
            "--comment",
            "Well argued.",
            "--by",
            "Emmy",
        ).returncode
        == 0
    )
    ours, theirs = (stored(results, entry) for entry in ("s00001", "s00002"))
    same = [report.reviews[0].model_dump(exclude={"when", "sha256"}) for report in (ours, theirs)]
    assert (
        same[0]
        == same[1]
        == {
            "point": "4.9",
            "score": 0.5,
            "max_score": 1.0,
            "before": 0.0,
            "comment": "Well argued.",
            "by": "Emmy",
        }
    )
    assert (ours.score, ours.pending, ours.point("4.9").outcome) == (theirs.score, 0.0, Outcome.PARTIAL)
    assert ours.reviews[0].sha256 == ours.submission.sha256


def test_the_same_request_twice_is_one_mark(desk: Desk, results: Path) -> None:
    for _ in range(2):  # its answer was lost, and the browser asks again
        give(desk, "s00001", 1.0, nonce="a-name-of-its-own")
    assert len(stored(results, "s00001").reviews) == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"score": 1.5}, "point 4.9 is worth 0 to 1; 1.5 is out of range."),
        ({"score": -0.1}, "point 4.9 is worth 0 to 1; -0.1 is out of range."),
        ({"score": float("nan")}, "point 4.9 is worth 0 to 1; nan is out of range."),
        ({"score": 1.0, "point": "9.9"}, "there is no point 9.9 in this report."),
        (
            {"score": 1.0, "words": "x" * (MAX_COMMENT + 1)},
            "a comment has at most 10,000 characters; this one has 10,001.",
        ),
    ],
)
def test_a_mark_that_does_not_fit_is_refused(desk: Desk, results: Path, change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsageError, match=re.escape(sentence)):
        give(desk, "s00001", **change)
    assert (desk.log.waiting(), stored(results, "s00001").reviews) == ([], ())


def test_undo_goes_back_mark_by_mark(desk: Desk, results: Path) -> None:
    give(desk, "s00001", 0.5, words="first")
    give(desk, "s00001", 1.0, words="second")
    giving.undo(desk, "Emmy")
    carry(desk)
    report = stored(results, "s00001")
    assert (report.point("4.9").score, report.reviews[-1].comment) == (0.5, "first")
    giving.undo(desk, "Emmy")
    carry(desk)
    report = stored(results, "s00001")
    assert (report.point("4.9").outcome, report.pending) == (Outcome.REVIEW, 1.0), "as the machine left it"
    assert [(mark.score, mark.before) for mark in report.reviews] == [(0.5, 0.0), (1.0, 0.5), (0.5, 1.0), (None, 0.5)]
    with pytest.raises(UsageError, match="there is no mark of yours left to take back"):
        giving.undo(desk, "Emmy")


def test_undo_takes_back_nobody_elses_mark(desk: Desk) -> None:
    give(desk, "s00001", 0.5, by="Emmy")
    give(desk, "s00001", 1.0, by="Kurt")
    with pytest.raises(ConflictError, match="Kurt has marked this point since; your mark no longer counts"):
        giving.undo(desk, "Emmy")


def test_what_was_journaled_and_not_carried_over_is_there_after_a_kill(results: Path) -> None:
    with Desk(results, load_assignment()) as killed:
        giving.give(killed, Ask(key_of(killed, "s00001"), "4.9", "Emmy", 0.5))  # and nothing after it
    assert stored(results, "s00001").reviews == ()
    with Desk(results, load_assignment()) as again:
        assert again.report(again.hand_in(key_of(again, "s00001"))).point("4.9").score == 0.5
        assert next(task.is_done for task in again.worklist("Emmy").tasks if task.key == key_of(again, "s00001"))
        waiting = again.log.waiting()
        carrying.carry(again, waiting)  # and killed once more, before it took note of that
        carry(again)
        assert len(stored(results, "s00001").reviews) == 1


def move(results: Path, before: str, name: str) -> None:
    """Gives one hand-in another id, but for the list of the class."""
    (results / before).rename(results / name)
    report = stored(results, name)
    about = report.submission.model_copy(update={"id": name})
    store.write_report(results / name, report.model_copy(update={"submission": about}))
    with journal.Journal(results) as lines:
        lines.append("renamed", id=name, folder=name, before=before)


@pytest.mark.parametrize("same", [False, True])
def test_no_mark_gets_into_the_report_of_another_whose_id_changed_at_that_moment(
    same: bool, desk: Desk, results: Path
) -> None:
    """Ids go round, and the desk has not looked yet: the folder that it knows is another hand-in's, which may have
    handed in the same."""
    if same:
        hashes = {"sha256": stored(results, "s00002").submission.sha256}
        report = stored(results, "s00001")
        about = report.submission.model_copy(update=hashes)
        store.write_report(results / "s00001", report.model_copy(update={"submission": about}))
        desk.refresh()
    giving.give(desk, Ask(key_of(desk, "s00001"), "4.9", "Emmy", 0.5))
    for before, name in (("s00001", "x"), ("s00002", "s00001"), ("x", "s00002")):
        move(results, before, name)
    carry(desk)
    assert len(desk.log.waiting()) == 1
    with pytest.raises(
        UsageError, match=r"^a run has just graded this hand-in again, or given it another id; please try again"
    ):
        giving.give(desk, Ask(key_of(desk, "s00001"), "4.9", "Emmy", 1.0))
    assert [stored(results, name).reviews for name in ("s00001", "s00002")] == [(), ()]


def test_a_mark_that_waits_follows_its_hand_in_to_another_id(desk: Desk, results: Path) -> None:
    """A roster or a match gives it one, in a run beside the open desk; the page had said that the mark is saved."""
    giving.give(desk, Ask(key_of(desk, "s00001"), "4.9", "Emmy", 0.5))
    add_requests(results, [("s00001", "2.4", "why?")], "2026-11-28T10:00:00+00:00")
    index = store.read_index(results)
    for before, name in (("s00001", "b"), ("b", "4711")):
        move(results, before, name)
    carry(desk)
    assert desk.log.waiting(), "not yet: the desk has not heard of it"
    entries = [
        entry.model_copy(update={"id": "4711", "folder": "4711"}) if entry.id == "s00001" else entry
        for entry in index.entries
    ]
    store.write_index(results, index.model_copy(update={"entries": tuple(entries)}))
    desk.refresh()
    assert [task.key for task in desk.worklist("Emmy").tasks if task.kind == "regrade"] == [key_of(desk, "4711")]
    carry(desk)
    assert (stored(results, "4711").reviews[-1].score, desk.log.waiting()) == (0.5, [])


def renamed_class(results: Path, before: str, *names: str) -> None:
    """What a run beside an open desk does: it gives one hand-in another id, perhaps more than once."""
    index, first = store.read_index(results), before
    for name in names:
        move(results, before, name)
        before = name
    entries = [
        entry.model_copy(update={"id": before, "folder": before}) if entry.id == first else entry
        for entry in index.entries
    ]
    store.write_index(results, index.model_copy(update={"entries": tuple(entries)}))


def test_everything_at_the_desk_follows_a_hand_in_to_another_id(results: Path) -> None:
    """The sheet that is open meanwhile, a lease, second readings, ticked items, the latest mark, a request."""
    with opened(results, second=100) as emmy:
        emmy.post("/rubric/4.9", {"action": "add", "points": "0.5", "sentence": "All six."})
        (key,) = [
            task["key"] for task in emmy.get("/queue.json?kind=mark").json["tasks"] if task["who"] == "Ben Öztürk"
        ]
        sheet = f"/sheet/{key}/4.9?kind=mark"
        emmy.post(f"/mark/{key}/4.9?kind=mark", {"items": "1", "words": "as told"})
        kurt = Door(emmy.link).enter()
        kurt.post("/name", {"name": "Kurt"})
        kurt.post(f"/mark/{key}/4.9?kind=second", {"score": "1", "words": "better"})
        add_requests(results, [("s00001", "4.9", "why?")], "2026-11-28T10:00:00+00:00")
        kurt.get(sheet)
        before = emmy.get("/agreement.json").json
        renamed_class(results, "s00001", "b", "4711")
        add_requests(results, [("4711", "2.4", "and here?")], "2026-11-28T10:00:01+00:00")
        page = emmy.get(sheet).text  # where a comment is being typed: kept in the browser under the same key
        assert f'data-key="{key}"' in page
        assert "Kurt has this hand-in open" in page
        assert re.search(r'name="items" value="\d+" data-points="0.5" checked', page)
        assert "as told</textarea>" in page
        assert emmy.get("/agreement.json").json == before
        seconds = kurt.get("/queue.json?kind=second&all=1").json["tasks"]
        assert [task["reason"] for task in seconds if task["key"] == key] == ["read a second time by Kurt"]
        assert [row["entry"] for row in emmy.get("/requests.json").json] == ["4711", "4711"]
        kurt.post("/leave")
        for point in ("4.9", "2.4"):
            answer = emmy.post(f"/mark/{key}/{point}?kind=regrade", {"keep": "1", "words": "It stays."})
            assert answer.status == 200, answer.text
        assert "Taken back: 4.9, Ben Öztürk" in emmy.post("/undo").json["saved"]


def test_an_id_that_another_hand_in_had_is_nobodys_old_mark(desk: Desk, results: Path) -> None:
    give(desk, "s00001", 0.5)
    renamed_class(results, "s00001", "4711")
    renamed_class(results, "s00002", "s00001")
    with journal.Journal(results) as lines:
        lines.append("folder", id="s00002", folder="s00002")
    assert journal.origins(results / journal.NAME) == {"4711": "s00001", "s00001": "s00002", "s00002": "s00002\n"}
    desk.refresh()
    marked = {hand_in.entry.id: hand_in.points["4.9"].is_marked for hand_in in desk.state.hand_ins.values()}
    assert (marked["4711"], marked["s00001"]) == (True, False)
    assert desk.log.latest(desk.state.hand_ins[key_of(desk, "s00001")].origin, "4.9") is None


def test_while_reports_are_being_written_marks_wait(desk: Desk, results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "WAIT_SECONDS", 0.01)
    with store.writing_reports(results):
        giving.give(desk, Ask(key_of(desk, "s00001"), "4.9", "Emmy", 1.0))
        with pytest.raises(UsageError, match="reports are being written there"):
            carry(desk)
        assert desk.report(desk.hand_in(key_of(desk, "s00001"))).point("4.9").score == 1.0
    carry(desk)
    assert stored(results, "s00001").point("4.9").score == 1.0


def test_a_class_at_work_is_marked_and_its_tables_wait(results: Path) -> None:
    at_work = store.lock(results)
    try:
        with opened(results) as door:
            key = door.get("/queue.json?kind=mark").json["tasks"][0]["key"]
            assert door.post(f"/mark/{key}/4.9", {"score": "1"}).status == 200
            refused = door.post("/finish")
            assert (refused.status, "another run is using this folder" in refused.json["error"]) == (409, True)
        assert stored(results, "s00000").point("4.9").score == 1.0, "the reports themselves are written"
    finally:
        at_work.close()
    assert not (results / "grades.csv").exists()
    with opened(results) as door:
        assert door.get("/state.json").json["behind"] == 1, "kept until the tables have it"


def test_a_class_that_has_no_list_yet_is_read_from_its_journal(results: Path, tmp_path: Path) -> None:
    (results / store.INDEX).unlink()
    lines = [
        {"event": "class"},
        *({"event": "folder", "id": f"s0000{n}", "folder": f"s0000{n}"} for n in range(9)),
    ]
    (results / journal.NAME).write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    with Desk(results, load_assignment()) as desk:
        assert (len(desk.state.hand_ins), desk.state.expected) == (COUNT, 9)
        give(desk, "s00001", 1.0)
    assert stored(results, "s00001").point("4.9").score == 1.0
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="no graded class was found here; `grader class` grades one") as refused:
        Desk(tmp_path / "empty", load_assignment())
    hold(tmp_path / "empty" / LOCK, "it is still open").close()
    assert not [place for place in open_files() if place.parent == tmp_path / "empty"], refused


def test_new_reports_are_seen_while_the_desk_is_open(desk: Desk, results: Path) -> None:
    report = stored(results, "s00001")
    (results / "s00001" / store.REPORT).write_text("{", encoding="utf-8")
    desk.refresh()
    damaged = [task for task in desk.worklist("Emmy").tasks if task.kind == "damaged"]
    assert [task.who for task in damaged] == ["Ben Öztürk"]
    assert "this is not a results.json of this grader" in damaged[0].reason
    store.write_report(results / "s00001", report)
    desk.refresh()
    assert not [task for task in desk.worklist("Emmy").tasks if task.kind == "damaged"]


def test_a_mark_of_an_earlier_hand_in_counts_no_more(desk: Desk, results: Path) -> None:
    give(desk, "s00001", 1.0)
    report = stored(results, "s00001")
    newer = report.submission.model_copy(update={"sha256": "f" * 64})
    store.write_report(results / "s00001", report.model_copy(update={"submission": newer}))
    desk.refresh()
    tasks = [task for task in desk.worklist("Emmy").tasks if task.key == key_of(desk, "s00001") and task.point == "4.9"]
    assert not tasks[0].is_done
    with pytest.raises(UsageError, match="that mark was for an earlier hand-in"):
        giving.undo(desk, "Emmy")


# Several people


@pytest.mark.parametrize("kind", ["mark", "second"])
def test_a_mark_for_files_that_its_page_did_not_show_is_asked_about(kind: str, results: Path) -> None:
    """Somebody handed in again, and the class was graded again, while their sheet was open."""
    with opened(results, second=100) as emmy:
        key = emmy.get("/queue.json?kind=mark").json["tasks"][1]["key"]
        page = emmy.get(f"/sheet/{key}/4.9?kind={kind}").text
        version = re.search(r'name="version" value="(\w+)"', page)
        assert version is not None
        fields = {"score": "1", "words": "well said", "version": version[1]}
        report = stored(results, "s00001")
        again = report.submission.model_copy(update={"sha256": "1" * 64})
        store.write_report(results / "s00001", report.model_copy(update={"submission": again}))
        emmy.post(f"/mark/{key}/4.9?kind={kind}", fields)  # the desk looks again
        refused = emmy.post(f"/mark/{key}/4.9?kind={kind}", fields)
        assert (refused.status, refused.json["error"]) == (
            409, "this hand-in has other files than when you opened this page; look at them first.",
        )  # fmt: skip
        assert stored(results, "s00001").reviews == ()
        assert emmy.post(f"/mark/{key}/4.9?kind={kind}", {**fields, "anyway": "1"}).status == 200


def test_two_tabs_and_two_people_are_told(desk: Desk) -> None:
    key = key_of(desk, "s00001")
    giving.give(desk, Ask(key, "4.9", "Kurt", 0.5, seen=""))
    with pytest.raises(ConflictError, match=re.escape("Kurt gave 0.5 of 1 since you opened this page.")):
        giving.give(desk, Ask(key, "4.9", "Emmy", 1.0, seen=""))
    giving.give(desk, Ask(key, "4.9", "Emmy", 1.0, seen="", anyway=True))
    assert desk.leases.take("s00002", "Kurt") is None
    with pytest.raises(ConflictError, match="Kurt has this hand-in open and is marking it"):
        giving.give(desk, Ask(key_of(desk, "s00002"), "4.9", "Emmy", 1.0))


def test_a_lease_ends_when_somebody_leaves_or_after_ten_minutes(tmp_path: Path) -> None:
    database, now = Database(tmp_path), [0.0]
    leases = Leases(database, lambda: now[0])
    assert (leases.take("a", "Kurt"), leases.take("a", "Emmy")) == (None, "Kurt")
    now[0] += SECONDS
    assert leases.take("a", "Emmy") is None, "ten minutes have passed"
    assert leases.take("b", "Emmy") is None
    assert leases.holder("a", "Kurt") is None, "she has gone on to another"
    leases.leave("Emmy")
    assert leases.held_by_others("Kurt") == {}
    database.close()


def test_a_class_is_split_by_point_and_in_slices() -> None:
    people = [Marker("Ada", ()), Marker("Ben", ("4.9",)), Marker("Cem", ("1.4",))]
    assert [marker_of(people, "4.9", place, 5) for place in range(5)] == ["Ada", "Ada", "Ada", "Ben", "Ben"]
    assert {marker_of(people, "1.4", place, 4) for place in range(4)} == {"Ada", "Cem"}
    assert marker_of([], "4.9", 0, 5) is None


def test_people_mark_what_is_theirs(door: Door) -> None:
    assert door.post("/markers", {"lines": "Ada\nBen: 4.9", "percent": "0"}).status == 303
    rows = {who: door.get(f"/queue.json?kind=mark&who={who}").json["tasks"] for who in ("Ada", "Ben")}
    assert [len(rows[who]) for who in ("Ada", "Ben")] == [3, 3]
    for lines, sentence in [
        ("Ada: 9.9", "Ada: there is no point 9.9; there are 1.1,"),
        ("Ada\nAda", "name each marker once"),
        (":4.9", "say who you are in at most 80 characters"),
    ]:
        refused = door.post("/markers", {"lines": lines, "percent": "0"})
        assert (refused.status, sentence in refused.json["error"]) == (400, True), refused.text
    assert "the share that is read twice is 0 to 100 %" in door.post("/markers", {"percent": "101"}).json["error"]


def test_the_next_one_is_undone_and_nobody_elses(door: Door, results: Path) -> None:
    rows = door.get("/queue.json?kind=mark").json["tasks"]
    kurt = Door(door.link).enter()
    assert kurt.post("/name", {"name": "Kurt"}).status == 303
    assert kurt.get(f"/sheet/{rows[1]['key']}/4.9?kind=mark").status == 200
    answer = door.post(f"/mark/{rows[0]['key']}/4.9?kind=mark", {"score": "1", "seen": ""}).json
    assert (answer["saved"], answer["next"]) == ("4.9: 1 for Ada Müller", f"/sheet/{rows[2]['key']}/4.9?kind=mark")
    assert (answer["score"], answer["done"], answer["total"]) == (1.0, 1, COUNT)
    assert door.get("/next?kind=mark").headers["location"] == answer["next"]
    assert "Kurt is marking" in door.get("/?kind=mark").text


# The rubric of a person's point


def test_items_add_up_within_the_point_and_say_so(desk: Desk, results: Path) -> None:
    for points, sentence in (
        ("0.5", "All six are discussed."),
        ("0,75", "The numbers are explained."),
        ("-0.25", "No conclusion."),
    ):
        desk.items.add("4.9", points, sentence)
    first, second, third = (item.number for item in desk.items.of("4.9"))
    give(desk, "s00001", None, items=(first, third), words="Nearly!")
    report = stored(results, "s00001")
    assert report.point("4.9").score == 0.25
    assert report.reviews[0].comment == "All six are discussed. (+0.5) No conclusion. (−0.25) Nearly!"
    assert desk.items.total("4.9", (first, second), 1.0) == 1.0, "never more than the point is worth"
    assert desk.items.total("4.9", (third,), 1.0) == 0.0
    desk.items.begin_with("4.9", "everything")
    assert desk.items.total("4.9", (third,), 1.0) == 0.75


def test_a_changed_item_marks_again_those_who_have_it(door: Door, results: Path) -> None:
    door.post("/rubric/4.9", {"action": "add", "points": "0.5", "sentence": "All six are discussed."})
    item = int(re.search(r'name="item" value="(\d+)"', door.get("/rubric/4.9").text)[1])  # type: ignore[index]
    rows = door.get("/queue.json?kind=mark").json["tasks"]
    for place, fields in enumerate(({"items": item}, {"items": item}, {"score": 0.5}, {"score": 0.25, "items": item})):
        assert door.post(f"/mark/{rows[place]['key']}/4.9", {**fields, "words": f"w{place}"}).status == 200
    change = {"action": "change", "item": item, "points": "0.75", "sentence": "All six, and how they differ."}
    assert door.post("/rubric/4.9", change).json == {"saved": "Saved. 2 marks were re-scored.", "rescored": 2}
    given_ = [row["given"] for row in door.get("/queue.json?kind=mark&all=1").json["tasks"]]
    assert given_ == [0.75, 0.75, 0.5, 0.25, None, None], "a mark that somebody chose by themselves stays"
    assert door.post("/finish").status == 200
    assert stored(results, "s00000").reviews[-1].comment == "All six, and how they differ. (+0.75) w0"
    assert door.post("/rubric/4.9", {"action": "remove", "item": item}).json["rescored"] == 2


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"action": "add", "points": "many", "sentence": "x"}, "'many' is not one."),
        ({"action": "add", "points": "nan", "sentence": "x"}, "'nan' is not one."),
        ({"action": "add", "points": "1", "sentence": "  "}, "an item needs a sentence of at most 300 characters."),
        ({"action": "change", "item": "77", "points": "1", "sentence": "x"}, "point 4.9 has no item 77"),
        (
            {"action": "begin", "begin": "the end"},
            "a sheet begins with nothing or with everything, not with 'the end'.",
        ),
        ({"action": "burn"}, "there is no action 'burn'"),
    ],
)
def test_what_is_no_item_is_refused(door: Door, fields: dict[str, str], sentence: str) -> None:
    answer = door.post("/rubric/4.9", fields)
    assert (answer.status, sentence in answer.json["error"]) == (400, True), answer.text


def test_comments_are_offered_again_the_most_used_first(door: Door) -> None:
    rows = door.get("/queue.json?kind=mark").json["tasks"]
    for place, words in enumerate(("Too short.", "Good.", "Good.", "")):
        door.post(f"/mark/{rows[place]['key']}/4.9", {"score": "1", "words": words})
    assert door.get("/comments.json?point=4.9").json == [
        {"text": "Good.", "used": 2},
        {"text": "Too short.", "used": 1},
    ]
    door.post("/comments/forget", {"text": "Good."})
    assert [one["text"] for one in door.get("/comments.json?point=4.9").json] == ["Too short."]


# Fairness


def test_kappa_is_cohens() -> None:
    """The table of 20, 5, 10 and 15 out of 50: (0.7 - 0.5) / (1 - 0.5)."""
    pairs = [(1.0, 1.0)] * 20 + [(1.0, 0.0)] * 5 + [(0.0, 1.0)] * 10 + [(0.0, 0.0)] * 15
    assert kappa(pairs) == pytest.approx(0.4)
    found = agreement(pairs)
    assert (found.count, found.equal, found.difference, found.bias) == (50, 35, 0.3, 0.1)
    assert kappa([(1.0, 1.0)] * 9) is None, "all marks are the same: agreement by chance is certain"
    assert agreement([]).kappa is None
    assert kappa([(0.0, 1.0), (1.0, 0.0)]) == pytest.approx(-1.0)


def test_the_second_reader_does_not_see_the_first_mark(results: Path) -> None:
    with opened(results, second=100) as emmy:
        rows = emmy.get("/queue.json?kind=mark").json["tasks"]
        sheet = f"/sheet/{rows[0]['key']}/4.9?kind=second"
        emmy.post(f"/mark/{rows[0]['key']}/4.9?kind=mark", {"score": "0.5", "words": "unmistakable words"})
        assert emmy.get("/queue.json?kind=second").json["tasks"] == [], "nobody reads their own twice"
        kurt = Door(emmy.link).enter()
        kurt.post("/name", {"name": "Kurt"})
        assert [task["key"] for task in kurt.get("/queue.json?kind=second").json["tasks"]] == [rows[0]["key"]]
        page = kurt.get(sheet).text
        assert "unmistakable" not in page
        assert "Emmy" not in page
        assert "0.5 of 1" not in page
        assert "unmistakable" in kurt.get(sheet.replace("second", "mark")).text, "this test would see it"
        kurt.post(f"/mark/{rows[0]['key']}/4.9?kind=second", {"score": "1"})
        assert kurt.get("/agreement.json").json["4.9"]["difference"] == 0.5
        emmy.post("/finish")
    assert [mark.by for mark in stored(results, "s00000").reviews] == ["Emmy"], "the first mark counts"


def test_the_sample_is_the_share_and_stays_the_same(desk: Desk) -> None:
    desk.database.set("second", "20")
    drawn = [desk.seconds.is_sampled("salt", f"s{number}", "4.9") for number in range(2_000)]
    assert 330 < sum(drawn) < 470
    assert drawn == [desk.seconds.is_sampled("salt", f"s{number}", "4.9") for number in range(2_000)]


def test_blind_marking_tells_no_name_anywhere(tmp_path: Path, grader: Command) -> None:
    results = tmp_path / "blind"
    named = [replace(member, name=f"Quirin Zander{number}") for number, member in enumerate(members(COUNT))]
    write_class(results, named, [an_issue(IssueKind.UNMATCHED, "Projekt_final")])
    assert (
        grader("regrade", "add", results, "s00002", "--point", "4.9", "--words", "Please look again.").returncode == 0
    )
    with opened(results, anonymous=True) as door:
        rows = door.get("/queue.json?kind=mark").json["tasks"]
        sheet = f"/sheet/{rows[0]['key']}/4.9"
        pages = [
            "/?kind=mark",
            "/?kind=regrade",
            "/queue.json",
            "/names.json",
            sheet,
            f"{sheet}.json",
            "/requests",
            "/requests.json",
            "/agreement",
            "/state.json",
            "/markers",
        ]
        answer = door.post(f"/mark/{rows[0]['key']}/4.9", {"score": "1"})
        told = "".join([answer.text, *(door.get(page).text for page in pages)])
    assert "Quirin" not in told
    assert "Zander" not in told
    assert not re.findall(r"s0000\d", told)
    assert "Projekt_final" not in told
    assert re.search(r"Hand-in [0-9A-F]{6}", told)


def test_a_regrade_request_keeps_before_after_and_both_sides_words(
    results: Path, grader: Command, tmp_path: Path
) -> None:
    table = tmp_path / "requests.csv"
    words = 'id;point;words\ns00001;4.9;"I did say why."\ns00002@example.org;2.4;Ties are handled.\n'
    table.write_text(words, encoding="utf-8")
    added = grader("regrade", "add", results, "--from", table)
    assert (added.returncode, "2 requests added." in added.stdout) == (0, True), added.stderr
    assert "0 requests added, 2 were there already." in grader("regrade", "add", results, "--from", table).stdout
    with opened(results) as door:
        rows = door.get("/queue.json?kind=regrade").json["tasks"]
        assert [(row["who"], row["point"], row["reason"]) for row in rows] == [
            ("Ben Öztürk", "4.9", "I did say why."),
            ("Cem Kovács", "2.4", "Ties are handled."),
        ]
        assert "I did say why." in door.get(f"/sheet/{rows[0]['key']}/4.9?kind=regrade").text
        door.post(f"/mark/{rows[0]['key']}/4.9?kind=regrade", {"score": "0.5", "words": "You did."})
        door.post(f"/mark/{rows[1]['key']}/2.4?kind=regrade", {"keep": "1", "words": "They are not."})
        assert door.get("/queue.json?kind=regrade").json["tasks"] == []
        kept = [
            [own[name] for name in ("words", "before", "after", "answer", "marker")]
            for own in door.get("/requests.json").json
        ]
    assert kept == [
        ["I did say why.", 0.0, 0.5, "You did.", "Emmy"],
        ["Ties are handled.", 0.0, 0.0, "They are not.", "Emmy"],
    ]
    assert stored(results, "s00001").reviews[-1].comment == "You did."
    assert stored(results, "s00002").reviews == ()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("nobody", "--point", "4.9", "--words", "x"), "'nobody': no graded hand-in has that name."),
        (
            ("s00001", "--point", "9.9", "--words", "x"),
            "s00001: there is no point '9.9' in this report; there are 1.1,",
        ),
        (("s00001",), "name an ID with --point and --words, or a table with --from."),
    ],
)
def test_a_request_that_fits_nothing_is_refused(
    results: Path, grader: Command, arguments: tuple[str, ...], sentence: str
) -> None:
    ended = grader("regrade", "add", results, *arguments)
    assert (ended.returncode, sentence in " ".join(ended.stderr.split())) == (2, True), ended.stderr


# After marking


def test_tables_are_brought_up_to_date_once(results: Path) -> None:
    def scores() -> list[str]:
        with (results / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
            return [row["point 4.9"] for row in csv.DictReader(file)]

    with opened(results) as door:
        rows = door.get("/queue.json?kind=mark").json["tasks"]
        for row in rows[:2]:
            door.post(f"/mark/{row['key']}/4.9", {"score": "1"})
        assert not (results / "grades.csv").exists(), "not at every mark"
        assert door.get("/state.json").json["behind"] == 2
        assert door.post("/finish").json == {"saved": "Tables and pages are up to date."}
        assert door.get("/state.json").json["behind"] == 0
        assert scores() == ["1", "1", "", "", "", ""]
        assert (results / "s00000" / "report.html").is_file()
        door.post(f"/mark/{rows[2]['key']}/4.9", {"score": "1"})
    assert scores() == ["1", "1", "1", "", "", ""], "and when the desk is closed"


def test_the_command_opens_marks_and_closes(results: Path) -> None:
    running = RunningDesk(results, "--by", "Emmy")
    door = Door(running.link).enter()
    key = door.get("/queue.json?kind=mark").json["tasks"][0]["key"]
    assert door.post(f"/mark/{key}/4.9", {"score": "1"}).status == 200
    running.close()
    assert "Whoever has this link can mark. Ctrl-C closes the desk." in "".join(running.said)
    assert "Bringing tables and pages up to date with 1 mark …" in "".join(running.said)
    assert stored(results, "s00000").point("4.9").score == 1.0


def test_what_cannot_be_opened_says_why(results: Path, desk: Desk, grader: Command, tmp_path: Path) -> None:
    for arguments, sentence in [
        ((results,), "a desk is already open for this class; everybody who marks it uses its link."),
        ((tmp_path / "none",), "there is no such folder; name the one that `grader class` wrote."),
    ]:
        ended = grader("desk", *arguments, "--no-browser")
        assert (ended.returncode, sentence in " ".join(ended.stderr.split())) == (2, True), ended.stderr


def test_an_address_has_to_be_one(results: Path, grader: Command) -> None:
    for options, sentence in [
        (
            ("--host", "0.0.0.0"),
            "--host 0.0.0.0 is every address of this machine; give the one that people use with --url.",
        ),
        (
            ("--url", "desk.example.org/x"),
            "--url desk.example.org/x: name it as https://desk.example.org, without a path.",
        ),
        (("--host", "192.0.2.1"), "192.0.2.1:0: the desk cannot be opened at this address"),
    ]:
        ended = grader("desk", results, "--no-browser", *options)
        assert (ended.returncode, sentence in " ".join(ended.stderr.split())) == (2, True), ended.stderr


# Who is let in


def test_only_the_link_lets_a_browser_in(door: Door) -> None:
    stranger = Door(door.link)
    for path in ("/", "/queue.json", "/state.json", "/names.json", "/name"):
        answer = stranger.get(path)
        assert (answer.status, "Open the link that `grader desk` printed" in answer.text) == (403, True)
    assert stranger.get("/enter?secret=guessed").status == 400
    assert stranger.get("/enter").status == 400
    assert stranger.get("/", Cookie="desk-1=x; " + door.cookie.partition("=")[0] + "=forged").status == 403
    cookie = stranger.get(door.link.removeprefix(door.origin)).headers["set-cookie"]
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))


def test_another_site_can_neither_read_nor_change(door: Door, results: Path) -> None:
    key = door.get("/queue.json?kind=mark").json["tasks"][0]["key"]
    for origin in ("https://evil.example", "null", door.origin + ".evil.example", ""):
        answer = door.post(f"/mark/{key}/4.9", {"score": "1"}, Origin=origin)
        assert (answer.status, answer.text) == (403, "A change has to come from a page of the desk.")
    assert door.ask("POST", f"/mark/{key}/4.9", "score=1").status == 403, "without any origin"
    assert door.get(f"/mark/{key}/4.9").status == 405, "nothing is changed by a link"
    assert door.get("/", Host="evil.example").status == 421, "DNS rebinding"
    assert door.get("/queue.json?kind=mark").json["tasks"][0]["given"] is None
    assert door.post("/undo", {"x": "y" * (1 << 17)}).status == 413


def test_every_answer_has_a_strict_policy(door: Door) -> None:
    for path in ("/", "/state.json", "/nothing", door.link.removeprefix(door.origin)):
        headers = door.get(path).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert (headers["cache-control"], headers["x-content-type-options"]) == ("no-store", "nosniff")
    for page in ("/", "/markers", "/rubric/4.9"):
        text = door.get(page).text
        assert not re.search(r"<script(?! src=\"/assets/)|style=|\son\w+=|https?://", text), page


def test_a_team_says_who_it_is(results: Path) -> None:
    with opened(results, marker="") as door:
        assert door.get("/").headers["location"] == "/name"
        assert door.post("/undo").headers["location"] == "/name"
        assert door.post("/name", {"name": "  "}).status == 400
        door.post("/name", {"name": "Emmy Noether"})
        assert "Emmy Noether" in door.get("/").text


# Texts


class Elements(HTMLParser):
    """All elements with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, attrs))


PROSE = {
    "p",
    "br",
    "hr",
    "em",
    "strong",
    "code",
    "pre",
    "blockquote",
    "ul",
    "ol",
    "li",
    "span",
    "h3",
    "h4",
    "h5",
    "h6",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}


def foreign(html: str) -> list[object]:
    """The elements and attributes that no prose needs."""
    harmless = (("span", "class", "inert"), ("span", "class", "quiet"))
    elements = Elements(html).found
    return [
        *(tag for tag, _ in elements if tag not in PROSE),
        *(
            (tag, name, value)
            for tag, attributes in elements
            for name, value in attributes
            if (tag, name, value) not in harmless and (tag, name) != ("ol", "start")
        ),
    ]


HOSTILE_MARKDOWN = (
    "[x](javascript:alert(1)) ![y](https://evil.example/p.png 'z\"onerror=1') <https://evil.example> <img onerror=a>",
    "<script>alert(1)</script>\n\n<style>body{display:none}</style>\n\n| a |\n|:-:|\n| <svg onload=alert(1)> |",
    '```"><script>\n</code></pre><script>alert(1)</script>\n```',
    '[a]: data:text/html,<script>alert(1)</script> "t"\n\n[a] ![a]\n\n1000000000. x',
    "&#60;script&#62; &lt;script&gt; [![i](x)](y)",
    "[" * 5_000 + "](x)" * 5_000,
    "> " * 5_000,
    "*a " * 5_000,
)


@pytest.mark.parametrize("text", [*ATTACKS, *HOSTILE_MARKDOWN], ids=lambda text: ascii(text[:20]))
def test_markdown_is_inert(text: str) -> None:
    assert foreign(to_html(text.encode("utf-8", "replace").decode())) == []


@settings(max_examples=60)
@given(
    st.lists(
        st.sampled_from(
            [
                "<",
                ">",
                "[",
                "]",
                "(",
                ")",
                "!",
                "`",
                "|",
                "\n",
                "- ",
                "# ",
                "a",
                "javascript:",
                "&#60;",
                '"',
                "onerror=",
                "    ",
                "```",
                ":-:",
                "http://x.y",
            ]
        )
    ).map("".join)
)
def test_no_markdown_makes_anything_else(text: str) -> None:
    assert foreign(to_html(text)) == []


def test_markdown_is_markdown() -> None:
    html = to_html("# A\n\n**b** [c](https://d.example/e)\n\n| x | y |\n|---|---|\n| 1 | 2 |\n\n3. z")
    assert "<h3>A</h3>" in html
    assert "<strong>b</strong>" in html
    assert '<span class="inert">c</span> <span class="quiet">(https://d.example/e)</span>' in html
    assert "<td>2</td>" in html
    assert '<ol start="3">' in html


def test_an_expression_is_typeset_and_never_run(tmp_path: Path) -> None:
    assert to_mathml("f_x**2/r") == (
        "<math display='block'><mfrac><mrow><msup><msub><mi>f</mi><mi>x</mi></msub><mrow><mn>2</mn></mrow></msup>"
        "</mrow><mrow><mi>r</mi></mrow></mfrac></math>"
    )
    assert "<mi>θ</mi>" in str(to_mathml("cos(theta)"))
    assert "<mo>(</mo>" in str(to_mathml("(a + b)*c"))
    assert "<mo>(</mo>" in str(to_mathml("a - (b - c)"))
    assert "<mo>(</mo>" not in str(to_mathml("a - b - c"))
    witness = tmp_path / "run"
    for text in (
        f"__import__('pathlib').Path({str(witness)!r}).touch()",
        "x.y",
        "lambda: 1",
        "[i for i in x]",
        "'a'",
        "A person reads it.",
        "x",
        "1",
        "",
        "(" * 500,
        "-" * 1_400,
        "x" * 5_000,
        "f(**k)",
        "9**9**9**9" * 20,
    ):
        drawn = to_mathml(text)
        assert drawn is None or "<math" in drawn
    assert not witness.exists()
    assert to_mathml("x.y") is None
    assert to_mathml("A person reads it.") is None


def test_code_of_nothing_but_blanks_is_shown_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_time, "SECONDS", 5.0)  # of the processor; a tenth of one is enough
    with check_time.bounded_time():
        (file,) = code_files({"exercise1.py": b"x = 1  \n" + b"\n\t\n" * 19_000}, ["exercise1.py"], [])
    assert (len(file.lines), file.lines[0].html.striptags()) == (38_002, "x = 1")


def test_keys_are_the_digits_of_the_share() -> None:
    assert [(key.press, key.score) for key in keys(1.0)][:5] == [
        ("0", 0.0),
        ("h", 0.5),
        ("1", 1.0),
        ("2", 0.2),
        ("3", 0.3),
    ]
    assert [(key.press, key.score) for key in keys(2.0)] == [("h", 1.0), ("0", 0.0), ("1", 1.0), ("2", 2.0)]
    assert {key.press: key.score for key in keys(0.5)}["1"] == 0.5


def test_names_are_found_without_their_accents() -> None:
    assert folded("muller") in folded("Ada MÜLLER")
    assert folded("soren") not in folded("Ada Müller")


def test_the_queue_counts_and_filters(door: Door) -> None:
    found = door.get("/queue.json").json
    assert found["counts"] == {"mark": [6, 6], "review": [1, 1], "unmatched": [1, 1], "time": [1, 1]}
    assert [task["who"] for task in door.get("/queue.json?kind=mark&q=MULLER").json["tasks"]] == ["Ada Müller"]
    assert [task["point"] for task in door.get("/queue.json?kind=review").json["tasks"]] == ["1.4"]
    review = door.get("/queue.json?kind=review").json["tasks"][0]
    page = door.get(f"/sheet/{review['key']}/1.4?kind=review").text
    assert "the machine cannot decide whether it is right" in page
    assert "<math" in page
    assert door.get("/sheet/nobody/4.9").status == 400
    assert door.get(f"/sheet/{review['key']}/9.9").status == 400


def test_which_file_counts_and_whose_it_is_is_kept_for_the_next_run(results: Path) -> None:
    said = "exercise2.py: not handed in under this name. --accept 's00001:my = answer.py=exercise2.py' reads what may be meant."
    index = store.read_index(results)
    absent = store.Entry(
        id="s7", folder=None, students=(Student(id="s7", name="Paul", email="", lms=""),), status="absent"
    )
    choice = Issue(kind=IssueKind.CHOICE, who="s00001", message=said)
    nothing = Issue(kind=IssueKind.ABSENT, who="s7", message="on the roster, but nothing was handed in.")
    changed = {"issues": (*index.issues, choice, nothing), "entries": (*index.entries, absent)}
    store.write_index(results, index.model_copy(update=changed))
    with opened(results) as door:
        choices = door.get("/?kind=choice").text
        assert "Read my = answer.py as exercise2.py" in choices
        assert "Ben Öztürk (s00001)" in choices
        assert "Paul (s7)" in door.get("/?kind=absent").text
        assert '<option value="s7">Paul</option>' in door.get("/?kind=unmatched").text
        for fields, sentence in [
            ({"accept": "s00001:x=exercise2.py"}, "this file is not among those that may count"),
            ({"folder": "Projekt_final", "id": "s8"}, "nobody in this class has the id 's8'."),
            ({"folder": "another", "id": "s7"}, "this hand-in is not unmatched"),
        ]:
            refused = door.post("/decide", fields)
            assert (refused.status, sentence in refused.json["error"]) == (400, True)
        assert door.post("/decide", {"accept": "s00001:my = answer.py=exercise2.py"}).status == 200
        assert door.post("/decide", {"folder": "Projekt_final", "id": "s7"}).status == 200
        assert "kept for the next" in door.get("/?kind=choice").text
        assert "kept for the next" in door.get("/?kind=unmatched").text
    inputs = read_inputs(results)
    assert (inputs.accept, inputs.match) == (("s00001:my = answer.py=exercise2.py",), ("Projekt_final=s7",))


def test_late_without_a_time_is_decided_in_the_queue(results: Path, grader: Command) -> None:
    with opened(results) as door:
        (task,) = door.get("/queue.json?kind=time").json["tasks"]
        page = door.get("/?kind=time").text
        assert (task["who"], "Accept as on time" in page, "Take as late" in page) == ("Dora Schmidt", True, True)
        for days in ("", "-1", "1.5", "367", "nan", "²", "9" * 400):
            refused = door.post(f"/lateness/{task['key']}", {"days": days})
            assert (refused.status, "late is" in refused.json["error"]) == (400, True), days
        assert door.post(f"/lateness/{task['key']}", {"days": "2"}).json["saved"] == "2 days late: Dora Schmidt"
        assert door.get("/queue.json?kind=time").json["tasks"] == []
        assert re.search(r"2 days late <span class=.quiet.>Emmy, 20", door.get("/?kind=time&all=1").text)
        answer = door.post(f"/lateness/{task['key']}", {"days": "0"})
        assert answer.json["saved"] == "on time: Dora Schmidt"
        assert door.post("/undo").json == {"saved": "Taken back: late, Dora Schmidt", "next": "/?kind=time"}
    report = stored(results, "s00003")
    assert [(mark.point, mark.score, mark.before, mark.by) for mark in report.reviews] == [
        ("late", 2.0, None, "Emmy"),
        ("late", 0.0, 2.0, "Emmy"),
        ("late", 2.0, 0.0, "Emmy"),
    ]
    assert report.late is not None
    assert (report.late.days, report.late.message.partition(";")[0]) == (2, "Taken as 2 days late by Emmy")
    with opened(results) as door:  # remembered, though it is the report alone that says so
        assert door.get("/queue.json?kind=time").json["tasks"] == []
    typed = ("review", results / "s00003", "--point", "late", "--score", 0, "--by", "Kurt")
    assert grader(*typed).returncode == 0
    assert stored(results, "s00003").score == stored(results, "s00003").score_before_late


def test_the_same_files_of_others_are_said_and_marked_together(tmp_path: Path) -> None:
    write_copies(tmp_path / "results", 4)
    index = tmp_path / "results" / store.INDEX
    index.write_text(re.sub(r'"name":"(\w+) ([^"]+)"', r'"name":"\2, \1"', index.read_text("utf-8")), "utf-8")
    with opened(tmp_path / "results") as door:
        door.get("/")
        keys = [task["key"] for task in door.get("/queue.json?kind=mark").json["tasks"]]
        page = door.get(f"/sheet/{keys[0]}/4.9?kind=mark").text
        assert "The same files, to the byte, are those of" in page
        assert all(f'href="/sheet/{key}/4.9?kind=mark"' in page for key in keys[1:])
        assert page.count("</bdi></a>; <a") == 2, "names have commas in them"
        door.post(f"/mark/{keys[2]}/4.9?kind=mark", {"score": "1"})
        answer = door.post(f"/mark/{keys[0]}/4.9?kind=mark", {"score": "0.5", "words": "Hm.", "together": "1"})
        assert answer.json["saved"] == "4.9: 0.5 for Müller, Ada, and for 2 others with the same files"
        assert answer.json["next"] == "/?kind=mark"
    given = [stored(tmp_path / "results", f"s{number:05d}").reviews for number in range(4)]
    assert [[(mark.score, mark.comment) for mark in own] for own in given] == [
        [(0.5, "Hm.")],
        [(0.5, "Hm.")],
        [(1.0, "")],  # which somebody had marked by itself
        [(0.5, "Hm.")],
    ]


def test_code_is_shown_with_the_lines_that_messages_point_at(door: Door) -> None:
    key = door.get("/queue.json?kind=mark").json["tasks"][0]["key"]
    page = door.get(f"/sheet/{key}/2.4").text
    assert re.search(r'class="pointed"><td class="number">12</td>.*← 2\.4', page)


def test_the_desk_without_javascript_works_by_forms(door: Door, results: Path) -> None:
    rows = door.get("/queue.json?kind=mark").json["tasks"]
    answer = door.ask(
        "POST", f"/mark/{rows[0]['key']}/4.9?kind=mark", "score=0.5&words=By+hand&seen=", {"Origin": door.origin}
    )
    assert (answer.status, answer.headers["location"]) == (303, f"/sheet/{rows[1]['key']}/4.9?kind=mark")
    refused = door.ask("POST", f"/mark/{rows[1]['key']}/4.9", "score=7", {"Origin": door.origin})
    assert (refused.status, "point 4.9 is worth 0 to 1; 7 is out of range." in refused.text) == (400, True)


def test_digits_that_are_no_numbers_are_refused_in_a_sentence(door: Door) -> None:
    key = door.get("/queue.json?kind=mark").json["tasks"][0]["key"]
    for text in ("²", "9" * 30, "9" * 5000):
        assert door.get(f"/?page={quote(text)}").status == 200
        assert "tick an item" in door.post(f"/mark/{key}/4.9", {"items": text}).json["error"]
        change = {"action": "change", "item": text, "points": "1", "sentence": "x"}
        assert "has no item" in door.post("/rubric/4.9", change).json["error"]
    assert door.post(f"/mark/{key}/4.9", {"score": "-0"}).json["saved"] == "4.9: 0 for Ada Müller"


# What goes wrong beside the desk


def open_files() -> list[Path]:
    """Where this process has files open."""
    return [place.readlink() for place in Path("/proc/self/fd").glob("*") if place.is_symlink()]


@pytest.fixture
def taken(results: Path) -> Iterator[sqlite3.Connection]:
    """Another program's connection to desk.db, which holds it for writing until it rolls back."""
    other = sqlite3.connect(results / NAME, isolation_level=None)
    yield other
    other.close()


def test_a_file_that_another_program_holds_stops_no_reading_and_is_said(
    door: Door, taken: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = door.get("/queue.json?kind=mark").json["tasks"][0]["key"]
    taken.execute("BEGIN IMMEDIATE")
    assert door.get(f"/sheet/{key}/4.9").status == 200, "the page opens, though nobody can write down whose it is"
    assert door.post(f"/claim/{key}/4.9").status == 200
    assert door.post("/leave").status == 200
    refused = door.post(f"/mark/{key}/4.9", {"score": "1", "nonce": "one"})
    assert refused.status == 503
    assert refused.json["error"].endswith("desk.db: another program has this file open for writing; close it.")
    taken.execute("ROLLBACK")
    assert door.post(f"/mark/{key}/4.9", {"score": "1", "nonce": "one"}).json["score"] == 1.0


def test_a_regrade_request_waits_for_nobody_for_ever(results: Path, grader: Command) -> None:
    Database(results).close()
    with contextlib.closing(sqlite3.connect(results / NAME, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        done = grader("regrade", "add", str(results), "s00001", "--point", "4.9", "--words", "why?")
    assert (done.returncode, "another program has this file open for writing" in done.stderr) == (2, True)


def test_a_folder_that_cannot_be_written_is_said(results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(self: FileLock, *arguments: object, **options: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(FileLock, "acquire", refused)
    path, now = results / "s00001" / store.REPORT, datetime.now(UTC)
    for act in (
        lambda: Desk(results, load_assignment()),
        lambda: store.lock(results),
        lambda: review(path, load_assignment(), point="4.9", score=1.0, comment="", by="Emmy", when=now),
    ):
        with pytest.raises(OutputError, match=r"this folder is not writable \(Read-only file system\)"):
            act()


def test_what_is_no_report_harms_no_other_hand_in(results: Path) -> None:
    for name in ("s00001", "s00002", "s00003", "s00004"):
        (results / name / store.REPORT).unlink()
    os.mkfifo(results / "s00001" / store.REPORT)
    (results / "s00002" / store.REPORT).write_text("[" * 1_000_000, encoding="utf-8")
    with (results / "s00003" / store.REPORT).open("wb") as file:
        file.truncate(store.MAX_REPORT + 1)
    with opened(results) as door:
        damaged = {task["who"]: task["reason"] for task in door.get("/queue.json?kind=damaged").json["tasks"]}
        assert door.get("/state.json").json["ready"] == COUNT, "nobody waits for a report that will not come"
    for who, reason in (
        ("Ben Öztürk", "the report cannot be read (not an ordinary file)."),
        ("Cem Kovács", "this is not a results.json of this grader"),
        ("Dora Schmidt", "this is not a results.json of this grader (larger than 64 MiB)."),
        ("Emil Nguyen", "the report cannot be read (No such file or directory)."),
    ):
        assert reason in damaged.pop(who)
    assert damaged == {}


def test_the_tables_are_written_without_a_damaged_report(results: Path) -> None:
    (results / "s00001" / store.REPORT).write_text("{", encoding="utf-8")
    with opened(results) as door:
        answer = door.post("/finish")
    assert (answer.status, "This hand-in was left out" in answer.json["error"]) == (409, True)
    assert answer.json["error"].startswith(f"s00001: {results / 's00001' / store.REPORT}: ")
    assert (results / "grades.csv").exists()


def test_a_copy_that_is_broken_shows_no_code_and_breaks_no_sheet(results: Path) -> None:
    path = results / "s00001" / store.SUBMISSION
    content = bytearray(path.read_bytes())
    content[60:400] = b"\xff" * 340  # within the first file's own bytes
    path.write_bytes(content)
    (results / "s00002" / store.SUBMISSION).unlink()
    os.mkfifo(results / "s00002" / store.SUBMISSION)
    with opened(results) as door:
        for task in door.get("/queue.json?kind=mark").json["tasks"]:
            assert door.get(f"/sheet/{task['key']}/4.9").status == 200


@pytest.mark.parametrize("piece", ["[", "![", "[[a] ", "[a](", "*a_ ", "> ", "- ", "`` x", "|a|b|\n|-|-|\n"])
def test_no_markdown_takes_long(piece: str) -> None:
    text = (piece * 20_000)[:20_000]
    began = time.process_time()
    to_html("[" * MAX_BRACKETS)  # the most that this machine has to do now, many times over
    most = 30 * (time.process_time() - began) + 0.5
    began = time.process_time()
    to_html(text)
    assert time.process_time() - began < most


def test_too_many_brackets_are_shown_as_they_were_typed() -> None:
    assert to_html("[" * (MAX_BRACKETS + 1)) == Markup("<pre>{}</pre>").format("[" * (MAX_BRACKETS + 1))


# Requests and second readings, one at a time


def test_a_request_that_is_taken_back_is_open_again(desk: Desk, results: Path) -> None:
    add_requests(results, [("s00001", "4.9", "I did say it.")], "2026-11-28T10:00:00+00:00")
    ask = Ask(key_of(desk, "s00001"), "4.9", "Emmy", 0.5)
    giving.give(desk, ask, Source.REGRADE)
    assert desk.worklist("Emmy").counts()["regrade"] == (0, 1)
    giving.undo(desk, "Emmy")
    (request,) = desk.regrades.all()
    assert (request.answered, request.after, request.words) == (None, None, "I did say it.")
    assert desk.worklist("Emmy").counts()["regrade"] == (1, 1)


def test_the_same_answer_to_a_request_twice_is_one(desk: Desk, results: Path) -> None:
    add_requests(results, [("s00001", "4.9", "I did say it.")], "2026-11-28T10:00:00+00:00")
    ask = Ask(key_of(desk, "s00001"), "4.9", "Emmy", words="You did not.")
    giving.keep(desk, ask)
    giving.keep(desk, ask)  # its answer was lost, and the browser asks again
    with pytest.raises(UsageError, match="this request has been answered already"):
        giving.keep(desk, replace(ask, words="Or did you?"))


def test_a_name_of_a_request_is_of_one_sheet(desk: Desk, results: Path) -> None:
    first = giving.give(desk, Ask(key_of(desk, "s00001"), "4.9", "Emmy", 1.0, nonce="one"))
    assert giving.give(desk, Ask(key_of(desk, "s00001"), "4.9", "Emmy", 1.0, nonce="one")) == first
    with pytest.raises(UsageError):
        giving.give(desk, Ask(key_of(desk, "s00002"), "4.9", "Emmy", 0.0, nonce="one"))


def test_what_is_done_about_one_hand_in_makes_its_own_tasks_anew(
    desk: Desk, results: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Marks, second readings and answers, in any order: the queue is the one that would be made from nothing."""
    add_requests(results, [(f"s{number:05d}", "4.9", "why?") for number in (0, 1, 1, 2)], "2026-11-28T10:00:00+00:00")
    desk.database.set("second", "100")
    for who in ("Emmy", "Kurt"):
        desk.worklist(who)
    made = 0

    def counted(self: TaskMaker) -> list[Task]:
        nonlocal made
        made += 1
        return all_tasks(self)

    all_tasks = TaskMaker.all
    monkeypatch.setattr(TaskMaker, "all", counted)
    keys = [key_of(desk, f"s{number:05d}") for number in range(COUNT)]
    steps: list[Callable[[], object]] = [
        lambda: giving.give(desk, Ask(keys[0], "4.9", "Emmy", 1.0)),
        lambda: giving.give_second(desk, Ask(keys[0], "4.9", "Kurt", 0.5)),
        lambda: giving.give(desk, Ask(keys[1], "4.9", "Kurt", 1.0), Source.REGRADE),
        lambda: giving.keep(desk, Ask(keys[2], "4.9", "Emmy", words="no")),
        lambda: giving.give(desk, Ask(keys[4], "1.4", "Emmy", 1.0)),
        lambda: giving.undo(desk, "Kurt"),
        lambda: giving.undo(desk, "Emmy"),
    ]
    for step in steps:
        step()
        for who in ("Emmy", "Kurt"):
            kept = desk.worklist(who)
            assert made == 0
            maker = TaskMaker(desk.state, desk.regrades, desk.markers.all(), desk.seconds, who, blind=False)
            assert kept.tasks == all_tasks(maker)
            monkeypatch.setattr(TaskMaker, "all", all_tasks)
            assert kept.counts() == Worklist(maker).counts()
            monkeypatch.setattr(TaskMaker, "all", counted)


# The pages that are written beside the reports


def test_the_class_page_is_a_click_away_and_has_its_own_policy(results: Path) -> None:
    with opened(results) as door:
        assert 'href="/class/class.html"' in door.get("/").text
        early = door.get("/class/class.html")
        assert (early.status, "has not been written yet" in early.text) == (400, True)
        assert door.post("/finish").status == 200
        page = door.get("/class/class.html")
        assert (page.status, "<h1>" in page.text, "grader desk RESULTS" in page.text) == (200, True, True)
        policy = page.headers["content-security-policy"]
        assert re.fullmatch(
            r"default-src 'none'; style-src 'sha256-\S+'; script-src 'sha256-\S+'; base-uri 'none'; "
            r"form-action 'none'; frame-ancestors 'none'",
            policy,
        )
        assert door.get("/class/s00001/report.html").status == 200
        key = door.get("/queue.json?kind=mark").json["tasks"][0]["key"]
        assert 'href="/class/s00000/report.html"' in door.get(f"/sheet/{key}/4.9").text
        for path in ("desk.db", "s00001/results.json", "s00001/submission.zip", "../pyproject.toml", "x/report.html"):
            assert door.get(f"/class/{quote(path, safe='')}").status == 400
    with opened(results, anonymous=True) as door:
        assert "/class/" not in door.get("/").text
        blind = door.get("/class/class.html")
        assert (blind.status, "marking is blind" in blind.text) == (400, True)


def test_what_was_set_for_a_class_stays_when_the_desk_is_opened_without_it(results: Path) -> None:
    with opened(results, anonymous=True, second=25):
        pass
    again = RunningDesk(results, "--by", "Emmy")
    door = Door(again.link).enter()
    assert "Öztürk" not in door.get("/?kind=mark&all=1").text
    assert 'value="25"' in door.get("/markers").text
    again.close()
    assert "Marking is blind, as it was before; --names shows who everybody is.\n" in again.said
    with Desk(results, load_assignment(), anonymous=False) as named:  # --names
        assert not named.anonymous
    with Desk(results, load_assignment()) as last:
        assert not last.anonymous


def test_what_all_points_to_mark_have_in_common_is_said_once(door: Door) -> None:
    assert door.get("/?kind=mark").text.count("A person reads the discussion and gives this point.") == 1
    assert "the machine cannot decide" in door.get("/?kind=review").text


def test_a_desk_opens_at_the_port_that_it_had_before(desk: Desk) -> None:
    """To a browser another port is another site: cookies, comments begun and marks not delivered stay with the old."""
    said: list[str] = []
    first = open_desk(desk, "Emmy", say=said.append)
    port = first.socket.getsockname()[1]
    taken = open_desk(desk, "Emmy", say=said.append)  # while somebody listens at the first one's
    other = taken.socket.getsockname()[1]
    assert other != port
    assert said == [
        f"Port {port}, where this desk was before, is taken, so it opens at another. A browser keeps a comment or mark "
        f"that was not saved yet for the old one: close what uses it and give --port {port}."
    ]
    first.socket.close()
    taken.socket.close()
    again = open_desk(desk, "Emmy", say=said.append)
    again.socket.close()
    assert again.socket is not taken.socket
    assert f":{other}/" in again.link
    assert len(said) == 1
