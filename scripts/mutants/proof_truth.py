"""Which points of exercise 1 a file deserves, by the values of its expressions (`polar_values`)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from types import ModuleType
from typing import Any

import mpmath
import sympy

from scripts.mutants.asking import Undecided, ask, share
from scripts.mutants.polar_values import ALL, OTHER, PARTIALS, UNTIED, Point, Unknown, has, of, read, same


def shares(module: ModuleType) -> dict[str, float | None]:
    """1.1 to 1.4."""
    return {
        "1.1": share(lambda: [partial_is_right(module.df_dr, "f_r")]),
        "1.2": share(lambda: [partial_is_right(module.df_dtheta, "f_theta")]),
        "1.3": share(lambda: [substitution_is_right(module)]),
        "1.4": share(lambda: [chain_is_right(module)]),
    }


def partial_is_right(function: Callable[..., Any], name: str) -> bool:
    value = read(ask(lambda *args: function(*args), *PARTIALS))
    return not has(value, "f_r", "f_theta") and same(of(value), lambda point: point.values[name])


def lines_of(module: ModuleType) -> list[Any]:
    """The lines, None for one that is not an expression of the exercise. Raises ValueError for what is no list."""
    answer = ask(lambda *args: module.proof(*args), *ALL)
    answer = answer.tolist() if hasattr(answer, "tolist") else answer
    if not isinstance(answer, list | tuple) or len(answer) == 0:
        raise ValueError
    if len(answer) == 1 and isinstance(answer[0], list | tuple):
        answer = answer[0]
    if len(answer) < 2:
        raise ValueError
    return [line_of(line) for line in answer]


def line_of(line: Any) -> Any:
    try:
        return read(line)
    except Unknown:
        return None


@dataclass(frozen=True)
class Way:
    """What is replaced, the side that is reached, and the two squares."""

    replaced: tuple[str, str]
    left: tuple[str, str]
    side: Callable[[Point], Any]
    squares: tuple[Callable[[Point], Any], Callable[[Point], Any]]


def _polar(point: Point) -> Any:
    return point.values["f_r"] ** 2 + (point.values["f_theta"] / point.values["r"]) ** 2


def _cartesian(point: Point) -> Any:
    return point.values["f_x"] ** 2 + point.values["f_y"] ** 2


FORWARD = Way(
    ("f_r", "f_theta"),
    ("f_x", "f_y"),
    _cartesian,
    (lambda p: p.values["f_r"] ** 2, lambda p: (p.values["f_theta"] / p.values["r"]) ** 2),
)
INVERSE = Way(
    ("f_x", "f_y"),
    ("f_r", "f_theta"),
    _polar,
    (lambda p: p.values["f_x"] ** 2, lambda p: p.values["f_y"] ** 2),
)


def substituted(lines: list[Any], way: Way) -> Any:
    """The line that shows the substitution, None where there is none."""
    replaced = [line is not None and has(line, *way.replaced) for line in lines]
    candidates = [
        index
        for index, line in enumerate(lines)
        if line is not None
        and not replaced[index]
        and has(line, "theta")
        and any(replaced[max(0, index - 1) : index + 2])
    ]
    if not candidates:
        return None
    free = [
        line is None or (bool(line.free_symbols) and not is_replaced)
        for line, is_replaced in zip(lines, replaced, strict=True)
    ]
    return lines[candidates[0] if replaced.index(True) < free.index(True) else candidates[-1]]


def matters(line: Any, way: Way) -> bool:
    """Whether θ matters: not only in cos² + sin² = 1, or else the two squares are there."""
    for group in UNTIED:
        values = [of(line)(point) for point in group]
        if max(abs(value - values[0]) for value in values) > OTHER * max(1, abs(values[0])):
            return True
    terms = sympy.Add.make_args(line)
    return any(
        all(
            same(lambda point, some=some: mpmath.fsum(of(term)(point) for term in some), square)  # type: ignore[misc]
            for some, square in zip((chosen, [term for term in terms if term not in chosen]), way.squares, strict=True)
        )
        for count in range(1, len(terms))
        for chosen in combinations(terms, count)
    )


def substitution_is_right(module: ModuleType) -> bool:
    functions = [getattr(module, name, None) for name in ("df_dr", "df_dtheta")]
    partials = [own_partial(function) for function in functions]
    lines = lines_of(module)
    for way in (FORWARD, INVERSE):
        line = substituted(lines, way)
        if line is None:
            continue
        right = same(of(line), way.side)
        if (right or is_carried(line, way, partials)) and matters(line, way):
            return True
    if None in lines and any(map(is_foreign, functions)):
        raise Undecided  # it may be carried forward, but has no value here
    return False


def is_foreign(function: Any) -> bool:
    """Whether it gives an expression that has no value."""
    try:
        read(ask(lambda *args: function(*args), *PARTIALS))
    except Unknown:
        return True
    except (Exception, SystemExit):  # noqa: BLE001 - a mutant may raise anything
        return False
    return False


def own_partial(function: Any) -> Any:
    try:
        return read(ask(lambda *args: function(*args), *PARTIALS))
    except Undecided:
        raise
    except (Exception, SystemExit):  # noqa: BLE001 - a mutant may raise anything
        return None


def is_carried(line: Any, way: Way, partials: Sequence[Any]) -> bool:
    """Whether the line is what one's own derivatives give, one of them being wrong."""

    def values(point: Point) -> list[Any]:
        names = ("f_r", "f_theta")
        return [
            point.values[name] if mine is None else of(mine)(point) for name, mine in zip(names, partials, strict=True)
        ]

    wrong = [
        mine is not None and not same(of(mine), lambda point, name=name: point.values[name])  # type: ignore[misc]
        for mine, name in zip(partials, ("f_r", "f_theta"), strict=True)
    ]
    if not any(wrong):
        return False
    if way is FORWARD:
        return same(of(line), lambda point: values(point)[0] ** 2 + (values(point)[1] / point.values["r"]) ** 2)
    return same(lambda point: of(line)(point.carrying(*values(point))), _cartesian)


def chain_is_right(module: ModuleType) -> bool:
    lines = lines_of(module)
    if None in lines:
        return False
    if not all(same(of(a), of(b)) for a, b in pairwise(lines)):
        return False
    ends = {side_of(lines[0]), side_of(lines[-1])}
    if ends != {"polar", "cartesian"}:
        return False
    for way in (FORWARD, INVERSE):
        line = substituted(lines, way)
        if line is not None and same(of(line), way.side) and matters(line, way):
            return True
    return False


def side_of(line: Any) -> str:
    """Which side of the identity a line is, in that side's own symbols."""
    if not has(line, "f_x", "f_y", "theta") and same(of(line), _polar):
        return "polar"
    if not has(line, "f_r", "f_theta", "r", "theta") and same(of(line), _cartesian):
        return "cartesian"
    return ""
