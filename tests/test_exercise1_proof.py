"""Points 1.1 to 1.4: what the contract says of a proof, case by case, and every sentence that a student reads of it."""

import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import sympy as sp

from grader.assignment.bounded import polar_misconceptions, polar_proof
from grader.assignment.chain_rule import proof
from grader.model import CallFailure, Outcome, Verdict
from grader.oracles import trees
from grader.sandbox.child.protocol import Opaque, Tree
from tests.support.tiers import again

pytestmark = pytest.mark.slow

R = sp.Symbol("r", positive=True)
T, FX, FY, FR, FT = sp.symbols("theta f_x f_y f_r f_theta", real=True)
C, S = sp.cos(T), sp.sin(T)
A, B = FX * C + FY * S, FY * C - FX * S
LEFT, RIGHT = FR**2 + FT**2 / R**2, FX**2 + FY**2
SUBSTITUTED = A**2 + (R * B) ** 2 / R**2
ONE = C**2 + S**2
INVERSE = (FR * C - FT * S / R) ** 2 + (FR * S + FT * C / R) ** 2
HALF = A**2 + FT**2 / R**2
SEED = 1
HONEST_SECONDS = 5.0  # of the processor for an honest proof on the slowest machine; a quarter of one is usual

# name: lines, what 1.3 is, what 1.4 is
PROOFS = {
    "from the left": ([LEFT, SUBSTITUTED, sp.expand(SUBSTITUTED), RIGHT], "earned", "proven"),
    "from the right": ([RIGHT, RIGHT * ONE, SUBSTITUTED, LEFT], "earned", "proven"),
    "substituted and multiplied out at once": ([LEFT, sp.expand(SUBSTITUTED), RIGHT], "earned", "proven"),
    "one derivative at a time": ([LEFT, HALF, SUBSTITUTED, RIGHT], "earned", "proven"),
    "inverse from the right": ([RIGHT, INVERSE, sp.expand(INVERSE), LEFT], "earned", "proven"),
    "inverse from the left": ([LEFT, LEFT * ONE, INVERSE, RIGHT], "earned", "proven"),
    "a line twice": ([LEFT, LEFT, SUBSTITUTED, SUBSTITUTED, RIGHT], "earned", "proven"),
    "only the sides": ([LEFT, RIGHT], "absent", "unsubstituted"),
    "sides and a rearranged side": ([LEFT, FY**2 + FX**2, RIGHT], "absent", "unsubstituted"),
    "only one replaced": ([LEFT, HALF, RIGHT], "absent", "unsubstituted"),
    "begins substituted": ([SUBSTITUTED, sp.expand(SUBSTITUTED), RIGHT], "absent", "ends"),
    "ends substituted": ([LEFT, SUBSTITUTED], "earned", "ends"),
    "right side not in its own symbols": ([LEFT, SUBSTITUTED, RIGHT * ONE], "earned", "ends"),
    "left side not in its own symbols": ([LEFT * ONE, SUBSTITUTED, RIGHT], "earned", "ends"),
    "there and back": ([LEFT, SUBSTITUTED, LEFT], "earned", "ends"),
    "first substituted line wrong": ([LEFT, A**2 - B**2, LEFT, SUBSTITUTED, RIGHT], "refuted", "broken"),
    "last substituted line wrong, from the right": ([RIGHT, SUBSTITUTED, A**2 - B**2, LEFT], "refuted", "broken"),
    "wrong later on": ([LEFT, SUBSTITUTED, 2 * RIGHT, RIGHT], "earned", "broken"),
    "wrong side": ([FR**2 + FT**2, SUBSTITUTED, RIGHT], "earned", "broken"),
    "another variable": (
        [LEFT, RIGHT + sp.Symbol("t") - sp.Symbol("t") + T * sp.Symbol("q"), RIGHT],
        "refuted",
        "broken",
    ),
    "zero": ([LEFT - RIGHT, SUBSTITUTED - RIGHT, sp.S.Zero], "refuted", "ends"),
}


