"""The geometry of the pictures: curves over epochs, where a difference is, how scores are spread.

Numbers and places only: the templates draw them, and escape the names. Things are told apart by more than colour: lines
by their dashes and marks, differences by their signs.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from grader.report.grids import Grid, figure
from grader.report.spread import spread

WIDTH, HEIGHT = 360, 220  # of one panel, in SVG units
LEFT, RIGHT, TOP, BOTTOM = 46, 12, 14, 30
STYLES = 6  # that the style sheet tells apart; more lines than that begin again
LOGARITHMIC_FROM = 20.0  # a ratio of largest to smallest above which a logarithm shows more
MAX_DECADES = 12  # of a logarithmic axis: a loss of 1e-30 would press all others flat
CUT = 10.0  # times the largest first value, or the median: above it a logarithmic axis ends, so would one of 1e30
LARGEST = 1e300
FLAT = 1e-6  # of the size of the numbers: what differs by less is one number
TICKS = 5  # at about so many places an axis is labelled
CELL = 24  # the side of a square of the difference's picture

Series = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """One curve. `style` numbers its colour, dashes and mark; `paths` are its whole stretches, `points` its marks."""

    name: str
    style: int
    paths: tuple[str, ...]
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """One pair of axes with all its curves."""

    name: str
    lines: tuple[Line, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    remark: str = ""  # of the vertical axis: whether it is logarithmic, and where it is cut
    target: Tick | None = None  # a value to be reached


@dataclass(frozen=True, slots=True)
class Square:
    x: int
    y: int
    mark: str
    level: int


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Where a difference is: a square an entry."""

    name: str
    width: int
    height: int
    squares: tuple[Square, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One class of a histogram. `share` is its height relative to the highest."""

    low: float
    high: float
    count: int
    share: float


def heat_map(grid: Grid) -> HeatMap:
    """The map of a difference whose entries are marked already."""
    squares = [
        Square(column * CELL, row * CELL, cell.mark, cell.level)
        for row, cells in enumerate(grid.rows)
        for column, cell in enumerate(cells)
    ]
    return HeatMap(grid.name.strip(), CELL * len(grid.rows[0]), CELL * len(grid.rows), tuple(squares))


def panels(
    curves: Mapping[str, Mapping[str, Series]], targets: Mapping[str, float] = MappingProxyType({})
) -> list[Panel]:
    """A panel for each quantity that at least one of the named curves has, in the order in which they come.

    `targets` are values to be reached, by quantity.
    """
    quantities = dict.fromkeys(quantity for series in curves.values() for quantity in series)
    return [
        _panel(
            quantity,
            {name: series[quantity] for name, series in curves.items() if quantity in series},
            targets.get(quantity),
        )
        for quantity in quantities
    ]


def histogram(scores: Iterable[float], maximum: float) -> list[Bar]:
    """Scores in classes of equal width from 0 to `maximum`; the last one includes it."""
    classes = spread(scores, maximum)
    highest = max(count for _, _, count in classes) or 1
    return [Bar(low, high, count, count / highest) for low, high, count in classes]


@dataclass(frozen=True, slots=True)
class _Axes:
    """From a step and a value to a place in the panel. `low` and `high` are logarithms where the axis is."""

    low: float
    high: float
    steps: int
    logarithmic: bool

    def x(self, step: int) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * step / max(self.steps - 1, 1), 1)

    def y(self, value: float) -> float:
        share = ((math.log10(value) if self.logarithmic else value) - self.low) / (self.high - self.low)
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * min(max(share, 0.0), 1.0), 1)


def _panel(name: str, curves: Mapping[str, Series], target: float | None) -> Panel:
    values = [_bounded(value) for series in curves.values() for value in series if value is not None]
    logarithmic = bool(values) and min(values) > 0 and max(values) / min(values) > LOGARITHMIC_FROM
    steps = max((len(series) for series in curves.values()), default=1)
    remark = "logarithmic" if logarithmic else ""
    if logarithmic and max(values) > (top := _top(values, curves.values())):
        values, remark = [min(value, top) for value in values], f"logarithmic, cut at {top:.2g}"
    axes = _Axes(*_range(values, logarithmic), steps, logarithmic)
    lines = [_line(which, label, series, axes) for which, (label, series) in enumerate(curves.items())]
    marks = _decades(axes.low, axes.high) if logarithmic else _round_numbers(axes.low, axes.high)
    return Panel(
        name,
        tuple(lines),
        tuple(Tick(axes.x(step), str(step + 1)) for step in _whole_steps(steps)),
        tuple(Tick(axes.y(mark), figure(mark)) for mark in marks),
        remark,
        None if target is None else Tick(axes.y(target), figure(target)),
    )


def _top(values: Sequence[float], curves: Iterable[Series]) -> float:
    """Where a logarithmic axis is to end, so that what exploded does not press all else flat."""
    firsts = [next((_bounded(value) for value in series if value is not None), 0.0) for series in curves]
    return min(LARGEST, CUT * max(*firsts, sorted(values)[len(values) // 2]))


def _line(which: int, label: str, series: Series, axes: _Axes) -> Line:
    stretches: list[list[tuple[float, float]]] = [[]]
    for step, value in enumerate(series):
        if value is not None:
            stretches[-1].append((axes.x(step), axes.y(_bounded(value))))
        elif stretches[-1]:
            stretches.append([])
    paths = ["M" + "L".join(f"{x} {y}" for x, y in stretch) for stretch in stretches if len(stretch) > 1]
    return Line(label, which % STYLES, tuple(paths), tuple(point for stretch in stretches for point in stretch))


def _bounded(value: float) -> float:
    """Between the two largest numbers whose difference a float still holds."""
    return min(max(value, -LARGEST), LARGEST)


def _range(values: Sequence[float], logarithmic: bool) -> tuple[float, float]:
    """The ends of an axis with a little room, never the same."""
    if not values:
        return 0.0, 1.0
    if logarithmic:
        high = math.log10(max(values))
        return max(math.log10(min(values)), high - MAX_DECADES) - 0.05, high + 0.05
    low, high = min(values), max(values)
    size = max(abs(low), abs(high))
    room = 0.05 * (high - low if high - low > FLAT * size else size)
    return (low - room, high + room) if room > FLAT else (low - 1.0, high + 1.0)


def _decades(low: float, high: float) -> list[float]:
    """The powers of ten on a logarithmic axis; its ends, where there are fewer than two."""
    exponents = range(math.ceil(low), math.floor(high) + 1)
    powers = [10.0**exponent for exponent in exponents[:: max(1, len(exponents) // TICKS)]]
    return powers if len(powers) > 1 else [float(f"{10.0**end:.1g}") for end in (low + 0.1, high - 0.1)]


def _round_numbers(low: float, high: float) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10((high - low) / TICKS))
    step = next(step for factor in (1, 2, 5, 10) if (step := factor * power) * TICKS >= high - low)
    return [number * step for number in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _whole_steps(steps: int) -> range:
    stride = max(1, math.ceil(steps / 10))
    return range(0, steps, stride)
