"""Exercise 3's exact points, judged: labels by their positions, expressions by `symbolic.equal_each`.

Errors are carried forward as the contract says; whichever reading gives more counts, and a note says which was used.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from grader import trees
from grader.assignment.oracles.neuron import (
    DY,
    NEURONS,
    ROW_BY_ROW,
    X_1,
    C,
    Labels,
    Offset,
    W,
    read_expression,
    read_nine,
    read_positions,
    weight,
)
from grader.assignment.oracles.neuron_mistakes import (
    LABEL_MISTAKES,
    WeightMistake,
    activation_mistakes,
    derivative_mistakes,
    dot,
    loss_mistakes,
)
from grader.assignment.oracles.reading import UnreadableError, sentence
from grader.model import Verdict
from grader.proxy import Fault
from grader.sandbox.protocol import Tree, Value

EQUAL, DIFFERENT, UNDECIDED = "equal", "different", "undecided"
_NAMES = {str(symbol.args[0]) for symbol in (*W, *C, *DY, X_1)}
_UNDECIDED = "The algebra could not decide whether this is right, so a person will look at it."


class Symbolic(Protocol):
    """The bounded oracle: for each pair {"verdict": "equal" | "different" | "undecided", ...}."""

    def equal_each(self, lefts: Sequence[Tree], rights: Sequence[Tree]) -> list[dict[str, Any]]: ...


def judge_labels(function: Callable[..., Any], positions: Sequence[Offset]) -> Verdict:
    """3.1. Raises Fault."""
    given: list[tuple[Offset, list[Offset]]] = []
    for row, col in positions:
        try:
            given.append(((row, col), read_positions(function(row, col))))
        except UnreadableError as error:
            return Verdict.failed(sentence(f"affected_outputs({row}, {col})", error))
    wrong = next(((place, found) for place, found in given if set(found) != around(*place)), None)
    if wrong is None:
        return Verdict.passed()
    (row, col), found = wrong
    mistake = next(
        (item for item in LABEL_MISTAKES if all(set(got) == item.positions(*place) for place, got in given)), None
    )
    evidence: dict[str, Any] = {"input": {"row": row, "col": col}, "got": [list(place) for place in found]}
    if mistake is not None:
        return Verdict.failed(mistake.sentence, mistake.id, **evidence)
    if len(given) > 1 and all(set(got) == set(found) for _, got in given):
        told = "The positions are the same wherever x_1 is: compute them from row and col."
        return Verdict.failed(told, "same-for-every-position", **evidence)
    return Verdict.failed(_label_sentence(row, col, found), **evidence)


def around(row: int, col: int) -> set[Offset]:
    """The outputs that X[row, col] affects, under either convention."""
    return {(row + down, col + right) for down, right in ROW_BY_ROW}


def _label_sentence(row: int, col: int, found: Sequence[Offset]) -> str:
    right = len(set(found) & around(row, col))
    outside = next((place for place in found if place not in around(row, col)), None)
    twice = next((place for place in found if found.count(place) > 1), None)
    wrong = f"{outside} is not affected" if outside is not None else f"{twice} is there twice"
    return f"For x_1 at ({row}, {col}), {right} of the nine neurons are there: {wrong}."


def judge_activations(value: Any, labels: Labels, convention: str, symbolic: Symbolic) -> Verdict:
    """3.2: each entry is (the right weight) x_1 + (its own C_i)."""
    try:
        entries = read_nine(value)
    except UnreadableError as error:
        return Verdict.failed(sentence("activations", error))
    rights = [trees.add(trees.mul(item, X_1), C[index]) for index, item in enumerate(right_weights(labels, convention))]
    state, bad = _compare(entries, rights, labels, symbolic)
    if state == EQUAL:
        return Verdict.passed().noting(*_told(labels, entries))
    if state == UNDECIDED:
        return Verdict.review(_UNDECIDED)
    mistake = _named(entries, activation_mistakes(labels, convention), labels, symbolic)
    told = mistake.sentence if mistake else _activation_sentence(entries[bad], rights[bad], bad, symbolic)
    return Verdict.failed(told, mistake.id if mistake else None).noting(*_told(labels, entries))


def _activation_sentence(entry: Tree, right: Tree, index: int, symbolic: Symbolic) -> str:
    slopes = symbolic.equal_each([trees.derivative(entry, X_1)], [trees.derivative(right, X_1)])
    if slopes[0]["verdict"] == EQUAL:
        return f"y_{index + 1}: the coefficient of x_1 is right, but the rest is not C_{index + 1} alone."
    return (
        f"y_{index + 1}: x_1 does not have the right coefficient. Which weight does x_1 meet when the filter lies over "
        "the neuron that you labelled so?"
    )


def judge_derivative(
    value: Any, own_activations: Callable[[], Any], labels: Labels, convention: str, symbolic: Symbolic
) -> Verdict:
    """3.3: the nine weights, or the derivative of the student's own 3.2."""
    try:
        entries = read_nine(value)
    except UnreadableError as error:
        return Verdict.failed(sentence("dv_dx1", error))
    rights = right_weights(labels, convention)
    state, bad = _compare(entries, rights, labels, symbolic)
    if state == EQUAL:
        return Verdict.passed().noting(*_told(labels, entries))
    carried = _carried_derivative(entries, own_activations, symbolic)
    if carried == EQUAL:
        return Verdict.passed("Carried forward from 3.2: this is the derivative of your own activations.")
    if UNDECIDED in (state, carried):
        return Verdict.review(_UNDECIDED)
    mistake = _named(entries, derivative_mistakes(labels, convention), labels, symbolic)
    told = f"∂y_{bad + 1}/∂x_1 is not the coefficient that x_1 has in y_{bad + 1}."
    return Verdict.failed(mistake.sentence if mistake else told, mistake.id if mistake else None).noting(
        *_told(labels, entries)
    )


