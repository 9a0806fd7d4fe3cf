"""The numerical oracle of exercises 2 and 3: true, sharp at a millionth, and never alarmed by rounding.

python -m tests.test_gradients SEEDS        looks for false alarms over so many seeds
"""

import functools
import itertools
import math
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from itertools import combinations, product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.assignment.convolution import conv_cases, conv_minimal_cases, conv_questions, convolve
from grader.assignment.pooling import max_pool, pool_cases, pool_minimal_cases, pool_questions
from grader.assignment.pooling.max_pool import windows
from grader.assignment.pooling.pool_tolerances import WITH_A_TOLERANCE
from grader.model import CallFailure, Outcome, Verdict
from grader.oracles import numeric
from grader.oracles.figures import figure, figures_apart
from grader.oracles.numeric import (
    DOUBLE,
    Case,
    Floats,
    Question,
    comparison,
    counterexample,
    mismatch,
    read_and_compare,
)
from grader.oracles.numeric.comparison import SINGLE_NOTE
from grader.oracles.numeric.counterexample import MAX_CALLS
from grader.oracles.numeric.students_function import MODULE
from grader.sandbox.child.protocol import Opaque, Tree
from tests.support.tiers import again, seeds

pytestmark = pytest.mark.slow

CONVENTIONS = convolve.CONVENTIONS
PLANTED = 1e-6  # of one entry: the smallest error that has to be caught
SEEDS = 40  # of the false alarms; a thousand by `make galleries`


