"""Symbolic equality: pairs that have to be decided rightly, identities made at random, and expressions that explode."""

import time

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.assignment.bounded import polar_proof
from grader.assignment.bounded.polar import DOMAIN
from grader.oracles import symbolic
from grader.oracles.symbolic import printer

pytestmark = pytest.mark.slow

R = sp.Symbol("r", positive=True)
T = sp.Symbol("theta", real=True)
FX, FY, W = sp.symbols("f_x f_y w_1", real=True)
X, Y = R * sp.cos(T), R * sp.sin(T)
SIN, COS = sp.sin(T), sp.cos(T)
SECONDS = 20.0  # of the processor, for the worst expression on the slowest machine; without bounds it is hours


def equal(left, right, seed=1):
    return symbolic.equal(left, right, {"symbols": DOMAIN.symbols, "labels": DOMAIN.labels}, seed)


def unevaluated(head, *args):
    return head(*args, evaluate=False)


EQUAL = {
    "angle by half angle": (T, 2 * sp.atan(Y / (X + R))),
    "tangent of half angle": (sp.tan(T / 2), SIN / (1 + COS)),
    "sixth powers": (SIN**6 + COS**6, 1 - 3 * SIN**2 * COS**2),
    "absolute radius": (unevaluated(sp.Abs, R), R),
    "root of a square": (sp.sqrt(unevaluated(sp.Pow, R, 2), evaluate=False), R),
    "radius from x and y": (sp.sqrt(X**2 + Y**2), R),
    "fourth root": ((16 * R**4) ** sp.Rational(1, 4), 2 * R),
    "Euler": (sp.exp(sp.I * T), COS + sp.I * SIN),
    "cosine by exponentials": ((sp.exp(sp.I * T) + sp.exp(-sp.I * T)) / 2, COS),
    "exponential as a power of e": (unevaluated(sp.Pow, sp.E, sp.I * T), COS + sp.I * SIN),
    "triple angle": (sp.cos(3 * T), 4 * COS**3 - 3 * COS),
    "third of the angle": (3 * sp.sin(T / 3) - 4 * sp.sin(T / 3) ** 3, SIN),
    "quarter turn": (sp.sin(unevaluated(sp.Add, T, sp.pi / 2), evaluate=False), COS),
    "eighth turn": (sp.cos(T + sp.pi / 4), (COS - SIN) / sp.sqrt(2)),
    "atan2": (sp.atan2(Y, X), T),
    "secant": (sp.sec(T) ** 2, 1 + sp.tan(T) ** 2),
    "cosecant, cotangent": (sp.csc(T) ** 2 - sp.cot(T) ** 2, sp.Integer(1)),
    "hyperbolic": (sp.cosh(FX) ** 2 - sp.sinh(FX) ** 2, sp.Integer(1)),
    "logarithm": (sp.log(R**2), 2 * sp.log(R)),
    "the identity itself": ((FX * COS + FY * SIN) ** 2 + (FY * COS - FX * SIN) ** 2, FX**2 + FY**2),
    "decimals": (0.5 * FX + 0.1 * FX, sp.Rational(3, 5) * FX),
    "a rounded root": (0.7071067811865476 * FX, FX / sp.sqrt(2)),
    "derivative undone": (sp.Derivative(R * COS, T), -Y),
    "second derivative": (sp.Derivative(W**3, W, W), 6 * W),
    "substitution undone": (sp.Subs(FX**2, FX, W + 1), (W + 1) ** 2),
    "own assumptions": (sp.Symbol("w_1"), W),
    "number and int": (3, sp.Integer(3)),
    "a length and a direction": (sp.sqrt(FX**2 + FY**2) * sp.cos(T - sp.atan2(FY, FX)), FX * COS + FY * SIN),
    "cosine of an arctangent": (sp.cos(sp.atan(FX)) ** 2, 1 / (1 + FX**2)),
    "a fold that cancels": (sp.Abs(FX - FY) * sp.sign(FX - FY) + FY, FX),
    "roots of squares": (sp.sqrt((R - 2) ** 2) * sp.Abs(R - 2), (R - 2) ** 2),
    "maximum": (sp.Max(FX, FY) + sp.Min(FX, FY), FX + FY),
}

