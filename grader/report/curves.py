"""The picture of a training: loss and held-out accuracy of several runs, epoch by epoch, as SVG or PNG.

Told apart three times over, so that no one is left out: Okabe and Ito's colours (Color Universal Design, 2008), which
hold for colour-blind eyes, line styles and markers for print in black and white, and the order of the legend, best
accuracy first. Imports matplotlib, and is imported only where a picture is wanted.
"""

import io
import math
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from grader.schema import Report

Curve = Mapping[str, Sequence[float | None]]

# Colour, line style, marker. Six for the six, and a seventh for anything else.
STYLES: dict[str, tuple[str, Any, str]] = {
    "Adadelta": ("#E69F00", "-", "o"),
    "Adagrad": ("#56B4E9", "--", "s"),
    "Adam": ("#009E73", "-.", "^"),
    "RMSprop": ("#CC79A7", ":", "D"),
    "SGD": ("#0072B2", (0, (5, 1)), "v"),
    "LBFGS": ("#D55E00", (0, (3, 1, 1, 1)), "X"),
}
OTHER: tuple[str, Any, str] = ("#000000", "-", ".")
INCHES = (10.0, 4.2)
DOTS_PER_INCH = 150
CUT = 10.0  # times the largest loss of a first epoch


def of_report(report: Report) -> dict[str, Curve]:
    """The curves that a report's points have as evidence, by the points' titles."""
    return {point.title: point.evidence["curve"] for point in report.points if point.evidence.get("curve")}


def draw(curves: Mapping[str, Curve], form: str, target: float | None = None, title: str = "") -> bytes:
    """The picture's bytes; `form` is "svg" or "png". The same curves give the same bytes.

    `curves` maps names to {"loss": [...], "accuracy": [...]}, one number an epoch; None and infinite ones are gaps.
    """
    settings: Any = {"svg.hashsalt": "grader", "svg.fonttype": "path", "font.size": 10.0}
    with mpl.rc_context(settings):
        figure = Figure(figsize=INCHES, layout="constrained")
        FigureCanvasAgg(figure)
        _fill(figure, curves, target)
        if title:
            figure.suptitle(title)
        out = io.BytesIO()
        figure.savefig(
            out, format=form, dpi=DOTS_PER_INCH, metadata={"Date": None} if form == "svg" else {"Software": None}
        )
    return out.getvalue()


def _fill(figure: Figure, curves: Mapping[str, Curve], target: float | None) -> None:
    left, right = figure.subplots(1, 2)
    ordered = sorted(curves, key=lambda name: -max(_numbers(curves[name].get("accuracy", ())), default=0.0))
    for name in ordered:
        colour, line, marker = STYLES.get(name, OTHER)
        style = {"color": colour, "linestyle": line, "marker": marker, "markersize": 5, "label": name}
        for axes, key in ((left, "loss"), (right, "accuracy")):
            values = [_gap(value) for value in curves[name].get(key, ())]
            axes.plot(range(1, len(values) + 1), values, **style)
    left.set_title("Training loss")
    _scale(left, [_numbers(curve.get("loss", ())) for curve in curves.values()])
    right.set_title("Held-out accuracy")
    right.set_ylim(0, 1.02)
    if target is not None:
        right.axhline(target, color="#555555", linewidth=0.8)
        right.annotate(
            f"{target:.0%}", (1, target), xytext=(0, 3), textcoords="offset points", color="#555555", fontsize=8
        )
    for axes in (left, right):
        axes.set_xlabel("epoch")
        axes.grid(alpha=0.3)
        axes.xaxis.get_major_locator().set_params(integer=True)
    if ordered:
        right.legend(loc="lower right", title="best first", handlelength=4)


def _scale(axes: Axes, losses: Sequence[Sequence[float]]) -> None:
    """Logarithmic, and cut above: a single loss that exploded would press all others together."""
    if not any(value > 0 for values in losses for value in values):
        return
    axes.set_yscale("log")
    top = CUT * max(values[0] for values in losses if values)
    if max(value for values in losses for value in values) > top > 0:
        axes.set_ylim(top=top)
        axes.set_title(f"Training loss (cut at {top:.2g})")


def _gap(value: float | None) -> float:
    return math.nan if value is None or not math.isfinite(value) else value


def _numbers(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None and math.isfinite(value)]
