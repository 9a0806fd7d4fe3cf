"""Grades class after class while something goes wrong: `python -m scripts.soak [--minutes 60]` (`make soak`).

A round is a class of hand-ins from the galleries of exercises 1 to 3, graded by the real `grader class`, and one
fault: the command killed again and again, or what it starts; a disk that fills; a clock that jumps by a day; memory
that others take; a Docker engine that ends and comes back. Each fault has its turn once, then chance decides. After
each round every hand-in has its one report with the points of an undisturbed run, and no process, file or lock is left.
Beside the classes this process grades too, in one session for the whole time: its memory and its descriptors have to be
where they were.

A fault that this machine cannot give (a full disk needs root, the clock a C compiler, the engine `dockerd`) is named
and left out.
"""

import argparse
import contextlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.assignment_folder import load_assignment
from grader.pipeline import GradingSession
from grader.sandbox.sandbox_settings import IMAGE_VARIABLE, SandboxSettings
from grader.settings import RunSettings
from scripts.kill_class import (
    GALLERY,
    HELPER_KILLS,
    MARK,
    ROOT,
    Pace,
    Trial,
    done_lines,
    kill_helpers,
    kill_until_done,
    leftovers,
    points,
    soon_after_a_report,
)
from tests.support.own_engine import EngineUnavailable, interrupt_engine, own_engine

KINDS = ("pool-*", "conv-*", "neuron-*", "chain-*")
FULL_MIB, ROOM_BYTES = 64, 64 << 10  # of the small disk; what is left on it: for a few reports
JUMPS = (-86_400, 86_400, 0)  # seconds
RSS_GROWTH_MIB = 64  # of a process that grades all the time; a leak of one report's size would pass it within a class
DESCRIPTORS = 2  # more than after the first round: a file that happens to be open
_COMPILER = "cc"
# Adds the seconds that a file names to what a program is told of the day; what only counts seconds goes on as it is.
_CLOCK = r"""
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long jump(void) {
    char text[32] = {0};
    const char *name = getenv("SOAK_CLOCK");
    int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return 0;
    if (read(file, text, sizeof text - 1) < 0) text[0] = 0;
    close(file);
    return atol(text);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int outcome = syscall(SYS_clock_gettime, clock, now);
    if (!outcome && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += jump();
    return outcome;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    int outcome = syscall(SYS_gettimeofday, now, zone);
    if (!outcome) now->tv_sec += jump();
    return outcome;
}

time_t time(time_t *now) {
    struct timespec found;
    clock_gettime(CLOCK_REALTIME, &found);
    if (now) *now = found.tv_sec;
    return found.tv_sec;
}
"""


class Unavailable(Exception):  # noqa: N818 - no error: this machine cannot give that fault
    """Why a fault cannot be had here."""


@dataclass
class MixedTrial(Trial):
    """A class of all three exercises."""

    sandbox: str = "process"

    def start(self) -> "subprocess.Popen[bytes]":
        chosen = ["--exercise", "1", "--exercise", "2", "--exercise", "3", "--seed", "7", "--jobs", "2"]
        where = [str(self.submissions), "--output", str(self.results), "--sandbox", self.sandbox]
        with open(self.log, "ab") as log:
            command = [sys.executable, "-m", "grader", "class", *where, *chosen]
            return subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)


Fault = Callable[[MixedTrial, Pace, Counter[str]], None]


def kills(trial: MixedTrial, pace: Pace, counts: Counter[str]) -> None:
    """The command itself, at any moment."""
    counts["kills of the command"] += kill_until_done(trial, pace, Counter())


def helper_kills(trial: MixedTrial, pace: Pace, counts: Counter[str]) -> None:
    """What the command started."""
    counts["kills of what it started"] += kill_helpers(trial, pace, Counter())


