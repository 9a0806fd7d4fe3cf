"""Exercise 3's exact points: labels in any order, both conventions, every arrow of an error carried forward."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.assignment.convolution import convolve
from grader.assignment.neuron import labels as neuron_labels
from grader.assignment.neuron import neuron_answers, neuron_misconceptions, neuron_verdicts
from grader.assignment.neuron.weights import DY, ROW_BY_ROW, X_1, C, Labels, Offset, W, weight
from grader.model import CallFailure, Outcome, Verdict
from grader.oracles import trees
from grader.oracles.misconceptions import Misconception
from grader.oracles.numeric import UnreadableError
from grader.sandbox.child.protocol import Opaque, Tree

pytestmark = pytest.mark.slow

SEED = 1
CROSS, CONVOLUTION = convolve.CONVENTIONS
POSITIONS = [(1, 2), (4, 2), (5, 3)]


class Algebra:
    """Stands in for the bounded oracle: polynomials in the contract's symbols, compared by their values."""

    def __init__(self, undecided: bool = False) -> None:
        self.undecided = undecided

    def equal_each(
        self, lefts: Sequence[Tree], rights: Sequence[Tree], domain: None, seed: int, witnessed: bool
    ) -> list[dict[str, Any]]:
        assert (len(lefts), domain, seed) == (len(rights), None, SEED)
        return [self.equal(left, right) for left, right in zip(lefts, rights, strict=True)]

    def equal(self, left: Tree, right: Tree) -> dict[str, Any]:
        if self.undecided and left != right:
            return {"verdict": "undecided"}
        same = all(abs(value(left, seed) - value(right, seed)) < 1e-9 for seed in range(3))
        return {"verdict": "equal" if same else "different"}


def value(tree: Any, seed: int, bump: tuple[str, float] = ("", 0.0)) -> float:
    """At a random point; derivatives are central differences, exact since all is linear in x_1 and in each dy."""
    if not isinstance(tree, Tree):
        return float(tree)
    args = tree.args
    match tree.head:
        case "Symbol":
            number = float(np.random.default_rng([seed, *str(args[0]).encode()]).uniform(-2, 2))
            return number + bump[1] * (args[0] == bump[0])
        case "Integer" | "Float":
            return float(args[0])
        case "Rational":
            return args[0] / args[1]
        case "Add":
            return sum(value(item, seed, bump) for item in args)
        case "Mul":
            return float(np.prod([value(item, seed, bump) for item in args]))
        case "Derivative":
            name = args[1][0].args[0]
            return (value(args[0], seed, (name, 0.5)) - value(args[0], seed, (name, -0.5))) / 1.0
    raise AssertionError(tree.head)


def outcome(verdict: Verdict) -> tuple[Outcome, str | None]:
    return verdict.outcome, verdict.diagnosis


def raising(*args: Any) -> Any:
    raise CallFailure(Verdict(Outcome.ERROR, 0.0, "it raised"), "error")


def labelled(order: Sequence[Offset]) -> Callable[[int, int], list[list[int]]]:
    return lambda row, col: [[row + down, col + right] for down, right in order]


def linear(weights: Sequence[Tree]) -> list[Tree]:
    return [trees.add(trees.mul(w, X_1), c) for w, c in zip(weights, C, strict=True)]


def times(factor: int, expressions: Sequence[Tree]) -> list[Tree]:
    return [trees.mul(trees.integer(factor), item) for item in expressions]


def loss(weights: Sequence[Tree]) -> Tree:
    return neuron_misconceptions.dot(DY, weights)


ORDERS = st.permutations(ROW_BY_ROW)
BACKWARDS = list(reversed(W))

# --- the mathematics


@pytest.mark.parametrize("convention", convolve.CONVENTIONS)
def test_weights_and_positions_are_those_of_the_forward_pass(convention: str) -> None:
    w = np.arange(1.0, 10.0).reshape(3, 3)
    X = np.zeros((5, 6))
    X[2, 3] = 1
    Y = convolve.convolve(X, w, convention)
    assert {tuple(place) for place in np.argwhere(Y).tolist()} == neuron_labels.around(2, 3)
    for down, right in ROW_BY_ROW:
        name = weight((down, right), convention).args[0]
        assert name == f"w_{int(Y[2 + down, 3 + right])}"


