"""Naming mistakes: each misconception is told from the truth, and by its own name, on what the points are judged on."""

from collections.abc import Sequence

import numpy as np
import pytest

from grader.assignment.convolution import conv_questions
from grader.assignment.convolution.conv_input_misconceptions import input_misconceptions
from grader.assignment.convolution.conv_weight_misconceptions import weight_misconceptions
from grader.assignment.convolution.convolve import CONVENTIONS
from grader.assignment.pooling import pool_questions
from grader.assignment.pooling.pool_misconceptions import POOL_MISCONCEPTIONS
from grader.model import CallFailure, Outcome
from grader.oracles.numeric import (
    Answer,
    Case,
    Fitted,
    Misconception,
    Question,
    mismatch,
    naming,
    read_and_compare,
)
from tests.support.tiers import again
from tests.test_gradients import fault, judge, right_function

pytestmark = pytest.mark.slow

# Which point a misconception is first seen on: the others cannot tell it from the truth, and need not.
FIRST_SEEN = {
    "zero-initialised-maximum": "extreme_maps",
    "tied-mask": "tied_maps",
    "tied-gradient-dropped": "tied_maps",
    "tied-half": "tied_maps",
    "looked-up-in-the-whole-array": "tied_maps",
    "odd-size-not-handled": "odd_maps",
    "no-window-not-handled": "odd_maps",
    "compared-with-a-tolerance": "extreme_maps",
    "odd-edge-cut-off": "odd_maps",
}


def question(name: str, seed: int) -> Question:
    rng = np.random.default_rng(seed)
    kind, *rest = name.split()
    match kind:
        case "input":
            return conv_questions.back_to_input(rng, rest[0])
        case "weight":
            return conv_questions.back_to_weight(rng, rest[0], interior=False)
        case _:
            return getattr(pool_questions, kind)(rng)


def everything() -> list[tuple[str, Misconception, int]]:
    """Where each is seen, and each of its models: other ways to write the same."""
    found = [
        (FIRST_SEEN.get(mistake.id, "random_maps"), mistake, variant)
        for mistake in POOL_MISCONCEPTIONS
        for variant, model in enumerate(mistake.models)
        if not isinstance(model, Fitted)
    ]
    for convention in CONVENTIONS:
        for kind, known in (("input", input_misconceptions(convention)), ("weight", weight_misconceptions(convention))):
            found += [
                (f"{kind} {convention}", mistake, variant)
                for mistake in known
                for variant, model in enumerate(mistake.models)
                if not isinstance(model, Fitted)
            ]
    return found


def carried_out(mistake: Misconception, variant: int, case: Case) -> np.ndarray:
    with np.errstate(all="ignore"):
        return np.asarray(mistake.models[variant](case))


@pytest.mark.parametrize(
    ("name", "mistake", "variant"),
    [case if case[2] == 0 else again(*case) for case in everything()],
    ids=lambda value: getattr(value, "id", str(value)),
)
def test_each_misconception_is_wrong_and_gets_its_name(name: str, mistake: Misconception, variant: int) -> None:
    for seed in range(1):
        asked = question(name, seed)
        try:
            verdict = judge(Replayed(asked, mistake, variant), asked)
        except CallFailure as failure:
            verdict = failure.verdict
            assert "it raised ValueError, for dY of shape (" in verdict.message
        assert verdict.share == 0, name
        assert verdict.diagnosis == mistake.id
        assert mistake.sentence in verdict.message


class Replayed:
    """A function that holds a misconception: each call is looked up among the cases and the minimal cases."""

    __name__ = "replayed"

    def __init__(self, asked: Question, mistake: Misconception, variant: int) -> None:
        self.cases = [*asked.cases, *asked.minimal_cases]
        self.mistake, self.variant = mistake, variant

    def __call__(self, *args: np.ndarray) -> np.ndarray | None:
        for case in self.cases:
            if all(map(np.array_equal, args, case.inputs.values())):
                try:
                    return carried_out(self.mistake, self.variant, case)
                except naming.FAULTS:
                    raise fault(Outcome.ERROR) from None
        raise fault(Outcome.ERROR)  # called with its arguments in another order


@pytest.mark.parametrize("name", ["one_window", "random_maps", "extreme_maps", "tied_maps", "odd_maps"])
def test_the_truth_is_never_named(name: str) -> None:
    asked = question(name, 0)
    assert judge(right_function(name), asked).share == 1


@pytest.mark.parametrize("convention", CONVENTIONS)
@pytest.mark.parametrize("kind", ["input", "weight"])
def test_a_mistake_of_no_name_stays_without(kind: str, convention: str) -> None:
    asked = question(f"{kind} {convention}", 0)
    right = right_function(f"{kind} {convention}")
    verdict = judge(lambda dY, other: right(dY, other) + 0.125, asked)
    assert (verdict.share, verdict.diagnosis) == (0, None)
    assert "are wrong; the largest error is at [" in verdict.message


def test_one_answer_that_is_not_the_misconceptions_is_enough_not_to_name_it() -> None:
    asked = question("random_maps", 0)
    sign = next(mistake for mistake in POOL_MISCONCEPTIONS if mistake.id == "wrong-sign")
    seen = [(case, Answer(-case.expected, raw=-case.expected)) for case in asked.cases]
    assert [*naming.explain(seen, POOL_MISCONCEPTIONS)] == [sign]
    first = asked.cases[0]
    nearly = -first.expected * (1 + 1e-6)
    assert [*naming.explain([(first, Answer(nearly, raw=nearly)), *seen[1:]], POOL_MISCONCEPTIONS)] == []