def pool_by_loops(dY: np.ndarray, X: np.ndarray) -> np.ndarray:
    dX = np.zeros_like(X)
    for n, c, i, j in np.ndindex(dY.shape):
        window = X[n, c, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        a, b = np.unravel_index(window.argmax(), (2, 2))
        dX[n, c, 2 * i + a, 2 * j + b] = dY[n, c, i, j]
    return dX


def pairs(shape: tuple[int, int], convention: str) -> Any:
    """Output (i, j), weight (a, b), input (p, q), as the convention's definition has them."""
    sign = 1 if convention == "cross-correlation" else -1
    for i, j in np.ndindex(shape):
        for a, b in np.ndindex(3, 3):
            p, q = i + sign * (a - 1), j + sign * (b - 1)
            if 0 <= p < shape[0] and 0 <= q < shape[1]:
                yield i, j, a, b, p, q


def input_by_loops(dY: np.ndarray, w: np.ndarray, convention: str) -> np.ndarray:
    dX = np.zeros_like(dY)
    for i, j, a, b, p, q in pairs(dY.shape, convention):
        dX[p, q] += dY[i, j] * w[a, b]
    return dX


def weight_by_loops(dY: np.ndarray, X: np.ndarray, convention: str) -> np.ndarray:
    dw = np.zeros((3, 3))
    for i, j, a, b, p, q in pairs(dY.shape, convention):
        dw[a, b] += dY[i, j] * X[p, q]
    return dw


def fft_full(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    shape = [a + b - 1 for a, b in zip(A.shape, B.shape, strict=True)]
    return np.fft.ifft2(np.fft.fft2(A, shape) * np.fft.fft2(B, shape))


def input_by_fft(dY: np.ndarray, w: np.ndarray, convention: str) -> np.ndarray:
    kernel = w if convention == "cross-correlation" else w[::-1, ::-1]
    return fft_full(dY, kernel)[1:-1, 1:-1].real


def weight_by_fft(dY: np.ndarray, X: np.ndarray, convention: str) -> np.ndarray:
    H, W = X.shape
    full = np.pad(fft_full(X, dY[::-1, ::-1]).real, 1)
    dw = full[H - 1 : H + 2, W - 1 : W + 2]
    return dw if convention == "cross-correlation" else dw[::-1, ::-1]


def judge(function: Callable[..., Any], question: Question) -> Verdict:
    """As the library does, of a function that raises CallFailure where a student's raises anything."""

    @functools.wraps(function, updated=())
    def called(*args: Any) -> Any:
        try:
            return function(*args)
        except CallFailure:
            raise
        except Exception as error:
            raise fault(Outcome.ERROR) from error

    vars(called)[MODULE] = "exercise2"
    return numeric.judge(called, question)


def fault(outcome: Outcome) -> CallFailure:
    return CallFailure(Verdict(outcome, 0.0, "it raised ValueError"), outcome.value)


def questions(seed: int) -> dict[str, Question]:
    rng = np.random.default_rng(seed)
    pools = {
        make.__name__: make(rng)
        for make in (
            pool_questions.one_window,
            pool_questions.random_maps,
            pool_questions.extreme_maps,
            pool_questions.odd_maps,
        )
    }
    convs = {}
    for convention in CONVENTIONS:
        convs[f"input {convention}"] = conv_questions.back_to_input(rng, convention)
        for interior in (True, False):
            convs[f"weight {convention} {interior}"] = conv_questions.back_to_weight(rng, convention, interior)
    return {**pools, **convs}


def right_function(name: str) -> Callable[..., np.ndarray]:
    if name.startswith(("input", "weight")):
        kind, convention = name.split()[:2]
        function = input_by_loops if kind == "input" else weight_by_loops
        return lambda dY, other: function(dY, other, convention)
    return pool_by_loops


# --- the oracle is true


@given(
    st.integers(0, 2**32 - 1),
    st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 7), st.integers(1, 7)),
)
def test_pool_gradient_is_the_loops(seed: int, shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(seed)
    X = rng.permutation(np.arange(np.prod(shape), dtype=float)).reshape(shape) - 20
    dY = pool_cases.upstream(rng, shape)
    np.testing.assert_array_equal(max_pool.pool_gradient(dY, X), pool_by_loops(dY, X))


@given(st.integers(0, 2**32 - 1), st.integers(1, 7), st.integers(1, 7), st.sampled_from(CONVENTIONS))
def test_convolution_gradients_are_the_loops(seed: int, H: int, W: int, convention: str) -> None:
    rng = np.random.default_rng(seed)
    dY, X = rng.integers(-9, 10, (2, H, W)).astype(float)
    w = rng.integers(-9, 10, (3, 3)).astype(float)
    np.testing.assert_array_equal(convolve.input_gradient(dY, w, convention), input_by_loops(dY, w, convention))
    np.testing.assert_array_equal(convolve.weight_gradient(dY, X, convention), weight_by_loops(dY, X, convention))


def test_expected_values_are_exact_to_the_last_bit() -> None:
    for name, question in questions(7).items():
        for case in question.cases:
            right = right_function(name)(*case.inputs.values())
            np.testing.assert_allclose(case.expected, right, rtol=1e-11, atol=1e-14 * case.norm)
            if on_grid(case.inputs["w" if "w" in case.inputs else "X"]):
                np.testing.assert_array_equal(case.expected, right)


def one_at_a_time(forward: Callable[[np.ndarray], np.ndarray], dY: np.ndarray, at: np.ndarray, step: float) -> Any:
    """The central difference of <dY, forward(at)> as it is defined: every entry is moved by itself."""
    gradient = np.zeros_like(at)
    for place in np.ndindex(at.shape):
        move = np.zeros_like(at)
        move[place] = step
        gradient[place] = ((forward(at + move) - forward(at - move)) * dY).sum() / (2 * step)
    return gradient


def same(case: Case, other: np.ndarray) -> bool:
    """Bit by bit where the inputs are on the grid, and within rounding elsewhere."""
    assert case.expected.shape == other.shape
    if on_grid(case.inputs["w" if "w" in case.inputs else "X"]):
        return (case.expected + 0.0).tobytes() == (other + 0.0).tobytes()  # + 0.0 turns -0.0 into 0.0
    return bool(np.allclose(case.expected, other, rtol=1e-10, atol=1e-13 * case.norm))


@pytest.mark.parametrize("convention", CONVENTIONS)
@pytest.mark.parametrize("seed", seeds(2, 25))
def test_moving_entries_together_gives_the_bits_of_moving_each_by_itself(seed: int, convention: str) -> None:
    rng = np.random.default_rng(seed)
    for case in (*pool_cases.random_maps(rng), *pool_cases.extreme_maps(rng), *pool_cases.odd_maps(rng)):
        dY, X = case.inputs.values()
        step = max_pool.smallest_gap(X) / 4
        assert same(case, one_at_a_time(lambda X: max_pool.windows(X).max(axis=-1), dY, X, step))
    for case in conv_cases.input_cases(rng, convention):
        dY, w = case.inputs.values()
        forward = partial(convolve.convolve, w=w, convention=convention)
        assert same(case, one_at_a_time(forward, dY, rng.integers(-9, 9, dY.shape) / 8, 1.0))
    for case in conv_cases.weight_cases(rng, convention, interior=False):
        dY, X = case.inputs.values()
        forward = partial(convolve.convolve, X, convention=convention)
        assert same(case, one_at_a_time(forward, dY, rng.integers(-9, 9, (3, 3)) / 8, 1.0))


def test_windows_and_back() -> None:
    X = np.arange(2 * 3 * 5 * 4, dtype=float).reshape(2, 3, 5, 4)
    back = max_pool.from_windows(max_pool.windows(X), X.shape)
    np.testing.assert_array_equal(back[..., :4, :], X[..., :4, :])
    assert not back[..., 4:, :].any()


# --- what the points are judged on


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_inputs_keep_their_promises(seed: int) -> None:
    rng = np.random.default_rng(seed)
    single = pool_cases.one_window(rng)
    assert all((case.inputs["X"] > 0).all() for case in single)
    assert len({tuple(np.argsort(case.inputs["X"], axis=None)) for case in single}) == 24
    even = pool_cases.random_maps(rng)
    for case in even:
        X = case.inputs["X"]
        assert (max_pool.windows(X).max(axis=-1) > 0).all()
        assert len(np.unique(X)) == X.size
        assert (X < 0).any()
    heights, widths = np.array([case.inputs["X"].shape[2:] for case in even]).T
    assert (heights < widths).any()
    assert (heights > widths).any()
    assert max(*heights, *widths) >= 16
    extreme = pool_cases.extreme_maps(rng)
    assert sum(bool((case.inputs["X"] < 0).all()) for case in extreme) >= 2
    tied = pool_cases.tied_maps(rng)
    for case in tied:
        parts = max_pool.windows(case.inputs["X"])
        counts = (parts == parts.max(axis=-1, keepdims=True)).sum(axis=-1)
        assert (case.inputs["X"] > 0).all()
        assert (counts > 1).sum() > 1
    assert sets_of_maxima_in_a_first_window(tied) == set(range(1, 16))
    for samples, channels, height, width in (case.inputs["X"].shape for case in (*extreme, *tied)):
        assert samples == channels <= height == width  # what a mistake in the shape costs, other points ask for
    odd = pool_cases.odd_maps(rng)
    assert all((case.inputs["X"] > 0).all() for case in odd)
    assert {size % 2 for case in odd for size in case.inputs["X"].shape[2:]} == {0, 1}
    assert (1, 1) in {case.inputs["X"].shape[2:] for case in odd}
    for case in conv_cases.weight_cases(rng, CONVENTIONS[0], interior=True):
        for array in case.inputs.values():
            assert not np.delete(array, np.s_[1:-1], axis=0).any()
            assert not np.delete(array, np.s_[1:-1], axis=1).any()


def sets_of_maxima_in_a_first_window(cases: Sequence[Case]) -> set[int]:
    """Which of the fifteen, as the bits of a number, stand where an index is 0: `y or 1` is right anywhere else."""
    parts = np.concatenate([max_pool.windows(case.inputs["X"])[:, :, 0, 0].reshape(-1, 4) for case in cases])
    maxima = parts == parts.max(axis=-1, keepdims=True)
    return set((maxima @ [1, 2, 4, 8]).tolist())


@pytest.mark.parametrize(
    "draw", [pool_cases.random_maps, pool_cases.extreme_maps, pool_cases.tied_maps, pool_cases.odd_maps]
)
@pytest.mark.parametrize("seed", seeds(5, 20))
def test_an_index_of_a_sample_or_channel_never_passes_for_a_row_or_column(draw: Callable[..., Any], seed: int) -> None:
    shapes = [case.inputs["X"].shape for case in draw(np.random.default_rng(seed))]
    for leading in (0, 1):
        for side in (2, 3):
            assert any(shape[leading] > shape[side] // 2 and min(shape[2:]) > 1 for shape in shapes), (leading, side)


@pytest.mark.parametrize("use", [lambda n: n // 2, lambda n: n % 2, lambda n: n % 3], ids=["half", "rest", "thirds"])
@pytest.mark.parametrize("draw", [pool_cases.random_maps, pool_cases.odd_maps])
@pytest.mark.parametrize("drawn", [range(30), again(range(30, 150))], ids=["few", "many"])
def test_no_two_sizes_pass_for_each_other(draw: Callable[..., Any], use: Callable[[int], int], drawn: range) -> None:
    for seed in drawn:
        shapes = [case.inputs["X"].shape for case in draw(np.random.default_rng(seed))]
        for one, other in combinations(range(4), 2):
            never = {use(size) for shape in shapes for size in shape[2:]} == {0} and (one, other) == (2, 3)
            assert never or any(use(shape[one]) != use(shape[other]) for shape in shapes), (seed, one, other)


def test_shapes_and_values_depend_on_the_seed() -> None:
    drawn = [questions(seed) for seed in range(8)]
    for name in drawn[0]:
        shapes = {tuple(case.expected.shape for case in question[name].cases) for question in drawn}
        sizes = {tuple(map(str, case.inputs.values())) for question in drawn for case in question[name].cases}
        assert len(sizes) == sum(len(question[name].cases) for question in drawn)
        assert name == "one_window" or name.startswith("weight") or len(shapes) > 6, name
        grid = {on_grid(array) for question in drawn for case in question[name].cases for array in case.inputs.values()}
        assert grid == {True, False}, name


def on_grid(array: np.ndarray) -> bool:
    """Whether the values are multiples of a power of two with few bits, at any magnitude."""
    scaled = array / 2.0 ** np.floor(np.log2(np.abs(array).max(initial=1e-300)))
    return bool((scaled * 2.0**24 == np.round(scaled * 2.0**24)).all())


def test_magnitudes() -> None:
    found = {
        round(float(np.log10(np.abs(case.inputs[name]).max())))
        for case in pool_cases.extreme_maps(np.random.default_rng(1))
        for name in case.inputs
    }
    assert found == {-6, 0, 6}


def test_a_pool_only_copies_so_a_float32_result_hides_nothing() -> None:
    for question in (
        pool_questions.random_maps(np.random.default_rng(2)),
        pool_questions.tied_maps(np.random.default_rng(2)),
    ):
        right = judge(lambda dY, X: pool_by_loops(dY, X).astype(np.float32), question)
        assert (right.outcome, right.notes) == (Outcome.PASSED, (SINGLE_NOTE,))
        for spoilt in (lambda dX: dX * (1 + 1e-6), lambda dX: dX + 1e-7, lambda dX: dX.astype(np.float16)):
            coarse = judge(lambda dY, X, spoilt=spoilt: spoilt(pool_by_loops(dY, X)).astype(np.float32), question)
            assert coarse.outcome is Outcome.FAILED


@pytest.mark.parametrize("spoilt", [lambda d: d * (1 + 8e-6), lambda d: d * (1 - 2e-6), lambda d: d.astype(np.float16)])
@pytest.mark.parametrize("seed", seeds(3, 10))
def test_a_convolution_in_float32_hides_little(spoilt: Callable[[np.ndarray], np.ndarray], seed: int) -> None:
    for name, question in questions(seed).items():
        if name.startswith(("input", "weight")):

            def coarse(*args: np.ndarray, name: str = name) -> np.ndarray:
                return spoilt(right_function(name)(*args)).astype(np.float32)

            assert judge(coarse, question).outcome is Outcome.FAILED, name


# --- sharp and calm


@pytest.mark.parametrize("seed", seeds(1, 3))
def test_a_millionth_in_any_single_entry_is_caught(seed: int) -> None:
    for question in questions(seed).values():
        for case in question.cases:
            for place in np.argwhere(case.expected):
                values = case.expected.copy()
                values[tuple(place)] *= 1 + PLANTED
                assert mismatch(case, read_and_compare(values, case)), (case, place)


@pytest.mark.parametrize("seed", seeds(1, 3))
def test_a_millionth_of_dY_is_caught_where_zero_is_right(seed: int) -> None:
    for question in questions(seed).values():
        for case in question.cases:
            for place in np.argwhere(case.expected == 0):
                values = case.expected.copy()
                values[tuple(place)] += PLANTED * np.abs(case.inputs["dY"]).max(initial=0.0)
                assert mismatch(case, read_and_compare(values, case)) or not case.inputs["dY"].size


@pytest.mark.parametrize("seed", seeds(1, 3))
def test_a_millionth_is_caught_among_ties(seed: int) -> None:
    for case in pool_cases.tied_maps(np.random.default_rng(seed)):
        for right in (case.expected, pool_by_loops(*case.inputs.values())):
            assert mismatch(case, read_and_compare(right, case)) == ""
            for place in np.argwhere(right):
                values = right.copy()
                values[tuple(place)] *= 1 + 5 * PLANTED
                assert "In the window at" in mismatch(case, read_and_compare(values, case))


@pytest.mark.parametrize("seed", seeds(8, SEEDS))
def test_no_false_alarm(seed: int) -> None:
    """FFT, another order of summation, and float32: other roundings of the right answer."""
    for name, question in questions(seed).items():
        for case in question.cases:
            for values in other_roundings(name, case):
                assert mismatch(case, read_and_compare(values, case)) == "", (seed, name)


def other_roundings(name: str, case: Case) -> list[np.ndarray]:
    first, second = case.inputs.values()
    single = right_function(name)(first.astype(np.float32), second.astype(np.float32)).astype(np.float32)
    found = [single, single.astype(np.float64), right_function(name)(first, second)]
    if name.startswith(("input", "weight")):
        kind, convention = name.split()[:2]
        by_fft = input_by_fft if kind == "input" else weight_by_fft
        found.append(by_fft(first, second, convention))
        found.append(by_fft(first.astype(np.float32), second.astype(np.float32), convention).astype(np.float32))
    return found


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1e6, 1e-6, 1.0]), st.sampled_from([1e6, 1e-6, 1.0]))
def test_fft_passes_at_every_magnitude(seed: int, scale: float, upstream_scale: float) -> None:
    rng = np.random.default_rng(seed)
    dY, w = rng.normal(size=(6, 5)) * upstream_scale, rng.normal(size=(3, 3)) * scale
    case = conv_cases.input_case(dY, w, CONVENTIONS[0])
    assert mismatch(case, read_and_compare(input_by_fft(dY, w, CONVENTIONS[0]), case)) == ""
    wrong = case.expected.copy()
    wrong.flat[np.abs(wrong).argmax()] *= 1 + PLANTED
    assert mismatch(case, read_and_compare(wrong, case))


# --- types, shapes, wording

CASE = pool_cases.pooling(np.arange(1.0, 49.0).reshape(1, 2, 6, 4), np.arange(1.0, 13.0).reshape(1, 2, 3, 2) / 2)
RIGHT = CASE.expected


QUESTIONS: dict[str, Callable[[np.random.Generator], Question]] = {
    **{
        name: getattr(pool_questions, name)
        for name in ("one_window", "random_maps", "extreme_maps", "tied_maps", "odd_maps")
    },
    "dX": lambda rng: conv_questions.back_to_input(rng, CONVENTIONS[0]),
    "dw": lambda rng: conv_questions.back_to_weight(rng, CONVENTIONS[0], False),
    "dw, interior": lambda rng: conv_questions.back_to_weight(rng, CONVENTIONS[0], True),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_what_is_remembered_by_shape_is_wrong(name: str) -> None:
    """An answer that keeps what came out, or where the maxima were, for the first inputs of a shape."""
    for seed in range(5):
        question = QUESTIONS[name](np.random.default_rng(seed))
        rights = {tuple(a.tobytes() for a in case.inputs.values()): case.expected for case in question.cases}
        known: dict[Any, Any] = {}

        def remembered(*args: Any, rights: Any = rights, known: Any = known) -> Any:
            right = rights.get(tuple(a.tobytes() for a in args))
            return known.setdefault(tuple(a.shape for a in args), right)

        assert judge(remembered, replace(question, minimal_cases=(), shortcut=None)).outcome is Outcome.FAILED, seed


def test_lists_tuples_and_numbers_count_as_what_they_convert_to() -> None:
    for value in (RIGHT.tolist(), [list(RIGHT[0])], RIGHT.astype(np.complex128), RIGHT.astype(object).tolist()):
        assert mismatch(CASE, read_and_compare(value, CASE)) == ""


def test_matrices_of_numbers_are_numbers() -> None:
    case = conv_cases.weight_case(np.eye(3), np.arange(9.0).reshape(3, 3), CONVENTIONS[0])
    trees = [[Tree("Float", (float(entry),)) for entry in row] for row in case.expected]
    trees[0][0] = Tree("Mul", (Tree("Rational", (1, 2)), Tree("Integer", (2 * int(case.expected[0, 0]),))))
    assert mismatch(case, read_and_compare(trees, case)) == ""


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (None, "is None: a `return` is missing"),
        ([[None]], "holds None where numbers belong"),
        ("dX", "holds text where numbers belong"),
        ({"dX": 1.0}, "holds a dictionary where an array of numbers belongs"),
        (Opaque("a generator"), "holds a generator where an array of numbers belongs"),
        (Tree("Symbol", ("x", "")), "is symbolic; this function is given numbers and has to return numbers"),
        (Tree("Pow", (Tree("Integer", (-8,)), Tree("Rational", (1, 3)))), "is symbolic"),
        ([np.ones((2, 2)), np.ones(3)], "comes together with something else, as a list or tuple; return it alone"),
        ([np.ones((2, 2)), 1.0], "comes together with something else, as a list or tuple; return it alone"),
        ([[1.0, 2.0], [3.0]], "is a nested list whose rows differ in length, so that it is not an array"),
        ([], "has the wrong shape: expected (1, 2, 6, 4), got (0,): 4 axes were expected, not 1"),
        ([[[[[[[[[1.0]]]]]]]]], "is nested 9 deep"),
        (3, "has the wrong shape: expected (1, 2, 6, 4), got (): that is a single number"),
        (np.where(RIGHT > 5, np.nan, RIGHT), "is not finite: nan at [0, 1, 5, 1], 2 such entries in all"),
        (np.where(RIGHT == 0.5, -np.inf, RIGHT), "is not finite: -inf at [0, 0, 1, 1], 1 such entry in all"),
        (Tree("oo"), "is not finite: inf, 1 such entry in all"),
        (RIGHT * 1j, "has complex entries; a gradient of a real loss is real"),
        (CASE.inputs["dY"], "has the wrong shape: expected (1, 2, 6, 4), got (1, 2, 3, 2): that is dY's shape"),
        (np.stack([RIGHT, RIGHT]), "those are 2 results of the right shape; is a tuple returned? Return dX alone."),
        (RIGHT[0], "has the wrong shape: expected (1, 2, 6, 4), got (2, 6, 4): leading axes have been dropped"),
        (RIGHT.swapaxes(2, 3), "the axes are in another order; is it transposed?"),
        (RIGHT[..., None], "axes of length 1 were dropped or added"),
        (np.zeros((1, 2, 8, 6)), "the ring of padding is still around it"),
        (np.zeros((1, 2, 4, 2)), "without padding the result shrinks"),
        (np.zeros((1, 2, 9, 2)), "has the wrong shape: expected (1, 2, 6, 4), got (1, 2, 9, 2)"),
        (RIGHT + 1, "48 of 48 entries of dX are wrong"),
        (RIGHT > 0, "11 of 48 entries of dX are wrong; the largest error is at [0, 1, 5, 3]: expected 6, got 1"),
    ],
)
def test_every_other_value_has_its_sentence(value: Any, sentence: str) -> None:
    said = mismatch(CASE, read_and_compare(value, CASE))
    assert sentence in said


