"""Kills the real `grader class` at random moments, again and again, and compares with a run that nobody disturbed.

    python -m scripts.kill_class --kills 200 [--helpers 20]

Nothing may be lost, nothing done twice, every point has to be the same. Each round begins with an empty folder, runs
the command until it comes to its end, and kills it (SIGKILL, so that it cannot know) as often as it lives: in turn
while it starts, soon after some report (the last one included, behind which tables and pages are written), and at
any moment. With --helpers the command lives, and what it started is killed instead: job processes, zygotes, the
search for similar hand-ins. It has to come to its end all the same, in one go.
"""

import argparse
import contextlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

from grader.classroom.run.retry import ATTEMPTS
from scripts.leftovers import MARK, leftovers
from scripts.stored_points import UNREPEATABLE, differences, stored_points

ROOT = Path(__file__).resolve().parent.parent
GALLERY = ROOT / "tests" / "gallery"
LOOK_SECONDS = 0.002  # between two looks at the journal
NEXT_REPORTS = 8  # behind one of which a command is killed
LATE_KILLS = 2  # of a round after its last report: then it may write its tables and pages to the end
# In one run of a command: as a submission whose process was killed at every attempt is rightly reported and not graded.
HELPER_KILLS = ATTEMPTS - 1
HELPERS = (b"job_main", b"\0zygote\0", b"similarity_job", b"grader: forks")  # in a command line, or the name of a fork


def make_class(folder: Path, count: int) -> None:
    """`count` hand-ins for exercise 2: the reference, and right and wrong answers of the galleries in turn."""
    answers = sorted(path.parent for path in GALLERY.glob("*/pool-*/exercise2.py"))
    cases = [ROOT / "reference", *(answer for answer in answers if answer.name not in UNREPEATABLE)]
    for number in range(count):
        student = folder / f"student-{number:03}"
        student.mkdir(parents=True)
        source = (cases[number % len(cases)] / "exercise2.py").read_text(encoding="utf-8")
        (student / "exercise2.py").write_text(f"# {student.name}\n{source}", encoding="utf-8")


def command(submissions: Path, results: Path) -> list[str]:
    """The command as a person would type it."""
    chosen = ["--exercise", "2", "--seed", "7", "--jobs", "2", "--sandbox", "process"]
    return [sys.executable, "-m", "grader", "class", str(submissions), "--output", str(results), *chosen]


def done_lines(results: Path) -> Counter[str]:
    """How often the journal says of each id that it is done."""
    lines = (results / "journal.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines if line.endswith("}")]
    return Counter(record["id"] for record in records if record["event"] == "done")


@dataclass
class Trial:
    """A class, a folder for what comes of it, and how the command is started there."""

    submissions: Path
    results: Path
    count: int
    environment: dict[str, str]
    chance: random.Random
    begin: "type[subprocess.Popen[Any]]" = subprocess.Popen

    def start(self) -> "subprocess.Popen[bytes]":
        with open(self.log, "wb") as log:
            return self.begin(
                command(self.submissions, self.results), cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )

    @property
    def log(self) -> Path:
        return self.results.with_suffix(".log")

    def journal(self) -> Counter[str]:
        """How many lines of each kind the journal has: one "class" for each start, one "done" for each report."""
        try:
            text = (self.results / "journal.jsonl").read_text(encoding="utf-8")
        except OSError:
            return Counter()
        return Counter(re.findall(r'"event": "(\w+)"', text))


@dataclass
class Pace:
    """How fast this machine is: seconds of a command that nobody disturbed."""

    starting: float  # until its journal says that the class has begun
    whole: float

    @classmethod
    def of(cls, trial: Trial) -> "Pace":
        """Raises AssertionError if the command fails."""
        process, began = trial.start(), time.monotonic()
        _wait_for(lambda: bool(trial.journal()["class"]), process)
        starting = time.monotonic() - began
        assert process.wait() == 0, trial.log.read_text()
        return cls(starting, time.monotonic() - began)


def kill_until_done(trial: Trial, pace: Pace, stages: Counter[str]) -> int:
    """Runs the command until it ends by itself; returns how often it was killed. Raises AssertionError if it fails."""
    kills = late = 0
    moments = cycle((while_it_starts, soon_after_a_report, at_any_moment))
    while True:
        before = trial.journal()
        late += before["done"] == trial.count
        process = trial.start()
        wait = let_it_end if late > LATE_KILLS else next(moments)
        wait(trial, process, pace)
        if process.poll() is not None:
            assert process.returncode == 0, trial.log.read_text()
            return kills
        process.send_signal(signal.SIGKILL)
        process.wait()
        kills += 1
        stages[_stage(before, trial.journal(), trial.count)] += 1
        stored_points(trial.results)  # every report that is there is whole


def _stage(before: Counter[str], after: Counter[str], count: int) -> str:
    """What a command was at when it was killed, by the lines that it wrote."""
    if after["class"] == before["class"]:
        return "starting"
    return "grading" if after["done"] < count else "writing tables and pages"


