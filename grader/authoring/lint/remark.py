"""One thing to fix in an assignment."""

from dataclasses import dataclass
from pathlib import Path

from grader.assignment_folder import Assignment
from grader.toml_lines import line_of


@dataclass(frozen=True, slots=True)
class Remark:
    """Where it is, as far as there is a line of it, and a sentence or two that say what and what to do."""

    path: Path
    line: int | None
    sentence: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line is not None else f"{self.path}"
        return f"{place}: {self.sentence}"


def at_point(assignment: Assignment, point: str, sentence: str) -> Remark:
    """A remark at a point's own line of the rubric."""
    path = assignment.folder / "rubric.toml"
    location: tuple[int | str, ...] = next(
        ("exercise", i, "point", j)
        for i, exercise in enumerate(assignment.rubric.exercise)
        for j, item in enumerate(exercise.point)
        if item.id == point
    )
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    return Remark(path, line_of(text, location), sentence)


def at_exercise(assignment: Assignment, exercise: str, sentence: str) -> Remark:
    """A remark at an exercise's line of the rubric."""
    path = assignment.folder / "rubric.toml"
    index = next(i for i, item in enumerate(assignment.rubric.exercise) if item.id == exercise)
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    return Remark(path, line_of(text, ("exercise", index)), sentence)
