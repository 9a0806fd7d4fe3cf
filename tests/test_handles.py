"""Values that stay with the student, in every sandbox: what a check does with handles, and what none does to us."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import numpy as np
import pytest

from grader.api import CallFailure, Handle, fetch, keep
from grader.assignment_folder import load_assignment
from grader.errors import RubricError, SandboxError, SuiteError
from grader.sandbox.child import convert, kept_values
from grader.sandbox.child.protocol import MAX_HANDLES, REPLY, HandleNumber, Opaque, ProtocolError, decode, encode
from grader.sandbox.launcher import Bundle, Launcher
from grader.sandbox.supervisor import Sandbox
from grader.suite import proxy
from grader.suite.endpoint import Contract, Endpoint
from grader.suite.proxy import ModuleProxy
from scripts import fuzz
from tests.support.command import ROOT
from tests.support.workers import DEADLINE, PATIENCE, SANDBOXES, usual_first

pytestmark = pytest.mark.slow

HONEST = """
import weakref
import numpy as np

ALIVE = weakref.WeakSet()

def alive():
    return len(ALIVE)

class Value:
    def __init__(self, data, _children=(), label=""):
        ALIVE.add(self)
        self.data, self.grad, self.label, self._prev = data, 0.0, label, set(_children)
    def __add__(self, other):
        return Value(self.data + (other.data if isinstance(other, Value) else other), (self,))
    __radd__ = __add__
    def __mul__(self, other):
        return Value(self.data * (other.data if isinstance(other, Value) else other), (self,))
    __rmul__ = __mul__
    def __pow__(self, power):
        return Value(self.data ** power, (self,))
    def __neg__(self):
        return Value(-self.data, (self,))
    def __abs__(self):
        return Value(abs(self.data), (self,))
    def __matmul__(self, other):
        return Value(self.data * 100, (self,))
    def backward(self):
        self.grad = 1.0
        for child in self._prev:
            child.grad += self.data
    def relu(self):
        pass
    def tanh(self):
        raise NotImplementedError
    def parts(self):
        yield from (self, Value(7.0))

class Net:
    def __init__(self, size):
        self.params = {"W": np.zeros((size, 2))}
        self.reg = 0.0
    def loss(self, X):
        return self.reg + float((X @ self.params["W"]).sum()), {"W": X.T @ np.ones((len(X), 2))}
    def wrong(self, X):
        return 1.0

def forward(x, w):
    return x @ w, (x, w, x.shape)

def backward(dout, cache):
    x, w, shape = cache
    assert type(cache) is tuple and type(shape) is tuple
    return dout @ w.T, [x.T.tolist(), dout]

def alone(x, w):
    return x

def three(x, w):
    return x, x, x

def first(pairs, options):
    return pairs[0].data + options["value"].data

def normalise(x, memory):
    memory["mean"] = x.mean(axis=0)
    return x - memory["mean"]

def large(x, w):
    return x, [np.zeros(3 << 20)] * 4

def plain(x):
    return Value(x)
