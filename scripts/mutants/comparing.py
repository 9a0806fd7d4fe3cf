"""Grading mutants and comparing what they get with what they deserve."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from grader.pipeline import GradingSession
from grader.rubric import Assignment, load_assignment
from grader.sandbox.choose import SandboxSettings
from grader.schema import Report
from grader.settings import RunSettings
from scripts.mutants.drawing_mutants import Drawn

CALL_SECONDS = 4.0  # instead of the rubric's: an endless loop costs this for each part
EVERY = 50  # mutants between two lines of progress


@dataclass(frozen=True, slots=True)
class Compared:
    """One mutant, judged: by part, what it deserves (None: undecided), and where it got something else (deserved, got,
    message)."""

    exercise: str
    case: str
    what: str
    deserved: dict[str, float | None]
    deviations: dict[str, tuple[float, float, str]]

    @property
    def undecided(self) -> list[str]:
        return [part for part, share in self.deserved.items() if share is None]

    @property
    def kind(self) -> str:
        decided = [share for share in self.deserved.values() if share is not None]
        if all(share == 1 for share in decided):
            return "equivalent"
        return "partly right" if any(decided) else "wrong"

    def plain(self) -> dict[str, Any]:
        return asdict(self)


def compare(
    exercise: str, chosen: list[Drawn], sandbox: SandboxSettings, seed: int, console: Console
) -> Iterator[Compared]:
    """Each of `chosen`, graded in one session while the truth is found in another process."""
    settings = RunSettings(sandbox, exercises=(exercise,))
    with truth_server() as truth, GradingSession(_impatient(load_assignment()), settings) as session:
        for index, item in enumerate(chosen):
            truth.stdin.write(json.dumps({"exercise": exercise, "files": item.files}) + "\n")
            truth.stdin.flush()
            got = shares(_grade(session, item, 1000 * seed + index))
            deserved = json.loads(truth.stdout.readline()) or dict.fromkeys(got)
            deviations = {
                part: (share, *got[part])
                for part, share in deserved.items()
                if share is not None and share != got[part][0]
            }
            yield Compared(exercise, item.case, item.what, deserved, deviations)
            if (index + 1) % EVERY == 0:
                console.print(f"exercise {exercise}: {index + 1} of {len(chosen)} mutants", style="dim")


@contextmanager
def truth_server() -> Iterator[Any]:
    """The process that knows the truths."""
    command = [sys.executable, "-m", "scripts.mutants.truth_server"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


def _grade(session: GradingSession, item: Drawn, seed: int) -> Report:
    with tempfile.TemporaryDirectory() as folder:
        for name, text in item.files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return session.grade(session.load(Path(folder)), seed=seed)


def shares(report: Report) -> dict[str, tuple[float, str]]:
    """Part -> the share that it got and the message: "2.1", or "3.4/numerical" for a point that has parts."""
    found = {}
    for point in report.points:
        for part in point.parts:
            name = f"{point.id}/{part.part}" if part.part else point.id
            found[name] = (part.share, part.message)
    return found


def _impatient(assignment: Assignment) -> Assignment:
    rubric = assignment.rubric
    exercises = tuple(exercise.model_copy(update={"call_seconds": CALL_SECONDS}) for exercise in rubric.exercise)
    return Assignment(assignment.folder, rubric.model_copy(update={"exercise": exercises}))