def full_disk(trial: MixedTrial, pace: Pace, counts: Counter[str]) -> None:
    """RESULTS lies on a disk without room; when there is room again, the command goes on."""
    if sys.platform != "linux" or os.geteuid() != 0:
        raise Unavailable("a disk that fills needs root on Linux")
    trial.results.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={FULL_MIB}m", "none", trial.results], capture_output=True, check=False
    )
    if mounted.returncode:
        raise Unavailable(f"no disk could be mounted: {mounted.stderr.decode().strip()}")
    try:
        filler = trial.results / ".filler"
        filler.write_bytes(bytes((FULL_MIB << 20) - ROOM_BYTES))
        code = trial.start().wait()
        counts["full disks"] += code != 0
        filler.unlink()
        finish(trial)
        copy = trial.results.with_name("kept")
        shutil.copytree(trial.results, copy)
    finally:
        subprocess.run(["umount", trial.results], check=True)
    trial.results.rmdir()
    copy.rename(trial.results)


def jumping_clock(trial: MixedTrial, pace: Pace, counts: Counter[str]) -> None:
    """The clock of the command and its jobs goes a day back, forth, and home again; what counts seconds goes on."""
    clock_file = trial.results.with_name("clock")
    clock_file.write_text("0")
    faked = {"LD_PRELOAD": str(clock_library(trial.results.parent)), "SOAK_CLOCK": str(clock_file)}
    whole, trial.environment = trial.environment, trial.environment | faked
    try:
        process = trial.start()
        while process.poll() is None:
            clock_file.write_text(str(trial.chance.choice(JUMPS)))
            counts["jumps of the clock"] += 1
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(pace.whole / 5)
        assert process.returncode == 0, trial.log.read_text()
    finally:
        trial.environment = whole


def clock_library(folder: Path) -> Path:
    """The library of `_CLOCK`, tried out."""
    if shutil.which(_COMPILER) is None:
        raise Unavailable("a clock that jumps needs a C compiler")
    library = folder / "clock.so"
    build = [_COMPILER, "-shared", "-fPIC", "-x", "c", "-", "-o", str(library)]
    subprocess.run(build, input=_CLOCK, text=True, check=True)
    tried = folder / "tried"
    tried.write_text("864000")
    environment = {**os.environ, "LD_PRELOAD": str(library), "SOAK_CLOCK": str(tried)}
    look = [sys.executable, "-c", "import time; print(time.time())"]
    output = subprocess.run(look, env=environment, capture_output=True, text=True, check=True).stdout
    if float(output) - time.time() < 800_000:
        raise Unavailable("the clock of this Python cannot be made to jump")
    return library


def memory_pressure(trial: MixedTrial, pace: Pace, counts: Counter[str], share: float = 0.5) -> None:
    """Another process takes half of the memory that is available, again and again."""
    size = int(share * available_memory())
    hog = f"while True: block = bytearray({size}); block[::4096] = bytes(len(block[::4096])); del block"
    with subprocess.Popen([sys.executable, "-c", hog]) as other:
        try:
            finish(trial)
            counts["GiB that others took"] = max(counts["GiB that others took"], size >> 30)
        finally:
            other.kill()


def restarting_engine(trial: MixedTrial, pace: Pace, counts: Counter[str]) -> None:
    """The engine of the `docker` sandbox ends and comes back, no more often than a hand-in is tried again."""
    try:
        with own_engine(trial.results.with_name("engine")) as (engine, image):
            trial.sandbox = "docker"
            trial.environment |= {"DOCKER_HOST": engine.host, IMAGE_VARIABLE: image}
            process = trial.start()
            for _ in range(HELPER_KILLS):
                soon_after_a_report(trial, process, pace)
                if process.poll() is None:
                    interrupt_engine(engine, trial.chance)
                    counts["ends of an engine"] += 1
            assert process.wait() == 0, trial.log.read_text()
            with engine.client() as client:
                assert not client.containers.list(), "containers run on"
    except EngineUnavailable as reason:
        raise Unavailable(str(reason)) from reason


FAULTS: dict[str, Fault] = {
    "kills": kills,
    "helper-kills": helper_kills,
    "full-disk": full_disk,
    "clock": jumping_clock,
    "memory": memory_pressure,
    "engine": restarting_engine,
}


