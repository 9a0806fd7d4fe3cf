"""What a check hands over is what a student's function is given, type and value, in every sandbox."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from grader.errors import SandboxError
from grader.sandbox.supervisor import Sandbox
from grader.suite.endpoint import Contract, Endpoint
from grader.suite.proxy import ModuleProxy
from grader.suite.wire_values import to_wire
from tests.support.workers import PATIENCE, SANDBOXES, bundle_of, usual_first

pytestmark = pytest.mark.slow

DESCRIBE = '''
def describe(value):
    """Type and value, all the way down, as text."""
    name = type(value).__name__
    if name in ("list", "tuple"):
        return f"{name}({', '.join(map(describe, value))})"
    if name == "dict":
        return f"dict({', '.join(f'{key!r}: {describe(item)}' for key, item in value.items())})"
    if name == "ndarray":
        return f"ndarray({value.dtype}, {value.shape}, {value.tobytes().hex()}, {value.flags.writeable})"
    return f"{name}({value!r})"


def change(value, into):
    value[...] = into
    return None
'''
_here: dict[str, Any] = {}
exec(DESCRIBE, _here)

_dtypes = st.sampled_from(
    ["?", "i1", "<i2", "<i4", "<i8", "u1", "<u2", "<u4", "<u8", "<f2", "<f4", "<f8", "<c8", "<c16"]
)
_array = _dtypes.flatmap(lambda dtype: arrays.arrays(dtype, arrays.array_shapes(min_dims=0, max_dims=3, min_side=0)))
_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_number = st.integers(-(2**80), 2**80) | st.floats(allow_nan=False)
_plain = st.none() | st.booleans() | _number | _text | st.binary(max_size=8) | _array
_nested = st.recursive(
    _plain,
    lambda inner: (
        st.lists(inner, max_size=3) | st.lists(inner, max_size=3).map(tuple) | st.dictionaries(_text, inner, max_size=3)
    ),
    max_leaves=8,
)


@pytest.fixture(scope="module", params=usual_first(SANDBOXES))
def module(request: pytest.FixtureRequest) -> Iterator[ModuleProxy]:
    try:
        launcher = SANDBOXES[request.param]()
    except SandboxError as error:
        pytest.skip(str(error))
    with closing(launcher), Sandbox(launcher, {"module": bundle_of(DESCRIBE, "numpy")}) as sandbox:
        signatures = {"describe": "describe(value)", "change": "change(value, into)"}
        yield ModuleProxy(Endpoint(sandbox, "module", PATIENCE, Contract(signatures)), "module")


@given(_nested)
@settings(max_examples=60)
def test_what_is_sent_arrives(module: ModuleProxy, value: Any) -> None:
    assert module.describe(value) == _here["describe"](value)
    assert not module._caller.endpoint.call_log.notes


@pytest.mark.parametrize(
    ("value", "arrives"),
    [
        (np.float64(0.1), "float(0.1)"),
        (np.int64(-3), "int(-3)"),
        (np.bool_(True), "bool(True)"),
        (np.longdouble(1.5), "float(1.5)"),
        (np.str_("a"), "str('a')"),
        (np.arange(2, dtype=">i4"), "ndarray(int32, (2,), 0000000001000000, True)"),
        (np.arange(6, dtype="u1").reshape(2, 3).T, "ndarray(uint8, (3, 2), 000301040205, True)"),
    ],
)
def test_numpy_numbers_arrive_as_pythons_and_arrays_in_c_order(module: ModuleProxy, value: Any, arrives: str) -> None:
    assert module.describe(value) == arrives


@pytest.mark.parametrize("dtype", ["u1", "<i4", "<f4", "<c8"])
def test_a_changed_array_is_noticed_whatever_its_dtype(module: ModuleProxy, dtype: str) -> None:
    notes = module._caller.endpoint.call_log.notes
    notes.clear()
    module.change(np.zeros(3, dtype), 1)
    assert len(notes) == 1
    notes.clear()


_cycle: list[Any] = []
_cycle.append(_cycle)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ({1: "a"}, "a dictionary whose key 1 is of type int cannot be sent to a worker; its keys have to be strings"),
        (1j, "a complex cannot be sent to a worker"),
        ({1, 2}, "a set cannot be sent to a worker"),
        (np.array([None]), "an array of dtype object cannot be sent to a worker"),
        (np.array(["a"]), "an array of dtype <U1 cannot be sent to a worker"),
        (np.zeros(2, np.longdouble), f"an array of dtype {np.dtype(np.longdouble)} cannot be sent to a worker"),
        (np.ma.masked_array([1, 2], [0, 1]), "a MaskedArray cannot be sent to a worker; send its data and its mask"),
        (np.zeros((1,) * 9), "an array of 9 dimensions cannot be sent to a worker; 8 are the most"),
        (1 << 1023, "an integer of 1024 bits cannot be sent to a worker; 1023 are the most"),
        ("\ud800", "a text with half a surrogate pair cannot be sent to a worker"),
        ({"\ud800": 1}, "a text with half a surrogate pair cannot be sent to a worker"),
        (_cycle, "a value nested more than 100 deep cannot be sent to a worker; does it hold itself?"),
    ],
)
def test_what_cannot_be_sent_is_a_sentence_for_the_author(value: Any, sentence: str) -> None:
    with pytest.raises(TypeError) as raised:
        to_wire(value)
    assert str(raised.value) == sentence
    with pytest.raises(TypeError):
        to_wire([{"inner": (value,)}])