def while_it_starts(trial: Trial, process: "subprocess.Popen[bytes]", pace: Pace) -> None:
    """By this machine's clock, and at the latest when its journal says that the start is over."""
    classes, end = trial.journal()["class"], time.monotonic() + trial.chance.uniform(0.0, pace.starting)
    _wait_for(lambda: time.monotonic() >= end or trial.journal()["class"] > classes, process)


def soon_after_a_report(trial: Trial, process: "subprocess.Popen[bytes]", pace: Pace) -> None:
    """One of the next few reports: so that a round is killed all along the class."""
    before = trial.journal()
    reports = trial.chance.randint(before["done"], min(trial.count, before["done"] + NEXT_REPORTS))
    _wait_for(lambda: trial.journal()["class"] > before["class"] and trial.journal()["done"] >= reports, process)
    _wait(process, trial.chance.uniform(0.0, pace.whole / trial.count))  # as long as a report takes


def at_any_moment(trial: Trial, process: "subprocess.Popen[bytes]", pace: Pace) -> None:
    _wait(process, trial.chance.uniform(0.0, pace.whole))


def let_it_end(trial: Trial, process: "subprocess.Popen[bytes]", pace: Pace) -> None:
    process.wait()


def _wait(process: "subprocess.Popen[bytes]", seconds: float) -> None:
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(seconds)


def _wait_for(happened: Callable[[], bool], process: "subprocess.Popen[bytes]") -> None:
    while process.poll() is None and not happened():
        time.sleep(LOOK_SECONDS)


def kill_helpers(trial: Trial, pace: Pace, stages: Counter[str]) -> int:
    """Runs the command once, to its end, and kills what it started; returns how often. Raises AssertionError."""
    process = trial.start()
    kills = 0
    while process.poll() is None:
        _wait(process, trial.chance.uniform(0.0, pace.whole / 2))
        helpers = sorted(_helpers(process.pid))
        if helpers and kills < HELPER_KILLS:
            victim, kind = trial.chance.choice(helpers)
            with contextlib.suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
                stages[kind] += 1
                kills += 1
    assert process.returncode == 0, trial.log.read_text()
    return kills


def _helpers(pid: int) -> Iterator[tuple[int, str]]:
    """The processes below a command that are its own; a zygote's children are the students'."""
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(child) for child in task.read_text().split()]
        except OSError:
            continue
        for child in children:
            try:
                line = Path(f"/proc/{child}/cmdline").read_bytes() + Path(f"/proc/{child}/comm").read_bytes()
            except OSError:
                continue
            kind = next((name.decode() for name in HELPERS if name in line), None)
            if kind is not None:
                yield child, kind
                yield from _helpers(child) if kind != "\0zygote\0" else ()


def run(
    kills: int,
    count: int,
    seed: int,
    how: Any = kill_until_done,
    begin: "type[subprocess.Popen[Any]]" = subprocess.Popen,
) -> tuple[int, int, Counter[str]]:
    """Rounds until there were enough kills; returns (kills, rounds, what was hit when). Raises AssertionError.

    `begin` starts a command.
    """
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        mark = uuid.uuid4().hex
        scratch = here / "tmp"
        scratch.mkdir()
        environment = {**os.environ, MARK: mark, "TMPDIR": str(scratch)}
        make_class(here / "class", count)
        pace = Pace.of(Trial(here / "class", here / "whole", count, environment, chance, begin))
        expected = stored_points(here / "whole")
        assert len(expected) == count
        killed = rounds = 0
        stages: Counter[str] = Counter()
        results = here / "results"
        trial = Trial(here / "class", results, count, environment, chance, begin)
        while killed < kills:
            shutil.rmtree(results, ignore_errors=True)
            killed += how(trial, pace, stages)
            rounds += 1
            differing = differences(stored_points(results), expected)
            assert not differing, f"points differ from the run that nobody disturbed:\n{differing}"
            twice = {name: times for name, times in done_lines(results).items() if times != 1}
            assert not twice, f"done twice: {twice}"
            assert len(done_lines(results)) == count, "the journal lost one"
            assert (results / "grades.csv").read_bytes() == (here / "whole" / "grades.csv").read_bytes()
        if sys.platform == "linux":
            assert not leftovers(mark), "processes were left over"
        assert not list(scratch.iterdir()), "files were left over"
    return killed, rounds, stages


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--students", type=int, default=30)
    parser.add_argument("--helpers", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    options = parser.parse_args()
    students, seed = options.students, options.seed
    for what, kills, how in (("command", options.kills, kill_until_done), ("helpers", options.helpers, kill_helpers)):
        if not kills:
            continue
        killed, rounds, stages = run(kills, students, seed, how)
        print(
            f"{what}: {killed} kills in {rounds} rounds of {students} (seed {seed}; {_listed(stages)}):",
            "nothing lost, nothing twice, same points",
            flush=True,
        )


def _listed(stages: Counter[str]) -> str:
    return ", ".join(f"{stage} {times}" for stage, times in stages.most_common())


if __name__ == "__main__":
    main()
