"""A class that nothing stops halfway: kills, full disks, two runs at once, faults of ours, a cluster that shrinks."""

import errno
import gc
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import IO, Any

import pytest
from rich.console import Console
from typer.main import get_command

from grader.assignment_folder import Assignment
from grader.classroom.class_model import (
    Graded,
    Issue,
    IssueKind,
    Job,
    JobFailed,
    JobRejected,
    JobResult,
    JobSettings,
    SettingFile,
)
from grader.classroom.marks.review import review
from grader.classroom.results import store, summary
from grader.classroom.results.class_inputs import read_inputs
from grader.classroom.results.journal import Conditions, Journal, ReportOrigin, read
from grader.classroom.results.locks import hold
from grader.classroom.results.summary import print_summary
from grader.classroom.run import executor, prepare_class, retry
from grader.classroom.run.choice import Choice
from grader.classroom.run.executor import DaskExecutor, LocalExecutor
from grader.classroom.run.job_process import JobProcess
from grader.classroom.run.progress import Bar, Lines
from grader.cli.commands import COMMANDS, app
from grader.errors import OutputError, SandboxError, UsageError
from grader.model import Incident, Outcome, Submission, Verdict
from grader.report.results_json import HALF_WRITTEN
from grader.sandbox.sandbox_settings import SandboxSettings
from grader.text import listed
from scripts import kill_class
from scripts.leftovers import lasting
from scripts.stored_points import stored_points
from tests.support import warm_commands
from tests.support.classes import GOOD, laid_out
from tests.support.command import PATIENCE, ROOT, Command
from tests.support.fake_class import POINTS, Class, FakeExecutor, report_of

pytestmark = pytest.mark.slow

FAST = ("--exercise", "2", "--seed", 7, "--sandbox", "process")


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "PAUSES", (0.0, 0.0))


@pytest.fixture
def klass(tmp_path: Path, assignment: Assignment, lent: None) -> Class:
    return Class(tmp_path, assignment)


def test_a_second_run_does_only_what_is_new_or_changed(klass: Class) -> None:
    klass.grade()
    assert klass.graded == ["a", "b", "c"]
    klass.grade()
    assert klass.graded == []
    (klass.place / "b" / "exercise2.py").write_bytes(b"# changed")
    laid_out(klass.place, {"d/exercise2.py": GOOD})
    index = klass.grade()
    assert klass.graded == ["b", "d"]
    assert [entry.status for entry in index.entries] == ["graded"] * 4
    klass.grade(choice=Choice(only=frozenset({"c"})))
    assert klass.graded == []
    klass.grade(choice=Choice(only=frozenset({"c"}), force=True))
    assert klass.graded == ["c"]
    klass.grade(seed=8, replace=True)
    assert klass.graded == ["a", "b", "c", "d"]
    klass.grade(points=POINTS[:2], replace=True)
    assert klass.graded == ["a", "b", "c", "d"]


def test_where_and_on_what_it_is_trained_is_part_of_a_report(klass: Class, tmp_path: Path) -> None:
    data = tmp_path / "images.npz"
    data.write_bytes(b"one")
    changes: dict[str, Any] = {}
    for change in (
        {},
        {"settings": {"device": "cpu"}},
        {"image": "mine"},
        {"gpus": "all"},
        {"settings": {"device": "cpu", "data": data}},
    ):
        changes |= change
        klass.grade(**changes, replace=True)
        assert klass.graded == ["a", "b", "c"], change
        klass.grade(**changes)
        assert klass.graded == [], change
    data.write_bytes(b"other")
    klass.grade(**changes, replace=True)
    assert klass.graded == ["a", "b", "c"]
    kept = read_inputs(klass.request.results).overrides["data"]
    assert isinstance(kept, Path)
    assert (kept.parent.parent, kept.read_bytes()) == (klass.request.results, b"other")


def test_data_that_cannot_travel_are_refused_before_anything_is_graded(
    klass: Class, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match=r"gone.npz: cannot be read \(No such file"):
        klass.grade(settings={"data": tmp_path / "gone.npz"})
    monkeypatch.setattr(prepare_class, "MAX_FILE_BYTES", 1)
    (tmp_path / "images.npz").write_bytes(b"one")
    with pytest.raises(UsageError, match="Name it in the rubric instead"):
        klass.grade(settings={"data": tmp_path / "images.npz"})


def test_what_can_be_had_for_nobody_ends_the_class(klass: Class) -> None:
    with pytest.raises(UsageError, match="no such images"):
        klass.grade(lambda job: JobRejected("no such images"))
    assert (len(klass.graded), klass.executor.stopped) == (2, True)  # as many as run at a time


