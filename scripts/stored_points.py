"""The points of a graded class, as its folder RESULTS has them: what several runs of one class are compared by."""

import json
from pathlib import Path
from typing import NamedTuple

UNREPEATABLE = {"pool-memory-not-cleared"}  # of the gallery: it returns what happens to be in memory


class StoredPoint(NamedTuple):
    """A point without its wording and its times, which differ from run to run."""

    id: str
    score: float
    outcome: str
    diagnosis: str | None


def stored_points(results: Path) -> dict[str, list[StoredPoint]]:
    """Those of each hand-in, by its id. Raises ValueError for a report that is not whole."""
    reports = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(results.glob("*/results.json"))]
    return {
        report["submission"]["id"]: [
            StoredPoint(point["id"], point["score"], point["outcome"], point["diagnosis"]) for point in report["points"]
        ]
        for report in reports
    }


def differences(now: dict[str, list[StoredPoint]], expected: dict[str, list[StoredPoint]]) -> str:
    """What differs, a line for each point or hand-in; empty where nothing does."""
    lines = [f"{name}: only in one of the runs" for name in sorted(now.keys() ^ expected.keys())]
    for name in sorted(now.keys() & expected.keys()):
        points, expected_points = now[name], expected[name]
        if [point.id for point in points] != [point.id for point in expected_points]:
            lines.append(f"{name}: other points")
        pairs = zip(points, expected_points, strict=False)
        lines += [f"{name}: {point} instead of {other}" for point, other in pairs if point != other]
    return "\n".join(lines)
