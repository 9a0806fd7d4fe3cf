"""Kills the real `grader class` at random moments, again and again, and compares with a run that nobody disturbed.

    python -m scripts.kill_class --kills 200

Nothing may be lost, nothing done twice, every point has to be the same. Each round begins with an empty folder, runs
the command until it comes to its end, and kills it (SIGKILL, so that it cannot know) as often as it lives.
"""

import argparse
import json
import os
import random
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
GALLERY = ROOT / "tests" / "gallery"
MARK = "GRADER_KILL_CLASS"  # in the environment of all that a command starts, so that leftovers are found
PATIENCE = 60.0  # seconds for what a killed command started to see that it is gone


def make_class(folder: Path, count: int) -> None:
    """`count` hand-ins for exercise 2: the reference, and right and wrong answers of the galleries in turn."""
    cases = [ROOT / "reference", *sorted(path.parent for path in GALLERY.glob("*/pool-*/exercise2.py"))]
    for number in range(count):
        student = folder / f"student-{number:03}"
        student.mkdir(parents=True)
        source = (cases[number % len(cases)] / "exercise2.py").read_text(encoding="utf-8")
        (student / "exercise2.py").write_text(f"# {student.name}\n{source}", encoding="utf-8")


def command(submissions: Path, results: Path) -> list[str]:
    """The command as a person would type it."""
    chosen = ["--exercise", "2", "--seed", "7", "--jobs", "2", "--sandbox", "process"]
    return [sys.executable, "-m", "grader", "class", str(submissions), "--output", str(results), *chosen]


def points(results: Path) -> dict[str, Any]:
    """id -> outcome and score of every point, of every report in a folder."""
    reports = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(results.glob("*/results.json"))]
    return {
        report["submission"]["id"]: [(point["id"], point["score"], point["outcome"]) for point in report["points"]]
        for report in reports
    }


def done_lines(results: Path) -> Counter[str]:
    """How often the journal says of each id that it is done."""
    lines = (results / "journal.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines if line.endswith("}")]
    return Counter(record["id"] for record in records if record["event"] == "done")


def kill_until_done(submissions: Path, results: Path, longest: float, chance: random.Random, environment: Any) -> int:
    """Runs the command until it ends by itself; returns how often it was killed. Raises AssertionError if it fails."""
    kills = 0
    while True:
        process = subprocess.Popen(
            command(submissions, results), cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        try:
            said, _ = process.communicate(timeout=chance.uniform(0.0, longest))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
            kills += 1
            points(results)  # every report that is there is whole
            continue
        assert process.returncode == 0, said.decode()
        return kills


def leftovers(mark: str) -> list[int]:
    """The processes of a mark that are still there after a while in which they should have ended. Linux."""
    left = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"{MARK}={mark}".encode() not in path.read_bytes():
                continue
            descriptor = os.pidfd_open(int(path.parent.name))
        except OSError:
            continue
        if not select.select([descriptor], [], [], PATIENCE)[0]:
            left.append(int(path.parent.name))
        os.close(descriptor)
    return left


def run(kills: int, count: int, seed: int) -> tuple[int, int]:
    """Rounds until there were enough kills; returns (kills, rounds). Raises AssertionError.

    A command lives at the most as long as a whole run takes on this machine, so kills fall on every stage of it.
    """
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        mark = uuid.uuid4().hex
        scratch = here / "tmp"
        scratch.mkdir()
        environment = {**os.environ, MARK: mark, "TMPDIR": str(scratch)}
        make_class(here / "class", count)
        began = time.monotonic()
        whole = subprocess.run(
            command(here / "class", here / "whole"),
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert whole.returncode == 0, whole.stderr
        longest = time.monotonic() - began
        expected = points(here / "whole")
        assert len(expected) == count
        killed = rounds = 0
        while killed < kills:
            results = here / "results"
            shutil.rmtree(results, ignore_errors=True)
            killed += kill_until_done(here / "class", results, longest, chance, environment)
            rounds += 1
            assert points(results) == expected, "points differ from the run that nobody disturbed"
            twice = {name: times for name, times in done_lines(results).items() if times != 1}
            assert not twice, f"done twice: {twice}"
            assert len(done_lines(results)) == count, "the journal lost one"
            assert (results / "grades.csv").read_bytes() == (here / "whole" / "grades.csv").read_bytes()
        if sys.platform == "linux":
            assert not leftovers(mark), "processes were left over"
    return killed, rounds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--students", type=int, default=30)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    asked = parser.parse_args()
    killed, rounds = run(asked.kills, asked.students, asked.seed)
    print(
        f"{killed} kills in {rounds} rounds of {asked.students} (seed {asked.seed}):",
        "nothing lost, nothing twice, same points",
    )


if __name__ == "__main__":
    main()