def _carried_derivative(entries: list[Tree], own_activations: Callable[[], Any], symbolic: Symbolic) -> str:
    own = _own(own_activations)
    if own is None or not has_nine_weights(entries, symbolic):
        return DIFFERENT
    return _all_equal(entries, [trees.derivative(entry, X_1) for entry in own], symbolic)


def judge_loss(
    value: Any, own_derivative: Callable[[], Any], labels: Labels, convention: str, symbolic: Symbolic
) -> Verdict:
    """3.4, the symbolic half: the sum of dy_i times weight, or dy times the student's own 3.3."""
    try:
        expression = read_expression(value)
    except UnreadableError as error:
        return Verdict.failed(sentence("dloss_dx1", error))
    state = _compare_loss(expression, labels, convention, symbolic)
    if state == EQUAL:
        return Verdict.passed().noting(*_told(labels, [expression]))
    own = _own(own_derivative)
    carries = own is not None and has_nine_weights(own, symbolic)
    carried = _all_equal([expression], [dot(DY, own)], symbolic) if own is not None and carries else DIFFERENT
    if carried == EQUAL:
        return Verdict.passed("Carried forward from 3.3: this is dy times your own ∂v/∂x_1.")
    if UNDECIDED in (state, carried):
        return Verdict.review(_UNDECIDED)
    mistake = _named([expression], loss_mistakes(labels, convention), Labels(offsets=((0, 0),)), symbolic)
    told = "This is not ∂L/∂x_1: each path from x_1 over a y_i to L adds a product of derivatives."
    return Verdict.failed(mistake.sentence if mistake else told, mistake.id if mistake else None).noting(
        *_told(labels, [expression])
    )


def _compare_loss(expression: Tree, labels: Labels, convention: str, symbolic: Symbolic) -> str:
    """With wrong labels among the student's own, only the coefficients of dy at right ones are compared."""
    rights = right_weights(labels, convention)
    if labels.complete:
        return _all_equal([expression], [dot(DY, rights)], symbolic)
    return _compare([trees.derivative(expression, dy) for dy in DY], rights, labels, symbolic)[0]


def right_weights(labels: Labels, convention: str) -> list[Tree]:
    """The weight of each label; of a wrong one, anything, since it is not looked at."""
    return [weight(offset or (0, 0), convention) for offset in labels.offsets]