def test_the_sheets_claim_holds_under_both_conventions() -> None:
    """Back-propagating to X is dY * w' with w' flipped both ways, * being whichever it is."""
    rng = np.random.default_rng(0)
    dY, w = rng.integers(-5, 6, (4, 5)).astype(float), rng.integers(-5, 6, (3, 3)).astype(float)
    for convention in convolve.CONVENTIONS:
        claimed = convolve.convolve(dY, w[::-1, ::-1], convention)
        np.testing.assert_array_equal(claimed, convolve.input_gradient(dY, w, convention))


# --- the convention


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("cross-correlation", CROSS),
        ("convolution", CONVOLUTION),
        ("Convolution ", CONVOLUTION),
        ("cross_correlation", CROSS),
        ("Cross Correlation", CROSS),
    ],
)
def test_known_conventions(value: str, read: str) -> None:
    assert neuron_answers.read_convention(lambda: value) == (read, ())


@pytest.mark.parametrize(
    ("value", "shown"),
    [("full", '"full"'), ("", '""'), (None, "what it is set to"), (["convolution"], "what it is set to")],
)
def test_an_unknown_convention_is_the_default_and_told(value: Any, shown: str) -> None:
    known = '"cross-correlation" or "convolution"'
    told = f"CONVENTION may be {known}; {shown} is neither, so * was read as cross-correlation."
    assert neuron_answers.read_convention(lambda: value) == (CROSS, (told,))


def test_no_convention_is_the_default_and_told() -> None:
    def missing() -> Any:
        raise CallFailure(Verdict.missing("no CONVENTION"), "missing")

    assert neuron_answers.read_convention(missing) == (
        CROSS,
        ("CONVENTION is not set, so * was read as cross-correlation.",),
    )
    assert neuron_answers.read_convention(raising) == (CROSS, ())


# --- 3.1


@settings(max_examples=30)
@given(ORDERS, st.integers(0, 1000))
def test_labels_in_any_order(order: list[Offset], seed: int) -> None:
    positions = neuron_answers.inner_positions(seed)
    assert all(row != col and min(row, col) >= 1 for row, col in positions)
    assert neuron_labels.judge_labels(labelled(order), positions).share == 1
    assert neuron_answers.read_labels(labelled(order), positions) == Labels(tuple(order))


@pytest.mark.parametrize(
    "convert",
    [
        np.array,
        lambda labels: np.array(labels, dtype=float),
        lambda labels: [[Tree("Integer", (row,)), float(col)] for row, col in labels],
        lambda labels: [np.array(label) for label in labels],
    ],
    ids=["array", "floats", "sympy", "list of arrays"],
)
def test_labels_of_any_type(convert: Callable[[Any], Any]) -> None:
    function = labelled(ROW_BY_ROW)
    assert neuron_labels.judge_labels(lambda row, col: convert(function(row, col)), POSITIONS).share == 1


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        (None, "affected_outputs(1, 2) is None: a `return` is missing, or it returns nothing."),
        (Opaque("a set"), "affected_outputs(1, 2) is a set where a list of nine pairs (row, col) was expected."),
        (labelled(ROW_BY_ROW[:8])(1, 2), "has 8 entries, and nine are expected: one for each of y_1 to y_9."),
        (np.ones((3, 3, 2)).tolist(), "has 3 entries, and nine are expected: one for each of y_1 to y_9."),
        (3, "affected_outputs(1, 2) is a single value where a list of nine pairs was expected."),
        ([1] * 9, "affected_outputs(1, 2) should hold nine pairs (row, col)."),
        ([[0.5, 1]] * 9, "affected_outputs(1, 2) holds positions that are not whole numbers."),
        (
            [[0, 1], [0, 2], [1, 1], [1, 2]],  # range(row - 1, row + 1)
            "affected_outputs(1, 2) has 4 entries, and nine are expected: one for each of y_1 to y_9. range(a, b) ends "
            "at b − 1; are your ranges one short?",
        ),
        ([[1, 2]] * 9, "For x_1 at (1, 2), 1 of the nine neurons are there: (1, 2) is listed twice."),
        (
            labelled([*ROW_BY_ROW[:8], (2, 2)])(1, 2),
            "For x_1 at (1, 2), 8 of the nine neurons are there: (3, 4) is not affected.",
        ),
    ],
)
def test_wrong_labels_have_their_sentence(labels: Any, sentence: str) -> None:
    verdict = neuron_labels.judge_labels(lambda row, col: labels, POSITIONS[:1])
    assert verdict.outcome is Outcome.FAILED
    assert verdict.message.endswith(sentence)