@pytest.mark.parametrize("name", PROOFS)
def test_a_proof_is_judged_as_the_contract_says(name):
    lines, substitution, chain = PROOFS[name]
    started = time.process_time()
    assert polar_proof.judge_substitution(lines, {}, SEED)["verdict"] == substitution
    assert polar_proof.judge_chain(lines, SEED)["verdict"] == chain
    assert time.process_time() - started < HONEST_SECONDS


x, y = sp.symbols("x y")
f, g = sp.Function("f"), sp.Function("g")

OWN = {"df_dr": A, "df_dtheta": B}  # the second has lost its r
CARRIED = A**2 + B**2 / R**2


def test_the_line_that_one_s_own_wrong_derivatives_give_is_carried_forward():
    found = polar_proof.judge_substitution([LEFT, CARRIED, RIGHT], OWN, SEED)
    assert (found["verdict"], found["carried"]) == ("carried", ["df_dtheta"])
    assert polar_proof.judge_chain([LEFT, CARRIED, RIGHT], SEED)["verdict"] == "broken"


def test_the_larger_credit_wins_over_one_s_own_wrong_derivatives():
    assert polar_proof.judge_substitution([LEFT, SUBSTITUTED, RIGHT], OWN, SEED)["verdict"] == "earned"


def test_the_inverse_way_carries_forward_too():
    wrong = (FR * C - FT * S) ** 2 + (FR * S + FT * C) ** 2
    assert polar_proof.judge_substitution([RIGHT, wrong, LEFT], OWN, SEED)["verdict"] == "carried"


def test_only_one_s_own_mistake_is_carried_forward():
    assert polar_proof.judge_substitution([LEFT, A**2 - B**2, RIGHT], OWN, SEED)["verdict"] == "refuted"
    right = {"df_dr": A, "df_dtheta": R * B}
    assert polar_proof.judge_substitution([LEFT, CARRIED, RIGHT], right, SEED)["verdict"] == "refuted"


def test_a_derivative_that_is_missing_counts_as_right():
    assert polar_proof.judge_substitution([LEFT, CARRIED, RIGHT], {"df_dtheta": B}, SEED)["carried"] == ["df_dtheta"]


@pytest.mark.parametrize("foreign", [sp.Symbol("phi"), f(x, T).diff(x), f(R * C, R * sp.sin(R))])
def test_what_the_exercise_does_not_have_is_carried_forward_too(foreign):
    own = {"df_dr": FX * C + FY * foreign}
    lines = [LEFT, (FX * C + FY * foreign) ** 2 + B**2, RIGHT]
    assert polar_proof.judge_partial("df_dr", own["df_dr"], SEED)["verdict"] == "different"
    assert polar_proof.judge_partial("df_dr", own["df_dr"], SEED)["unknown"]
    assert polar_proof.judge_substitution(lines, own, SEED)["verdict"] == "carried"
    assert polar_proof.judge_chain(lines, SEED)["verdict"] == "broken"
    others = {"df_dr": FX * C + FY * sp.Symbol("psi")}
    assert polar_proof.judge_substitution(lines, others, SEED)["verdict"] == "refuted"


def test_a_quotient_that_is_rounded_down_is_told_by_its_name():
    lines = [FR**2 + sp.floor(FT**2 / R**2), SUBSTITUTED, RIGHT]
    assert polar_proof.judge_substitution(lines, {}, SEED)["verdict"] == "earned"
    found = polar_proof.judge_chain(lines, SEED)
    assert (found["verdict"], found["line"], found["misconception"][0]) == ("broken", 1, "floor-division")
    rounded = polar_proof.judge_partial("df_dr", sp.floor(FX * C) + FY * S, SEED)
    assert rounded["misconception"][0] == "floor-division"
    assert polar_proof.judge_partial("df_dr", sp.ceiling(FX * C) + FY * S, SEED)["misconception"] is None


COMPOSED = f(R * C, R * S)
OF_R_THETA = sp.Function("x")(R, T), sp.Function("y")(R, T)


