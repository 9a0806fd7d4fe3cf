"""The galleries: submissions with what each is worth, a folder each. A new case is a new folder.

`expected.json` says: `about`, one sentence; `exercises`, which of them the case is about; `points`, the exact score of
every point of those; `outcomes` and `diagnoses` where they are to be pinned; `seconds`, of the time box that tests give
a case which never comes back.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import pytest

from grader.assignment_folder import Assignment
from grader.authoring import gallery
from grader.errors import GraderError
from grader.schema import Report
from grader.suite.runner import RunChecks, collected

Key = TypeVar("Key")
Graded = TypeVar("Graded")

HERE = Path(__file__).parent.parent / "gallery"


@dataclass(frozen=True, slots=True)
class Case:
    """One folder of a gallery."""

    gallery: str
    path: Path
    expected: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.gallery}/{self.path.name}"

    @property
    def trains(self) -> bool:
        return "4" in self.expected["exercises"]


def cases(gallery: str) -> list[Case]:
    """Every case of one gallery, by name."""
    paths = sorted((HERE / gallery).glob("*/expected.json"))
    return [Case(gallery, path.parent, json.loads(path.read_text(encoding="utf-8"))) for path in paths]


def differences(case: Case, report: dict[str, Any], busy: bool = False) -> list[str]:
    """Where a report is not what the case expects, a line each; none if all is right. On a machine that is `busy` with
    other work, a point may wait for a person: it is not lost."""
    expected = gallery.Expectation.model_validate(case.expected)
    engine_case = gallery.Case("right", case.path, expected)
    whole = Report.model_validate(report)
    decided = whole.model_copy(update={"points": [p for p in whole.points if not (busy and p.outcome == "review")]})
    pending = {point.id for point in whole.points} - {point.id for point in decided.points}
    return gallery.differences(engine_case, decided, expected.points.keys() - pending)


class Together(Generic[Key, Graded]):
    """Many submissions, graded with the checks collected once, as a class's are: collecting is half of what most cost.

    Each has a result of its own, by its key. A GraderError is raised where that result is asked for.
    """

    def __init__(self, assignment: Assignment, keys: Iterable[Key], grade: Callable[[Key, RunChecks], Graded]) -> None:
        self._grade = grade
        self._results: dict[Key, Graded] = {}
        self._errors: dict[Key, GraderError] = {}
        collected(assignment, lambda run: [self._keep(key, run) for key in dict.fromkeys(keys)])

    def _keep(self, key: Key, run: RunChecks) -> None:
        try:
            self._results[key] = self._grade(key, run)
        except GraderError as error:
            self._errors[key] = error

    def __getitem__(self, key: Key) -> Graded:
        if key in self._errors:
            raise self._errors[key]
        return self._results[key]


def asked_for(request: pytest.FixtureRequest, name: str, **others: Any) -> list[Any]:
    """What the tests of this file that are about to run get for one parameter, in their order: of those that get these
    values for the `others`, such as one sandbox of several."""
    specs = [getattr(item, "callspec", None) for item in request.session.items if item.path == request.path]
    params = [spec.params for spec in specs if spec is not None]
    return [found[name] for found in params if name in found and others.items() <= found.items()]
