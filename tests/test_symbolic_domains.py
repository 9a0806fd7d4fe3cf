"""The library of symbolic equality on domains of other assignments: two angles, no angle, relations, closed domains."""

import pytest
import sympy as sp

from grader.oracles import symbolic
from grader.oracles.symbolic import Domain, Question, Reader, chains

pytestmark = pytest.mark.slow

RHO = sp.Symbol("rho", positive=True)
POLAR, AZIMUTH, U, V = sp.symbols("theta phi u v", real=True)
SPHERICAL = {
    "symbols": {"rho": "positive", "theta": "angle", "phi": "angle"},
    "relations": {
        "x": RHO * sp.sin(POLAR) * sp.cos(AZIMUTH),
        "y": RHO * sp.sin(POLAR) * sp.sin(AZIMUTH),
        "z": RHO * sp.cos(POLAR),
    },
    "labels": {"rho": "ρ", "theta": "θ", "phi": "φ"},
}
X, Y, Z = sp.symbols("x y z")
HYPERBOLIC = {"symbols": {"a": "positive"}, "relations": {"x": sp.Symbol("a", positive=True) * sp.cosh(U)}}


def verdict(left, right, domain, seed=1):
    found = symbolic.equal(left, right, domain, seed)
    return found["verdict"], found["exact"]


def test_two_angles_are_decided_by_algebra():
    assert verdict(X**2 + Y**2 + Z**2, RHO**2, SPHERICAL) == ("equal", True)
    addition = sp.sin(POLAR) * sp.cos(AZIMUTH) + sp.cos(POLAR) * sp.sin(AZIMUTH)
    assert verdict(sp.sin(POLAR + AZIMUTH), addition, SPHERICAL) == ("equal", True)
    assert verdict(sp.cos(2 * POLAR - AZIMUTH / 2), sp.cos(AZIMUTH / 2 - 2 * POLAR), SPHERICAL) == ("equal", True)
    assert verdict(X**2 + Y**2, RHO**2, SPHERICAL) == ("different", True)


def test_a_witness_names_symbols_as_the_domain_does():
    found = symbolic.equal(X**2 + Y**2, Z, SPHERICAL, 1)["witness"]
    assert found == "for ρ = 2, θ = π/2, φ = π/2, your expression gives 4; the correct value is 0"


def test_hyperbolic_coordinates():
    a = sp.Symbol("a", positive=True)
    assert verdict(X**2 - (a * sp.sinh(U)) ** 2, a**2, HYPERBOLIC) == ("equal", False)
    assert verdict(X**2 + (a * sp.sinh(U)) ** 2, a**2, HYPERBOLIC) == ("different", False)
    assert verdict(sp.cosh(U) ** 2, (1 + sp.cosh(2 * U)) / 2, HYPERBOLIC) == ("equal", False)


def test_what_a_symbol_is_decides():
    assert verdict(sp.sqrt(sp.Symbol("t") ** 2), sp.Symbol("t"), {"symbols": {"t": "positive"}})[0] == "equal"
    assert verdict(sp.sqrt(sp.Symbol("t") ** 2), sp.Symbol("t"), None)[0] == "different"


def test_a_derivative_looks_through_a_relation():
    assert verdict(sp.Derivative(Z, POLAR), -RHO * sp.sin(POLAR), SPHERICAL)[0] == "equal"
    found = symbolic.equal(sp.Derivative(Z**2, Z), 2 * Z, SPHERICAL)
    assert (found["verdict"], found["why"]) == (
        "undecided",
        "it has a derivative by z, which stands for something else here",
    )


def test_a_closed_domain_reports_symbols_that_it_does_not_have():
    question = Question(Domain({"u": "real"}, {"v": 2 * U}, closed=True))
    line = chains.read(U + V + sp.Symbol("q"), Reader(question))
    assert line.unknown == ("q",)
    assert chains.read(U + V, Reader(question)).unknown == ()


def test_a_chain_is_compared_line_by_line():
    question = Question(Domain({"u": "angle"}))
    lines = chains.read_all(
        [sp.cos(U) ** 2, 1 - sp.sin(U) ** 2, (1 + sp.cos(2 * U)) / 2, sp.cos(2 * U)], lambda: Reader(question)
    )
    steps = chains.steps(lines, lambda after, before: chains.compare(after, before, question))
    assert [step.verdict for step in steps] == ["equal", "equal", "different"]


@pytest.mark.parametrize("seed", range(5))
def test_no_seed_sees_another_truth(seed):
    assert verdict(sp.log(RHO**2), 2 * sp.log(RHO), SPHERICAL, seed)[0] == "equal"
    assert verdict(sp.log(RHO**2), 2 * sp.log(RHO) + sp.exp(-RHO), SPHERICAL, seed)[0] == "different"