@pytest.mark.parametrize(
    "answer",
    [
        FX * sp.Derivative(R * C, R) + FY * sp.Derivative(R * S, R),
        COMPOSED.diff(R),
        f(*OF_R_THETA).diff(R),
        sp.Derivative(f(x, y), x) * sp.Derivative(x, R) + sp.Derivative(f(x, y), y) * sp.Derivative(y, R),
        f(x, y).diff(x).subs({x: R * C, y: R * S}) * C + sp.Subs(f(x, y).diff(y), (x, y), (R * C, R * S)) * S,
        (FX * x + FY * y) / R,
        (FX * x + FY * y) / sp.sqrt(x**2 + y**2),
        sp.Function("f_x")(x, y) * C + FY * S,
    ],
)
def test_derivatives_of_an_abstract_f_are_understood(answer):
    assert polar_proof.judge_partial("df_dr", answer, SEED)["verdict"] == "equal"


@pytest.mark.parametrize(
    ("derivative", "symbol"),
    [
        (sp.Derivative(f(x, y), x), FX),
        (sp.Derivative(COMPOSED, T), FT),
        (sp.Derivative(g(R, T), R), FR),
        (sp.Derivative(f(sp.Function("r")(x, y), sp.Function("theta")(x, y)), x), FX),
    ],
)
def test_a_derivative_of_f_stands_for_its_symbol(derivative, symbol):
    assert polar_proof.judge_chain([derivative**2, symbol**2], SEED)["verdict"] == "ends"
    assert polar_proof.judge_chain([derivative**2, symbol**2 + 1], SEED)["verdict"] == "broken"


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (sp.Symbol("f_r"), "different"),
        (g(R, T).diff(R), "different"),
        (f(x, y).diff(x, y), "undecided"),
        (sp.Derivative(COMPOSED, R), "different"),
        (sp.Derivative(f(*OF_R_THETA), R), "different"),
        (sp.Subs(sp.Derivative(f(x * C, x * S), x), x, R), "different"),
        (A + sp.Derivative(g(R), T), "different"),
    ],
)
def test_what_is_no_answer_to_the_chain_rule(answer, verdict):
    assert polar_proof.judge_partial("df_dr", answer, SEED)["verdict"] == verdict


@pytest.mark.parametrize(
    ("function", "answer", "diagnosis"),
    [
        ("df_dr", FX + FY, "chain-rule-forgotten"),
        ("df_dr", FX * S + FY * C, "sin-cos-swapped"),
        ("df_dr", FX * C - FY * S, "sign-error"),
        ("df_dr", R * B, "wrong-variable"),
        ("df_dr", FX * R * C + FY * R * S, "inner-not-differentiated"),
        ("df_dr", 3 * FX, None),
        ("df_dtheta", B, "missing-factor-r"),
        ("df_dtheta", B / R, "divided-by-r"),
        ("df_dtheta", R * (FX * S + FY * C), "sign-error"),
        ("df_dtheta", R * B + 1, None),
    ],
)
def test_a_known_mistake_is_named_and_no_other(function, answer, diagnosis):
    named = next((item for item in polar_misconceptions.PARTIALS[function] if item.id == diagnosis), None)
    assert polar_proof.judge_partial(function, answer, SEED)["misconception"] == (named and [named.id, named.sentence])


def test_the_question_handed_back_is_named():
    found = polar_proof.judge_partial("df_dr", sp.Derivative(COMPOSED, R), SEED)
    assert found["why"] == "the expression has an unknown function under a derivative, which hands the question back"


def test_a_derivative_along_both_slots_of_f_is_not_taken_for_one_along_the_first():
    both = sp.Subs(sp.Derivative(f(x, x * sp.tan(T)), x), x, R * C)  # f_x + f_y tan θ, and the chain rule with cos θ
    found = polar_proof.judge_partial("df_dr", C * both, SEED)
    assert found["why"] == "the expression has an unknown function under a derivative, which hands the question back"
    assert polar_proof.judge_chain([both, FX], SEED)["verdict"] != "broken"


