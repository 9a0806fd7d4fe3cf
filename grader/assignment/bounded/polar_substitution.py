"""The substituted line of exercise 1: which line of a proof it is, whether it is right, and whether θ matters in it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from sympy import Add, Symbol, acos, acot, arg, asin, atan, atan2, log

from grader.oracles.misconceptions import Misconception
from grader.oracles.symbolic import Question, equality, printer
from grader.oracles.symbolic.calculus import substitute, total
from grader.oracles.symbolic.chains import Line
from grader.oracles.symbolic.domain import Kind
from grader.oracles.symbolic.independent import independent
from grader.oracles.symbolic.reading import UndecidableError
from grader.oracles.symbolic.witness import trial, witness

from . import polar_misconceptions
from .polar import (
    CARTESIAN,
    CARTESIAN_SIDE,
    CHAIN_RULE,
    COS,
    DOMAIN,
    F_R,
    F_THETA,
    POLAR,
    POLAR_SIDE,
    SIN,
    THETA,
    R,
    compare,
    rule_between,
)

MAX_TERMS = 6  # of a sum in which the two squares are looked for
PARTIALS = {"df_dr": F_R, "df_dtheta": F_THETA}

_OF_THETA: Mapping[Any, Kind] = {  # what `independent` makes of an angle, and where it lies
    THETA: "angle",
    Symbol("cos(theta)", real=True): "sine",
    Symbol("sin(theta)", real=True): "sine",
}
_GIVE_ANGLES = (acos, acot, arg, asin, atan, atan2, log)


@dataclass(frozen=True, slots=True)
class Way:
    """One way of substituting: the symbols that it replaces, the side that the result has to equal, and the two terms
    of the other side after it.
    """

    replaced: frozenset[str]
    side: Line
    terms: tuple[Any, Any]


FORWARD = Way(POLAR, Line.of(CARTESIAN_SIDE), (CHAIN_RULE[F_R] ** 2, CHAIN_RULE[F_THETA] ** 2 / R**2))
INVERSE = Way(
    CARTESIAN, Line.of(POLAR_SIDE), ((F_R * COS - F_THETA * SIN / R) ** 2, (F_R * SIN + F_THETA * COS / R) ** 2)
)


def judge_way(proof: list[Line], way: Way, partials: Mapping[str, Line], question: Question) -> dict[str, Any]:
    """Whether the proof shows the substitution one way, and right; `partials` are the student's own derivatives.

    Gives what `polar_proof.judge_substitution` does, but for the remarks on all lines.
    """
    index = _substituted(proof, way)
    if index is None:
        return {"verdict": "absent"}
    line = proof[index]
    result = compare(line, way.side, question)
    details = {"line": index, "text": line.text, "why": result.why}
    wrong = _wrong_partials(partials, question)
    carried = result.verdict != "equal" and wrong and _follows_from(line, way, partials, question)
    if carried or result.verdict == "equal":
        match _matters(line, way, question):
            case "different":
                return {"verdict": "carried" if carried else "earned", "carried": wrong, **details}
            case "equal":
                return {"verdict": "cosmetic", **details}
            case "undecided":
                result = equality.Answer("undecided")
                details["why"] = "whether θ matters in it could not be decided"
    if result.verdict == "undecided":
        return {"verdict": "undecided", **details, **for_a_person(line, way.side, question)}
    differs = witness(result.difference, question, "your line gives {}; its side of the identity is {}")
    misconception = named(polar_misconceptions.of_line(line, question))
    return {"verdict": "refuted", "witness": differs, "misconception": misconception, **details}


def _substituted(proof: list[Line], way: Way) -> int | None:
    """The contract's line: free of the replaced symbols with θ still in it, beside one that has some of them.

    The first such, or the last where the proof comes from the other side.
    """
    has = [bool(line.symbols & way.replaced) for line in proof]
    indices = [
        index
        for index, line in enumerate(proof)
        if not has[index] and "theta" in line.symbols and any(has[max(index - 1, 0) : index + 2])
    ]
    free = [bool(line.symbols) and not has[index] for index, line in enumerate(proof)]
    if not indices:
        return None
    return indices[0] if has.index(True) < free.index(True) else indices[-1]


def _wrong_partials(partials: Mapping[str, Line], question: Question) -> list[str]:
    return [
        name
        for name, line in partials.items()
        if compare(line, Line.of(CHAIN_RULE[PARTIALS[name]]), question, witnessed=False).verdict == "different"
    ]


def _follows_from(line: Line, way: Way, partials: Mapping[str, Line], question: Question) -> bool:
    """Whether the line is what the student's own derivatives make of the side that was replaced.

    The inverse way nothing has to be solved for: their own derivatives, put into the line, have to give the side back.
    """
    theirs = {PARTIALS[name]: answer.value for name, answer in partials.items() if answer.value is not None}
    values = {**CHAIN_RULE, **theirs}
    if line.value is None or not {*line.unknown} <= {name for answer in partials.values() for name in answer.unknown}:
        return False
    if way is FORWARD:
        mine, expected = line.value, substitute(POLAR_SIDE, values)
    else:
        mine, expected = substitute(line.value, values), CARTESIAN_SIDE
    decimals = line.decimals.union(*(answer.decimals for answer in partials.values()))
    return equality.compare(mine, expected, question, decimals=decimals, witnessed=False).verdict == "equal"


def _matters(line: Line, way: Way, question: Question) -> str:
    """Whether θ matters in a line: "different" says so, "equal" the contrary.

    It does if with another θ, another sine and another cosine, each taken for a quantity of its own, the line has
    another value: of a line that equals a side of the identity this means that cos² + sin² = 1 is still to be used. It
    also does if the line shows the two squares: with double or half angles they cancel without cos² + sin² = 1.
    """
    verdict = _depends_on_theta(line, question)
    return "different" if verdict != "different" and _shows_squares(line, way, question) else verdict


def _shows_squares(line: Line, way: Way, question: Question) -> bool:
    """Whether some terms of the sum are the first square, and all others the second."""
    terms = Add.make_args(line.value)
    if not 1 < len(terms) <= MAX_TERMS:
        return False
    for count in range(1, len(terms)):
        for chosen in combinations(terms, count):
            others = [term for term in terms if term not in chosen]
            pairs = zip((total(*chosen), total(*others)), way.terms, strict=True)
            if all(
                equality.compare(mine, square, question, witnessed=False).verdict == "equal" for mine, square in pairs
            ):
                return True
    return False


def _depends_on_theta(line: Line, question: Question) -> str:
    """However its exponentials are read.

    θ itself may be left, and disappear without cos² + sin² = 1 but not where sine and cosine are independent of it:
    beside a function that gives an angle, as in θ − atan2(y, x), or within one that could be a sine or cosine, such as
    cosh(iθ) or cos|θ|. Then a person judges.
    """
    try:
        readings = [independent(line.value, DOMAIN, by_exponents) for by_exponents in (False, True)]
    except UndecidableError:
        return "undecided"
    verdicts = {_moves_with_theta(here, line, question) for here in readings}
    is_rational = all(map(_is_rational_in_theta, readings))
    has_angle = THETA in readings[0].free_symbols and line.value.has(*_GIVE_ANGLES)
    if verdicts == {"different"} and (has_angle or not is_rational):
        return "undecided"
    return next(verdict for verdict in ("equal", "undecided", "different") if verdict in verdicts)


def _is_rational_in_theta(node: Any) -> bool:
    """Whether θ itself is only added, multiplied and raised to whole powers."""
    if not node.args or THETA not in node.free_symbols:
        return True
    is_whole_power = node.is_Pow and node.args[1].is_Integer
    return (node.is_Add or node.is_Mul or is_whole_power) and all(map(_is_rational_in_theta, node.args))


def _moves_with_theta(here: Any, line: Line, question: Question) -> str:
    """Compared with itself at another θ, sine and cosine, all of them where those of an angle lie: that |cos θ| ≤ 1 is
    not cos² + sin² = 1, and |cos θ + 2| is no other function there."""
    moved = {symbol: Symbol(f"other {symbol.name}", real=True) for symbol in here.free_symbols & _OF_THETA.keys()}
    kinds = {name.name: kind for symbol, kind in _OF_THETA.items() for name in (symbol, moved.get(symbol, symbol))}
    free = replace(question, domain=replace(DOMAIN, symbols={**DOMAIN.symbols, **kinds}))
    return equality.compare(here, substitute(here, moved), free, decimals=line.decimals, witnessed=False).verdict


def for_a_person(line: Line, expected: Line, question: Question) -> dict[str, Any]:
    """What a person who has to decide will want to see."""
    details = {"question": f"Does it equal {expected.text or printer.text(expected.value)}?", "tried": None}
    if line.value is None or expected.value is None:
        return details
    rule = rule_between(line, expected)
    return {**details, "tried": trial(substitute(line.value, rule), substitute(expected.value, rule), question)}


def named(misconception: Misconception[Any] | None) -> list[str] | None:
    """Its id and its sentence."""
    return [misconception.id, misconception.sentence] if misconception else None