DIFFERENT = {
    "sine, cosine": (SIN, COS),
    "absolute value of a real": (sp.Abs(FX), FX),
    "upper half plane only": (sp.sqrt(1 - COS**2), SIN),
    "right half plane only": (sp.atan(Y / X), T),
    "one quadrant only": (sp.atan(sp.Abs(SIN) / sp.Abs(COS)), T),
    "small radius only": (sp.Abs(R - 1), 1 - R),
    "special angles only": (SIN * COS * sp.sin(8 * T), sp.Integer(0)),
    "at 45 degrees only": (2 * SIN * COS, SIN**2 + COS**2),
    "pi typed in": (3.14159 * FX, sp.pi * FX),
    "a third typed in": (sp.Float(0.3333333), sp.Rational(1, 3)),
    "tiny, in the fragment": (FX + sp.Rational(1, 10**60) * COS, FX),
    "tiny, outside the fragment": (T, 2 * sp.atan(Y / (X + R)) + sp.Rational(1, 10**40)),
    "tiny against a cancellation": ((R + 10**30) - 10**30 + sp.Rational(1, 10**25) * sp.log(R), R),
    "two symbols exchanged": (FX - FY, FY - FX),
    "rounded down": (sp.floor(FX / R) * R, FX),
    "rounded down, nearly always the same": (FX + sp.floor(FX / 10**3), FX),
    "a remainder": (sp.Mod(FX, R), FX),
    "rounded up": (sp.ceiling(FX), FX),
    "not finite": (sp.zoo, FX),
    "not a number": (sp.nan, sp.nan * 1),
    "an equation": (sp.Eq(FX, FY), FX),
    "none": (None, FX),
    "the question handed back": (sp.Derivative(sp.Function("y")(W), W), FX),
    "the question handed back in part": (FX + sp.Subs(sp.Derivative(sp.Function("y")(FY), FY), FY, W), FX),
    "a text": ("f_x", FX),
}


@pytest.mark.parametrize("name", EQUAL)
def test_equal_pairs_are_equal(name):
    left, right = EQUAL[name]
    assert equal(left, right)["verdict"] == "equal"
    assert equal(right, left)["verdict"] == "equal"


@pytest.mark.parametrize("name", DIFFERENT)
def test_different_pairs_are_refuted(name):
    left, right = DIFFERENT[name]
    found = equal(left, right)
    assert found["verdict"] == "different"
    assert found["witness"] or found["why"]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (sp.Function("g")(FX), FX),
        (sp.Integral(FX, (FX, 0, W)), W**2 / 2),
        (sp.Derivative(sp.arg(FX), FX), sp.Integer(0)),
        (FX + sp.Max(0, R - 10**6), FX),
        (FX + sp.floor((3 + COS) / 5), FX),
        (FX + sp.floor(SIN**2 + COS**2, evaluate=False) - 1, FX),
        (sp.atan(FX) + sp.atan(1 / FX), sp.pi / 2 * sp.sign(FX)),
        (FX + sp.exp(-(10**5)), FX),
        (FX * 0.9659258262890683, FX * (sp.sqrt(6) + sp.sqrt(2)) / 4),
        (sp.log(unevaluated(sp.Add, SIN**2 + COS**2, -1)), FX),
    ],
)
def test_what_cannot_be_decided_is_said_to_be_undecided(left, right):
    found = equal(left, right)
    assert found["verdict"] == "undecided"
    assert found["why"]


def test_a_witness_reads_like_the_assignment_has_it():
    assert equal(SIN, COS)["witness"] == "for θ = π/2, your expression gives 1; the correct value is 0"
    assert equal(2, 3)["witness"] == "your expression gives 2; the correct value is 3"
    assert equal(10**40 * R, 13)["witness"] == "for r = 2, your expression gives 2.0e+40; the correct value is 13"
    near = equal(R + sp.Rational(1, 10**40), R)["witness"]
    assert near.endswith(", and they are 1.0e−40 apart")


