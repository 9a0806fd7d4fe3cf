"""How submissions are graded, in one frozen value: a command builds it, and whoever grades is handed it."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from grader.rubric import Rubric, select
from grader.sandbox.choose import SandboxSettings


@dataclass(frozen=True, slots=True)
class RunSettings:
    """All that a person can ask of a grading, whatever is graded. `None` and `()` stand for the default.

    `seed` is drawn anew for each submission where it is None. `exercises` and `points` are what to judge; all, where
    neither is named. `device` is where networks are trained and `data` the file of images they are trained on.
    """

    sandbox: SandboxSettings = SandboxSettings()
    seed: int | None = None
    exercises: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    device: str | None = None
    data: Path | None = None

    def selected(self, rubric: Rubric) -> Collection[str]:
        """The ids of the points to judge. Raises UsageError for one that does not exist."""
        return select(rubric, self.exercises, self.points)
