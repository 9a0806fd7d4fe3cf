"""The gallery of an assignment: right and wrong answers with what each is worth, a folder each.

    gallery/right/NAME/   gallery/wrong/NAME/   the files of a submission, and an expected.json:

    {"about": "Every entry that equals the maximum gets the whole gradient.",
     "exercises": ["2"],                      which exercises it is about
     "points": {"2.1": 1, "2.4": 0},          the exact score of every point of those
     "outcomes": {"2.4": "failed"},           where they are to be pinned
     "diagnoses": {"2.4": "tied-mask"}}

It lies in the assignment's folder, and beside the package for the built-in one; so does `reference/`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from grader import BUILT_IN
from grader.errors import UsageError
from grader.model import Outcome
from grader.schema import PointScore, Report
from grader.validation_sentences import first_mistake

Side = Literal["right", "wrong"]
SIDES: tuple[Side, ...] = ("right", "wrong")
EXPECTED = "expected.json"
MAX_MESSAGE = 200  # characters of what a point says that are repeated in a remark
SCORE_TOLERANCE = 1e-6  # of a score that is a sum of decimal shares


class Expectation(BaseModel):
    """What an expected.json says. Further keys are for the assignment's own tests."""

    model_config = ConfigDict(frozen=True)
    about: str
    exercises: tuple[str, ...] = Field(min_length=1)
    points: dict[str, float]
    outcomes: dict[str, Outcome] = {}
    diagnoses: dict[str, str | None] = {}


@dataclass(frozen=True, slots=True)
class Case:
    """One folder of a gallery."""

    side: Side
    path: Path
    expected: Expectation

    @property
    def name(self) -> str:
        return f"{self.side}/{self.path.name}"

    @property
    def file(self) -> Path:
        """Where its expectations stand."""
        return self.path / EXPECTED


def gallery_of(folder: Path) -> Path:
    return BUILT_IN.parent.parent / "tests" / "gallery" if folder == BUILT_IN else folder / "gallery"


def reference_of(folder: Path) -> Path:
    return (BUILT_IN.parent.parent if folder == BUILT_IN else folder) / "reference"


def read_gallery(gallery: Path) -> list[Case]:
    """Its cases, the right ones first, by name. Raises UsageError for one whose expectations cannot be read."""
    return [
        Case(side, path, _read(path / EXPECTED))
        for side in SIDES
        for path in sorted((gallery / side).glob("*/"))
        if any(path.rglob("*.py")) or (path / EXPECTED).exists()
    ]


def _read(path: Path) -> Expectation:
    try:
        return Expectation.model_validate_json(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path}: it cannot be read ({error.strerror}). It says what the answer is worth.") from error
    except ValidationError as error:
        raise UsageError(f"{path}: {first_mistake(error, Expectation.model_fields)}") from error


def differences(case: Case, report: Report, selected: Collection[str]) -> list[str]:
    """Where a report on the selected points is not what the case expects, a line each; none if nothing is."""
    points = {point.id: point for point in report.points}
    lines = []
    for name, expected in ((name, score) for name, score in case.expected.points.items() if name in selected):
        got = points[name].score if name in points else None
        if got is None or abs(got - expected) > SCORE_TOLERANCE:
            lines.append(f"{name} scores {got}, not {expected:g} ({_why(points.get(name), expected)})")
    for name, outcome in case.expected.outcomes.items():
        if name in points and points[name].outcome != outcome:
            lines.append(f"{name} is {points[name].outcome}, not {outcome} ({_message_of(points[name])})")
    for name, diagnosis in case.expected.diagnoses.items():
        if name in points and points[name].diagnosis != diagnosis:
            lines.append(
                f"{name} is diagnosed as {points[name].diagnosis}, not {diagnosis} ({_message_of(points[name])})"
            )
    return lines


def _why(point: PointScore | None, expected: float) -> str:
    """What the point says; where it is worth too much, which of its parts were given."""
    if point is None:
        return "not judged"
    full_parts = [part.part for part in point.parts if part.part and part.share == 1]
    return f"full marks for {', '.join(full_parts)}" if point.score > expected and full_parts else _message_of(point)


def _message_of(point: PointScore) -> str:
    return shorten(point.message, MAX_MESSAGE, placeholder=" …") or "no message"
