"""How submissions are graded, in one frozen value: a command builds it, and whoever grades is handed it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from grader.sandbox.sandbox_settings import SandboxSettings

if TYPE_CHECKING:
    from grader.rubric import Rubric


@dataclass(frozen=True, slots=True)
class RunSettings:
    """All that a person can ask of a grading, whatever is graded. `None` and `()` stand for the default.

    `seed` is drawn anew for each submission where it is None. `exercises` and `points` are what to judge; all, where
    neither is named. `overrides` stand for settings of the assignment's own, by its options.
    """

    sandbox: SandboxSettings = SandboxSettings()
    seed: int | None = None
    exercises: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    overrides: Mapping[str, str | Path] = field(default_factory=dict)

    def selected(self, rubric: "Rubric") -> Collection[str]:
        """The ids of the points to judge. Raises UsageError for one that does not exist."""
        from grader.rubric import select  # whose models take longer to make than a command's options to read

        return select(rubric, self.exercises, self.points)