"""
CONTRACT = Contract(
    {
        "Value": "Value(data) -> value",
        "Net": "Net(size) -> net",
        "Net.loss": "Net.loss(X) -> loss, grads",
        "Net.wrong": "Net.wrong(X) -> loss, grads",
        **{name: f"{name}(x, w) -> out, cache" for name in ("forward", "alone", "three", "large")},
        "backward": "backward(dout, cache) -> dx, dw",
        "plain": "plain(x)",
        "make": "make() -> value",
    },
    handles=("value", "net", "cache"),
)


@pytest.fixture(scope="module", params=usual_first(SANDBOXES))
def launcher(request: pytest.FixtureRequest) -> Iterator[Launcher]:
    try:
        opened = SANDBOXES[request.param]()
    except SandboxError as error:
        pytest.skip(str(error))
    with closing(opened):
        yield opened


Ask = Callable[..., ModuleProxy]


@pytest.fixture
def module(launcher: Launcher) -> Iterator[Ask]:
    """`module(code)`: a submission of that one module, each of whose answers is due within `seconds`."""
    opened: list[Sandbox] = []

    def start(code: str = HONEST, seconds: float = PATIENCE) -> ModuleProxy:
        bundle = Bundle(
            {"module.py": code.encode()}, {}, allowed=("numpy", "time", "os", "weakref", "sys"), preload=("numpy",)
        )
        opened.append(Sandbox(launcher, {"module": bundle}))
        return ModuleProxy(Endpoint(opened[-1], "module", seconds, CONTRACT), "module")

    yield start
    for sandbox in opened:
        sandbox.__exit__(None, None, None)


def failure(action: Callable[[], Any]) -> tuple[str, str]:
    """The kind and the sentence of what an action fails with."""
    with pytest.raises(CallFailure) as raised:
        action()
    return raised.value.kind, raised.value.verdict.message


# --- what a check can do ---


@pytest.mark.everywhere
def test_an_object_is_called_asked_and_computed_with(module: Ask) -> None:
    engine = module()
    a, b = engine.Value(2.0), engine.Value(data=3.0, label="b")
    total = 2 * (a * b + 1) + a**2 + -a + abs(b)
    assert isinstance(total, Handle)
    assert float(total.data) == 19.0
    assert fetch(b.label) == "b"
    assert float((a @ np.ones(2)).data) == 200.0
    assert float((np.float64(4.0) * a).data) == 8.0
    a.data = 5.0
    assert float(a.data) == 5.0
    product = a * b
    product.backward()
    assert (float(product.grad), float(a.grad)) == (1.0, 15.0)
    assert [float(part.data) for part in a.parts()] == [5.0, 7.0]


def test_a_cache_stays_as_it_is_and_goes_into_the_next_call(module: Ask) -> None:
    layers = module()
    x, w = np.arange(6.0).reshape(2, 3), np.ones((3, 4))
    out, cache = layers.forward(x, w)
    assert np.array_equal(out, x @ w)
    assert isinstance(cache, Handle)
    dx, dw = layers.backward(out, cache)
    assert np.array_equal(dx, out @ w.T)
    assert dw[0] == x.T.tolist()
    assert np.array_equal(fetch(cache[0]), x)
    assert (len(cache), fetch(cache[2])) == (3, [2, 3])


def test_a_handle_crosses_within_lists_and_dictionaries(module: Ask) -> None:
    engine = module()
    a, b = engine.Value(2.0), engine.Value(3.0)
    assert engine.first((a, b), {"value": b}) == 5.0


def test_a_large_cache_is_not_copied_over_the_wire(module: Ask) -> None:
    """It would not pass: the wire takes 10 MiB, and these are 96."""
    out, cache = module().large(np.ones(2), 1.0)
    assert out.tolist() == [1.0, 1.0]
    assert len(cache) == 4


def test_a_network_is_given_weights_and_asked_for_its_gradients(module: Ask) -> None:
    net = module().Net(size=3)
    net.reg = 0.5
    net.params["W"] = np.ones((3, 2))
    loss, grads = net.loss(np.ones((4, 3)))
    assert loss == 24.5
    assert np.array_equal(grads["W"], np.full((3, 2), 4.0))
    assert [fetch(name) for name in net.params] == ["W"]


def test_data_that_a_function_changes_is_kept_beside_it(module: Ask) -> None:
    layers = module()
    memory = keep(layers, "memory", {"mode": "train"})
    assert layers.normalise(np.array([[1.0], [3.0]]), memory).tolist() == [[-1.0], [1.0]]
    assert fetch(memory) == {"mode": "train", "mean": pytest.approx(np.array([2.0]))}


def test_without_a_word_in_the_rubric_an_object_is_no_answer(module: Ask) -> None:
    assert module().plain(1.0) == Opaque("a Value")


def test_what_a_check_lets_go_of_is_not_kept(module: Ask) -> None:
    engine = module()
    for _ in range(50):
        engine.Value(0.0)
    assert engine.alive() <= 2


# --- what a student is told ---


@pytest.mark.parametrize(
    ("action", "kind", "message"),
    [
        (
            lambda m: m.alone(np.ones((2, 3)), 1),
            "results",
            "alone returned an array of shape (2, 3); expected out, cache.",
        ),
        (lambda m: m.three(1.0, 1), "results", "three returned 3 results; expected out, cache."),
        (lambda m: m.Net(3).wrong(1), "results", "Net(3).wrong(1) returned a float; expected loss, grads."),
        (
            lambda m: 1 - m.Value(2.0),
            "error",
            "1 - Value(2.0) raised TypeError: unsupported operand type(s) for -: 'int' and 'Value'",
        ),
        (
            lambda m: m.Value(2.0).sigmoid(),
            "missing",
            "Value(2.0).sigmoid is not written yet: 'Value' object has no attribute 'sigmoid'.",
        ),
        (lambda m: m.Value(2.0).tanh(), "missing", "Value(2.0).tanh() is not written yet (module.py:35)."),
        (
            lambda m: m.Value(2.0).relu().backward(),
            "failed",
            "Value(2.0).relu() is None, and so has no backward. Is a return missing?",
        ),
        (
            lambda m: m.Value(2.0).backward(3),
            "signature",
            "Value(2.0).backward(3) could not be called: it is backward().",
        ),
        (lambda m: m.Value(2.0).data(), "signature", "Value(2.0).data() could not be called: it is a float."),
        (
            lambda m: m.Value(),
            "signature",
            "Value could not be called: expected Value(data) -> value, found Value(data, _children=(), label='').",
        ),
        (lambda m: float(m.Value(2.0)), "failed", "Value(2.0) is a Value, not a number."),
        (lambda m: float(m.Value(None).data), "failed", "Value(None).data is None, not a number."),
        (lambda m: float(m.Value([1, 2]).data), "failed", "Value(…).data is an array of shape (2,), not a number."),
        (
            lambda m: float(m.Value(float("nan")).data),
            "failed",
            "Value(nan).data is not finite: nan, 1 such entry in all.",
        ),
        (
            lambda m: list(m.Value(2.0)),
            "error",
            "list(Value(2.0)) raised TypeError: 'Value' object is not iterable",
        ),
    ],
)
def test_a_wrong_thing_is_told_with_what_it_was(
    action: Callable[[ModuleProxy], Any], kind: str, message: str, module: Ask
) -> None:
    told = failure(lambda: action(module()))
    assert told[0] == kind
    assert told[1].startswith(message)


@pytest.mark.parametrize(
    "action",
    [
        lambda a: a == 2.0,
        lambda a: a != a,
        lambda a: a < 1,
        lambda a: bool(a),
        lambda a: np.asarray(a),
        lambda a: np.ones(2) == a,
        lambda a: {a},
    ],
)
def test_a_check_that_lets_the_student_decide_is_an_authors_mistake(
    action: Callable[[Handle], Any], module: Ask
) -> None:
    value = module().Value(2.0)
    with pytest.raises(TypeError):
        action(value)


def test_a_handle_goes_to_no_other_worker(module: Ask) -> None:
    here, there = module(), module()
    with pytest.raises(TypeError, match=r"<handle of Value\(2.0\)> stays in another worker; send its value: fetch"):
        there.Value(here.Value(2.0))


@pytest.mark.parametrize("gather", [list, tuple, lambda parts: [*parts]])
def test_what_has_parts_and_no_length_is_gathered(gather: Callable[[Any], Any], module: Ask) -> None:
    """Python asks for a length before it makes a list of anything; a generator has none."""
    parts = module().Value(5.0).parts()
    assert [float(part.data) for part in gather(module().Value(5.0).parts())] == [5.0, 7.0]
    assert failure(lambda: len(parts)) == (
        "error",
        "len(Value(5.0).parts()) raised TypeError: object of type 'generator' has no len().",
    )


def test_a_check_that_holds_too_much_is_an_authors_mistake(module: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not an error of the student's, whose values are only kept for it."""
    monkeypatch.setattr(proxy, "MAX_HELD", 4)
    engine = module()
    held = [engine.Value(float(number)) for number in range(4)]
    with pytest.raises(SuiteError, match=r"the check holds more than 4 values of the student's at once \(Value\(5\)\)"):
        engine.Value(5)
    del held[2:]
    assert float(engine.Value(5.0).data) == 5.0
    monkeypatch.undo()
    assert proxy.MAX_HELD + kept_values.MAX_PARTS <= MAX_HANDLES, "what is still to be dropped has room beside it"