def test_missing_odd_rows_have_their_sentence() -> None:
    (case,) = [case for case in pool_minimal_cases.ODD_MAPS if case.inputs["X"].shape == (1, 1, 3, 3)]
    said = mismatch(case, read_and_compare(case.expected[..., :2, :2], case))
    assert said.endswith(
        "the last row or column is missing where their number is odd; its entries are part of the result too."
    )


def test_float32_is_told_and_judged_as_such() -> None:
    question = pool_questions.random_maps(np.random.default_rng(5))
    verdict = judge(lambda dY, X: pool_by_loops(dY, X).astype(np.float32), question)
    assert (verdict.outcome, verdict.notes) == (Outcome.PASSED, (SINGLE_NOTE,))
    coarse = judge(lambda dY, X: (pool_by_loops(dY, X) * (1 + 1e-4)).astype(np.float32), question)
    assert coarse.outcome is Outcome.FAILED


def test_lists_of_float32_are_judged_as_float32() -> None:
    rng = np.random.default_rng(3)
    dY, w = rng.normal(size=(4, 5)), rng.normal(size=(3, 3))
    case = conv_cases.input_case(dY, w, CONVENTIONS[0])
    single = input_by_loops(dY.astype(np.float32), w.astype(np.float32), CONVENTIONS[0])
    heard = read_and_compare(single.astype(np.float64).tolist(), case)
    assert mismatch(case, heard) == ""
    assert heard.notes == (SINGLE_NOTE,)
    assert not comparison.close(single.astype(np.float64), case.expected, case.norm, DOUBLE).all()