@pytest.mark.parametrize(
    "misconception", neuron_misconceptions.LABEL_MISCONCEPTIONS, ids=lambda misconception: misconception.id
)
def test_label_misconceptions_are_named(misconception: Misconception[neuron_misconceptions.Positions]) -> None:
    verdict = neuron_labels.judge_labels(
        lambda row, col: [list(p) for p in misconception.models[0](row, col)], POSITIONS
    )
    assert outcome(verdict) == (Outcome.FAILED, misconception.id)
    assert verdict.message == misconception.sentence


def test_labels_for_one_place_only() -> None:
    function = lambda row, col: labelled(ROW_BY_ROW)(1, 2)  # noqa: E731
    assert outcome(neuron_labels.judge_labels(function, POSITIONS)) == (Outcome.FAILED, "same-for-every-position")
    assert neuron_answers.read_labels(function, POSITIONS).offsets == ROW_BY_ROW


BLOCK = labelled(ROW_BY_ROW)


@pytest.mark.parametrize(
    "function",
    [
        lambda row, col: [
            [r, min(c, 6)] for r, c in BLOCK(row, col)
        ],  # a map of seven columns in mind, of six, of five
        lambda row, col: [[min(r, 5), c] for r, c in BLOCK(row, col)],
        lambda row, col: [[r, c] for r, c in BLOCK(row, col) if c < 5],
        lambda row, col: BLOCK(row, col) if row > 1 else BLOCK(2, col),
        lambda row, col: BLOCK(row, col) if (row, col % 2) != (1, 1) and (row % 2 or col % 2) else BLOCK(0, 0),
        lambda row, col: BLOCK(row, col) if row < col else BLOCK(col, row),
    ],
)
def test_labels_that_are_right_at_some_places_only_are_wrong_with_every_seed(
    function: Callable[[int, int], list[list[int]]],
) -> None:
    for seed in range(50):
        positions = neuron_answers.inner_positions(seed)
        assert neuron_labels.judge_labels(function, positions).outcome is Outcome.FAILED


# --- 3.1 -> 3.2


@pytest.mark.parametrize("convention", convolve.CONVENTIONS)
@given(order=ORDERS)
@settings(max_examples=10)
def test_activations_in_the_students_own_order(convention: str, order: list[Offset]) -> None:
    labels = neuron_answers.read_labels(labelled(order), POSITIONS)
    weights = [weight(offset, convention) for offset in order]
    assert neuron_verdicts.judge_activations(linear(weights), labels, convention, Algebra(), SEED).share == 1
    assert neuron_verdicts.judge_derivative(weights, None, labels, convention, Algebra(), SEED).share == 1
    assert neuron_verdicts.judge_loss(loss(weights), None, labels, convention, Algebra(), SEED).share == 1
    other = [weight((-down, -right), convention) for down, right in order]
    assert neuron_verdicts.judge_activations(linear(other), labels, convention, Algebra(), SEED).share == 0


@pytest.mark.parametrize(("wrong", "own"), [(0, True), (1, True), (4, True), (5, False), (9, False)])
def test_own_labels_count_from_five_right_ones_on(wrong: int, own: bool) -> None:
    columns = [(down, right) for right in (-1, 0, 1) for down in (-1, 0, 1)]
    labels = neuron_answers.read_labels(labelled([*columns[: 9 - wrong], *[(7, 7)] * wrong]), POSITIONS)
    assert (labels.offsets == ROW_BY_ROW) is not own
    assert ("row by row" in labels.note) is not own
    entries = linear([weight(offset, CROSS) for offset in columns])
    entries[9 - wrong :] = [Tree("Integer", (0,))] * wrong
    assert neuron_verdicts.judge_activations(entries, labels, CROSS, Algebra(), SEED).share == own


def test_labels_that_raise_are_read_row_by_row() -> None:
    labels = neuron_answers.read_labels(raising, POSITIONS)
    verdict = neuron_verdicts.judge_activations(linear(BACKWARDS), labels, CROSS, Algebra(), SEED)
    assert verdict.share == 1
    assert verdict.notes == ("3.1 has fewer than five right labels, so y_1 to y_9 were read row by row.",)


