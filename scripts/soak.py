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
import os
import random
import shutil
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from grader.assignment_folder import load_assignment
from grader.pipeline import GradingSession
from grader.sandbox.sandbox_settings import SandboxSettings
from grader.settings import RunSettings
from scripts.kill_class import GALLERY, ROOT, Pace, done_lines
from scripts.leftovers import MARK, leftovers
from scripts.soak_faults import FAULTS, Fault, MixedTrial, Unavailable
from scripts.stored_points import UNREPEATABLE, differences, stored_points

KINDS = ("pool-*", "conv-*", "neuron-*", "chain-*")
RSS_GROWTH_MIB = 64  # of a process that grades all the time; a leak of one report's size would pass it within a class
DESCRIPTORS = 2  # more than after the first round: a file that happens to be open


def make_class(folder: Path, count: int, chance: random.Random) -> None:
    """`count` hand-ins, each with answers that one case of a gallery gives."""
    cases = sorted(
        path
        for kind in KINDS
        for gallery in ("right", "wrong")
        for path in GALLERY.glob(f"{gallery}/{kind}")
        if path.name not in UNREPEATABLE
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
    pace, expected = Pace.of(whole), stored_points(whole.results)
    assert len(expected) == students
    trial = MixedTrial(here / "class", here / "results", students, environment, chance)
    fault(trial, pace, counts)
    differing = differences(stored_points(trial.results), expected)
    assert not differing, f"points differ from the run that nobody disturbed:\n{differing}"
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