def test_a_witness_does_not_look_like_a_mistake_in_a_sign_where_there_is_a_choice():
    left, right = R * (FX * SIN + FY * COS), R * (FY * COS - FX * SIN)
    assert equal(left, right)["witness"] == (
        "for r = 2, θ = π/4, f_x = 1, f_y = 2, your expression gives 4.24; the correct value is 1.41"
    )


def test_equal_each_answers_pair_by_pair():
    assert [found["verdict"] for found in symbolic.equal_each([FX, FX], [FX, FY])] == ["equal", "different"]


def test_many_costly_pairs_cost_as_much_as_a_few(monkeypatch):
    monkeypatch.setattr(symbolic.general, "MAX_WORK_TOGETHER", 100_000)
    costly = sp.sin(FX + FY) ** 3 + sp.Abs(FX + sp.sin(FY))
    pairs = [sp.Add(costly, number, -number, evaluate=False) for number in range(1, 41)]
    found = symbolic.equal_each(pairs, [costly] * len(pairs))
    verdicts = [item["verdict"] for item in found]
    decided = verdicts.index("undecided")
    assert 0 < decided < len(pairs)
    assert verdicts == ["equal"] * decided + ["undecided"] * (len(pairs) - decided)
    assert found[-1]["why"] == "it takes more work than this program spends on one question"


def test_a_maximum_of_many_is_not_differentiated():
    derivative = sp.Derivative(sp.Max(*sp.symbols("a:20"), evaluate=False) * FX, sp.Symbol("a1"))
    assert "has a derivative of Max, for which there is no rule here" in symbolic.equal(derivative, FX)["why"]


@pytest.mark.parametrize(
    ("added", "verdict"),
    [
        (1e-15 * FX, "undecided"),
        (6.123233995736766e-17 * FY, "undecided"),  # math.cos(math.pi / 2)
        (0.12345678901234 * FX - 0.12345678901233 * FX, "undecided"),
        (1e-11 * FX, "different"),
        (unevaluated(sp.Mul, 1e-9, FX * COS + FY * SIN), "different"),
    ],
)
def test_what_is_left_of_rounding_is_told_from_a_planted_term_with_every_seed(added, verdict):
    right = FX * COS + FY * SIN  # which is small at some points, where its terms cancel
    found = {equal(unevaluated(sp.Add, right, added), right, seed)["verdict"] for seed in range(8)}
    assert found == {verdict}


@pytest.mark.parametrize("units", [500, 1_000, 2_000, 100_000])
def test_what_rounding_could_explain_is_undecided_however_little_work_is_left(units):
    tiny = sp.Rational(*(1e-15).as_integer_ratio())
    question = symbolic.Question(seed=1, budget=symbolic.bounds.Budget(units))
    found = symbolic.equality.compare(FX + tiny * FY, FX, question, decimals={tiny})
    assert found.verdict == "undecided"


def test_rounded_decimals_are_noted():
    assert equal(3.14159 * FX, FX)["notes"] == ["3.14159 is a rounded number; sympy.Rational and the like are exact."]
    assert not equal(0.25 * FX, FX / 4)["notes"]


# Identities made by steps that a student might take, each true everywhere on the domain.
STEPS = (
    lambda e: e * (SIN**2 + COS**2),
    lambda e: e * sp.tan(T) * sp.cot(T),
    lambda e: e + R * sp.sin(2 * T) - 2 * R * SIN * COS,
    lambda e: e - FX * (sp.cos(2 * T) - 2 * COS**2 + 1),
    lambda e: e * (X**2 + Y**2) / R**2,
    lambda e: e + FY * (sp.exp(sp.I * T) * sp.exp(-sp.I * T) - 1),
    lambda e: sp.expand(e),
    lambda e: e + sp.tan(T / 2) - SIN / (1 + COS),
    lambda e: e.subs(FX, FX + W) - (e.subs(FX, FX + W) - e),
)
BASES = (FX * COS + FY * SIN, R * (FY * COS - FX * SIN), FX**2 + FY**2, SIN**3 / R, sp.Integer(1))
identities = st.tuples(st.sampled_from(BASES), st.lists(st.sampled_from(STEPS), min_size=1, max_size=4))


