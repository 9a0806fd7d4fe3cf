"""The short form of `python -m scripts.named_mistakes`: hand-written spellings of a mistake get its name, or none."""

import pytest

from grader.model import Outcome
from grader.sandbox.sandbox_settings import SandboxSettings
from scripts.named_mistakes import BAD, Answer, Feedback, grade_each, kind_of, pinned, spelled

pytestmark = pytest.mark.slow

# In each a name was missing or false once.
CHOSEN = (
    "added-to-a-view-and-again/conv_window_of_the_result",
    "compared-with-a-tolerance/rounded",
    "looked-up-in-the-whole-array/first_assigned",
    "overwritten-instead-of-added/entry_by_entry",
    "stride-in-the-loop/window_at_twice_the_loop_variable",
    "true-division/reshape_to_halves",
    "windows-transposed/gradient_of_column_row",
    "zero-initialised-maximum/last_place_left_over",
)


@pytest.mark.slow
def test_every_spelling_of_a_mistake_gets_its_name() -> None:
    answers = [answer for answer in spelled() if answer.title in CHOSEN]
    kinds: dict[str, set[str]] = {}

    def note(answer: Answer, told: dict[str, list[Feedback]]) -> None:
        kinds[answer.title] = {kind_of(answer, by_seed) for by_seed in told.values()}

    grade_each(answers, 2, SandboxSettings("process"), note)
    assert kinds.keys() == set(CHOSEN)
    assert all(found and found <= {"named", "with its input"} for found in kinds.values()), kinds


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ([("wanted", Outcome.FAILED), ("wanted", Outcome.FAILED)], "named"),
        ([(None, Outcome.FAILED), (None, Outcome.PARTIAL)], "unnamed"),
        ([("wanted", Outcome.FAILED), (None, Outcome.FAILED)], "depends on the seed"),
        ([("other", Outcome.FAILED), (None, Outcome.FAILED)], "named falsely"),
        ([("wanted", Outcome.ERROR)], "with its input"),
        ([("other", Outcome.ERROR)], "named falsely"),
    ],
)
def test_what_became_of_a_part(told: list[tuple[str | None, Outcome]], kind: str) -> None:
    answer = Answer("it", {}, ("2",), {"": "wanted"})
    message = "it raised ValueError, for X of shape (1, 1, 2, 2)."
    found = [Feedback("2.1", outcome, name, message) for name, outcome in told]
    assert kind_of(answer, found) == kind


def test_an_exception_without_its_input_is_bad() -> None:
    kind = kind_of(
        Answer("it", {}, ("2",), {"": "wanted"}), [Feedback("2.1", Outcome.ERROR, None, "it raised ValueError.")]
    )
    assert kind == "without its input"
    assert kind in BAD


def test_the_answers_are_there() -> None:
    assert len(list(spelled())) > 90
    assert len(list(pinned())) > 150