# --- what a student tries ---

HOSTILE = """
import os, time

class Liar:
    __class__ = property(lambda self: list)
    __float__ = __int__ = __index__ = lambda self: 1.0
    __eq__ = lambda self, other: True
    __hash__ = lambda self: 1
    count = 0
    def __getattr__(self, name):
        return self
    def __call__(self, *args, **kwargs):
        return self
    def __reduce__(self):
        return os.system, ("touch reduced",)
    def __len__(self):
        return 1 << 62
    def __iter__(self):
        while True:
            yield self
    @property
    def turns(self):
        Liar.count += 1
        return [1.0, "no", None, [1, 2]][Liar.count % 4]
    @property
    def raises(self):
        raise ValueError("not today")
    @property
    def misses(self):
        raise AttributeError("mine")
    @property
    def waits(self):
        os.read(os.pipe()[0], 1)
    @property
    def ends(self):
        os._exit(3)
    def __add__(self, other):
        raise SystemExit
    def __mul__(self, other):
        return self * other
    def __setattr__(self, name, value):
        raise GeneratorExit

class Falls:
    def __del__(self):
        raise ValueError("at the end")

class Name(type):
    @property
    def __name__(cls):
        raise KeyboardInterrupt

def make():
    return Liar()

class Plain(float):
    pass

def well():
    return "well"
"""