@settings(max_examples=60)
@given(st.recursive(st.one_of(st.none(), st.floats(), st.integers(), st.text(), st.booleans()), st.lists))
def test_nothing_crashes_the_judge(value: Any) -> None:
    assert isinstance(mismatch(CASE, read_and_compare(value, CASE)), str)


# --- the verdicts


def test_a_wrong_answer_comes_before_a_later_fault() -> None:
    def function(dY: np.ndarray, X: np.ndarray) -> np.ndarray:
        if X.shape[2] == 1:
            raise fault(Outcome.ERROR)
        return np.zeros_like(X)

    verdict = judge(function, pool_questions.odd_maps(np.random.default_rng(0)))
    assert (verdict.outcome, verdict.diagnosis) == (Outcome.FAILED, "all-zeros")


def test_a_fault_before_any_wrong_answer_is_the_verdict() -> None:
    def function(dY: np.ndarray, X: np.ndarray) -> np.ndarray:
        if X.shape[2] == 1:
            raise fault(Outcome.ERROR)
        return pool_by_loops(dY, X)

    with pytest.raises(CallFailure, match=r"ValueError, for dY of shape .1, 1, 0, 0. and X of shape .1, 1, 1, 1.[.]"):
        judge(function, pool_questions.odd_maps(np.random.default_rng(0)))


