"""The galleries: submissions with what each is worth, a folder each. A new case is a new folder.

`expected.json` says: `about`, one sentence; `exercises`, which of them the case is about; `points`, the exact score of
every point of those; `outcomes` and `diagnoses` where they are to be pinned; `seconds`, of the time box that tests give
a case which never comes back.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.authoring import gallery
from grader.schema import Report

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


def differences(case: Case, report: dict[str, Any]) -> list[str]:
    """Where a report is not what the case expects, a line each; none if all is right."""
    expected = gallery.Expectation.model_validate(case.expected)
    engine_case = gallery.Case("right", case.path, expected)
    return gallery.differences(engine_case, Report.model_validate(report), expected.points.keys())