def test_of_a_position_named_twice_one_entry_has_to_be_right() -> None:
    order = [*ROW_BY_ROW[:8], ROW_BY_ROW[0]]
    labels = neuron_answers.read_labels(labelled(order), POSITIONS)
    for wrong in (0, 8):
        entries = linear([weight(offset, CROSS) for offset in order])
        entries[wrong] = X_1
        verdict = neuron_verdicts.judge_activations(entries, labels, CROSS, Algebra(), SEED)
        assert verdict.share == 1
        assert verdict.notes[0].startswith("Carried forward from 3.1")
    entries = linear([weight(offset, CROSS) for offset in order])
    entries[0] = entries[8] = X_1
    assert neuron_verdicts.judge_activations(entries, labels, CROSS, Algebra(), SEED).share == 0


def test_of_positions_that_are_named_twice_with_two_guesses_nothing_tells_which_is_meant() -> None:
    """Five different right labels, four of them answered with the filter as it is and with the filter turned round."""
    order = [*(offset for offset in ROW_BY_ROW[:4] for _ in range(2)), ROW_BY_ROW[4]]
    labels = neuron_answers.read_labels(labelled(order), POSITIONS)
    weights = [weight(offset, CONVOLUTION if index % 2 else CROSS) for index, offset in enumerate(order)]
    said = (
        "In 3.1 fewer than 5 right positions are named once. Of those named more than once one entry is right and "
        "another is not, and nothing tells which of them is the answer. A person will look at it."
    )
    for convention in convolve.CONVENTIONS:
        for verdict in (
            neuron_verdicts.judge_activations(linear(weights), labels, convention, Algebra(), SEED),
            neuron_verdicts.judge_derivative(weights, None, labels, convention, Algebra(), SEED),
            neuron_verdicts.judge_loss(loss(weights), None, labels, convention, Algebra(), SEED),
        ):
            assert (verdict.outcome, verdict.message) == (Outcome.REVIEW, said)
    rights = [weight(offset, CROSS) for offset in order]
    assert neuron_verdicts.judge_activations(linear(rights), labels, CROSS, Algebra(), SEED).share == 1
    wrongs = [W[index % 2] for index in range(9)]
    assert neuron_verdicts.judge_activations(linear(wrongs), labels, CROSS, Algebra(), SEED).share == 0


# --- 3.2


@pytest.mark.parametrize("convention", convolve.CONVENTIONS)
def test_activation_misconceptions_are_named(convention: str) -> None:
    columns = tuple((down, right) for right in (-1, 0, 1) for down in (-1, 0, 1))
    for labels in (Labels(), Labels(columns)):
        known = neuron_misconceptions.activation_misconceptions(labels, convention)
        for item in known:
            for model in item.models:
                verdict = neuron_verdicts.judge_activations(model, labels, convention, Algebra(), SEED)
                first = next(other for other in known if model in other.models)
                if labels.offsets == columns or item.id != "order-of-labels-ignored":
                    assert outcome(verdict) == (Outcome.FAILED, first.id)


def test_activation_sentences() -> None:
    entries = linear(BACKWARDS)
    entries[3] = trees.add(trees.mul(W[5], X_1), C[4])
    verdict = neuron_verdicts.judge_activations(entries, Labels(), CROSS, Algebra(), SEED)
    assert verdict.message == "y_4: the coefficient of x_1 is right, but the rest is not C_4 alone."
    entries[3] = trees.add(trees.mul(W[5], X_1), trees.symbol("C4"))
    verdict = neuron_verdicts.judge_activations(entries, Labels(), CROSS, Algebra(), SEED)
    assert verdict.message == "y_4 contains the symbol C4, which is not among the arguments w, x_1 and C."
    variable = trees.symbol("t")
    assert trees.names(Tree("Subs", (trees.mul(variable, X_1), [variable], [C[4]]))) == {"x_1", "C_5"}
    entries[3] = trees.add(trees.mul(W[0], X_1), C[3])
    verdict = neuron_verdicts.judge_activations(entries, Labels(), CROSS, Algebra(), SEED)
    assert verdict.message == (
        "y_4: x_1 does not have the right coefficient. Which weight does x_1 meet when the filter lies over the neuron "
        "that you labelled so?"
    )


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (None, "activations is None: a `return` is missing, or it returns nothing."),
        (linear(BACKWARDS)[:8], "activations has 8 entries, and nine are expected: one for each of y_1 to y_9."),
        ([], "activations has 0 entries, and nine are expected: one for each of y_1 to y_9."),
        (np.zeros((3, 3)), "activations has 3 entries, and nine are expected: one for each of y_1 to y_9."),
        (["w_9*x_1 + C_1"] * 9, "activations holds text where an expression was expected."),
        ([None] * 9, "activations holds None where an expression was expected."),
        (Opaque("a generator"), "activations is a generator where a list of nine expressions was expected."),
        (5, "activations is a single value where a list of nine expressions was expected."),
        ([True] * 9, "activations holds a truth value where an expression was expected."),
        (
            [Tree("Equality", (X_1, X_1))] * 9,
            "activations holds an equation; only its right-hand side is asked for.",
        ),
    ],
)
def test_what_is_no_list_of_nine_has_its_sentence(answer: Any, sentence: str) -> None:
    verdict = neuron_verdicts.judge_activations(answer, Labels(), CROSS, Algebra(), SEED)
    assert (verdict.outcome, verdict.message) == (Outcome.FAILED, sentence)