def test_the_smallest_failing_input_is_shown() -> None:
    rng = np.random.default_rng(0)

    def maxpool2x2_backward(dY: np.ndarray, X: np.ndarray) -> np.ndarray:
        return -pool_by_loops(dY, X)

    verdict = judge(maxpool2x2_backward, pool_questions.one_window(rng))
    assert verdict.message == (
        "Every entry has the wrong sign. The gradient points uphill; the minus belongs to the descent step. "
        "For dY = [[[[2]]]], X = [[[[4, 1], [2, 3]]]]: expected [[[[2, 0], [0, 0]]]], got [[[[-2, 0], [0, 0]]]]."
    )
    assert verdict.evidence == {
        "input": {"dY": [[[[2]]]], "X": [[[[4, 1], [2, 3]]]]},
        "expected": [[[[2, 0], [0, 0]]]],
        "got": [[[[-2, 0], [0, 0]]]],
        "difference": [[[[-4, 0], [0, 0]]]],
        "paste": "import numpy as np\nfrom exercise2 import *\ndY = np.array([[[[2.]]]])\n"
        "X = np.array([[[[4., 1.], [2., 3.]]]])\nprint(maxpool2x2_backward(dY, X))",
        "example": verdict.message.partition("step. ")[2],
    }


WINDOWS = (("0 to 1", 4), ("2 to 3", 3))


