"""What goes wrong while a class is graded, for `scripts.soak`: each fault runs the command of a trial to its end."""

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from grader.sandbox.sandbox_settings import IMAGE_VARIABLE
from scripts.kill_class import HELPER_KILLS, ROOT, Pace, Trial, kill_helpers, kill_until_done, soon_after_a_report
from tests.support.own_engine import EngineUnavailable, interrupt_engine, own_engine

FULL_MIB, ROOM_BYTES = 64, 64 << 10  # of the small disk; what is left on it: for a few reports
JUMPS = (-86_400, 86_400, 0)  # seconds
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
