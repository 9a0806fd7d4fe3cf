"""Exercise 1 on the trusted side: what came is sorted, the bounded oracle is asked, and its plain answers get words.

Every sentence that a student reads about 1.1 to 1.4 is in this file. Lines are counted from 1 in all of them.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from grader.api import CallFailure, Opaque, Tree, Verdict
from grader.oracles import trees
from grader.oracles.expression_judge import kind_of, not_an_expression, unwrapped

_PARTIAL_ARGUMENTS = (
    *(trees.symbol(name, "real") for name in ("f_x", "f_y")),
    trees.symbol("r", "positive"),
    trees.symbol("theta", "real"),
)
_PROOF_ARGUMENTS = (*(trees.symbol(name, "real") for name in ("f_r", "f_theta")), *_PARTIAL_ARGUMENTS)
_POINTS = {"df_dr": "1.1", "df_dtheta": "1.2"}
ALWAYS_ZERO = " It is 0 for all inputs, as a sum over an empty list is. Is the list empty, or does its loop never run?"


def judge_partial(function: str, ask: Callable[..., Any], algebra: Any, seed: int) -> Verdict:
    """1.1 and 1.2. `ask` is the student's function of that name, `algebra` the bounded oracle."""
    answer = unwrapped(ask(*_PARTIAL_ARGUMENTS))
    kind = not_an_expression(answer)
    if kind:
        return Verdict.failed(f"{function} returns {kind}; expected one sympy expression in f_x, f_y, r and theta.")
    if isinstance(answer, Opaque):
        return _review(f"{function} returns {answer.reason}")
    judgement = algebra.judge_partial(function, answer, seed)
    return _partial_verdict(function, judgement).noting(*_notes(judgement))


def _partial_verdict(function: str, judgement: Mapping[str, Any]) -> Verdict:
    if judgement["verdict"] == "equal":
        return Verdict.passed()
    if judgement["verdict"] == "undecided":
        return _review(f"What {function} returns", judgement)
    if judgement["unknown"]:
        return Verdict.failed(f"{function} contains {_unknown(judgement['unknown'])}.", "unknown-symbol")
    if judgement["itself"]:
        return Verdict.failed(
            f"{function} still contains f_r or f_theta. Express them in terms of f_x, f_y, r and theta.",
            "not-expressed",
        )
    reason = f"{judgement['witness'] or judgement['why']}.{ALWAYS_ZERO if judgement['text'] == '0' else ''}"
    return _wrong(f"{function} is not the chain rule: {reason}", judgement, expression=judgement["text"])


def judge_substitution(functions: Any, algebra: Any, seed: int) -> Verdict:
    """1.3. `functions` is the student's module: proof, and df_dr and df_dtheta for errors carried forward."""
    partials = {name: _student_partial(getattr(functions, name)) for name in _POINTS}
    partials = {name: answer for name, answer in partials.items() if answer is not None}
    lines = _lines(functions.proof(*_PROOF_ARGUMENTS))
    if isinstance(lines, Verdict):
        return lines
    judgement = algebra.judge_substitution(_sendable(lines), partials, seed)
    return _substitution_verdict(judgement, lines).noting(*_notes(judgement))


def _student_partial(function: Callable[..., Any]) -> Tree | int | float | None:
    """What the student's own function gives, None where it gives no expression: 1.3 does not depend on it."""
    try:
        answer = unwrapped(function(*_PARTIAL_ARGUMENTS))
    except CallFailure:
        return None
    return None if not_an_expression(answer) or isinstance(answer, Opaque) else answer


def _substitution_verdict(judgement: Mapping[str, Any], lines: list[Any]) -> Verdict:
    match judgement["verdict"]:
        case "earned":
            return Verdict.passed()
        case "carried":
            where = " and ".join(_POINTS[name] for name in judgement["carried"])
            return Verdict.passed(
                f"Line {judgement['line'] + 1} is what your own derivatives give: carried forward from {where}."
            )
        case "undecided":
            return _review("The substituted line", judgement)
        case "absent":
            return _no_substitution(judgement, lines)
        case "cosmetic":
            return Verdict.failed(
                f"Line {judgement['line'] + 1} has θ in it, but only in parts that cancel. {_SHOW_IT}",
                "substitution-missing",
            )
    number = judgement["line"] + 1
    strange = [name for index, name in judgement["unknown"] if index == judgement["line"]]
    if strange:
        return Verdict.failed(f"Line {number}, the substituted one, contains {_unknown(strange)}.", "unknown-symbol")
    reason = judgement["witness"] or judgement["why"]
    return _wrong(
        f"Line {number}, the substituted one, does not equal its side of the identity: {reason}.",
        judgement,
        line=number,
        expression=judgement["text"],
    )


def _no_substitution(judgement: Mapping[str, Any], lines: list[Any]) -> Verdict:
    flaw = _foreign_symbol(judgement) or _no_expression(lines)
    if flaw is not None:
        return flaw
    unreadable = ""
    if judgement.get("unreadable"):
        index, why = judgement["unreadable"]
        unreadable = f"Line {index + 1} does not count: {why}. "
    return Verdict.failed(f"No line shows the substitution. {unreadable}{_SHOW_IT}", "substitution-missing")


_SHOW_IT = (
    "After the line with f_r and f_theta, show the line where you have just inserted your 1.1 and 1.2, before "
    "simplifying."
)


