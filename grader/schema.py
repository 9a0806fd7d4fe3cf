"""The report as data: `results.json`, fixed by the assignment's contract, with more keys of our own.

These types are the source of the published JSON schema beside this file (`python -m grader.schema` prints it).
"""

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from grader.errors import UsageError
from grader.model import Author, Frame, Incident, Outcome

SCHEMA_FILE = Path(__file__).parent / "report" / "results.schema.json"


class _Part(BaseModel):
    # Texts of one report are not those of the next: kept, those of a large class would fill pydantic's cache.
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, cache_strings="keys")


class SubmissionId(_Part):
    id: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    notes: tuple[str, ...] = ()
    author: Author | None = None


class ExerciseScore(_Part):
    id: str
    title: str
    score: float
    max_score: float


class PartScore(_Part):
    """What one check said, free of what the rubric makes of it: enough to score the point again."""

    part: str | None
    outcome: Outcome
    share: float = Field(ge=0, le=1)
    message: str = ""
    diagnosis: str | None = None


class PointScore(_Part):
    """One point. `pending` is the part of it that waits for a person; `evidence` is what the verdict rests on."""

    id: str
    exercise: str
    title: str
    score: float
    max_score: float
    pending: float = 0.0
    outcome: Outcome
    message: str = ""
    diagnosis: str | None = None
    notes: tuple[str, ...] = ()
    evidence: dict[str, Any] = {}
    traceback: tuple[Frame, ...] = ()
    output: str = ""
    seconds: float = 0.0
    parts: tuple[PartScore, ...] = ()


class LateEntry(_Part):
    """What the time of the hand-in came to. Times are ISO 8601 with their offset; `submitted` is None if unknown.

    `due` is when it was due for this person, `extension` what moved that: "3 days", or until when. None for nothing.
    `factor` is the share that is kept of what was earned, `deducted` the points that this took off.
    """

    submitted: str | None
    due: str
    extension: str | None = None
    policy: str
    days: int
    factor: float = Field(ge=0, le=1)
    deducted: float
    message: str


class ReviewEntry(_Part):
    """A person's mark for one point. The latest of a point counts; `sha256` is of the hand-in that they read.

    `score` is None where they took the mark back, so that the machine's own verdict stands again. `before` is what the
    point had until then. Of the point "late", `score` is how many days late somebody was whose time nobody knows.
    """

    point: str
    score: float | None = Field(ge=0)
    max_score: float
    before: float | None = None
    comment: str
    by: str
    when: str
    sha256: str


class Environment(_Part):
    """Where the report was made. `restrictions` held for the student's code, `device` is where networks were trained.

    `files` are the SHA-256 of files that the assignment's settings name, by the setting.
    """

    grader: str
    python: str
    platform: str
    sandbox: str
    restrictions: tuple[str, ...] = ()
    device: str
    files: dict[str, str] = {}
    rubric_sha256: str


class Report(_Part):
    """One graded submission. Points and exercises stand as they were judged; lateness is taken off `score` alone."""

    schema_version: Literal["1.0"] = "1.0"
    assignment: str
    title: str = ""
    submission: SubmissionId
    seed: int
    score: float
    max_score: float
    pending: float
    exercises: tuple[ExerciseScore, ...]
    points: tuple[PointScore, ...]
    incidents: tuple[Incident, ...]
    environment: Environment
    score_before_late: float | None = None
    late: LateEntry | None = None
    reviews: tuple[ReviewEntry, ...] = ()

    def point(self, name: str) -> PointScore:
        """One of its points. Raises UsageError where there is none of that id."""
        point = next((point for point in self.points if point.id == name), None)
        if point is None:
            raise UsageError(f"there is no point {name} in this report.")
        return point

    @property
    def has_grader_error(self) -> bool:
        return any(point.outcome is Outcome.GRADER_ERROR for point in self.points)


def json_schema() -> str:
    """The published schema's text."""
    schema = Report.model_json_schema(mode="serialization")
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(json_schema(), end="")