@pytest.mark.parametrize("shape", [lambda nine: [nine], lambda nine: [[item] for item in nine]])
def test_rows_and_columns_of_matrices_are_lists_of_nine(shape: Callable[[list[Tree]], Any]) -> None:
    assert neuron_verdicts.judge_activations(shape(linear(BACKWARDS)), Labels(), CROSS, Algebra(), SEED).share == 1


def test_numbers_are_expressions() -> None:
    assert neuron_answers.read_nine([1, 2.0, 0.5, *[0] * 6])[:3] == [
        trees.integer(1),
        trees.integer(2),
        Tree("Float", (0.5,)),
    ]
    assert neuron_answers.read_nine(np.arange(9)) == [trees.integer(number) for number in range(9)]
    with pytest.raises(UnreadableError, match="a list"):
        neuron_answers.read_expression([X_1, X_1])


# --- 3.2 -> 3.3


@pytest.mark.parametrize(
    "own",
    [W, times(-1, W), times(2, BACKWARDS), [W[k] for k in (0, 3, 6, 1, 4, 7, 2, 5, 8)]],
    ids=["unflipped", "minus", "twice", "transposed"],
)
def test_derivative_is_carried_forward_from_nine_different_weights(own: list[Tree]) -> None:
    verdict = neuron_verdicts.judge_derivative(own, linear(own), Labels(), CROSS, Algebra(), SEED)
    assert verdict.share == 1
    assert verdict.notes == ("Carried forward from 3.2: this is the derivative of your own activations.",)


@pytest.mark.parametrize(
    "own",
    [
        [W[4]] * 9,
        [W[8], *BACKWARDS[1:8], W[8]],
        [trees.integer(0)] * 9,
        [trees.integer(1)] * 9,
        times(0, W),
        [trees.add(*W)] * 9,
        [trees.add(*W), *[trees.integer(0)] * 8],
    ],
    ids=["one weight", "eight weights", "zeros", "ones", "zero times weights", "sums of weights", "one sum of all"],
)
def test_a_trivial_answer_is_not_carried_forward(own: list[Tree]) -> None:
    assert neuron_verdicts.judge_derivative(own, linear(own), Labels(), CROSS, Algebra(), SEED).share == 0
    assert neuron_verdicts.judge_loss(loss(own), own, Labels(), CROSS, Algebra(), SEED).share == 0


def test_what_is_not_the_own_derivative_is_not_carried_forward() -> None:
    own = [W[k] for k in (0, 3, 6, 1, 4, 7, 2, 5, 8)]
    verdict = neuron_verdicts.judge_derivative(W, linear(own), Labels(), CROSS, Algebra(), SEED)
    assert outcome(verdict) == (Outcome.FAILED, "weights-not-flipped")
    assert neuron_verdicts.judge_derivative(W, None, Labels(), CROSS, Algebra(), SEED).share == 0


def test_the_right_derivative_counts_whatever_3_2_was() -> None:
    verdict = neuron_verdicts.judge_derivative(BACKWARDS, linear(W), Labels(), CROSS, Algebra(), SEED)
    assert (verdict.share, verdict.notes) == (1, ())