def available_memory() -> int:
    """In bytes. Linux."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable"))


def finish(trial: MixedTrial) -> None:
    """Runs the command to its end. Raises AssertionError."""
    assert trial.start().wait() == 0, trial.log.read_text()


def make_class(folder: Path, count: int, chance: random.Random) -> None:
    """`count` hand-ins, each with answers that one case of a gallery gives."""
    cases = sorted(
        path for kind in KINDS for gallery in ("right", "wrong") for path in GALLERY.glob(f"{gallery}/{kind}")
    )
    for number, case in enumerate([ROOT / "reference", *chance.sample(cases, count - 1)]):
        shutil.copytree(case, folder / f"student-{number:03}", ignore=shutil.ignore_patterns("expected.json", "*4.py"))


class OwnGrading:
    """What this process grades beside the classes: what it holds may not grow."""

    def __init__(self, session: GradingSession) -> None:
        self._session = session
        self._first: tuple[int, float] | None = None

    def look(self, folder: Path) -> tuple[int, float]:
        """Grades two hand-ins; descriptors and MiB now. Raises AssertionError where there are more than at first."""
        for path in sorted(folder.iterdir())[:2]:
            self._session.grade(self._session.load(path))
        now = len(os.listdir("/proc/self/fd")), resident_mib()
        self._first = self._first or now
        assert now[0] <= self._first[0] + DESCRIPTORS, f"{now[0]} descriptors instead of {self._first[0]}"
        assert now[1] <= self._first[1] + RSS_GROWTH_MIB, f"{now[1]:.0f} MiB instead of {self._first[1]:.0f}"
        return now


def resident_mib() -> float:
    """Of this process. Linux."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def run(minutes: float, students: int, seed: int, names: tuple[str, ...] = tuple(FAULTS)) -> Iterator[str]:
    """A line for each round. Raises AssertionError at the first thing that is not as it has to be."""
    chance = random.Random(seed)
    end, counts = time.monotonic() + 60 * minutes, Counter[str]()
    settings = RunSettings(sandbox=SandboxSettings("process"), seed=7, exercises=("1", "2", "3"))
    with tempfile.TemporaryDirectory(prefix="soak-") as folder, GradingSession(load_assignment(), settings) as session:
        own_grading = OwnGrading(session)
        for number, name in enumerate(turns(names, chance, lambda: time.monotonic() < end)):
            here = Path(folder) / str(number)
            began = time.monotonic()
            try:
                one_round(here, students, FAULTS[name], chance, counts)
                result = f"{time.monotonic() - began:.0f} s"
            except Unavailable as reason:
                result = f"left out: {reason}"
            descriptors, mib = own_grading.look(here / "class")
            shutil.rmtree(here)
            yield f"{name}: {result}; here {descriptors} descriptors, {mib:.0f} MiB"
    yield ", ".join(f"{count} {what}" for what, count in counts.items()) + ": nothing lost, nothing left"


def turns(names: tuple[str, ...], chance: random.Random, goes_on: Callable[[], bool]) -> Iterator[str]:
    """Each once, then any."""
    yield from names
    while goes_on():
        yield chance.choice(names)


def one_round(here: Path, students: int, fault: Fault, chance: random.Random, counts: Counter[str]) -> None:
    """A class undisturbed, then with the fault; everything is compared, and nothing may be left."""
    mark, scratch = uuid.uuid4().hex, here / "tmp"
    scratch.mkdir(parents=True)
    make_class(here / "class", students, chance)
    environment = {**os.environ, MARK: mark, "TMPDIR": str(scratch)}
    whole = MixedTrial(here / "class", here / "whole", students, environment, chance)
    pace, expected = Pace.of(whole), points(whole.results)
    assert len(expected) == students
    trial = MixedTrial(here / "class", here / "results", students, environment, chance)
    fault(trial, pace, counts)
    assert points(trial.results) == expected, "points differ from the run that nobody disturbed"
    assert set(done_lines(trial.results).values()) == {1}, "a hand-in was graded twice"
    assert len(done_lines(trial.results)) == students, "the journal lost one"
    assert not leftovers(mark), "processes were left over"
    left = sorted(path.name for path in scratch.iterdir())
    assert not left, f"left in the temporary folder: {left}"
    counts["classes"] += 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60.0, help="the short form is 10")
    parser.add_argument("--students", type=int, default=12)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    parser.add_argument("--fault", action="append", choices=FAULTS, help="only this one (repeatable)")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    for line in run(options.minutes, options.students, options.seed, tuple(options.fault or FAULTS)):
        print(line, flush=True)


if __name__ == "__main__":
    main()