def rewritten(base, steps):
    expression = base
    for step in steps:
        expression = step(expression)
    return expression


@settings(max_examples=25)
@given(identities)
def test_rewriting_keeps_an_expression_equal(identity):
    base, steps = identity
    assert equal(rewritten(base, steps), base)["verdict"] == "equal"


@settings(max_examples=25)
@given(identities, st.sampled_from([1, -2, sp.Rational(1, 10**6)]), st.sampled_from([SIN, R, FX * COS, sp.Integer(1)]))
def test_a_perturbed_coefficient_is_refuted_by_a_true_witness(identity, factor, term):
    base, steps = identity
    found = equal(rewritten(base, steps) + factor * term, base)
    assert found["verdict"] == "different"
    assert found["witness"]


def tower(height):
    return 9 if height == 0 else unevaluated(sp.Pow, sp.Integer(9), tower(height - 1))


def nested(levels, head=sp.sin):
    expression = FX
    for _ in range(levels):
        expression = unevaluated(head, expression)
    return expression


def doubled(times):
    expression = FX
    for _ in range(times):
        expression = unevaluated(sp.Add, expression, expression)
    return expression


BOMBS = {
    "tower": lambda: tower(4),
    "tower of exponentials": lambda: nested(6, sp.exp),
    "huge exponent": lambda: unevaluated(sp.Pow, 1 + R, sp.Integer(10**9)),
    "nested powers": lambda: unevaluated(sp.Pow, unevaluated(sp.Pow, unevaluated(sp.Pow, FX + 1, 999), 999), 999),
    "many terms": lambda: unevaluated(sp.Add, *(unevaluated(sp.Mul, k, R) for k in range(100_000))),
    "deep": lambda: nested(400),
    "doubling": lambda: doubled(200),
    "wide power": lambda: (FX + FY + R + W + SIN + COS) ** 60,
    "product of sums": lambda: sp.Mul(*((FX + k * FY + R**k) for k in range(1, 60)), evaluate=False),
    "high multiple": lambda: sp.sin(10**40 * T),
    "derivative of a product": lambda: sp.Derivative(sp.Mul(*(sp.sin(k * FX) for k in range(1, 120))), FX, FX, FX),
    "derivative of a tower": lambda: sp.Derivative(unevaluated(sp.Mul, tower(3), FX), FX),
    "sine of a huge number": lambda: sp.sin(unevaluated(sp.sinh, sp.Integer(10**9)), evaluate=False),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_end_in_an_outcome_in_time(name):
    bomb = BOMBS[name]()
    started = time.process_time()
    found = [
        equal(bomb, FX)["verdict"],
        polar_proof.judge_partial("df_dr", bomb, 1)["verdict"],
        polar_proof.judge_chain([FX, bomb, FX], 1)["verdict"],
    ]
    assert time.process_time() - started < len(found) * SECONDS
    assert found[0] in ("undecided", "different")


def test_expressions_are_shown_as_they_were_written():
    written = unevaluated(sp.Add, unevaluated(sp.Mul, FX, COS), unevaluated(sp.Mul, -1, FY, R**-2))
    assert printer.text(written) == "f_x*cos(theta) - f_y/r**2"
    assert printer.text((FX + FY) ** 2 / (2 * R)) == "1/2*(f_x + f_y)**2/r"
    assert printer.text(sp.Derivative(FX**2, FX)) == "Derivative(f_x**2, f_x)"
    assert len(printer.text(sum(sp.Symbol(f"w_{k}") for k in range(200)))) < 200