def test_a_derivative_handed_back_is_nothing_to_carry_forward():
    own = {"df_dr": sp.Derivative(COMPOSED, R), "df_dtheta": sp.Derivative(COMPOSED, T)}
    assert polar_proof.judge_substitution([LEFT, RIGHT + T - T, RIGHT], own, SEED)["verdict"] == "absent"
    assert polar_proof.judge_substitution([LEFT, CARRIED, RIGHT], own, SEED)["verdict"] == "refuted"


def cosmetic(term):
    return sp.Add(*RIGHT.args, *term, evaluate=False)


COSMETIC = {
    "a difference": cosmetic([T, -T]),
    "a quotient": sp.Mul(RIGHT, T, sp.Pow(T, -1, evaluate=False), evaluate=False),
    "the cosine of nothing": sp.Mul(RIGHT, sp.cos(sp.Mul(0, T, evaluate=False), evaluate=False), evaluate=False),
    "a sine minus itself": cosmetic([S, -S]),
    "a double angle written out": cosmetic([sp.sin(2 * T), sp.Mul(-2, S, C)]),
    "a quarter turn": cosmetic([sp.sin(T + sp.pi / 2, evaluate=False), -C]),
    "another turn": cosmetic([sp.sin(T + 1), -S * sp.cos(1), -C * sp.sin(1)]),
    "a half angle written out": cosmetic([S, sp.Mul(-2, sp.sin(T / 2), sp.cos(T / 2))]),
    "tangent": cosmetic([sp.tan(T), sp.Mul(-1, S, sp.Pow(C, -1))]),
    "an absolute value": cosmetic([sp.Abs(T), -sp.Abs(T)]),
    "a maximum": cosmetic([sp.Max(T, 0), sp.Min(-T, 0)]),
    "exponentials": cosmetic([sp.exp(sp.I * T), -C, -sp.I * S]),
    "a decimal": cosmetic([0.123456789 * T, -0.123456789 * T]),
    "a power and its inverse": sp.Mul(RIGHT, sp.exp(sp.I * T), sp.exp(-sp.I * T), evaluate=False),
    "half a power and its inverse": sp.Mul(RIGHT, sp.exp(sp.I * T / 2), sp.exp(-sp.I * T / 2), evaluate=False),
}


@pytest.mark.parametrize("name", COSMETIC)
def test_a_line_in_which_theta_does_not_matter_shows_no_substitution(name):
    lines = [LEFT, COSMETIC[name], RIGHT]
    assert polar_proof.judge_substitution(lines, {}, SEED)["verdict"] in ("cosmetic", "absent")
    assert polar_proof.judge_chain(lines, SEED)["verdict"] == "unsubstituted"
    assert polar_proof.judge_substitution(lines[::-1], {}, SEED)["verdict"] in ("cosmetic", "absent")


@pytest.mark.parametrize("angle", [sp.atan2(sp.Symbol("y"), sp.Symbol("x")), sp.arg(sp.exp(sp.I * T))])
def test_theta_beside_an_angle_that_is_computed_is_not_enough(angle):
    lines = [LEFT, cosmetic([T, sp.Mul(-1, angle, evaluate=False)]), RIGHT]
    assert polar_proof.judge_substitution(lines, {}, SEED)["verdict"] in ("undecided", "cosmetic")
    assert polar_proof.judge_chain(lines, SEED)["verdict"] in ("undecided", "unsubstituted")


def kept(function, *factors):
    """The function of a product, as it was written."""
    return function(sp.Mul(*factors, evaluate=False), evaluate=False)


