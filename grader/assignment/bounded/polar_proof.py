"""The judge of exercise 1: the two partial derivatives, the substituted line, the chain of equal expressions.

Answers are plain data; their wording is the trusted side's. An expression that could not be sent here arrives as None.
Lines count from 0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.oracles.symbolic import Question, chains, equality
from grader.oracles.symbolic.calculus import substitute
from grader.oracles.symbolic.chains import Line
from grader.oracles.symbolic.witness import witness

from . import polar_misconceptions
from .polar import (
    CARTESIAN,
    CARTESIAN_SIDE,
    CHAIN_RULE,
    DOMAIN,
    F_R,
    F_THETA,
    POLAR,
    POLAR_SIDE,
    PolarReader,
    compare,
)

_PARTIALS = {"df_dr": F_R, "df_dtheta": F_THETA}
_YOUR_STEP = "your step is", "the one before"


@dataclass(frozen=True, slots=True)
class Way:
    """One way of substituting: the symbols that it replaces, and the side that the result has to equal."""

    replaced: frozenset[str]
    side: Line


FORWARD = Way(POLAR, Line.of(CARTESIAN_SIDE))
INVERSE = Way(CARTESIAN, Line.of(POLAR_SIDE))


def judge_partial(function: str, answer: Any, seed: int) -> dict[str, Any]:
    """1.1 and 1.2: is what `function` ("df_dr" or "df_dtheta") returned the chain rule?

    Gives "verdict" ("equal", "different", "undecided"), "witness", "why", "diagnosis", "unknown" (symbols that the
    exercise does not have), "itself" (f_r or f_theta is in it), "text", "notes".
    """
    question = Question(DOMAIN, seed)
    line = chains.read(answer, PolarReader(question, chained=True))
    result = compare(line, Line.of(CHAIN_RULE[_PARTIALS[function]]), question)
    if line.symbols & POLAR:
        result = equality.Answer("different")
    return {
        "verdict": result.verdict,
        "witness": witness(result.difference, question, "yours is", "the chain rule gives"),
        "why": result.why,
        "diagnosis": polar_misconceptions.of_partial(function, line, question)
        if result.verdict == "different"
        else None,
        "unknown": list(line.unknown),
        "itself": bool(line.symbols & POLAR),
        "text": line.text,
        "notes": list(line.notes),
    }


def judge_substitution(answers: Sequence[Any], own: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """1.3: is the substitution shown, and right? `own` are the student's df_dr and df_dtheta, as far as there are any.

    Gives "verdict" ("earned", "carried", "undecided", "refuted", "absent"), the "line" that it is about, "carried"
    (which of `own` are wrong), "witness", "why", "diagnosis", "text"; "unknown" and "notes" of all lines.
    """
    question = Question(DOMAIN, seed)
    proof = chains.read_all(answers, lambda: PolarReader(question))
    theirs = {name: chains.read(answer, PolarReader(question, chained=True)) for name, answer in own.items()}
    found = [_judge_way(proof, way, theirs, question) for way in (FORWARD, INVERSE)]
    order = ("earned", "carried", "undecided", "refuted", "absent")
    best = min(found, key=lambda result: order.index(result["verdict"]))
    unclear = next((line.unclear for line in proof if line.unclear), "")
    if best["verdict"] == "absent" and unclear:
        best = {"verdict": "undecided", "why": unclear}
    return {**best, **_remarks(proof)}


def judge_chain(answers: Sequence[Any], seed: int) -> dict[str, Any]:
    """1.4: does every line equal the one before, from one side to the other, with 1.3's line in it?

    Gives "verdict" ("proven", "broken", "ends", "unsubstituted", "undecided"), the "line" that it is about (of a broken
    step the later one), "witness", "why", "diagnosis", "text", "before" (the text of the line before); "unknown" and
    "notes" of all lines.
    """
    question = Question(DOMAIN, seed)
    proof = chains.read_all(answers, lambda: PolarReader(question))
    return {**_judge_chain(proof, question), **_remarks(proof)}


def _judge_chain(proof: list[Line], question: Question) -> dict[str, Any]:
    steps = chains.steps(proof, lambda after, before: compare(after, before, question))
    for index, step in enumerate(steps, 1):
        if step.verdict == "different":
            return _broken(proof, index, step, question)
    sides = [_side(line, question) for line in (proof[0], proof[-1])]
    if None in sides or (len(set(sides)) == 1 and "undecided" not in sides):
        return _wrong_end(proof, sides, question)
    for index, step in enumerate(steps, 1):
        if step.verdict == "undecided":
            return {"verdict": "undecided", "line": index, "why": step.why}
    if "undecided" in sides:
        return {"verdict": "undecided", "line": 0, "why": "an end of the proof could not be compared with its side"}
    shown = {_judge_way(proof, way, {}, question)["verdict"] for way in (FORWARD, INVERSE)}
    return {"verdict": "proven" if "earned" in shown else "unsubstituted"}


def _judge_way(proof: list[Line], way: Way, own: Mapping[str, Line], question: Question) -> dict[str, Any]:
    index = _substituted(proof, way)
    if index is None:
        return {"verdict": "absent"}
    line = proof[index]
    result = compare(line, way.side, question)
    found = {"line": index, "text": line.text, "why": result.why}
    if result.verdict == "equal":
        return {"verdict": "earned", **found}
    wrong = _wrong_own(own, question)
    if wrong and _is_of_own(line, way, own, question):
        return {"verdict": "carried", "carried": wrong, **found}
    if result.verdict == "undecided":
        return {"verdict": "undecided", **found}
    differs = witness(result.difference, question, "your line is", "its side of the identity")
    return {
        "verdict": "refuted",
        "witness": differs,
        "diagnosis": polar_misconceptions.of_line(line, question),
        **found,
    }


def _substituted(proof: list[Line], way: Way) -> int | None:
    """The contract's line: free of the replaced symbols with θ still in it, beside one that has some of them.

    The first such, or the last where the proof comes from the other side.
    """
    has = [bool(line.symbols & way.replaced) for line in proof]
    found = [
        index
        for index, line in enumerate(proof)
        if not has[index] and "theta" in line.symbols and any(has[max(index - 1, 0) : index + 2])
    ]
    free = [bool(line.symbols) and not has[index] for index, line in enumerate(proof)]
    if not found:
        return None
    return found[0] if has.index(True) < free.index(True) else found[-1]


def _wrong_own(own: Mapping[str, Line], question: Question) -> list[str]:
    return [
        name
        for name, line in own.items()
        if compare(line, Line.of(CHAIN_RULE[_PARTIALS[name]]), question).verdict == "different"
    ]


def _is_of_own(line: Line, way: Way, own: Mapping[str, Line], question: Question) -> bool:
    """Whether the line is what the student's own derivatives make of the side that was replaced.

    The inverse way nothing has to be solved for: their own derivatives, put into the line, have to give the side back.
    """
    theirs = {_PARTIALS[name]: answer.value for name, answer in own.items() if answer.value is not None}
    values = {**CHAIN_RULE, **theirs}
    if line.value is None or line.unknown:
        return False
    if way is FORWARD:
        mine, expected = line.value, substitute(POLAR_SIDE, values)
    else:
        mine, expected = substitute(line.value, values), CARTESIAN_SIDE
    rounded = line.rounded or any(answer.rounded for answer in own.values())
    return equality.compare(mine, expected, question, rounded=rounded).verdict == "equal"


def _side(line: Line, question: Question) -> str | None:
    """Which side of the identity a line is, in that side's own symbols."""
    for name, side, symbols in (("polar", INVERSE.side, POLAR | {"r"}), ("cartesian", FORWARD.side, CARTESIAN)):
        if line.unclear:
            return "undecided"
        if line.symbols <= symbols:
            verdict = compare(line, side, question).verdict
            if verdict != "different":
                return name if verdict == "equal" else verdict
    return None


def _broken(proof: list[Line], index: int, step: equality.Answer, question: Question) -> dict[str, Any]:
    before, after = proof[index - 1], proof[index]
    return {
        "verdict": "broken",
        "line": index,
        "witness": witness(step.difference, question, *_YOUR_STEP),
        "why": step.why,
        "diagnosis": polar_misconceptions.of_line(after, question) or polar_misconceptions.of_line(before, question),
        "text": after.text,
        "before": before.text,
    }


def _wrong_end(proof: list[Line], sides: list[str | None], question: Question) -> dict[str, Any]:
    index = 0 if sides[0] is None else len(proof) - 1
    line = proof[index]
    diagnosis = polar_misconceptions.of_line(line, question) if sides[index and -1] is None else None
    return {"verdict": "ends", "line": index, "text": line.text, "diagnosis": diagnosis, "twice": None not in sides}


def _remarks(proof: list[Line]) -> dict[str, Any]:
    unknown = [[index, name] for index, line in enumerate(proof) for name in line.unknown]
    return {"unknown": unknown, "notes": list(dict.fromkeys(note for line in proof for note in line.notes))}