def judge_chain(ask: Callable[..., Any], algebra: Any, seed: int) -> Verdict:
    """1.4. `ask` is the student's proof."""
    lines = _lines(ask(*_PROOF_ARGUMENTS))
    if isinstance(lines, Verdict):
        return lines
    flaw = _no_expression(lines)
    if flaw is not None:
        return flaw
    judgement = algebra.judge_chain(_sendable(lines), seed)
    return _chain_verdict(judgement).noting(*_notes(judgement))


def _no_expression(lines: list[Any]) -> Verdict | None:
    """The verdict on the first line that is not an expression; None where all are."""
    for number, line in enumerate(lines, 1):
        kind = not_an_expression(line)
        if kind:
            return Verdict.failed(_not_a_line(number, line, kind))
    return None


def _foreign_symbol(judgement: Mapping[str, Any]) -> Verdict | None:
    """The verdict on the first line with a symbol that is not an argument; None where there is none."""
    if not judgement["unknown"]:
        return None
    index, name = judgement["unknown"][0]
    return Verdict.failed(f"Line {index + 1} contains {_unknown([name])}.", "unknown-symbol")


def _chain_verdict(judgement: Mapping[str, Any]) -> Verdict:
    foreign = _foreign_symbol(judgement)
    if foreign is not None:
        return foreign
    match judgement["verdict"]:
        case "proven":
            return Verdict.passed()
        case "broken":
            return _broken(judgement)
        case "ends":
            return _wrong_end(judgement)
        case "unsubstituted":
            return Verdict.failed(
                f"Every line equals the one before, but the step that matters is not shown. {_SHOW_IT}",
                "substitution-missing",
            )
    return _review(f"Line {judgement['line'] + 1}", judgement)


def _broken(judgement: Mapping[str, Any]) -> Verdict:
    number = judgement["line"] + 1
    reason = judgement["witness"] or judgement["why"]
    shown = f" Line {number - 1}: {judgement['before']}. Line {number}: {judgement['text']}."
    return _wrong(
        f"The step from line {number - 1} to line {number} does not hold: {reason}.{shown}",
        judgement,
        line=number,
        before=judgement["before"],
        after=judgement["text"],
    )


_ENDS = (
    "The proof must start and end with the two sides of the identity, one in f_r, f_theta and r alone, the other in "
    "f_x and f_y alone."
)


def _wrong_end(judgement: Mapping[str, Any]) -> Verdict:
    number = judgement["line"] + 1
    if judgement["twice"]:
        message = "The proof ends with the side of the identity with which it started; it has to reach the other one."
    elif judgement.get("is_equal"):
        message = f"{_ENDS} Line {number} has the right value, but is not yet in that form: {judgement['text']}."
    else:
        message = f"{_ENDS} Line {number} is neither: {judgement['text']}."
    return _wrong(message, judgement, line=number, expression=judgement["text"])


def _not_a_line(number: int, line: Any, kind: str) -> str:
    if isinstance(line, str):
        return f"Line {number} is a string; leave out the quotes so that it is an expression."
    return f"Line {number} is {kind}; {_EXPECTED_LINES}"


_EXPECTED_LINES = "expected a list of expressions, each equal to the one before."


def _lines(answer: Any) -> list[Any] | Verdict:
    """The lines of a proof, or the verdict on something that is no list of several."""
    if isinstance(answer, np.ndarray):
        answer = answer.tolist()
    if not isinstance(answer, list):
        return Verdict.failed(f"proof returns {kind_of(answer)}; {_EXPECTED_LINES}")
    if len(answer) == 1 and isinstance(answer[0], list):  # a matrix of one row
        answer = answer[0]
    if not answer:
        return Verdict.failed(f"proof returns an empty list; {_EXPECTED_LINES}")
    if len(answer) == 1:
        return Verdict.failed("proof returns a single line; a chain needs one side, the steps, and the other side.")
    return [unwrapped(line) for line in answer]


def _sendable(lines: list[Any]) -> list[Any]:
    """What is not an expression goes as a text that says so, what could not be sent as None; all keep their places."""
    return [not_an_expression(line) or (None if isinstance(line, Opaque) else line) for line in lines]


def _unknown(names: list[str]) -> str:
    functions = [name for name in names if "(" in name]
    if functions:
        return f"{functions[0]}, but f is a function of x and y, or of r and θ"
    which = "the symbols" if len(names) > 1 else "the symbol"
    return f"{which} {', '.join(names)}, which this exercise does not have; use the arguments that the function gets"


def _wrong(message: str, judgement: Mapping[str, Any], **evidence: Any) -> Verdict:
    diagnosis, hint = judgement.get("misconception") or (None, "")
    return Verdict.failed(f"{message} {hint}".rstrip(), diagnosis, witness=judgement.get("witness"), **evidence)


def _review(what: str, judgement: Mapping[str, Any] = MappingProxyType({})) -> Verdict:
    """What a person has to decide; the evidence has all that they need to do so."""
    because = f" ({judgement['why']})" if judgement.get("why") else ""
    evidence = {
        "expression": judgement.get("text"),
        "question": judgement.get("question"),
        "tried": judgement.get("tried"),
    }
    return Verdict.review(
        f"{what}: the machine cannot decide whether it is right{because}. A person will look at it.",
        **{name: value for name, value in evidence.items() if value},
    )


def _notes(judgement: Mapping[str, Any]) -> list[str]:
    return list(judgement["notes"])