def test_a_sandbox_that_cannot_be_had_is_told_before_the_first_job() -> None:
    def missing() -> None:
        raise SandboxError("no engine")

    executor = LocalExecutor(1, missing)
    for _ in range(2):
        with pytest.raises(SandboxError, match="no engine"):
            executor.submit(JobSettings("", "", SandboxSettings("process"), 7, ()), Job(Submission("a", {}, "0" * 64)))
    executor.stop()


def test_one_submission_a_class_and_its_reproduction_take_the_same_options() -> None:
    def options(name: str) -> set[str]:
        command: Any = get_command(app)
        return {option for parameter in command.commands[name].params for option in parameter.opts}

    shared = {"--sandbox", "--allow-weaker", "--image", "--gpus", "--device", "--data", "--point", "--rubric"}
    for name, module in (("grade", "grade_command"), ("class", "class_command"), ("reproduce", "report_commands")):
        assert name in COMMANDS[module]
        import_module(f"grader.cli.{module}")
        assert shared <= options(name), name


def test_a_seed_is_drawn_once_and_kept(klass: Class) -> None:
    first = klass.grade(seed=None).seed
    again = klass.grade(seed=None)
    assert (again.seed, klass.graded) == (first, [])


def test_a_report_that_is_gone_or_broken_is_made_again(klass: Class) -> None:
    klass.grade()
    (klass.request.results / "a" / store.REPORT).unlink()
    (klass.request.results / "b" / store.REPORT).write_text("{")
    klass.grade()
    assert klass.graded == ["a", "b"]


def test_a_fault_of_ours_is_tried_three_times_then_listed_and_never_a_zero(klass: Class) -> None:
    index = klass.grade(lambda job: JobFailed("no engine") if job.submission.id == "b" else None)
    assert klass.graded.count("b") == 3
    assert {entry.id: entry.status for entry in index.entries} == {"a": "graded", "b": "fault", "c": "graded"}
    assert [(issue.who, issue.message) for issue in index.issues] == [("b", "tried 3 times: no engine")]
    grades = (klass.request.results / "grades.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(",")[:5] for line in grades[1:]] == [
        ["a", "a", "", "graded", "6"], ["b", "b", "", "fault", ""], ["c", "c", "", "graded", "6"],
    ]  # fmt: skip
    klass.grade(choice=Choice(failed=True))
    assert klass.graded == ["b"]
    assert klass.state.faults == {}


def test_what_is_over_in_a_while_is_waited_for_and_nothing_new_begun(
    klass: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "PAUSES", (0.1, 0.4))
    laid_out(klass.place, {f"more-{number}/exercise2.py": str(number).encode() for number in range(8)})
    failed: list[str] = []

    def answer(job: Job) -> JobResult | None:
        if len(failed) < 2 * FakeExecutor.capacity:  # until the first have been tried twice
            failed.append(job.submission.id)
            return JobFailed("no engine")
        return None

    index = klass.grade(answer)
    assert index.issues == ()
    assert len({*failed}) == FakeExecutor.capacity
    assert "a: tried again in 0.1 s, it is the grader's fault: no engine" in klass.said.getvalue()


def test_where_waiting_does_not_help_it_is_given_up(klass: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "PAUSES", (0.01, 0.01))
    laid_out(klass.place, {f"more-{number}/exercise2.py": str(number).encode() for number in range(17)})
    index = klass.grade(lambda job: JobFailed("no engine"))
    assert klass.said.getvalue().count("tried again in") <= 2 * (retry.GIVEN_UP + FakeExecutor.capacity)
    assert [entry.status for entry in index.entries] == ["fault"] * 20
    assert len(klass.graded) == 60


def test_a_fault_that_passes_is_forgotten(klass: Class) -> None:
    lost = ConnectionError("the worker was lost")
    index = klass.grade(lambda job: lost if (job.submission.id, job.attempt) == ("b", 1) else None)
    assert (klass.graded.count("b"), index.issues) == (2, ())


def test_a_point_of_ours_is_tried_again_then_kept_and_listed(klass: Class) -> None:
    verdict = Verdict(Outcome.GRADER_ERROR, 0.0, "ours")

    def answer(job: Job) -> JobResult | None:
        settings = JobSettings("", "", SandboxSettings("fake"), 7, POINTS)
        return (
            Graded(report_of(klass.assignment, settings, job.submission, verdict)) if job.submission.id == "b" else None
        )

    index = klass.grade(answer)
    assert (klass.graded.count("b"), klass.state.incomplete) == (3, {"b"})
    assert "some of its points could not be judged" in index.issues[0].message
    klass.grade(choice=Choice(failed=True))
    assert (klass.graded, klass.state.incomplete) == (["b"], set())