@pytest.mark.parametrize("convention", convolve.CONVENTIONS)
def test_derivative_misconceptions_are_named(convention: str) -> None:
    for item in neuron_misconceptions.derivative_misconceptions(Labels(), convention):
        for model in item.models:
            verdict = neuron_verdicts.judge_derivative(model, None, Labels(), convention, Algebra(), SEED)
            if item.id != "order-of-labels-ignored":
                assert outcome(verdict) == (Outcome.FAILED, item.id)


class Explaining(Algebra):
    """Knows why a derivative is no answer, and leaves it to a person where it is none."""

    def equal(self, left: Tree, right: Tree) -> dict[str, Any]:
        if isinstance(left, Tree) and left.head == "Derivative":
            return {"verdict": "different", "why": "the expression hands the question back"}
        if isinstance(right, Tree) and right.head == "Derivative":
            return {"verdict": "undecided", "why": "it has an unknown function"}
        return super().equal(left, right)


def test_a_question_that_is_handed_back_says_so() -> None:
    handed_back = trees.derivative(Tree("Function", ("y", X_1)), X_1)
    judged = {
        "This is not y_1": neuron_verdicts.judge_activations([handed_back] * 9, Labels(), CROSS, Explaining(), SEED),
        "∂y_1/∂x_1 is not the coefficient that x_1 has in y_1": neuron_verdicts.judge_derivative(
            [handed_back] * 9, [Tree("Function", ("y", X_1))] * 9, Labels(), CROSS, Explaining(), SEED
        ),
        "This is not ∂L/∂x_1": neuron_verdicts.judge_loss(handed_back, None, Labels(), CROSS, Explaining(), SEED),
    }
    for beginning, verdict in judged.items():
        assert (verdict.outcome, verdict.diagnosis) == (Outcome.FAILED, None)
        assert verdict.message == f"{beginning}: the expression hands the question back."


def test_our_own_derivative_of_an_unknown_function_hands_nothing_back() -> None:
    unknown, labels = Tree("Function", ("g", DY[0])), Labels((None, *ROW_BY_ROW[1:]))
    verdict = neuron_verdicts.judge_loss(trees.mul(unknown, W[0]), None, labels, CROSS, Explaining(), SEED)
    assert verdict.outcome is Outcome.REVIEW


def test_derivative_sentence() -> None:
    wrong = [*BACKWARDS[:4], W[0], *BACKWARDS[5:]]
    verdict = neuron_verdicts.judge_derivative(wrong, None, Labels(), CROSS, Algebra(), SEED)
    assert verdict.message == "∂y_5/∂x_1 is not the coefficient that x_1 has in y_5."


# --- 3.3 -> 3.4


def test_loss_is_carried_forward_from_nine_different_weights() -> None:
    verdict = neuron_verdicts.judge_loss(loss(W), W, Labels(), CROSS, Algebra(), SEED)
    assert verdict.share == 1
    assert verdict.notes == ("Carried forward from 3.3: this is dy times your own ∂v/∂x_1.",)
    assert (
        neuron_verdicts.judge_loss(loss(W), None, Labels(), CROSS, Algebra(), SEED).diagnosis == "weights-not-flipped"
    )


def test_loss_may_be_a_matrix_of_one_entry() -> None:
    assert neuron_verdicts.judge_loss([[loss(BACKWARDS)]], None, Labels(), CROSS, Algebra(), SEED).share == 1


def test_loss_with_a_wrong_label_is_judged_at_the_right_ones() -> None:
    labels = Labels((None, *ROW_BY_ROW[1:]), "note")
    free = neuron_misconceptions.dot(DY[1:], BACKWARDS[1:])
    assert neuron_verdicts.judge_loss(trees.add(free, DY[0]), None, labels, CROSS, Algebra(), SEED).notes == ("note",)
    assert neuron_verdicts.judge_loss(loss(W), None, labels, CROSS, Algebra(), SEED).share == 0


@pytest.mark.parametrize("convention", convolve.CONVENTIONS)
def test_loss_misconceptions_are_named(convention: str) -> None:
    for item in neuron_misconceptions.loss_misconceptions(Labels(), convention):
        for (model,) in item.models:
            verdict = neuron_verdicts.judge_loss(model, None, Labels(), convention, Algebra(), SEED)
            if item.id != "order-of-labels-ignored":
                assert outcome(verdict) == (Outcome.FAILED, item.id)


