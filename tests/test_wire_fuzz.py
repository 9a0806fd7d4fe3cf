"""The wire under mutation: whatever arrives is a value, a refusal or a verdict, and never an error of ours.

What scripts/fuzz.py does a million times, in a few seconds; and what checks make of answers that nobody would give.
"""

import random
import struct
import tracemalloc
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.assignment_folder import Assignment
from grader.model import Outcome, Submission
from grader.oracles import trees
from grader.pipeline import GradingSession
from grader.report.results_json import to_json
from grader.sandbox.child.protocol import (
    HEADS,
    MAGIC,
    MAX_INT_BYTES,
    REPLY,
    Array,
    Opaque,
    ProtocolError,
    Tree,
    Value,
    decode,
    encode,
    read_frame,
)
from grader.sandbox.launcher import CallFailed, Returned
from grader.sandbox.replies import parse
from grader.suite.expressions import MAX_DEPTH as MAX_EXPRESSION_DEPTH
from grader.suite.expressions import MAX_NODES, flaw
from grader.suite.runner import run_checks
from grader.suite.session import Oracles, SubmissionSession
from grader.suite.wire_values import MAX_TEXT, from_wire
from scripts import fuzz
from tests.support import wire
from tests.support.babble import BabbleLauncher
from tests.support.hostile import unclean
from tests.support.tiers import seeds

pytestmark = pytest.mark.slow

QUICK = settings(max_examples=100)
ROOM = 4 << 20  # bytes that reading a short message may take, whatever it claims to hold

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(1 - (1 << (8 * MAX_INT_BYTES - 1)), (1 << (8 * MAX_INT_BYTES - 1)) - 1),
    st.floats(),
    TEXT,
    st.binary(max_size=20),
    st.builds(Opaque, TEXT),
    st.builds(
        lambda sides: Array("<f8", tuple(sides), bytes(8 * int(np.prod(sides)))),
        st.lists(st.integers(0, 3), max_size=4),
    ),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(TEXT, inner, max_size=4),
        st.builds(lambda head, args: Tree(head, tuple(args)), st.sampled_from(HEADS), st.lists(inner, max_size=3)),
    ),
    max_leaves=20,
)


# --- messages --------------------------------------------------------------------------------------------------------


@QUICK
@given(VALUES)
def test_what_is_encoded_is_decoded(value: Value) -> None:
    again = decode(encode(value))
    assert encode(again) == encode(value)
    if "nan" not in repr(value):
        assert again == value


@QUICK
@given(st.binary(max_size=200))
def test_noise_is_refused_or_a_value(data: bytes) -> None:
    try:
        value = decode(data)
    except ProtocolError:
        return
    assert decode(encode(value)) == value or "nan" in repr(value)


@QUICK
@given(VALUES, st.integers(0, 2**32))
def test_mutated_messages_pass_through_everything_behind_the_pipe(value: Value, seed: int) -> None:
    draw = random.Random(seed)
    fuzz.read_message(wire.mutated(draw, encode(value), encode(wire.answer(draw))))


def test_many_messages_of_the_fuzz_run() -> None:
    fuzz.messages(20_000, seed=7)