def test_the_window_of_a_tie_is_named() -> None:
    (case,) = [case for case in pool_minimal_cases.TIED_MAPS if case.inputs["X"].size == 8]

    def said(*rows: list[float]) -> str:
        return mismatch(case, read_and_compare(np.array(rows)[None, None], case))

    start = "In the window at rows 0 to 1, columns "
    assert said([2.0, 0, 0, 0], [0, 0, -5, 0]) == ""
    assert said([0.5, 0.5, -2, 0], [0.5, 0.5, -2, -1]) == ""
    first, second = (
        f"{start}{columns} of X[0, 0], where {ties} entries tie for the maximum, " for columns, ties in WINDOWS
    )
    too_much = "the gradients sum to 8, but dY there is 2. They must sum to dY."
    assert said([2.0, 2, -5, 0], [2, 2, 0, 0]) == first + too_much
    assert said([2.0, 0, -5, -1], [0, 0, 0, 1]) == second + "an entry that is not the maximum gets a gradient."
    assert said([4.0, -2, -5, 0], [0, 0, 0, 0]) == first + "an entry gets a gradient of the wrong sign."


def test_minimal_cases_are_small_and_their_expected_values_true() -> None:
    pools = (
        pool_minimal_cases.ONE_WINDOW,
        pool_minimal_cases.RANDOM_MAPS,
        pool_minimal_cases.EXTREME_MAPS,
        pool_minimal_cases.ODD_MAPS,
    )
    for case in (case for minimal in pools for case in minimal):
        right = pool_by_loops(*case.inputs.values())
        assert mismatch(case, read_and_compare(right, case)) == ""
    for convention in CONVENTIONS:
        for case in conv_minimal_cases.input_minimal_cases(convention):
            np.testing.assert_array_equal(case.expected, input_by_loops(*case.inputs.values(), convention))
        for interior in (True, False):
            for case in conv_minimal_cases.weight_minimal_cases(convention, interior):
                np.testing.assert_array_equal(case.expected, weight_by_loops(*case.inputs.values(), convention))
    everything = [*pools, pool_minimal_cases.TIED_MAPS, conv_minimal_cases.input_minimal_cases(CONVENTIONS[0])]
    assert all(len(minimal) <= 14 for minimal in everything)
    assert all(max(array.shape) <= 5 for minimal in everything for case in minimal for array in case.inputs.values())