def test_a_hand_in_that_cannot_be_read_is_no_zero(klass: Class) -> None:
    def takes_c_away(job: Job) -> None:
        if job.submission.id == "a":
            shutil.rmtree(klass.place / "c")

    index = klass.grade(takes_c_away)
    assert [entry.status for entry in index.entries] == ["graded", "graded", "fault"]
    assert re.search(r"fault: c: c: .*No such file", f"{index.issues[0].kind}: c: {index.issues[0].message}")


@pytest.mark.parametrize(
    ("sizes", "kept_bytes", "added_bytes"),
    [((1, 20, 60), 4_000, 8_000), pytest.param((1, 100, 400), 480, 2_000, marks=pytest.mark.thorough)],
)
def test_a_class_of_any_size_takes_little_memory(
    klass: Class, sizes: tuple[int, ...], kept_bytes: int, added_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stays of a student are names and what there is a report of; writing about all of them adds next to nothing.

    The names of folders that Python keeps for itself, in a table that grows by leaps, are not counted. With few
    students, leaps of tables of a class are: what is kept by mistake has to be more than they, such as a report.
    """
    kept: list[int] = []
    added: list[int] = []

    def for_each_more(measured: list[int]) -> float:
        """The lesser of two runs of a size is taken: tables of the whole process grow by leaps now and then."""
        _, few, many = (min(measured[first : first + 2]) for first in (0, 2, 4))
        return (many - few) / (sizes[2] - sizes[1])

    def look(executor: FakeExecutor) -> None:
        executor.jobs.clear()
        gc.collect()  # what waits for the collector is not kept
        left = tracemalloc.take_snapshot().filter_traces([tracemalloc.Filter(False, "*pathlib.py")])
        kept.append(sum(trace.size for trace in left.traces))
        tracemalloc.reset_peak()
        added.append(-tracemalloc.get_traced_memory()[0])

    monkeypatch.setattr(FakeExecutor, "stop", look)
    gc.freeze()  # what is there already is not looked through again and again
    for count in sizes:  # the first brings in what is imported
        laid_out(klass.place, {f"s{number:03}/exercise2.py": b"# %d" % number for number in range(count)})
        for _ in range(2):
            tracemalloc.start()
            klass.grade(choice=Choice(force=True))
            added[-1] += tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
    gc.unfreeze()
    assert for_each_more(kept) < kept_bytes
    assert for_each_more(added) < added_bytes, "garbage that waits for its collection is counted, too"


def test_what_a_killed_run_had_half_written_is_removed_and_nothing_else(klass: Class) -> None:
    results = klass.request.results
    klass.grade()
    half = tuple(f"{name}.x_7z9k2q{HALF_WRITTEN}" for name in (".class.html", "a/.report.html", "a/.submission.zip"))
    others = (".notes.settings", "a/.gitkeep", ".reports.lock", ".class.html.x_7z9k2q")
    for name in (*half, *others):
        (results / name).write_bytes(b"")
    klass.grade()
    assert [name for name in (*half, *others) if (results / name).exists()] == [*others]


def test_a_lock_is_free_after_its_context_though_somebody_still_knows_it(tmp_path: Path) -> None:
    held = hold(tmp_path / ".lock", "busy")
    with held, pytest.raises(UsageError, match="busy"):
        hold(tmp_path / ".lock", "busy")
    with hold(tmp_path / ".lock", "busy"):
        pass


def test_an_interruption_keeps_what_is_done(klass: Class) -> None:
    with pytest.raises(KeyboardInterrupt):
        klass.grade(lambda job: KeyboardInterrupt() if job.submission.id == "c" else None)
    assert klass.executor.stopped
    klass.grade()
    assert set(klass.graded) == {"b", "c"} - set(klass.state.graded) | {"c"}


def test_empty_and_duplicate_hand_ins_are_graded_and_listed(klass: Class) -> None:
    laid_out(klass.place, {"d/exercise2.py": b"# a", "e/slides.pdf": b"%PDF"})
    index = klass.grade()
    said = {(issue.kind.value, issue.who): issue.message for issue in index.issues}
    assert said["duplicate", "a"] == "2 hand-ins are the same to the byte: a, d."
    assert ("duplicate", "d") not in said
    assert "nothing in it that could be graded" in said["empty", "e"]
    assert said["unread", "e"].endswith("exercise4.py, report.md, student.toml.")
    assert "e" in klass.graded


def test_where_many_hand_in_the_same_a_few_are_named(klass: Class) -> None:
    laid_out(klass.place, {f"s{number:02}/exercise2.py": b"# the template" for number in range(30)})
    (issue,) = klass.grade().issues
    named = ", ".join(f"s{number:02}" for number in range(10))
    assert issue.message == f"30 hand-ins are the same to the byte: {named} and 20 more."


def test_names_with_commas_in_them_can_be_told_from_one_another(klass: Class) -> None:
    laid_out(klass.place, {f"{name}/exercise2.py": b"# same" for name in ("Lovelace, Ada", "Turing, Alan")})
    (issue,) = klass.grade().issues
    assert issue.message == "2 hand-ins are the same to the byte: Lovelace, Ada; Turing, Alan."
    assert listed(["Lovelace, Ada", "Turing, Alan", "Hopper, Grace"], 2) == "Lovelace, Ada; Turing, Alan; and 1 more"
    assert listed(["Ada", "Alan", "Grace"], 2) == "Ada, Alan and 1 more"
    assert listed(["Lovelace, Ada"], beside=2) == "Lovelace, Ada; and 2 more"
    assert (listed([]), listed(["Ada"], 1)) == ("", "Ada")


def test_what_our_disk_cannot_read_is_our_fault(klass: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = os.open

    def broken(path: Any, *args: Any, **more: Any) -> int:
        if str(path).endswith("b/exercise2.py"):
            raise OSError(errno.EIO, "Input/output error")
        return whole(path, *args, **more)

    monkeypatch.setattr(os, "open", broken)
    index = klass.grade()
    assert (klass.graded, [entry.status for entry in index.entries]) == (["a", "c"], ["graded", "fault", "graded"])
    assert "Input/output error" in index.issues[0].message


def test_a_mark_survives_grading_again(klass: Class) -> None:
    klass.grade()
    path = klass.request.results / "a" / store.REPORT
    review(path, klass.assignment, point="2.4", score=0.5, comment="hm", by="me", when=datetime(2026, 1, 1, tzinfo=UTC))
    klass.grade(choice=Choice(force=True))
    report = store.read_report(path)
    assert (report.score, len(report.reviews)) == (5.5, 1)
    (klass.place / "a" / "exercise2.py").write_bytes(b"# changed")
    klass.grade()
    report = store.read_report(path)
    assert (report.score, len(report.reviews)) == (6.0, 1)


def test_times_that_come_later_change_the_lateness_and_grade_nothing(klass: Class, tmp_path: Path) -> None:
    klass.grade()
    assert store.read_report(klass.request.results / "a" / store.REPORT).score == 6.0
    times = tmp_path / "times.csv"
    times.write_text("id,time\na,2020-01-25T14:00:01\nb,2020-01-25T14:00:00\n")
    klass.grade(submitted=times)
    a, b, c = (store.read_report(klass.request.results / name / store.REPORT) for name in "abc")
    assert klass.graded == []
    assert [(one.score, one.score_before_late) for one in (a, b, c)] == [(0.0, 6.0), (6.0, 6.0), (6.0, 6.0)]
    assert a.late is not None
    assert "late work earns nothing" in a.late.message
    assert c.late is not None
    assert c.late.message == "The time of the hand-in is not known, so nothing was deducted for lateness."


def test_an_unknown_id_is_told(klass: Class) -> None:
    with pytest.raises(UsageError, match=r"nobody in this class is called x; grades.csv and class.json list the ids"):
        klass.grade(choice=Choice(only=frozenset({"x"})))


def test_hand_ins_and_results_in_each_others_place_are_refused(klass: Class, tmp_path: Path) -> None:
    klass.grade()
    request = klass.request
    for submissions, results, sentence in (
        (request.results, tmp_path / "other", "this is a graded class, which `grader class` has written"),
        (request.submissions, request.submissions, "the hand-ins are in this folder; name another one"),
        (request.submissions, request.results / store.INDEX, "this is a file; --output is a folder"),
    ):
        with pytest.raises(UsageError, match=sentence):
            klass.grade(submissions=submissions, results=results)
    assert not (tmp_path / "other").exists()


def test_two_runs_at_once_the_second_is_refused(klass: Class) -> None:
    with store.lock(klass.request.results), pytest.raises(UsageError, match="another run is using this folder"):
        klass.grade()
    klass.grade()


def test_a_journal_is_read_whatever_a_cut_left_of_its_end(tmp_path: Path) -> None:
    origin = ReportOrigin("0" * 64, Conditions("r", "g", 1, ("2.1",)))
    with Journal(tmp_path) as journal:
        journal.append("class", seed=5)
        journal.record_report("a", origin, complete=True)
    whole = (tmp_path / "journal.jsonl").read_bytes()
    for cut in range(len(whole)):
        (tmp_path / "journal.jsonl").write_bytes(whole[:cut])
        with Journal(tmp_path) as journal:
            journal.append("fault", id="b", message="m")
            torn = journal.state
        with Journal(tmp_path) as journal:
            assert journal.state == torn
    (tmp_path / "journal.jsonl").write_bytes(whole + b"\xff\x00{[\n" + b'{"event": "later", "id": 3}\n"text"\n')
    with Journal(tmp_path) as journal:
        assert journal.state.graded == {"a": origin}


def test_a_disk_that_is_full_stops_cleanly(klass: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = os.fsync
    syncs = iter(range(1000))

    def full(descriptor: int) -> None:
        if next(syncs) == 12:
            raise OSError(errno.ENOSPC, "No space left on device")
        whole(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left on device"):
        klass.grade()
    assert klass.executor.stopped
    monkeypatch.undo()
    index = klass.grade()
    assert [entry.status for entry in index.entries] == ["graded"] * 3


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's namespaces for a small disk of its own")
def test_the_command_on_a_full_disk(tmp_path: Path) -> None:
    kill_class.make_class(tmp_path / "class", 60)
    (tmp_path / "results").mkdir()
    command = kill_class.command(tmp_path / "class", tmp_path / "results" / "out")
    small = f"mount -t tmpfs -o size=96k none {tmp_path / 'results'}"
    tried = subprocess.run(["unshare", "-rm", "sh", "-c", small], capture_output=True, check=False)
    if tried.returncode:
        pytest.skip(f"no disk of its own to be had here: {tried.stderr.decode().strip()}")
    script = f"{small} && {' '.join(command)}; echo ended with $? >&2; ls {tmp_path / 'results' / 'out'} >&2"
    ended = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert "ended with 2" in ended.stderr
    assert "No space left on device" in ended.stderr
    assert "What was graded until then is kept; fix that, and run the same command again" in ended.stderr
    assert "student-000" in ended.stderr.partition("ended with 2")[2]
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(("kills", "count"), [(5, 2), pytest.param(30, 4, marks=pytest.mark.thorough)])
def test_killed_many_times_nothing_is_lost_and_nothing_done_twice(
    kills: int, count: int, grader: Command, tmp_path: Path
) -> None:
    """Forked from a warm process: kills fall on what the command does. tests/test_scripts.py kills cold ones."""
    kill_class.make_class(tmp_path / "class", 1)
    grader("class", tmp_path / "class", "--output", tmp_path / "out", *FAST)  # from here on, its zygote is there
    before = warm_commands.family()
    stages: set[str] = set()
    for seed in range(1, 6):  # when kills fall is by chance: of 30, none on one of the stages in 1 of 150 runs
        killed, _, hit = kill_class.run(kills, count, seed, begin=warm_commands.Process)
        assert killed >= kills
        stages |= hit.keys()
        if len(stages) == 3 or kills < 30:
            break
    else:
        pytest.fail(f"kills fell on {stages} alone")
    assert lasting(warm_commands.family() - before) == []


@pytest.mark.skipif(sys.platform != "linux", reason="finds what a command started in /proc")
@pytest.mark.thorough  # once in tests/test_soak.py
def test_what_a_class_started_is_killed_and_it_goes_on() -> None:
    killed, _, _ = kill_class.run(kills=4, count=8, seed=1, how=kill_class.kill_helpers)
    assert killed >= 4


@pytest.fixture
def started() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts commands and ends them with the test."""
    with ExitStack() as stack:

        def start(*command: object, **environment: str) -> subprocess.Popen[str]:
            begin = warm_commands.Process if command[0] == "grader" else subprocess.Popen
            process = begin(
                [sys.executable, "-m", *map(str, command)],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env={**os.environ, **environment},
            )
            stack.callback(process.communicate)
            stack.callback(process.kill)
            return process

        yield start


def line_with(stream: IO[str] | None, text: str) -> str:
    """The next line that has a text in it."""
    assert stream
    return next(line for line in stream if text in line)


@pytest.mark.skipif(os.name == "nt", reason="a signal of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_pressed_often_says_how_to_go_on_and_leaves_nothing(
    number: int, started: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    kill_class.make_class(tmp_path / "class", 60)
    (tmp_path / "scratch").mkdir()
    command = ("grader", "class", tmp_path / "class", "--output", tmp_path / "out", "--jobs", 1, *FAST)
    process = started(*command, TMPDIR=str(tmp_path / "scratch"))
    line_with(process.stderr, "1/60")
    for _ in range(4):
        process.send_signal(number)
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert [*(tmp_path / "scratch").iterdir()] == []
    assert f"interrupted. What is graded is kept in {tmp_path / 'out'}; run the same command again" in said
    assert "Traceback" not in said
    assert 1 <= len(stored_points(tmp_path / "out")) < 60


def job_settings(assignment: Assignment) -> JobSettings:
    rubric = (assignment.folder / "rubric.toml").read_text(encoding="utf-8")
    return JobSettings(rubric, str(assignment.folder), SandboxSettings("process"), 7, ("2.1",))


@pytest.mark.usefixtures("lent")
def test_a_job_that_dies_costs_itself_alone(assignment: Assignment, monkeypatch: pytest.MonkeyPatch) -> None:
    submission = Submission("a", {"exercise2.py": GOOD}, "0" * 64)
    process = JobProcess(job_settings(assignment))
    try:
        first = process.run(Job(submission))
        assert isinstance(first, Graded)
        assert json.loads(first.report)["points"][0]["outcome"] == "missing"
        assert process.usable
        process._process.kill()
        assert process.run(Job(submission)) == JobFailed("the process that graded it was killed by signal 9")
        assert not process.usable
    finally:
        process.end()


@pytest.mark.usefixtures("lent")
def test_a_job_process_under_an_impossible_rubric_says_so(assignment: Assignment) -> None:
    process = JobProcess(replace(job_settings(assignment), rubric="nonsense"))
    try:
        result = process.run(Job(Submission("a", {}, "0" * 64)))
        assert isinstance(result, JobFailed)
        assert "this is not TOML" in result.message
    finally:
        process.end()


@pytest.mark.usefixtures("lent")
def test_a_package_that_an_exercise_needs_is_missed_once_for_the_class(assignment: Assignment) -> None:
    """A class without torch ends with the sentence that says how to get it, instead of a fault for everybody."""
    settings = job_settings(assignment)
    rubric = settings.rubric.replace('imports = ["torch", "numpy"]', 'imports = ["torch_of_tomorrow", "numpy"]')
    process = JobProcess(replace(settings, rubric=rubric, points=("2.1", "4.1")))
    try:
        result = process.run(Job(Submission("a", {"exercise2.py": GOOD}, "0" * 64)))
    finally:
        process.end()
    assert isinstance(result, JobRejected)
    assert result.message == (
        "Exercise 4 needs torch_of_tomorrow, which is not installed. To install it:\n"
        "    pip install torch_of_tomorrow\n"
        "To leave it out: --exercise 1 --exercise 2 --exercise 3"
    )


@pytest.mark.usefixtures("lent")
def test_a_file_of_the_settings_travels_with_them(assignment: Assignment) -> None:
    files = {"data": SettingFile("mine.npz", b"no archive", "0" * 64)}
    settings = replace(job_settings(assignment), points=("4.1",), files=files)
    process = JobProcess(settings)
    try:
        result = process.run(Job(Submission("a", {"exercise4.py": GOOD}, "0" * 64)))
        assert isinstance(result, JobRejected)
        assert "mine.npz is not an .npz file of plain arrays" in result.message
    finally:
        process.end()


def test_a_killed_job_leaves_no_file_of_the_settings(
    assignment: Assignment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    digits = (ROOT / "grader" / "assignment" / "data" / "digits.npz").read_bytes()
    files = {"data": SettingFile("mine.npz", digits, "0" * 64)}
    process = JobProcess(replace(job_settings(assignment), files=files))
    assert isinstance(process.run(Job(Submission("a", {"exercise2.py": GOOD}, "0" * 64))), Graded)
    assert list(tmp_path.rglob("mine.npz"))
    process._process.kill()
    process._process.wait()
    process.end()
    assert not list(tmp_path.rglob("mine.npz"))


def test_a_class_on_images_of_its_own_is_reproduced_on_them(grader: Command, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "student_template", tmp_path / "class" / "a")
    out, chosen = tmp_path / "out", ("--point", "4.1", "--sandbox", "process")
    data = tmp_path / "mine.npz"
    shutil.copy(ROOT / "grader" / "assignment" / "data" / "digits.npz", data)
    ended = grader("class", tmp_path / "class", "--output", out, "--data", data, "--device", "cpu", *chosen)
    assert ended.returncode == 0, ended.stderr
    data.unlink()
    path = out / "a" / "results.json"
    kept = read_inputs(out).overrides["data"]
    assert isinstance(kept, Path)
    assert store.read_report(path).environment.files == {"data": sha256(kept.read_bytes()).hexdigest()}
    same = grader("reproduce", path)
    assert same.returncode == 0, same.stderr
    kept.write_bytes(b"other")
    other = grader("reproduce", path)
    assert (other.returncode, "was not graded with this data" in other.stderr) == (2, True)
    kept.unlink()
    gone = grader("reproduce", path)
    assert (gone.returncode, "this file was given for the class and is gone" in gone.stderr) == (2, True)


def test_lines_and_bar_say_the_same() -> None:
    for kind in (Lines, Bar):
        said = StringIO()
        console = Console(file=said, width=120, force_terminal=kind is Bar, color_system=None)
        with kind(console) as shown:
            shown.begin(2)
            shown.started("[b]ada\x1b[2J")
            shown.ended("[b]ada\x1b[2J", None, "no engine")
        assert "[b]ada␛[2J: NOT GRADED, the grader's fault: no engine" in said.getvalue()
    said = StringIO()
    Lines(Console(file=said)).begin(1)
    assert said.getvalue() == "1 submission\n"


def test_the_bar_counts_what_this_run_does_and_fits_a_terminal(klass: Class) -> None:
    klass.grade()
    report = klass.report("a")
    said = StringIO()
    console = Console(file=said, width=80, force_terminal=True, color_system=None)
    times = iter(range(0, 10_000, 60))  # a minute between two looks at the clock
    with Bar(console) as bar:
        bar._progress.get_time = lambda: float(next(times))
        bar.begin(103)
        for number in range(100):
            bar.skipped(f"done-{number}", report)
        for name in ("A Student of a Long Name", "Another of a Name as Long", "The Third of Them, no Shorter"):
            bar.started(name)
        bar.ended("A Student of a Long Name", report, "")
        said.seek(0)
        said.truncate()
        bar._progress.refresh()
        (line,) = [
            line for line in re.sub(r"\x1b\[[^A-Za-z]*[A-Za-z]", "", said.getvalue()).split("\r") if line.strip()
        ]
    assert len(line.rstrip("\n")) <= 80
    assert "\n" not in line.strip()
    assert "1/3" in line
    rate = re.search(r"(\d+)/min", line)
    assert rate is None or int(rate[1]) <= 1, "what was done before is no part of the rate"
    assert "Another of" in line


def test_the_summary_tells_a_ta_what_to_know(klass: Class, tmp_path: Path) -> None:
    laid_out(klass.place, {"notes.txt": b"", "d/exercise2.py": b"# a"})
    roster, times = tmp_path / "roster.csv", tmp_path / "times.csv"
    roster.write_text("id,name\na,Ada Lovelace\nb,Alan Turing\nc,\nd,Grace Hopper\ne,Emmy Noether\n")
    times.write_text("id,time\na,2022-01-25T14:00\nb,2022-01-26T14:00\nc,2020-01-20T14:00\n")
    wrong = {"b": Verdict.failed("no"), "c": Verdict.review("read")}

    def answer(job: Job) -> JobResult | None:
        settings = JobSettings("", "", SandboxSettings("fake"), 7, POINTS)
        verdict = wrong.get(job.submission.id)
        return Graded(report_of(klass.assignment, settings, job.submission, verdict)) if verdict else None

    index = klass.grade(answer, roster=roster, submitted=times)
    said = StringIO()
    print_summary(klass.request.results, index, Console(file=said, width=100))
    told = said.getvalue()
    assert told.startswith(
        "2 of 3 hand-ins with a known time lose points for lateness: the rubric's due date is 2020-01-25 14:"
    )
    assert "4 scores: mean 1.5, median 0, middle half 0 to 1.5, of 6" in told
    assert re.search(r"2\.1 +│ One window +│ +67% of 3 │ +67% of 3 │", told)
    assert "Late: 2 (Ada Lovelace (a), 731 days; Alan Turing (b), 732 days); 6 points deducted." in told
    assert "unmatched: notes.txt" in told
    assert (
        "duplicate: Ada Lovelace (a): 2 hand-ins are the same to the byte: Ada Lovelace (a), Grace Hopper (d)." in told
    )
    assert "absent: 1 on the roster without a hand-in (Emmy Noether (e))" in told
    assert "review: 2.1: 1 pending (c)" in told
    assert f"4 graded, 1 without a hand-in. Everything is in {klass.request.results}." in told


@pytest.mark.parametrize(
    ("kind", "who", "message", "line"),
    [
        (IssueKind.UNMATCHED, "max", "max: nobody fits", "unmatched: max: nobody fits"),
        (IssueKind.UNMATCHED, "max", "nobody fits", "unmatched: max: nobody fits"),
        (IssueKind.ROSTER, "roster", "the wrong one?", "roster: the wrong one?"),
        (IssueKind.TIME, "times", "they cannot be read", "time: they cannot be read"),
    ],
)
def test_a_line_of_the_summary_says_once_whom_it_is_about(kind: IssueKind, who: str, message: str, line: str) -> None:
    assert [*summary._of_kind(kind, [Issue(kind, who, message)], {})] == [line]


def test_the_summary_counts_an_incident_once_a_submission(klass: Class) -> None:
    index = klass.grade()
    incidents = [Incident(point=point, kind="timeout", message="slow") for point in POINTS]
    changed = klass.report("a").model_copy(update={"incidents": tuple(incidents)})
    store.write_report(klass.request.results / "a", changed)
    said = StringIO()
    print_summary(klass.request.results, index, Console(file=said, width=100))
    assert "Incidents: timeout in 1 submission (a)." in said.getvalue()


def test_only_takes_a_name_or_a_number_of_the_lms(klass: Class, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("id,name,identifier\na,Zoë Lovelace,Participant 101\nb,Twin,\nc,Twin,\n", encoding="utf-8")
    klass.grade(roster=roster)
    for name in ("a", "zoë lovelace", "zoe\u0308 lovelace", "101"):  # the third as macOS writes it
        klass.grade(choice=Choice(only=frozenset({name}), force=True))
        assert klass.graded == ["a"]
    with pytest.raises(UsageError, match=r"several in this class are called Twin; choose from the ids b, c\."):
        klass.grade(choice=Choice(only=frozenset({"Twin"}), force=True))


def test_the_whole_command(grader: Command, tmp_path: Path) -> None:
    kill_class.make_class(tmp_path / "class", 3)
    shutil.copytree(ROOT / "student_template", tmp_path / "class" / "template")
    ended = grader("class", tmp_path / "class", "--output", tmp_path / "out", "--jobs", 2, *FAST)
    assert ended.returncode == 0, ended.stderr
    assert "4/4" in ended.stderr
    assert "4 graded. Everything is in" in ended.stdout.replace("\n", " ")
    scores = {name: sum(point.score for point in points) for name, points in stored_points(tmp_path / "out").items()}
    assert (scores["student-000"], scores["template"]) == (6.0, 0.0)
    assert {path.name for path in (tmp_path / "out").iterdir()} >= {
        "grades.csv",
        "moodle.csv",
        "canvas.csv",
        "junit.xml",
    }
    kept = list(read(tmp_path / "out" / "journal.jsonl"))
    again = grader("class", tmp_path / "class", "--output", tmp_path / "out", *FAST)
    assert again.stderr.count("(done before)") == 4
    assert len(list(read(tmp_path / "out" / "journal.jsonl"))) == len(kept) + 1


def test_a_cluster_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    monkeypatch.setattr(executor, "CONNECT_SECONDS", 0.5)
    with pytest.raises(UsageError, match=r"tcp://127\.0\.0\.1:9: no Dask scheduler answers there"):
        DaskExecutor("tcp://127.0.0.1:9")


def test_a_cluster_loses_a_worker_and_no_submission(
    grader: Command, started: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    scheduler = started("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", 0, "--no-dashboard")
    address = line_with(scheduler.stderr, "Scheduler at:").split()[-1]
    options = ("--nthreads", 1, "--no-nanny", "--no-dashboard", "--local-directory", tmp_path)
    workers = [started("distributed.cli.dask_worker", address, *options) for _ in range(2)]
    for worker in workers:
        line_with(worker.stderr, "Registered to:")
    kill_class.make_class(tmp_path / "class", 8)
    process = started("grader", "class", tmp_path / "class", "--output", tmp_path / "out", "--cluster", address, *FAST)
    line_with(process.stderr, "2/8")
    workers[0].kill()
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said
    here = grader("class", tmp_path / "class", "--output", tmp_path / "here", *FAST)
    assert here.returncode == 0, here.stderr
    assert stored_points(tmp_path / "out") == stored_points(tmp_path / "here")
    assert len(stored_points(tmp_path / "out")) == 8