@pytest.mark.parametrize(
    "data",
    [
        b"l\xff\xff\xff\xff",
        b"l\xff\xff\xff\x0f" + b"N" * 100,
        b"d\xff\xff\xff\xff" + b"s\0\0\0\0N" * 10,
        b"s\xff\xff\xff\xff",
        b"b\xff\xff\xff\x7f" + bytes(100),
        b"a\x04\x02" + struct.pack("<II", 1 << 31, 1 << 31),
        b"a\x04\x08" + struct.pack("<8I", *[1 << 30] * 8),
        b"a\x04\x02" + struct.pack("<II", 0, 0xFFFFFFFF),
        b"a\x05\x01" + struct.pack("<I", 1 << 27) + bytes(100),
        b"e\x0a\xff\xff" + b"N" * 100,
        b"i\xff" + bytes(255),
        b"i\x00",
        b"l\1\0\0\0" * 100_000 + b"N",
        b"e\x0a\1\0" * 100_000 + b"N",
        b"l" + struct.pack("<I", REPLY.items + 1) + b"N" * (REPLY.items + 1),
    ],
)
def test_no_length_that_is_claimed_is_allocated(data: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(ProtocolError):
            decode(data, REPLY)
        assert tracemalloc.get_traced_memory()[1] < ROOM + 64 * min(len(data), REPLY.items)
    finally:
        tracemalloc.stop()


def test_a_frame_over_the_limit_is_refused_before_it_is_read() -> None:
    stream = BytesIO(MAGIC + struct.pack("<I", 0xFFFFFFFF) + bytes(100))
    with pytest.raises(ProtocolError, match="a frame of 4294967295 bytes; at most 1000 are taken"):
        read_frame(stream.read, replace(REPLY, bytes=1000))
    assert stream.tell() == 8


@pytest.mark.parametrize("cut", range(20))
def test_a_frame_that_ends_early_is_the_end(cut: int) -> None:
    whole = MAGIC + struct.pack("<I", 12) + encode(["ab", None])
    with pytest.raises(EOFError):
        read_frame(BytesIO(whole[:cut]).read, REPLY)


@pytest.mark.parametrize("depth", [REPLY.depth + 1, 10_000])
def test_what_is_nested_too_deep_is_not_sent(depth: int) -> None:
    value: Value = None
    for _ in range(depth):
        value = [value]
    with pytest.raises(ProtocolError, match=f"nested more than {REPLY.depth} deep"):
        encode(value, REPLY)


@QUICK
@given(VALUES, st.integers(-2, 3))
def test_a_reply_is_one_answer_to_the_question_or_nothing(value: Value, number: int) -> None:
    draw = random.Random(number)
    for answer in (value, wire.answer(draw), {**wire.answer(draw), "id": 1, "value": value}):
        reply = parse(answer, 1, {"exercise2.py": b"\xff\n"}, "")
        assert reply is None or isinstance(reply, Returned | CallFailed)
        if reply is not None:
            assert isinstance(answer, dict)
            assert answer["id"] == 1


# --- what the proxy makes of it --------------------------------------------------------------------------------------


def test_texts_are_cut_and_cleaned_where_they_enter() -> None:
    hostile = "\x1b[2J\u202e\0" + "x" * 100_000
    assert len(from_wire(hostile)) <= MAX_TEXT + 2
    assert from_wire("\x1b[2J a\u202eb\nc") == "[2J ab\nc"
    assert from_wire({"\x1b\n[k": [hostile[:5]]}) == {"[k": ["[2J"]}
    assert from_wire(Opaque(hostile)).reason.isprintable()
    assert len(from_wire(Opaque(hostile)).reason) <= 200


def test_bytes_and_forged_truths_do_not_reach_a_check() -> None:
    assert from_wire(b"x") == Opaque("bytes")
    assert from_wire(Array("|b1", (2,), b"\x07\x00")).tolist() == [True, False]
    assert from_wire(Array("<f8", (2, 0), b"")).flags.writeable


CODE = "__import__('os').system('true')"


@pytest.mark.parametrize(
    "tree",
    [
        Tree("sin", (CODE,)),
        Tree("Function", ("f", CODE)),
        Tree("Subs", (trees.symbol("x"), [trees.symbol("x")], [CODE])),
        Tree("Min", (CODE, trees.integer(1))),
        Tree("Add", (Tree("cos", ([CODE],)),)),
        Tree("Derivative", (trees.symbol("x"), [CODE, 1])),
        Tree("Float", ("1e999999999",)),
        Tree("Float", (1.0, 10**9)),
        Tree("Rational", ("1e999999999", 1)),
        Tree("Rational", (1, 0)),
        Tree("Integer", ("7",)),
        Tree("Integer", (True,)),
        Tree("Symbol", ("x", "commutative")),
        Tree("Symbol", (1, "")),
        Tree("Symbol", ("x",)),
        Tree("Symbol", ("x" * 1000, "")),
        Tree("Symbol", ("\x1b[2J", "")),
        Tree("Symbol", ("", "")),
        Tree("Derivative", (trees.symbol("x"), [trees.symbol("x"), 10**100])),
        Tree("Derivative", (trees.symbol("x"), [trees.integer(1), 1])),
        Tree("Derivative", (trees.symbol("x"),)),
        Tree("Subs", (trees.symbol("x"), [trees.symbol("x")] * 2, [trees.integer(1)] * 2)),
        Tree("Subs", (trees.symbol("x"), [], [])),
        Tree("Add", ()),
        Tree("Pow", (trees.integer(1),)),
        Tree("pi", (trees.integer(1),)),
        Tree("sin", ()),
        Tree("Equality", (trees.integer(1),)),
        Tree("Add", (Tree("Equality", (trees.integer(1), trees.integer(1))), trees.integer(1))),
        Tree("Max", (Tree("nan"), trees.integer(1))),
        Tree("sin", (Tree("Float", (float("nan"),)),)),
    ],
    ids=repr,
)
def test_a_tree_that_is_no_expression_goes_no_further(tree: Tree) -> None:
    assert from_wire(tree) == Opaque("a tree that is not an expression")


def test_a_tree_too_large_for_any_question_is_told() -> None:
    """Two times nine of the largest that pass, and a question around them, are one message; so are the deepest."""
    deep = trees.symbol("x")
    for _ in range(MAX_EXPRESSION_DEPTH - 1):
        deep = Tree("sin", (deep,))
    wide = Tree("Add", (trees.symbol("x"),) * (MAX_NODES - 1))
    assert from_wire(deep) is deep
    assert from_wire(wide) is wide
    encode([[wide] * 9, [trees.add(trees.mul(deep, trees.integer(1)))] + [wide] * 8, {"a": [deep]}])
    assert from_wire(Tree("Add", (*wide.args, Tree("pi")))) == Opaque("an expression of more than 3000 parts")
    assert from_wire(Tree("sin", (Tree("sin", (deep,)),))) == Opaque("an expression nested more than 100 deep")


@pytest.mark.parametrize(
    "tree",
    [
        Tree("nan"),
        Tree("oo"),
        trees.derivative(trees.power(trees.symbol("x", "real"), 2), trees.symbol("x", "real")),
        trees.add(trees.mul(trees.symbol("f_x"), trees.integer(-1)), Tree("Rational", (1, 2))),
        Tree(
            "Derivative", (Tree("Function", ("f", trees.symbol("x"))), [Tree("Function", ("x", trees.symbol("r"))), 1])
        ),
        Tree("Subs", (trees.symbol("x"), [trees.symbol("x")], [Tree("pi")])),
        Tree("Equality", (trees.symbol("θ"), trees.symbol("x"))),
        Tree("log", (trees.symbol("x"), trees.integer(2))),
    ],
)
def test_an_expression_passes_as_it_is(tree: Tree) -> None:
    assert from_wire(tree) is tree


def test_every_head_can_be_an_expression() -> None:
    draw, seen = random.Random(0), set()
    for _ in range(20_000):
        tree = wire.tree(draw)
        if flaw(tree) is None:
            seen |= {tree.head}
    assert seen == set(HEADS) - {"Equality"}


def test_whatever_passes_as_an_expression_can_be_asked_about(oracles: Oracles) -> None:
    draw, oracle = random.Random(3), oracles.proxy("algebra")
    for _ in range(150):
        left, right = wire.tree(draw), wire.tree(draw)
        if flaw(left) is None and flaw(right) is None:
            assert oracle.equal(left, right)["verdict"] in ("equal", "different", "undecided")


# --- what the checks make of it --------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # of numpy, on the largest numbers there are
@pytest.mark.parametrize("seed", seeds(2, 12))
def test_no_answer_is_an_error_of_ours(
    seed: int, assignment: Assignment, oracles: Oracles, grading: GradingSession
) -> None:
    """Every check of exercises 1 to 3 has a verdict on answers of any kind, and no point is won with them."""
    own = {
        f"{each.module}.py": "".join(f"def {each_one}:\n    pass\n" for each_one in each.functions)
        + "CONVENTION = 'convolution'\n"
        for each in assignment.rubric.exercise
    }
    submission = Submission("babble", {name: text.encode() for name, text in own.items()}, "0" * 64)
    points = [point.id for each in assignment.rubric.exercise if each.id in "123" for point in each.point]
    with SubmissionSession(submission, assignment, BabbleLauncher(seed), oracles, seed) as session:
        results = run_checks(session, frozenset(points), lambda result: None)
    assert {result.point for result in results} == set(points)
    verdicts = [(result.point, result.verdict) for result in results]
    assert [(point, own.message) for point, own in verdicts if own.outcome is Outcome.GRADER_ERROR] == []
    assert sum(own.share for _, own in verdicts) == 0
    report = grading.report(session, results, points)
    assert unclean(report) == []
    assert len(to_json(report)) < 256 << 10