IN_DISGUISE = {
    "a hyperbolic cosine": cosmetic([kept(sp.cosh, sp.I, T), -C]),
    "a hyperbolic sine": cosmetic([sp.Mul(sp.I, kept(sp.sinh, sp.I, T)), S]),
    "a hyperbolic tangent": cosmetic([sp.Mul(sp.I, kept(sp.tanh, sp.I, T)), sp.tan(T)]),
    "i squared": cosmetic([kept(sp.cos, sp.I, sp.I, T), -C]),
    "a sum that is one": cosmetic([kept(sp.cos, T, sp.Add(1, FX, -FX, evaluate=False)), -C]),
    "a radius and its inverse": cosmetic([kept(sp.cos, T, R, sp.Pow(R, -1)), -C]),
    "an angle and its inverse": cosmetic([kept(sp.cos, T, T, sp.Pow(T, -1)), -C]),
    "a root of four": cosmetic([kept(sp.cos, T, sp.Pow(4, sp.S.Half, evaluate=False)), -sp.cos(2 * T)]),
    "the size of an angle": cosmetic([sp.cos(sp.Abs(T), evaluate=False), -C]),
    "the larger of an angle and its opposite": cosmetic([sp.cos(sp.Max(T, -T), evaluate=False), -C]),
    "a power of e": cosmetic([sp.Pow(sp.E, sp.Mul(sp.I, T, sp.sin(sp.pi / 2, evaluate=False)), evaluate=False), -C])
    - sp.I * S,
    "the size of a sum": sp.Add(FX**2, FY**2, sp.Abs(C + 2), -C, -2, evaluate=False),
    "the sign of a sum": sp.Mul(RIGHT, sp.sign(C + 2), evaluate=False),
    "the root of a square": sp.Mul(RIGHT, sp.sqrt((S + 2) ** 2), sp.Pow(S + 2, -1), evaluate=False),
    "the larger of a cosine and two": sp.Mul(RIGHT, sp.Max(C, 2, evaluate=False), sp.S.Half, evaluate=False),
    "a line that is divided by itself": sp.Mul(RIGHT, kept(sp.sec, sp.I, sp.I, T), C, evaluate=False),
}


# Another of these functions each, which is seen through in the same way.
IN_ANOTHER = {
    *("a hyperbolic sine", "a hyperbolic tangent", "the larger of an angle and its opposite", "the size of a sum"),
}


@pytest.mark.parametrize("name", [again(name, name=name) if name in IN_ANOTHER else name for name in IN_DISGUISE])
def test_a_sine_or_cosine_in_disguise_is_not_enough(name):
    lines = [LEFT, IN_DISGUISE[name], RIGHT]
    for chain in (lines, lines[::-1]):
        assert polar_proof.judge_substitution(chain, {}, SEED)["verdict"] in ("undecided", "cosmetic")
        assert polar_proof.judge_chain(chain, SEED)["verdict"] in ("undecided", "unsubstituted")


def test_the_two_squares_show_the_substitution_in_any_disguise():
    disguised = kept(sp.cos, sp.I, sp.I, T)
    squares = [(FX * disguised + FY * S) ** 2, (FY * C - FX * S) ** 2]
    assert polar_proof.judge_chain([LEFT, sp.Add(*squares, evaluate=False), RIGHT], SEED)["verdict"] == "proven"


def test_the_inverse_way_has_no_cosmetic_lines_either():
    lines = [RIGHT, sp.Add(*LEFT.args, T, -T, evaluate=False), LEFT]
    assert polar_proof.judge_substitution(lines, {}, SEED)["verdict"] == "cosmetic"


def test_own_derivatives_do_not_make_a_cosmetic_line_count():
    own = {"df_dr": FX, "df_dtheta": sp.Integer(0)}
    lines = [LEFT, sp.Add(FX**2, T, -T, evaluate=False), RIGHT]
    assert polar_proof.judge_substitution(lines, own, SEED)["verdict"] == "cosmetic"


HIDDEN = {
    "a multiple of a sine at whole numbers": FX * sp.sin(1000 * sp.pi * R),
    "beyond all samples": sp.Max(0, R - 10**6),
    "a fold beyond": sp.Abs(FX - 10**9) + FX - 10**9,
    "a minimum": sp.Min(0, FY + 10**7),
    "a root of a square": sp.sqrt((R - 10**6) ** 2, evaluate=False) + R - 10**6,
    "a very small number": sp.exp(-200) * C,
    "a vanishing number": sp.exp(-(10**5)) * C,
    "a number that is almost one": (1 - sp.tanh(1000)) * C,
    "a fast decay": sp.exp(-(10**4) * R) * C,
    "a small fraction": sp.Rational(1, 10**60) * C,
    "beside a decimal": 1e-13 * C + 0.1234567891 * (FX - FX * ONE),
}