def made(module: Ask, seconds: float = PATIENCE, code: str = HOSTILE) -> tuple[ModuleProxy, Any]:
    started = module(code, seconds)
    return started, started.make()


@pytest.mark.parametrize(
    ("action", "kind", "message"),
    [
        (lambda a: float(a), "failed", "make() is"),
        (lambda a: a.raises, "error", "make().raises raised ValueError: not today (module.py:27)"),
        (lambda a: a.misses.misses, "", ""),
        (lambda a: len(a), "failed", "make() has 4611686018427387904 parts; at most 10,000 are looked at."),
        (lambda a: list(a), "error", "list(make()) raised ValueError: it has more than 10,000 parts"),
        (lambda a: a + 1, "error", "module.py calls exit() in line 38. Remove it."),
        (lambda a: a * 1, "error", "make() * 1 raised RecursionError"),
        (lambda a: setattr(a, "x", 1), "error", "make().x = 1 raised GeneratorExit"),
    ],
)
def test_a_value_that_lies_is_only_a_wrong_answer(
    action: Callable[[Any], Any], kind: str, message: str, module: Ask
) -> None:
    started, value = made(module)
    if kind:
        told = failure(lambda: action(value))
        assert told[0] == kind
        assert told[1].startswith(message), told
    else:
        assert isinstance(action(value), Handle)
    assert started.well() == "well"
    assert isinstance(value.anything, Handle)


def test_a_value_may_change_between_two_questions(module: Ask) -> None:
    _, value = made(module)
    taken = [value.turns for _ in range(4)]
    assert [fetch(one) for one in taken] == ["no", None, [1, 2], 1.0]
    assert [fetch(one) for one in taken] == ["no", None, [1, 2], 1.0]


@pytest.mark.parametrize(("name", "kind"), [("waits", "timeout"), ("ends", "crashed")])
def test_what_a_worker_kept_is_gone_with_it(name: str, kind: str, module: Ask) -> None:
    started, value = made(module, DEADLINE)
    other = started.make()
    assert failure(lambda: getattr(value, name))[0] == kind
    assert failure(lambda: other.turns) == (
        "gone",
        "make().turns could not be asked: the process that kept its value has ended.",
    )
    assert isinstance(started.make().anything, Handle)  # a new worker, a new value


def test_an_end_that_raises_ends_nothing(module: Ask) -> None:
    started, value = made(module, code=HOSTILE.replace("return Liar()", "return Falls()"))
    del value
    assert started.well() == "well"


def test_a_type_without_a_name_is_an_error(module: Ask) -> None:
    code = HOSTILE.replace("return Liar()", "return Name('x', (), {})()")
    assert failure(lambda: made(module, code=code))[0] == "error"


EVIL = """
class Meta(type):
    def __getattribute__(cls, name):
        raise ValueError(name)

class Raised(Exception, metaclass=Meta):
    pass

class Endless(Exception):
    __class__ = property(lambda self: 1 / 0)
    def __str__(self):
        raise self

class Odd:
    __signature__ = "nonsense"
    __name__ = 5
    def __call__(self, *args):
        return float(len(args))

class Made:
    @property
    def first(self):
        raise Raised
    @property
    def second(self):
        raise Endless
    odd = Odd()

def make():
    return Made()

def well():
    return "well"
"""


