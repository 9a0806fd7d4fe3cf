"""Grading mutants and comparing what they get with what they deserve."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from grader.assignment_folder import load_assignment
from grader.authoring.judging import Judge, Judged, impatient, submission_of
from grader.authoring.mutants import Mutant
from grader.model import Outcome
from grader.pipeline import GradingSession
from grader.sandbox.sandbox_settings import SandboxSettings
from grader.settings import RunSettings
from grader.suite.runner import RunChecks, collected

CALL_SECONDS = 4.0  # instead of the rubric's: an endless loop costs this for each part


@dataclass(frozen=True, slots=True)
class Compared:
    """One mutant, judged: by part, what it deserves (None: undecided), and where it got something else (deserved, got,
    message). `reviewed` are the parts that the grader leaves to a person, with the reason."""

    exercise: str
    title: str
    deserved: dict[str, float | None]
    deviations: dict[str, tuple[float, float, str]]
    reviewed: dict[str, str]

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
    exercise: str,
    chosen: Sequence[Mutant],
    sandbox: SandboxSettings,
    seed: int,
    on_compared: Callable[[Compared], None] = lambda compared: None,
) -> list[Compared]:
    """Each of `chosen`, graded in one session while the truth is found in another process."""
    assignment = impatient(load_assignment(), CALL_SECONDS)
    settings = RunSettings(sandbox, exercises=(exercise,))
    results: list[Compared] = []
    with truth_server() as truth, GradingSession(assignment, settings) as session:

        def work(run: RunChecks) -> None:
            judge = Judge(session, run)
            for index, mutant in enumerate(chosen):
                truth.stdin.write(json.dumps({"exercise": exercise, "files": mutant.files}) + "\n")
                truth.stdin.flush()
                got = judge.judge(submission_of("mutant", mutant.files), 1000 * seed + index, session.selected)
                results.append(_compared(exercise, mutant, got, json.loads(truth.stdout.readline())))
                on_compared(results[-1])

        collected(assignment, work)
    return results


def _compared(exercise: str, mutant: Mutant, got: Judged, deserved: dict[str, float | None] | None) -> Compared:
    deserved = deserved or dict.fromkeys(got)
    reviewed = {part: result.message for part, result in got.items() if result.outcome is Outcome.REVIEW}
    deviations = {
        part: (share, got[part].share, got[part].message)
        for part, share in deserved.items()
        if share is not None and part not in reviewed and share != got[part].share
    }
    return Compared(exercise, mutant.title, deserved, deviations, reviewed)


@contextmanager
def truth_server() -> Iterator[Any]:
    """The process that knows the truths."""
    command = [sys.executable, "-m", "scripts.mutants.truth_server"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()
