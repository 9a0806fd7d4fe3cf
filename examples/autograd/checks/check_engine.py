"""Eight points for a scalar autograd engine, after the exercise of micrograd."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from draw_programs import expression, program
from engine_misconceptions import KNOWN, LOCAL, OF_SUMS_AND_PRODUCTS, ORDER, OVERWRITTEN, RELU, ROOT
from rational_engine import Node, Program, Rules

from grader.api import CallFailure, Verdict, module, points
from grader.oracles.misconceptions import Misconception, recognise_all
from grader.oracles.numeric import DOUBLE, close

engine = module("engine")
Rng = np.random.Generator
Answer = dict[str, float]
Known = Sequence[Misconception[Rules]]

CHAIN = 200
DOUBLINGS = 40
DIAMONDS = 8
# Each of the expressions that are drawn tells one of these, at least.
TOLD = [OVERWRITTEN.models[0], *ORDER.models[:4:2], *ORDER.models[8:12:2], RELU.models[0]]  # the orders that visit once
SMALL = [
    Program({"a": 2.0, "b": -3.0}, tuple(lines.split("; ")))
    for lines in (
        *("c = a + b", "c = a * b", "c = a ** 3", "c = a.relu()", "c = b.relu()", "c = a + a", "c = a * a"),
        *("c = a * b; d = c + a", "c = a * b; d = c * a; e = c + d", "c = a * b; d = c * a; e = d + c"),
        *("c = a ** 3; d = c * a", "c = a.relu(); d = c * a"),
    )
]


def answer(item: Program, value: Any, backward: bool, seeded: bool = False) -> Answer:
    """What a program comes to, or the gradients that it leaves at its leaves; with `seeded`, once the root's own is
    set. Raises CallFailure."""
    root, leaves = item.run(value)
    if not backward:
        return {f"{item.root}.data": float(root.data)}
    if seeded:
        root.grad = 1.0
    root.backward()
    return {f"{name}.grad": float(leaf.grad) for name, leaf in zip(item.leaves, leaves, strict=True)}


def modelled(item: Program, backward: bool, rules: Rules | None = None) -> Answer:
    """The same of an engine with these rules; nothing where it would go on and on."""
    try:
        return answer(item, partial(Node, rules or Rules()), backward)
    except RecursionError:
        return {}


def same(got: Answer, expected: Answer) -> bool:
    """Whether all numbers agree, but for rounding."""
    if got.keys() != expected.keys():
        return False
    left, right = np.array([*got.values()]), np.array([*expected.values()])
    return bool(close(left, right, float(np.abs(right).max(initial=1.0)), DOUBLE).all())


def judge(
    engine: Any, items: Sequence[Program], *, backward: bool = True, elsewhere: Known = (), seeded: bool = False
) -> Verdict:
    """Whether the engine answers every program rightly. A mistake that is asked for `elsewhere` costs nothing here."""
    came = [(item, answer(item, engine.Value, backward, seeded)) for item in items]
    if all(same(got, modelled(item, backward)) for item, got in came):
        return Verdict.passed()
    small = smallest(engine, backward)
    matching = [] if seeded else named(came, backward, KNOWN)
    mistake = next(iter(named(small, backward, matching) or matching), None)
    if mistake in elsewhere:
        note = f"{mistake.sentence} That was counted elsewhere, and costs nothing here."
        return (judge(engine, items, seeded=True) if mistake is ROOT else Verdict.passed()).noting(note)
    item, got = next((item, got) for item, got in (*small, *came) if not same(got, modelled(item, backward)))
    if mistake is None and item in SMALL:  # in a large graph, what it comes to may depend on a choice that is free
        mistake = next(iter(named(small, backward, KNOWN)), None)
    parts = [mistake.sentence] if mistake else []
    parts.append(counterexample(item, got, backward))
    return Verdict.failed(" ".join(parts), mistake and mistake.id, paste=to_paste(item, backward))


def named(came: Sequence[tuple[Program, Answer]], backward: bool, misconceptions: Known) -> list[Misconception[Rules]]:
    """The misconceptions that explain all that came."""
    return recognise_all(
        misconceptions, lambda rules: all(same(got, modelled(item, backward, rules)) for item, got in came)
    )


def smallest(engine: Any, backward: bool) -> list[tuple[Program, Answer]]:
    """What the engine answers to small programs, as far as it does."""
    answers = []
    for item in SMALL:
        try:
            answers.append((item, answer(item, engine.Value, backward)))
        except CallFailure:
            break
    return answers


def counterexample(item: Program, got: Answer, backward: bool) -> str:
    correct = modelled(item, backward)
    name = next(name for name in correct if not same({name: got[name]}, {name: correct[name]}))
    start = ", ".join(f"{leaf} = {value:g}" for leaf, value in item.leaves.items())
    lines = "; ".join(item.lines) if len(item.lines) <= 5 else f"the {len(item.lines)} lines below"
    then = f", after {item.root}.backward()" if backward else ""
    return f"For {start} and {lines}: {name} is {got[name]:g}{then}; the correct value is {correct[name]:g}."


def to_paste(item: Program, backward: bool) -> str:
    values = [f"{name} = Value({data})" for name, data in item.leaves.items()]
    end = [*([f"{item.root}.backward()"] if backward else []), f"print({', '.join(modelled(item, backward))})"]
    return "\n".join(["from engine import Value", *values, *item.lines, *end])


@points("1.1", part="values")
def check_sums_and_products(engine: Any, rng: Rng) -> Verdict:
    """Sums and products of values come to the right numbers."""
    return judge(engine, [program(rng, f"d = {form}") for form in ("a + b", "a * b", "a * b + c")], backward=False)


@points("1.1", part="numbers")
def check_numbers(engine: Any, rng: Rng) -> Verdict:
    """A plain number can stand on either side."""
    forms = ("a + 3", "3 + a", "a * 2.5", "2.5 * a")
    return judge(engine, [program(rng, f"b = {form}") for form in forms], backward=False)


@points("1.2", part="power")
def check_power(engine: Any, rng: Rng) -> Verdict:
    """Powers come to the right numbers, with a negative exponent, too."""
    return judge(engine, [program(rng, f"b = a ** {exponent}") for exponent in (2, 3, -1)], backward=False)


@points("1.2", part="relu")
def check_relu(engine: Any, rng: Rng) -> Verdict:
    """ReLU keeps what is positive and makes 0 of the rest."""
    return judge(engine, [program(rng, "b = a.relu()", sign=sign) for sign in (1, -1)], backward=False)


@points("1.3")
def check_gradients(engine: Any, rng: Rng) -> Verdict:
    """Gradients go through sums and products, one after the other."""
    chain = ("d = a * b", "f = d + c", "g = f * e")
    return judge(engine, [program(rng, "c = a + b"), program(rng, "c = a * b"), program(rng, *chain)])


@points("1.4", part="power")
def check_power_gradient(engine: Any, rng: Rng) -> Verdict:
    """The gradient goes through a power."""
    powers = [program(rng, f"b = a ** {exponent}") for exponent in (2, 3, -1)]
    return judge(
        engine, [*powers, program(rng, "c = a + b", "d = c ** 3", "f = d * e")], elsewhere=(ROOT, *OF_SUMS_AND_PRODUCTS)
    )


@points("1.4", part="relu")
def check_relu_gradient(engine: Any, rng: Rng) -> Verdict:
    """The gradient goes through a ReLU where its input was positive, and only there."""
    drawn = [program(rng, "b = a.relu()", "d = b * c", sign=sign) for sign in (1, -1)]
    return judge(engine, drawn, elsewhere=(ROOT, *OF_SUMS_AND_PRODUCTS))


@points("1.5")
def check_used_twice(engine: Any, rng: Rng) -> Verdict:
    """A value that is used twice gets a gradient from each use."""
    drawn = [program(rng, "b = a + a"), program(rng, "b = a * a"), program(rng, "c = a * b", "d = c + a")]
    return judge(engine, drawn, elsewhere=(ROOT, *LOCAL))


@points("1.6")
def check_topological_order(engine: Any, rng: Rng) -> Verdict:
    """A value passes its gradient on when all contributions have reached it, whatever its operands' order."""
    ends = rng.permutation(["c = c + d", "c = d + c"] * (DIAMONDS // 2))
    diamonds = [line for end in ends for line in ("d = c * b", end)]
    small = [program(rng, "c = a * b", "d = c * a", f"e = {end}") for end in ("c + d", "d + c")]
    return judge(engine, [*small, program(rng, "c = a * b", *diamonds)], elsewhere=(ROOT, *LOCAL, OVERWRITTEN))


@points("1.7")
def check_deep_graph(engine: Any, rng: Rng) -> Verdict:
    """A graph of hundreds of values, with more paths through it than there is time for, takes one pass."""
    deep = program(rng, "c = a * b", *["c = c + b"] * CHAIN, *["c = c + c"] * DOUBLINGS)
    return judge(engine, [deep], elsewhere=(ROOT, *LOCAL, OVERWRITTEN))


@points("1.8")
def check_any_expression(engine: Any, rng: Rng) -> Verdict:
    """All gradients are right in expressions that nobody has thought of."""
    reused = [program(rng, f"c = {form}", "d = c * a", sign=1) for form in ("a ** 3", "a.relu()")]  # in any order
    return judge(engine, [*reused, *(expression(rng, rules) for rules in TOLD)], elsewhere=(ROOT, *LOCAL))
