"""The short form of `make mutants`: a few mutants get what an independent calculation says they deserve."""

import ast
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import sympy

from grader.authoring.mutations import mutations
from grader.sandbox.sandbox_settings import SandboxSettings
from scripts.mutants import neuron_truth, proof_truth, truth_server
from scripts.mutants.asking import Undecided
from scripts.mutants.comparing import compare
from scripts.mutants.drawing_mutants import draw_mutants
from scripts.mutants.second_operators import second_mutations
from scripts.mutants.truth_server import in_a_child
from tests.support.galleries import HERE
from tests.support.tiers import again

SOURCE = "def f(H, W):\n    for i in range(H // 2):\n        W += max(i, 1)\n    return W\n"


def test_each_changes_one_node_and_is_python() -> None:
    found = [text for mutation in mutations(SOURCE) if (text := mutation.source()) is not None]
    for wanted in ("range(W // 2)", "range(H / 2)", "range(H // 3)", "W -= max", "W = max", "min(i, 1)", "max(1, i)"):
        assert any(wanted in text for text in found), wanted
    assert any("return" not in text for text in found)
    for text in found:
        assert ast.unparse(ast.parse(SOURCE)) != text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("gallery", "case", "shares"),
    [
        again("right", "pool-loops", {"2.1": 1, "2.2": 1, "2.3": 1, "2.4": 1, "2.5": 1}),
        again("wrong", "pool-tied-mask", {"2.1": 1, "2.2": 1, "2.3": 1, "2.4": 0, "2.5": 1}),
        ("wrong", "pool-rows-and-columns-exchanged", {"2.1": 1, "2.2": 0, "2.3": 1, "2.4": 1, "2.5": 0}),
        ("wrong", "pool-half-precision", {"2.1": 0, "2.2": 0, "2.3": 0, "2.4": 0, "2.5": 0}),
    ],
)
def test_the_independent_calculation_knows_the_gallery(gallery: str, case: str, shares: dict[str, float]) -> None:
    path: Path = HERE / gallery / case / "exercise2.py"
    assert in_a_child("2", {"exercise2.py": path.read_text(encoding="utf-8")}) == shares


def test_the_independent_calculation_reads_expressions_as_the_contract_does() -> None:
    symbol, right = neuron_truth.W[0], neuron_truth.W[0] + 1
    for answer in (sympy.Poly(right, symbol), sympy.Array(right), sympy.Matrix([right]), [right]):
        assert neuron_truth.equal(neuron_truth.expression(answer), right)
    product = right * neuron_truth.W[1]
    assert not neuron_truth.equal(neuron_truth.expression(product + 1e-9), product)
    assert neuron_truth.equal(neuron_truth.expression(0.1 * symbol), symbol / 10)
    with pytest.raises(Undecided):
        neuron_truth.equal(neuron_truth.expression(product * (1 + 1e-12)), product)


def test_the_independent_calculation_carries_an_f_that_is_taken_elsewhere_forward() -> None:
    path = HERE / "right" / "proof-coordinates-as-functions" / "exercise1.py"
    source = path.read_text(encoding="utf-8").replace('sp.Function("f")(x, y)', 'sp.Function("f")(x, 1)')
    module = ModuleType("answer")
    exec(source, module.__dict__)
    assert proof_truth.shares(module) == {"1.1": 0, "1.2": 0, "1.3": 1, "1.4": 0}


def test_what_depends_on_memory_that_nobody_has_written_to_deserves_nothing_for_sure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = ModuleType("answer")
    found = truth_server.FoundInMemory()
    monkeypatch.setattr(truth_server, "found_in_memory", found)
    monkeypatch.setattr(np, "empty", found.filled(np.empty))
    monkeypatch.setitem(
        truth_server.TRUTHS,  # type: ignore[arg-type]
        "2",
        (lambda module: {"chance": float(np.empty(1)[0] == 1), "written": float(np.empty(1).shape == (1,))},),
    )
    assert truth_server.shares_of("2", module) == {"chance": None, "written": 1.0}


@pytest.mark.slow
@pytest.mark.parametrize("count", [3, again(16)])
@pytest.mark.parametrize("exercise", ["2", "3"])
def test_a_few_mutants_get_what_they_deserve(exercise: str, count: int) -> None:
    chosen = draw_mutants(exercise, [], count, seed=2)
    found = compare(exercise, chosen, SandboxSettings("process"), 2)
    assert [item.title for item in found if item.deviations] == []
    assert len({item.kind for item in found}) > 1  # else a truth that says one thing always would pass


@pytest.mark.slow
@pytest.mark.parametrize(
    "wanted",
    [
        *("range(H // 2 - 1)", "range(1, H // 2)", "range(H / 2)", "W -= max", "+= 3", "reversed(list(range(H // 2)))"),
        *(
            "for i in list(range(H // 2))[::2]",
            "return W.squeeze()",
            "        return W",
            "        break",
            "W = abs(W)",
        ),
        *(
            "np.empty(H)",
            "np.zeros(H, dtype=np.float16)",
            "a = H",
            "a[i + 1]",
            "a[i, W]",
            "a.max(keepdims=True)",
            "+= 3",
        ),
    ],
)
def test_the_second_operators_change_statements_axes_dtypes_and_indices(wanted: str) -> None:
    source = (
        "import numpy as np\n\n\ndef f(H, W):\n    a = np.zeros(H)\n    b = 3\n    for i in range(H // 2):\n"
        "        W += max(a[i], a[W, i], a.max())\n    return W\n"
    )
    found = [text for mutation in second_mutations(source) if (text := mutation.source()) is not None]
    assert any(wanted in text for text in found)
    assert source not in found