def has_nine_weights(entries: Sequence[Tree], symbolic: Symbolic) -> bool:
    """Whether the entries are nine different ones of w_1..w_9, up to sign: a trivial answer is not carried on."""
    names = {item.args[0]: item for item in W}
    used = [sorted({name for name, _ in symbols_in(entry)} & names.keys()) for entry in entries]
    asked = [(index, names[name]) for index, found in enumerate(used) for name in found]
    lefts = [entries[index] for index, _ in asked]
    found = {item.args[0] for item in _matches(lefts, [item for _, item in asked], symbolic)}
    negated = [trees.mul(trees.integer(-1), item) for _, item in asked]
    found |= {item.args[1].args[0] for item in _matches(lefts, negated, symbolic)}  # type: ignore[union-attr]
    return len(found) == NEURONS


def _matches(lefts: Sequence[Tree], rights: Sequence[Tree], symbolic: Symbolic) -> list[Tree]:
    results = symbolic.equal_each(lefts, rights) if lefts else []
    return [right for right, result in zip(rights, results, strict=True) if result["verdict"] == EQUAL]


def symbols_in(value: Value) -> set[tuple[str, str]]:
    """Names and assumptions of all symbols in an expression."""
    if isinstance(value, list):
        return {symbol for item in value for symbol in symbols_in(item)}
    if not isinstance(value, Tree):
        return set()
    if value.head == "Symbol":
        return {(str(value.args[0]), str(value.args[1]))}
    return symbols_in(list(value.args))


def _compare(entries: Sequence[Tree], rights: Sequence[Tree], labels: Labels, symbolic: Symbolic) -> tuple[str, int]:
    """Over all right positions, and a bad entry's index. Of a position named twice, one entry has to be right."""
    verdicts = [result["verdict"] for result in symbolic.equal_each(list(entries), list(rights))]
    states = [(_best([verdicts[index] for index in group]), group[0]) for group in labels.groups()]
    worst = _worst([state for state, _ in states])
    return worst, next(index for state, index in states if state == worst)


def _all_equal(lefts: Sequence[Tree], rights: Sequence[Tree], symbolic: Symbolic) -> str:
    return _worst([result["verdict"] for result in symbolic.equal_each(list(lefts), list(rights))])


def _best(verdicts: Sequence[str]) -> str:
    return next(state for state in (EQUAL, UNDECIDED, DIFFERENT) if state in verdicts)


def _worst(verdicts: Sequence[str]) -> str:
    return next(state for state in (DIFFERENT, UNDECIDED, EQUAL) if state in verdicts)


def _own(ask: Callable[[], Any]) -> list[Tree] | None:
    """The student's own answer to an earlier point, if it is one at all."""
    try:
        return read_nine(ask())
    except (Fault, UnreadableError):
        return None


def _named(
    entries: Sequence[Tree], mistakes: Sequence[WeightMistake], labels: Labels, symbolic: Symbolic
) -> WeightMistake | None:
    """The first misconception that gives every entry at a right label; most are ruled out by one entry."""
    kept = [index for group in labels.groups() for index in group]
    firsts = symbolic.equal_each([entries[kept[0]]] * len(mistakes), [item.expressions[kept[0]] for item in mistakes])
    for mistake, first in zip(mistakes, firsts, strict=True):
        if first["verdict"] == EQUAL:
            lefts, rights = [entries[i] for i in kept], [mistake.expressions[i] for i in kept]
            if _all_equal(lefts, rights, symbolic) == EQUAL:
                return mistake
    return None


def _told(labels: Labels, entries: Sequence[Tree]) -> tuple[str, ...]:
    """Whose labels were used, and which symbols only bear the names of the arguments."""
    symbols = {symbol for entry in entries for symbol in symbols_in(entry)}
    own = sorted(name for name, assumption in symbols if name in _NAMES and assumption != "real")
    told = (f"Symbols of your own were read as the arguments of the same name: {', '.join(own)}.",) if own else ()
    return (*((labels.note,) if labels.note else ()), *told)
