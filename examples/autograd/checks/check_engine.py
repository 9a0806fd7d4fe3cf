"""Eight points for a scalar autograd engine, after the exercise of micrograd."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from draw_programs import GRADIENTS, expression, program
from engine_misconceptions import LOCAL, MISCONCEPTIONS, OF_SUMS_AND_PRODUCTS, ORDER, OVERWRITTEN, RELU, ROOT

from grader.api import Verdict, module, points
from grader.oracles.programs import Asking, Program, Question, judge
from grader.oracles.reverse_mode import Node, Rules

engine = module("engine")
Rng = np.random.Generator

CHAIN = 200
DOUBLINGS = 40
DIAMONDS = 8
# Each drawn expression tells at least one of these from the right rules; of the orders, those that visit once.
RULES_TO_TELL = [OVERWRITTEN.models[0], *ORDER.models[:4:2], *ORDER.models[8:12:2], RELU.models[0]]
SMALL = [
    Program({"a": 2.0, "b": -3.0}, tuple(lines.split("; ")))
    for lines in (
        *("c = a + b", "c = a * b", "c = a ** 3", "c = a.relu()", "c = b.relu()", "c = a + a", "c = a * a"),
        *("c = a * b; d = c + a", "c = a * b; d = c * a; e = c + d", "c = a * b; d = c * a; e = d + c"),
        *("c = a ** 3; d = c * a", "c = a.relu(); d = c * a"),
    )
]
VALUE, OF_ROOT = Asking("{root}.data"), Asking("{root}.grad", GRADIENTS.after)
# A root without a gradient hides all other mistakes, so beside its own point it is given one.
ROOT_ELSEWHERE = {ROOT.id: Asking(GRADIENTS.reads, ("{root}.grad = 1", *GRADIENTS.after))}
SUMS_ELSEWHERE = {**ROOT_ELSEWHERE, **{mistake.id: None for mistake in OF_SUMS_AND_PRODUCTS}}
LOCAL_ELSEWHERE = {**ROOT_ELSEWHERE, **{mistake.id: None for mistake in LOCAL}}
ONE_USE = {**LOCAL_ELSEWHERE, OVERWRITTEN.id: None}


def judge_values(engine: Any, programs: Sequence[Program]) -> Verdict:
    return judge(engine.Value, Question(VALUE, model, programs, SMALL, MISCONCEPTIONS))


def judge_gradients(
    engine: Any, programs: Sequence[Program], elsewhere: Mapping[str, Asking | None] | None = None
) -> Verdict:
    """Of every leaf. A mistake that is asked for `elsewhere` costs nothing here."""
    return judge(engine.Value, Question(GRADIENTS, model, programs, SMALL, MISCONCEPTIONS, elsewhere or {}, OF_ROOT))


def model(rules: Rules | None) -> Any:
    return partial(Node, rules or Rules())


@points("1.1", part="values")
def check_sums_and_products(engine: Any, rng: Rng) -> Verdict:
    """Sums and products of values come to the right numbers."""
    return judge_values(engine, [program(rng, f"d = {form}") for form in ("a + b", "a * b", "a * b + c")])


@points("1.1", part="numbers")
def check_numbers(engine: Any, rng: Rng) -> Verdict:
    """A plain number can stand on either side."""
    return judge_values(engine, [program(rng, f"b = {form}") for form in ("a + 3", "3 + a", "a * 2.5", "2.5 * a")])


@points("1.2", part="power")
def check_power(engine: Any, rng: Rng) -> Verdict:
    """Powers come to the right numbers, with a negative exponent, too."""
    return judge_values(engine, [program(rng, f"b = a ** {exponent}") for exponent in (2, 3, -1)])


@points("1.2", part="relu")
def check_relu(engine: Any, rng: Rng) -> Verdict:
    """ReLU keeps what is positive and makes 0 of the rest."""
    return judge_values(engine, [program(rng, "b = a.relu()", sign=sign) for sign in (1, -1)])


@points("1.3")
def check_gradients(engine: Any, rng: Rng) -> Verdict:
    """Gradients go through sums and products, one after the other."""
    chain = program(rng, "d = a * b", "f = d + c", "g = f * e")
    return judge_gradients(engine, [program(rng, "c = a + b"), program(rng, "c = a * b"), chain])


@points("1.4", part="power")
def check_power_gradient(engine: Any, rng: Rng) -> Verdict:
    """The gradient goes through a power."""
    powers = [program(rng, f"b = a ** {exponent}") for exponent in (2, 3, -1)]
    return judge_gradients(engine, [*powers, program(rng, "c = a + b", "d = c ** 3", "f = d * e")], SUMS_ELSEWHERE)


@points("1.4", part="relu")
def check_relu_gradient(engine: Any, rng: Rng) -> Verdict:
    """The gradient goes through a ReLU where its input was positive, and only there."""
    drawn = [program(rng, "b = a.relu()", "d = b * c", sign=sign) for sign in (1, -1)]
    return judge_gradients(engine, drawn, SUMS_ELSEWHERE)


@points("1.5")
def check_used_twice(engine: Any, rng: Rng) -> Verdict:
    """A value that is used twice gets a gradient from each use."""
    drawn = [program(rng, "b = a + a"), program(rng, "b = a * a"), program(rng, "c = a * b", "d = c + a")]
    return judge_gradients(engine, drawn, LOCAL_ELSEWHERE)


@points("1.6")
def check_topological_order(engine: Any, rng: Rng) -> Verdict:
    """A value passes its gradient on when all contributions have reached it, whatever its operands' order."""
    ends = rng.permutation(["c = c + d", "c = d + c"] * (DIAMONDS // 2))
    diamonds = [line for end in ends for line in ("d = c * b", end)]
    small = [program(rng, "c = a * b", "d = c * a", f"e = {end}") for end in ("c + d", "d + c")]
    return judge_gradients(engine, [*small, program(rng, "c = a * b", *diamonds)], ONE_USE)


@points("1.7")
def check_deep_graph(engine: Any, rng: Rng) -> Verdict:
    """A graph of hundreds of values, with more paths through it than there is time for, takes one pass."""
    deep = program(rng, "c = a * b", *["c = c + b"] * CHAIN, *["c = c + c"] * DOUBLINGS)
    return judge_gradients(engine, [deep], ONE_USE)


@points("1.8")
def check_any_expression(engine: Any, rng: Rng) -> Verdict:
    """All gradients are right in expressions that nobody has thought of."""
    reused = [program(rng, f"c = {form}", "d = c * a", sign=1) for form in ("a ** 3", "a.relu()")]  # in any order
    return judge_gradients(engine, [*reused, *(expression(rng, rules) for rules in RULES_TO_TELL)], LOCAL_ELSEWHERE)