@pytest.mark.parametrize("name", ["first", "second"])
def test_an_exception_that_raises_when_it_is_looked_at_ends_nothing(name: str, module: Ask) -> None:
    started, value = made(module, code=EVIL)
    assert failure(lambda: getattr(value, name)) == (
        "error",
        f"make().{name} raised an exception that raises another one when it is looked at.",
    )
    assert started.well() == "well"
    assert float(value.odd()) == 0.0, "the worker and what it keeps are still there"


def test_what_has_no_signature_to_look_at_is_called(module: Ask) -> None:
    _, value = made(module, code=EVIL)
    assert float(value.odd(1, 2)) == 2.0


def test_a_number_of_its_own_class_is_a_number(module: Ask) -> None:
    _, value = made(module, code=HOSTILE.replace("return Liar()", "return Plain(2.5)"))
    assert isinstance(value, Handle)
    assert float(value) == 2.5


FORGER = """
import sys

frame = sys._getframe()
while "protocol" not in frame.f_globals:
    frame = frame.f_back
encoder = frame.f_globals["protocol"]._Encoder
put = encoder.put

def forge(self, value, depth):
    if value == "well":
        self.out.extend(b"h" + bytes(4))
    else:
        put(self, value, depth)

encoder.put = forge

def well():
    return "well"
"""


def test_a_worker_cannot_say_a_handle(module: Ask) -> None:
    """Its own encoder, replaced, puts in the place of a value the tag that only we may send."""
    kind, message = failure(module(FORGER).well)
    assert (kind, message) == ("crashed", "well sent something that is not an answer.")


# --- the table, and the wire ---


def test_a_table_knows_only_what_it_was_given() -> None:
    table = kept_values.Table()
    assert table.send(1.5, 1) == 1.5
    assert table.send([1.5, "x"], [None, 2]) == [1.5, "x"]
    assert (table.get(1), table.get(2)) == (1.5, "x")
    table.drop([1, 99])
    for number in (1, 99, -1):
        with pytest.raises(kept_values.GoneError):
            table.get(number)


def test_a_table_has_a_bound() -> None:
    table = kept_values.Table()
    for number in range(MAX_HANDLES):
        table.send(None, number)
    with pytest.raises(ValueError, match="more than 30,000 values are in use at once"):
        table.send(None, MAX_HANDLES)
    table.drop([7])
    table.send(None, MAX_HANDLES)


def test_the_wire_takes_handles_one_way_only() -> None:
    data = encode([HandleNumber(7), {"x": HandleNumber((1 << 32) - 1)}])
    assert decode(data) == [HandleNumber(7), {"x": HandleNumber((1 << 32) - 1)}]
    with pytest.raises(ProtocolError):
        decode(data, REPLY)
    with pytest.raises(ProtocolError):
        encode(HandleNumber(7), REPLY)


def test_whatever_a_worker_answers_a_step_with_a_handle_is_no_error_of_ours() -> None:
    """It raises BreachError at the first step that is neither a value, a handle nor a failure of the student's."""
    outcomes = fuzz.handles(2_000, seed=7)
    assert outcomes.total() == 2_000
    assert min(outcomes["value"], outcomes["handle"], outcomes["crashed"]) > 20


class Endless(list[Any]):
    listed = 0

    def __iter__(self) -> Iterator[Any]:
        while True:
            Endless.listed += 1
            yield self


@pytest.mark.parametrize("value", [Endless(), [Endless()] * 1000, {"x": [Endless(), Endless()]}, [[0] * 1000] * 1000])
def test_what_has_no_end_is_listed_once(value: Any) -> None:
    """And what has too many entries altogether is told at once, however deep it is nested."""
    Endless.listed = 0
    assert "more than 70000 entries" in str(convert.to_wire(value))
    assert Endless.listed <= REPLY.items + 1000


def test_a_rubric_names_handles_that_a_function_gives(tmp_path: Any) -> None:
    text = (ROOT / "examples" / "softmax" / "rubric.toml").read_text(encoding="utf-8")
    (tmp_path / "rubric.toml").write_text(text.replace("call_seconds", 'handles = ["cache"]\ncall_seconds'))
    with pytest.raises(RubricError, match=r"no function gives a result cache: write `name\(arguments\) -> cache`"):
        load_assignment(tmp_path)