def test_climbing_stops_where_no_answer_comes() -> None:
    calls = []

    def stuck(*args: Any) -> Any:
        calls.append(args)
        raise fault(Outcome.TIMEOUT)

    assert counterexample.try_each(stuck, pool_minimal_cases.RANDOM_MAPS) == counterexample.Trial(())
    assert len(calls) == 1


def named_by_a_machine(
    monkeypatch: pytest.MonkeyPatch, starved_at: int | None = None, call_seconds: float = 0.0
) -> str:
    """The name of a gradient of the other sign, where a call takes so long by the clock, or the machine lets a call (of
    so many) have no time."""
    question = pool_questions.extreme_maps(np.random.default_rng(1))
    calls = itertools.count(1)
    now = 0.0

    def wrong(dY: Floats, X: Floats) -> Floats:
        nonlocal now
        now += call_seconds
        if next(calls) == starved_at:
            raise fault(Outcome.REVIEW)
        return -max_pool.pool_gradient(dY, X)

    monkeypatch.setattr(counterexample, "_clock", lambda: now)
    verdict = judge(wrong, question)
    assert verdict.outcome is Outcome.FAILED
    return verdict.diagnosis or ""


def test_no_name_hangs_on_how_fast_the_machine_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that explains some of the minimal cases only may be another one than on an idle machine."""
    assert named_by_a_machine(monkeypatch) == "wrong-sign"
    assert named_by_a_machine(monkeypatch, call_seconds=4.0) == "wrong-sign"
    assert named_by_a_machine(monkeypatch, call_seconds=40.0) == ""
    assert named_by_a_machine(monkeypatch, starved_at=6) == ""


def test_smaller_inputs_are_bounded_by_their_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine: all that there are of the largest map that is drawn."""
    monkeypatch.setattr(counterexample, "MAX_CALLS", 5)
    tried: list[Floats] = []
    cases = (replace(case, inputs={"X": case["X"]}) for case in 2 * pool_minimal_cases.ONE_WINDOW)
    assert counterexample.first_raising(tried.append, cases) is None
    assert len(tried) == 5
    for seed in range(40):
        question = pool_questions.odd_maps(np.random.default_rng(seed))
        assert all(len(list(question.smaller(case.inputs))) <= MAX_CALLS for case in question.cases)


