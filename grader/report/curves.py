"""The picture of a training as an SVG file: loss and held-out accuracy of several runs, epoch by epoch.

It is what the pages draw (`html/pictures.py`), in a file of its own. Curves are told apart by colour, dashes and marks,
in the order in which they are given.
"""

import math
from collections.abc import Mapping, Sequence

from grader.report.html.pictures import panels
from grader.report.html.templating import picture
from grader.schema import Report

Curve = Mapping[str, Sequence[float | None]]
COLUMNS = 6  # of the legend


def of_report(report: Report) -> dict[str, Curve]:
    """The curves that a report's points have as evidence, by the points' titles."""
    return {point.title: point.evidence["curve"] for point in report.points if point.evidence.get("curve")}


def draw(curves: Mapping[str, Curve], title: str = "Training", targets: Mapping[str, float] | None = None) -> str:
    """The SVG file's text. The same curves give the same text.

    `curves` maps names to {"loss": [...], "accuracy": [...]}, one number an epoch; None and infinite ones are gaps.
    `targets` are values to be reached, by quantity.
    """
    series = {
        name: {quantity: [_gap(value) for value in values] for quantity, values in curve.items()}
        for name, curve in curves.items()
    }
    data = {"panels": panels(series, targets or {}), "title": title, "columns": COLUMNS}
    return picture("curves.jinja", {**data, "rows": math.ceil(len(curves) / COLUMNS)})


def _gap(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else value