LIKE_OTHERS = {  # a fold as one beyond all samples, what is next to nothing as a very small number
    *("a fold beyond", "a minimum", "a root of a square"),
    *("a vanishing number", "a fast decay", "a small fraction"),
}


@pytest.mark.parametrize("name", [again(name) if name in LIKE_OTHERS else name for name in HIDDEN])
@pytest.mark.parametrize("seed", [1, again(2)])
def test_a_planted_term_is_never_equal(name, seed):
    assert polar_proof.judge_partial("df_dr", sp.Add(A, HIDDEN[name], evaluate=False), seed)["verdict"] != "equal"
    line = sp.Add(SUBSTITUTED, HIDDEN[name], evaluate=False)
    assert polar_proof.judge_substitution([LEFT, line, RIGHT], {}, seed)["verdict"] in ("refuted", "undecided")
    assert polar_proof.judge_chain([LEFT, line, RIGHT], seed)["verdict"] in ("broken", "undecided")


def test_a_person_gets_what_is_needed_to_decide():
    found = polar_proof.judge_partial("df_dr", A + sp.Max(0, R - 10**6), SEED)
    assert found["verdict"] == "undecided"
    assert found["question"] == "Does it equal f_x*cos(theta) + f_y*sin(theta)?"
    assert found["tried"].startswith("for r = ")
    assert " and " in found["tried"]


class Answering:
    """A bounded oracle that says what the test wants."""

    def __init__(self, **found: object) -> None:
        self.found = {
            "unknown": [],
            "notes": [],
            "text": "f_x",
            "why": "",
            "witness": None,
            "misconception": None,
            **found,
        }

    def within(self, seconds: float) -> "Answering":
        return self

    def __getattr__(self, name: str) -> object:
        return lambda *args: self.found


def returning(value: object) -> object:
    return lambda *args: value


TREE = trees.symbol("f_x", "real")
EQUATION = Tree("Equality", (TREE, TREE))
LINES = [TREE, TREE, TREE]