def test_numbers_that_look_alike_are_told_apart() -> None:
    assert figures_apart(1.5, 2.0) == ["1.5", "2"]
    assert figures_apart(1.0, 1.0 + 1e-8) == ["1", "1.00000001"]
    assert figures_apart(0.518261, 0.518) == ["0.5183", "0.518"]
    assert figures_apart(-29.1129, -29.1158) == ["-29.11", "-29.12"]
    assert figures_apart(2.0, 2.0) == ["2", "2"]
    assert [figure(-0.0), figure(1441.2), figure(1.23456e7), figure(1.5 + 2j)] == ["0", "1441", "1.23e+07", "1.5+2j"]
    assert figures_apart(math.nan, 1.0) == ["nan", "1"]


@pytest.mark.parametrize(
    "draw", [pool_cases.one_window, pool_cases.random_maps, pool_cases.extreme_maps, pool_cases.tied_maps]
)
def test_whether_a_tolerance_shows_is_not_luck(draw: Callable[[np.random.Generator], tuple[Case, ...]]) -> None:
    """Each comparison with a tolerance is right with every seed, or with none."""
    drawn = [draw(np.random.default_rng(seed)) for seed in range(20)]
    judged: dict[tuple[int, bytes], bool] = {}  # most models come to one of a few answers

    def is_right(case: Case, answer: Floats) -> bool:
        key = id(case), answer.tobytes()
        if key not in judged:
            judged[key] = not mismatch(case, read_and_compare(answer, case))
        return judged[key]

    for model in WITH_A_TOLERANCE:
        right = [all(is_right(case, model(case)) for case in cases) for cases in drawn]
        assert len(set(right)) == 1


def to_digits(x: Floats, digits: int) -> Floats:
    """Rounded to significant digits."""
    unit = 10.0 ** (digits - 1 - np.floor(np.log10(np.abs(x))))
    return np.asarray(np.round(x * unit) / unit)


ROUNDINGS = [
    *(partial(np.round, decimals=decimals) for decimals in range(1, 14)),
    *(lambda x, scale=10.0**decimals: np.floor(x * scale) for decimals in range(1, 14)),
    *(partial(to_digits, digits=digits) for digits in range(2, 10)),
]


@pytest.mark.slow
@pytest.mark.parametrize("draw", [pool_cases.one_window, pool_cases.extreme_maps])
def test_whether_rounding_shows_is_not_luck(draw: Callable[[np.random.Generator], tuple[Case, ...]]) -> None:
    """Whoever compares rounded values, and takes the first or the last of the largest, is right with every seed, or
    with none; before, one seed in thirty took twelve decimals of 1e-6 for all."""
    drawn = [all_windows(draw(np.random.default_rng(seed))) for seed in range(60)]
    for rounding, place in product(ROUNDINGS, (1, -1)):
        right = {_is_first(parts, rounding, place) for parts in drawn}
        assert len(right) == 1, (rounding, place)


def all_windows(cases: Iterable[Case]) -> Floats:
    """Those of all cases, one below the other: (n, 4)."""
    return np.concatenate([windows(case.inputs["X"]).reshape(-1, 4) for case in cases])


@pytest.mark.slow
@pytest.mark.parametrize(
    "draw", [pool_cases.one_window, pool_cases.random_maps, pool_cases.tied_maps, pool_cases.odd_maps]
)
@pytest.mark.parametrize(
    "distorted",
    [
        lambda parts: parts % 2,  # right where all is below two
        lambda parts: np.minimum(parts, 4),
        *(lambda parts, place=place: parts * np.where(np.arange(4) == place, 2, 1) for place in range(4)),
    ],
)
def test_whether_the_size_of_values_shows_is_not_luck(
    draw: Callable[[np.random.Generator], tuple[Case, ...]], distorted: Callable[[Floats], Floats]
) -> None:
    """Whoever compares something else than the values, right for small ones or for some of them, is right with no
    seed."""
    for seed in range(10):
        parts = [windows(case.inputs["X"]) for case in draw(np.random.default_rng(seed))]
        chosen = [np.take_along_axis(part, np.argmax(distorted(part), -1)[..., None], -1)[..., 0] for part in parts]
        assert any((got != part.max(-1)).any() for got, part in zip(chosen, parts, strict=True) if part.size)


def _is_first(parts: Floats, rounding: Callable[[Floats], Floats], step: int) -> bool:
    """Whether the first (or last, in steps of -1) of each window's largest rounded values is its maximum."""
    return np.array_equal(np.argmax(rounding(parts)[..., ::step], -1), np.argmax(parts[..., ::step], -1))


if __name__ == "__main__":
    for seed in range(int(sys.argv[1])):
        test_no_false_alarm(seed)
    print(f"{sys.argv[1]} seeds: no false alarm")