def test_nothing_seen_names_nothing() -> None:
    assert [*naming.explain([], POOL_MISCONCEPTIONS)] == []


@pytest.mark.parametrize(
    "known", [POOL_MISCONCEPTIONS, input_misconceptions(CONVENTIONS[0]), weight_misconceptions(CONVENTIONS[1])]
)
def test_ids_are_stable_names_and_sentences_teach(known: Sequence[Misconception]) -> None:
    ids = [mistake.id for mistake in known]
    assert len(set(ids)) == len(ids)
    for mistake in known:
        assert mistake.id == mistake.id.lower().replace(" ", "-")
        assert mistake.sentence.endswith((".", "?"))
        assert 20 < len(mistake.sentence) < 250


def test_what_lies_outside_the_windows_is_named_when_all_else_is_right() -> None:
    asked = question("odd_maps", 1)
    right = right_function("odd_maps")

    def spilling(dY: np.ndarray, X: np.ndarray) -> np.ndarray:
        dX = right(dY, X)
        dX[..., X.shape[2] // 2 * 2 :, :] = X[..., X.shape[2] // 2 * 2 :, :]
        return dX

    verdict = judge(spilling, asked)
    assert verdict.diagnosis == "outside-the-windows"
    broken = judge(lambda dY, X: spilling(dY, X) + (X.max() == X), asked)
    assert broken.diagnosis is None


@pytest.mark.parametrize("left", ["nan", "inf", "huge", "an earlier answer"])
@pytest.mark.parametrize("name", ["random_maps", "tied_maps", "odd_maps"])
def test_memory_that_nobody_cleared_is_named_whatever_is_in_it(name: str, left: str) -> None:
    """np.empty gives memory that was used before: by others, or for the answer to an earlier call."""
    asked = question(name, 3)
    values = {"nan": np.nan, "inf": np.inf, "huge": -8.2e247}
    earlier: dict[tuple[int, ...], np.ndarray] = {}

    def unclean(dY: np.ndarray, X: np.ndarray) -> np.ndarray:
        right = right_function(name)(dY, X)
        before = earlier.get(X.shape, np.random.default_rng(X.size).normal(size=X.shape))
        filled = before if left == "an earlier answer" else np.where(before > 1, values[left], before)
        earlier[X.shape] = np.where(right != 0, right, filled)
        return earlier[X.shape]

    assert judge(unclean, asked).diagnosis == "not-zero-elsewhere"


def test_what_is_divided_by_zero_is_no_memory() -> None:
    def dividing(dY: np.ndarray, X: np.ndarray) -> np.ndarray:
        right = right_function("random_maps")(dY, X)
        return np.where(right != 0, right, np.nan)

    assert judge(dividing, question("random_maps", 3)).diagnosis is None


def test_gradients_that_are_wrong_beside_huge_memory_have_no_name() -> None:
    def unclean(dY: np.ndarray, X: np.ndarray) -> np.ndarray:
        right = right_function("random_maps")(dY, X)
        return np.where(right != 0, 1.5 * right, 1e250)

    assert judge(unclean, question("random_maps", 3)).diagnosis is None


@pytest.mark.parametrize("start", [-0.5, -1.0, -999.0])
def test_a_maximum_that_starts_too_high_is_named_with_the_smallest_input_that_shows_it(start: float) -> None:
    asked = question("extreme_maps", 1)
    right = right_function("extreme_maps")

    def searching(dY: np.ndarray, X: np.ndarray) -> np.ndarray:
        found = np.maximum(X, start)  # what is not larger than the start might as well not be there
        found[..., 0::2, 0::2] += 1e-9 * (found[..., 0::2, 0::2] == start)
        return right(dY, found)

    verdict = judge(searching, asked)
    assert verdict.diagnosis == "maximum-starts-too-high"
    assert verdict.evidence["got"] == [[[[2, 0], [0, 0]]]]
    elsewhere = judge(lambda dY, X: searching(dY, X) + (X > 1e5), asked)
    assert elsewhere.diagnosis is None


@pytest.mark.parametrize("largest", [np.finfo(np.float64).max, np.finfo(np.float64).min])
@pytest.mark.parametrize("name", ["random_maps", "tied_maps", "input convolution"])
def test_the_largest_numbers_are_wrong_and_no_warning(name: str, largest: float) -> None:
    """Warnings are errors in this suite."""
    asked = question(name, 0)
    shapes = iter([case.expected.shape for case in (*asked.cases, *asked.minimal_cases)])
    assert judge(lambda *args: np.full(next(shapes), largest), asked).share == 0


def test_an_ambiguous_answer_is_read_as_the_commoner_mistake() -> None:
    """On a single window, one maximum for the map and for the window are the same: no misconception at all."""
    (case, *_) = question("one_window", 0).cases
    globally = next(mistake for mistake in POOL_MISCONCEPTIONS if mistake.id == "one-maximum-per-map")
    assert mismatch(case, read_and_compare(carried_out(globally, 0, case), case)) == ""
