"""What Gradescope says of a submission: when it came, when it was due, and who had more time.

Format: https://gradescope-autograders.readthedocs.io/en/latest/submission_metadata/ . A user's own `assignment` has the
dates for them, extensions included.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from grader.classroom.class_model import Extension
from grader.rubric import Late


@dataclass(frozen=True, slots=True)
class SubmissionMetadata:
    """Moments with their offsets; None where the platform does not say. `due` is everybody's due date."""

    submitted: datetime | None = None
    due: datetime | None = None
    extension: Extension | None = None

    def rule(self, late: Late) -> Late:
        """The rubric's rule for lateness with the platform's due date, where there is one."""
        if self.due is None:
            return late
        return late.model_copy(update={"due": self.due.astimezone(late.zone).replace(tzinfo=None)})


def read_metadata(path: Path) -> SubmissionMetadata:
    """What the file says; nothing for what it leaves out, or where it cannot be read: then no lateness is known."""
    try:
        about = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return SubmissionMetadata()
    if not isinstance(about, Mapping):
        return SubmissionMetadata()
    users = about.get("users") if isinstance(about.get("users"), list) else []
    due_dates = [due for user in users or () if isinstance(user, Mapping) and (due := _due(user)) is not None]
    due = _due(about)
    later = max(due_dates, default=None)
    extension = Extension(later) if later is not None and (due is None or later > due) else None
    return SubmissionMetadata(_moment(about.get("created_at")), due, extension)


def _due(about: Mapping[str, Any]) -> datetime | None:
    assignment = about.get("assignment")
    return _moment(assignment.get("due_date")) if isinstance(assignment, Mapping) else None


def _moment(value: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None