def test_loss_sentence() -> None:
    verdict = neuron_verdicts.judge_loss(X_1, None, Labels(), CROSS, Algebra(), SEED)
    assert verdict.message == "This is not ∂L/∂x_1: each path from x_1 over a y_i to L adds a product of derivatives."


def test_symbols_of_ones_own_are_read_by_their_names_and_told() -> None:
    x = trees.symbol("x_1")
    entries = [trees.add(trees.mul(w, x), c) for w, c in zip(BACKWARDS, C, strict=True)]
    verdict = neuron_verdicts.judge_activations(entries, Labels(), CROSS, Algebra(), SEED)
    assert verdict.share == 1
    assert verdict.notes == ("Symbols of your own were read as the arguments of the same name: x_1.",)


class Remarking(Algebra):
    """Has something to say about how it read whatever it is asked."""

    def equal(self, left: Tree, right: Tree) -> dict[str, Any]:
        return {**super().equal(left, right), "notes": ["read so"]}


def test_how_expressions_were_read_is_told_with_every_verdict() -> None:
    for verdict in (
        neuron_verdicts.judge_activations(linear(BACKWARDS), Labels(), CROSS, Remarking(), SEED),
        neuron_verdicts.judge_activations(linear(W), Labels(), CROSS, Remarking(), SEED),
        neuron_verdicts.judge_derivative(BACKWARDS, None, Labels(), CROSS, Remarking(), SEED),
        neuron_verdicts.judge_derivative(W, linear(W), Labels(), CROSS, Remarking(), SEED),
        neuron_verdicts.judge_loss(loss(W), W, Labels(), CROSS, Remarking(), SEED),
        neuron_verdicts.judge_loss(loss(W), None, Labels(), CROSS, Remarking(undecided=True), SEED),
    ):
        assert verdict.notes[-1] == "read so"


# --- anything at all

ANYTHING = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-3, 3),
        st.floats(),
        st.text(max_size=3),
        st.sampled_from([X_1, W[0], Opaque("a set"), np.ones(9), np.zeros((9, 2)), np.array(3), Tree("oo")]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=9), st.lists(inner, min_size=9, max_size=9)),
    max_leaves=20,
)


@settings(max_examples=60)
@given(ANYTHING)
def test_nothing_crashes_the_judge(anything: Any) -> None:
    neuron_labels.judge_labels(lambda row, col: anything, POSITIONS)
    neuron_answers.read_labels(lambda row, col: anything, POSITIONS)
    neuron_answers.read_convention(lambda: anything)
    algebra = Algebra(undecided=True)
    neuron_verdicts.judge_activations(anything, Labels(), CROSS, algebra, SEED)
    neuron_verdicts.judge_derivative(
        anything, neuron_answers.read_own(lambda: anything), Labels(), CROSS, algebra, SEED
    )
    neuron_verdicts.judge_loss(anything, neuron_answers.read_own(lambda: anything), Labels(), CROSS, algebra, SEED)


# --- undecided


def test_what_the_algebra_cannot_decide_goes_to_a_person() -> None:
    undecided = Algebra(undecided=True)
    said = "The machine cannot decide whether this is right. A person will look at it."
    for verdict in (
        neuron_verdicts.judge_activations(linear(W), Labels(), CROSS, undecided, SEED),
        neuron_verdicts.judge_derivative(times(2, W), None, Labels(), CROSS, undecided, SEED),
        neuron_verdicts.judge_loss(loss(W), None, Labels(), CROSS, undecided, SEED),
    ):
        assert (verdict.outcome, verdict.message) == (Outcome.REVIEW, said)


def test_an_expression_that_could_not_be_sent_goes_to_a_person() -> None:
    unsent = Opaque("an expression with a Tuple")  # a Sum
    verdicts = {
        "activations": neuron_verdicts.judge_activations(
            [*linear(BACKWARDS)[:8], unsent], Labels(), CROSS, Algebra(), SEED
        ),
        "dv_dx1": neuron_verdicts.judge_derivative([unsent] * 9, None, Labels(), CROSS, Algebra(), SEED),
        "dloss_dx1": neuron_verdicts.judge_loss(unsent, None, Labels(), CROSS, Algebra(), SEED),
    }
    for function, verdict in verdicts.items():
        assert (verdict.outcome, verdict.message) == (
            Outcome.REVIEW,
            f"{function} has an expression with a Tuple. The machine cannot decide whether this is right. "
            "A person will look at it.",
        )