def messages() -> Iterator[tuple[Verdict, Outcome, str]]:
    """Each verdict beside the outcome and a part of the sentence that it has to have."""

    def partial(value: object, **found: object) -> Verdict:
        return proof.judge_partial("df_dr", returning(value), Answering(**found), SEED)

    def chain(value: object, **found: object) -> Verdict:
        return proof.judge_chain(returning(value), Answering(**found), SEED)

    def shown(value: object, **found: object) -> Verdict:
        missing = CallFailure(Verdict.missing("not there"), "missing")

        def absent(*args: object) -> None:
            raise missing

        functions = SimpleNamespace(proof=returning(value), df_dr=absent, df_dtheta=returning(None))
        return proof.judge_substitution(functions, Answering(**found), SEED)

    failed, passed, review = Outcome.FAILED, Outcome.PASSED, Outcome.REVIEW
    yield partial(TREE, verdict="equal"), passed, ""
    yield partial([[TREE]], verdict="equal"), passed, ""  # a matrix of one entry
    yield partial(None), failed, "returns None (is a return missing?); expected one sympy expression"
    yield partial(EQUATION), failed, "returns an equation (Eq)"
    yield partial([TREE, TREE]), failed, "returns a list"
    yield partial("f_x"), failed, "returns a string"
    yield partial(True), failed, "returns True or False"
    yield partial(Opaque("a generator")), failed, "returns a generator"
    yield partial(Opaque("an expression of more than 20000 parts")), review, "A person will look at it."
    yield partial(TREE, verdict="undecided", why="it is odd"), review, "cannot decide whether it is right (it is odd)"
    yield shown(LINES, verdict="cosmetic", line=1), failed, "Line 2 has θ in it, but only in parts that cancel."
    yield (
        partial(TREE, verdict="different", unknown=["t", "q"]),
        failed,
        "contains the symbols t, q, which this exercise",
    )
    yield partial(TREE, verdict="different", itself=True), failed, "still contains f_r or f_theta"
    wrong = {
        "itself": False,
        "witness": "for r = 1, your expression gives 2; the correct value is 3",
        "misconception": ["sign-error", "A sign is wrong."],
    }
    yield (
        partial(TREE, verdict="different", **wrong),
        failed,
        "not the chain rule: for r = 1, your expression gives 2; the correct value is 3. A sign is wrong.",
    )
    yield shown(LINES, verdict="earned"), passed, ""
    yield shown(LINES, verdict="absent"), failed, "No line shows the substitution"
    yield (
        shown(LINES, verdict="absent", unreadable=[1, "it is odd"]),
        failed,
        "substitution. Line 2 does not count: it is",
    )
    yield shown([TREE, EQUATION], verdict="absent"), failed, "Line 2 is an equation (Eq)"
    yield (
        shown(LINES, verdict="absent", unknown=[[1, "f(x, theta)"]]),
        failed,
        "Line 2 contains f(x, theta), but f is a function of x and y, or of r and θ.",
    )
    yield shown(LINES, verdict="absent", unknown=[[1, "t"]]), failed, "Line 2 contains the symbol t"
    yield shown(LINES, verdict="refuted", line=1, unknown=[[1, "t"]]), failed, "Line 2, the substituted one, contains"
    yield shown(LINES, verdict="refuted", line=1, witness="so"), failed, "does not equal its side of the identity: so."
    yield shown(LINES, verdict="undecided", why="it is odd"), review, "The substituted line: the machine cannot decide"
    yield chain(LINES, verdict="proven"), passed, ""
    yield chain(TREE), failed, "proof returns one expression; expected a list"
    yield chain(0), failed, "proof returns a number; expected a list"
    yield chain([]), failed, "proof returns an empty list"
    yield chain([[]]), failed, "proof returns an empty list"  # a matrix without entries
    yield chain([TREE]), failed, "proof returns a single line"
    yield chain(Opaque("a generator")), failed, "proof returns a generator"
    yield chain([TREE, "f_x"]), failed, "Line 2 is a string; leave out the quotes"
    yield chain([TREE, Opaque("a set")]), failed, "Line 2 is a set"
    yield chain(LINES, verdict="unsubstituted"), failed, "the step that matters is not shown"
    yield chain(LINES, verdict="ends", line=2, twice=False), failed, "Line 3 is neither: f_x."
    yield (
        chain(LINES, verdict="ends", line=2, twice=False, is_equal=True),
        failed,
        "Line 3 has the right value, but is not yet in that form: f_x.",
    )
    yield (
        chain(LINES, verdict="ends", line=2, twice=True),
        failed,
        "ends with the side of the identity with which it started",
    )
    yield chain(LINES, verdict="undecided", line=1, why="it is odd"), review, "Line 2: the machine cannot decide"
    broken = {"line": 1, "witness": "line 2 gives 1, but line 1 gives 2", "before": "f_y"}
    yield chain(LINES, verdict="broken", **broken), failed, "from line 1 to line 2 does not hold: line 2 gives 1"
    yield chain(LINES, verdict="broken", unknown=[[0, "t"]], **broken), failed, "Line 1 contains the symbol t"


@pytest.mark.parametrize(("verdict", "outcome", "sentence"), list(messages()))
def test_every_verdict_has_its_sentence(verdict, outcome, sentence):
    assert verdict.outcome is outcome
    assert sentence in verdict.message
    assert bool(sentence) == bool(verdict.message)


def test_what_was_carried_forward_is_said():
    functions = SimpleNamespace(proof=returning(LINES), df_dr=returning(TREE), df_dtheta=returning(TREE))
    oracle = Answering(verdict="carried", line=1, carried=["df_dr", "df_dtheta"])
    assert proof.judge_substitution(functions, oracle, SEED).notes == (
        "Line 2 is what your own derivatives give: carried forward from 1.1 and 1.2.",
    )


def test_lines_may_come_as_a_matrix():
    column = [[TREE], [TREE], [TREE]]
    assert proof.judge_chain(returning(column), Answering(verdict="proven"), SEED).outcome is Outcome.PASSED
    assert proof.judge_chain(returning([LINES]), Answering(verdict="proven"), SEED).outcome is Outcome.PASSED
