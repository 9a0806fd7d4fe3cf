"""The judge of exercise 1: the two partial derivatives, the substituted line, the chain of equal expressions.

Answers are plain data; their wording is the trusted side's. An expression that could not be sent here arrives as None.
Lines count from 0.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from grader.oracles.symbolic import Question, chains, equality
from grader.oracles.symbolic.chains import Line
from grader.oracles.symbolic.general import PHRASE
from grader.oracles.symbolic.witness import witness

from . import polar_misconceptions
from .polar import CARTESIAN, CHAIN_RULE, DOMAIN, POLAR, PolarReader, compare
from .polar_substitution import FORWARD, INVERSE, PARTIALS, for_a_person, judge_way, named


def judge_partial(function: str, answer: Any, seed: int) -> dict[str, Any]:
    """1.1 and 1.2: is what `function` ("df_dr" or "df_dtheta") returned the chain rule?

    Gives "verdict" ("equal", "different", "undecided"), "witness", "why", "misconception", "unknown" (symbols that the
    exercise does not have), "itself" (f_r or f_theta is in it), "text", "notes"; "question" and "tried" (what was
    asked, and the two values at a point) where a person has to decide.
    """
    question = Question(DOMAIN, seed)
    line = chains.read(answer, PolarReader(question, is_answer=True))
    rule = Line.of(CHAIN_RULE[PARTIALS[function]])
    result = compare(line, rule, question)
    if line.symbols & POLAR:
        result = equality.Answer("different")
    different = result.verdict == "different"
    return {
        "verdict": result.verdict,
        "witness": witness(result.difference, question, PHRASE),
        "why": result.why,
        "misconception": named(polar_misconceptions.of_partial(function, line, question) if different else None),
        "unknown": list(line.unknown),
        "itself": bool(line.symbols & POLAR),
        "text": line.text,
        "notes": list(line.notes),
        **(for_a_person(line, rule, question) if result.verdict == "undecided" else {}),
    }


def judge_substitution(answers: Sequence[Any], partials: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """1.3: is the substitution shown, and right? `partials` are the student's df_dr and df_dtheta, where they exist.

    Gives "verdict" ("earned", "carried", "undecided", "cosmetic" (θ does not matter in it), "refuted", "absent"), the
    "line" that it is about, "carried" (which of `partials` are wrong), "witness", "why", "misconception", "text",
    "question", "tried", "unreadable" (where absent, a line that cannot be read, and why); "unknown" and "notes" of all
    lines.
    """
    question = Question(DOMAIN, seed)
    proof = chains.read_all(answers, lambda: PolarReader(question))
    theirs = {name: chains.read(answer, PolarReader(question, is_answer=True)) for name, answer in partials.items()}
    theirs = {name: line for name, line in theirs.items() if line.value is not None}
    results = [judge_way(proof, way, theirs, question) for way in (FORWARD, INVERSE)]
    order = ("earned", "carried", "undecided", "cosmetic", "refuted", "absent")
    best = min(results, key=lambda result: order.index(result["verdict"]))
    unclear = next((line.unclear for line in proof if line.unclear), "")
    if best["verdict"] == "absent" and unclear:
        best = {"verdict": "undecided", "why": unclear}
    elif best["verdict"] == "absent":
        best = {
            **best,
            "unreadable": next(([index, line.wrong] for index, line in enumerate(proof) if line.wrong), None),
        }
    return {**best, **_remarks(proof)}


def judge_chain(answers: Sequence[Any], seed: int) -> dict[str, Any]:
    """1.4: does every line equal the one before, from one side to the other, with 1.3's line in it?

    Gives "verdict" ("proven", "broken", "ends", "unsubstituted", "undecided"), the "line" that it is about (of a broken
    step the later one), "witness", "why", "misconception", "text", "before" (the text of the line before); "unknown"
    and "notes" of all lines.
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
            before, after = proof[index - 1], proof[index]
            details = for_a_person(after, before, question)
            return {"verdict": "undecided", "line": index, "why": step.why, "text": after.text, **details}
    if "undecided" in sides:
        return {"verdict": "undecided", "line": 0, "why": "an end of the proof could not be compared with its side"}
    shown = [judge_way(proof, way, {}, question) for way in (FORWARD, INVERSE)]
    if any(way_result["verdict"] == "earned" for way_result in shown):
        return {"verdict": "proven"}
    return next(
        (way_result for way_result in shown if way_result["verdict"] == "undecided"), {"verdict": "unsubstituted"}
    )


def _side(line: Line, question: Question) -> str | None:
    """Which side of the identity a line is, in that side's own symbols."""
    for name, side, symbols in (("polar", INVERSE.side, POLAR | {"r"}), ("cartesian", FORWARD.side, CARTESIAN)):
        if line.unclear:
            return "undecided"
        if line.symbols <= symbols:
            verdict = compare(line, side, question, witnessed=False).verdict
            if verdict != "different":
                return name if verdict == "equal" else verdict
    return None


def _broken(proof: list[Line], index: int, step: equality.Answer, question: Question) -> dict[str, Any]:
    before, after = proof[index - 1], proof[index]
    return {
        "verdict": "broken",
        "line": index,
        "witness": witness(step.difference, question, f"line {index + 1} gives {{}}, but line {index} gives {{}}"),
        "why": step.why,
        "misconception": named(
            polar_misconceptions.of_line(after, question) or polar_misconceptions.of_line(before, question)
        ),
        "text": after.text,
        "before": before.text,
    }


def _wrong_end(proof: list[Line], sides: list[str | None], question: Question) -> dict[str, Any]:
    index = 0 if sides[0] is None else len(proof) - 1
    line = proof[index]
    misconception = named(polar_misconceptions.of_line(line, question) if sides[index and -1] is None else None)
    return {
        "verdict": "ends",
        "line": index,
        "text": line.text,
        "misconception": misconception,
        "twice": None not in sides,
        "is_equal": sides[index and -1] is None
        and compare(line, FORWARD.side, question, witnessed=False).verdict == "equal",
    }


def _remarks(proof: list[Line]) -> dict[str, Any]:
    unknown = [[index, name] for index, line in enumerate(proof) for name in line.unknown]
    return {"unknown": unknown, "notes": list(dict.fromkeys(note for line in proof for note in line.notes))}
