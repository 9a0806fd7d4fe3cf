"""The wire: what goes in comes out, whatever else arrives is a ProtocolError, and nothing grows past its bound."""

import struct
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grader.sandbox.child.protocol import (
    HEADS,
    MAGIC,
    MAX_INT_BYTES,
    REPLY,
    REQUEST,
    SENT_DTYPES,
    Array,
    HandleNumber,
    Opaque,
    ProtocolError,
    Tree,
    Value,
    decode,
    encode,
    read_frame,
    write_frame,
)

pytestmark = pytest.mark.slow

_ITEM_BYTES = dict(zip(SENT_DTYPES, (1, 8, 2, 4, 8, 16, 1, 2, 4, 1, 2, 4, 8, 8), strict=True))
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
INTEGERS = st.integers(1 - (1 << (8 * MAX_INT_BYTES - 1)), (1 << (8 * MAX_INT_BYTES - 1)) - 1)


@st.composite
def arrays(draw: Callable[..., Any]) -> Array:
    dtype = draw(st.sampled_from(SENT_DTYPES))
    shape = tuple(draw(st.lists(st.integers(0, 4), max_size=4)))
    count = 1
    for size in shape:
        count *= size
    return Array(
        dtype, shape, draw(st.binary(min_size=count * _ITEM_BYTES[dtype], max_size=count * _ITEM_BYTES[dtype]))
    )


LEAVES = st.one_of(
    st.none(), st.booleans(), INTEGERS, st.floats(), TEXTS, st.binary(max_size=20), arrays(), TEXTS.map(Opaque)
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(TEXTS, inner, max_size=4),
        st.builds(Tree, st.sampled_from(HEADS), st.lists(inner, max_size=3).map(tuple)),
    ),
    max_leaves=20,
)


def same(left: Value, right: Value) -> bool:
    """Equality to the bit and to the type: NaN is NaN, 1 is not True, 0.0 is not -0.0."""
    return encode(left) == encode(right) and repr(left) == repr(right)


@given(VALUES)
def test_what_goes_in_comes_out(value: Value) -> None:
    assert same(decode(encode(value)), value)


@given(VALUES)
def test_a_frame_carries_one_value(value: Value) -> None:
    sent = bytearray()
    write_frame(sent.extend, value)
    assert same(read_frame(_reader(bytes(sent)), REQUEST), value)


@given(st.lists(VALUES, min_size=2, max_size=4), st.integers(1, 7))
def test_frames_follow_one_another_however_they_are_cut(values: list[Value], most: int) -> None:
    sent = bytearray()
    for value in values:
        write_frame(sent.extend, value)
    read = _reader(bytes(sent), most)
    assert all(same(read_frame(read, REQUEST), value) for value in values)
    with pytest.raises(EOFError):
        read_frame(read, REQUEST)


@given(st.binary(max_size=200))
@example(b"")
@example(b"l\xff\xff\xff\xff")
@example(b"d\x01\x00\x00\x00i\x01\x00N")
@example(b"a\x00\x20")
@example(b"a\x00\x02\xff\xff\xff\xff\xff\xff\xff\xff")
@example(b"a\x00\x02\x00\x00\x00\x00\xff\xff\xff\xff")
@example(b"e\xff\x00\x00")
@example(b"s\x01\x00\x00\x00\xff")
@example(b"i\x00")
def test_whatever_arrives_is_a_value_or_a_protocol_error(data: bytes) -> None:
    _decodes_or_says_so(data)


@given(VALUES, st.data())
@settings(max_examples=100)
def test_a_changed_message_is_a_value_or_a_protocol_error(value: Value, data: st.DataObject) -> None:
    message = bytearray(encode(value))
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(0, len(message) - 1))
        message[position] = data.draw(st.integers(0, 255))
    _decodes_or_says_so(bytes(message))


@given(VALUES, st.data())
def test_a_message_that_was_cut_is_a_protocol_error(value: Value, data: st.DataObject) -> None:
    message = encode(value)
    with pytest.raises(ProtocolError):
        decode(message[: data.draw(st.integers(0, len(message) - 1))])


def _decodes_or_says_so(data: bytes) -> None:
    try:
        value = decode(data)
    except ProtocolError:
        return
    assert decode(encode(value)) is not NotImplemented  # it is a value of the wire, whatever it means


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the message ends within a value"),
        (b"NN", "1 bytes left over"),
        (b"z", "no such tag: b'z'"),
        (b"l\xff\xff\xff\xff", "a count of 4294967295 in a message that is shorter"),
        (b"i\x00", "an integer of 0 bytes"),
        (b"i\xff" + bytes(255), "an integer of 255 bytes"),
        (b"i\x80" + bytes(127) + b"\x80", "an integer of more than 128 bytes"),
        (b"s\x01\x00\x00\x00\xff", "text that is not UTF-8"),
        (b"d\x01\x00\x00\x00Nabcdef", "a key that is not text"),
        (b"d\x02\x00\x00\x00" + b"s\x00\x00\x00\x00N" * 2, "a key twice"),
        (b"a\x09\x00", "no array of dtype 9 with 0 dimensions"),
        (b"a\x00\x09", "no array of dtype 0 with 9 dimensions"),
        (
            b"a\x00\x02" + b"\xff" * 8,
            "arrays of more than 1048576 elements, one of shape \\(4294967295, 4294967295\\)",
        ),
        (
            b"a\x00\x03" + struct.pack("<3I", 1 << 27, 0, 1),
            "arrays of more than 1048576 elements, one of shape \\(134217728, 0, 1\\)",
        ),
        (b"e\xff\x00\x00", "no head 255"),
        (b"l\x01\x00\x00\x00" * (REPLY.depth + 2), f"nested more than {REPLY.depth} deep"),
        (b"l" + struct.pack("<I", REPLY.items + 1) + b"N" * (REPLY.items + 1), f"more than {REPLY.items} values"),
    ],
)
def test_what_is_wrong_is_said(data: bytes, message: str) -> None:
    with pytest.raises(ProtocolError, match=f"^{message}$"):
        decode(data, REPLY)


class _Number(float):
    """Says that it is 1.0, and is not."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = float.__hash__


@pytest.mark.parametrize(
    "value",
    [
        _Number(2.0),
        1j,
        {1},
        {1: 2},
        object(),
        1 << (8 * MAX_INT_BYTES),
        bytearray(b"x"),
        type("Text", (str,), {})("x"),
    ],
    ids=["float subclass", "complex", "set", "integer key", "object", "large", "bytearray", "str subclass"],
)
def test_only_exact_types_are_sent(value: Any) -> None:
    with pytest.raises(ProtocolError):
        encode(value)


@pytest.mark.parametrize(
    "value", [(1,), [()], {"a": (1,)}, HandleNumber(1), Array("|u1", (1,), b"x"), Array("<c8", (1,), bytes(8))], ids=str
)
def test_what_only_we_say_is_refused_from_a_worker(value: Any) -> None:
    assert same(decode(encode(value)), value)
    with pytest.raises(ProtocolError):
        encode(value, REPLY)
    with pytest.raises(ProtocolError):
        decode(encode(value), REPLY)


def test_what_holds_itself_is_not_sent_for_ever() -> None:
    own: list[Any] = []
    own.append(own)
    with pytest.raises(ProtocolError, match="nested more than"):
        encode(own)


def test_a_length_is_refused_before_anything_is_made() -> None:
    asked: list[int] = []

    def read(count: int) -> bytes:
        asked.append(count)
        return (MAGIC + b"\xff\xff\xff\xff")[:count]

    with pytest.raises(ProtocolError, match="a frame of 4294967295 bytes; at most 10485760 are taken"):
        read_frame(read, REPLY)
    assert asked == [8]


def test_a_message_makes_no_more_than_its_own_size_allows() -> None:
    """The worst: a list of nothing, a byte each, is a pointer each; and every count is checked against what is left."""
    bombs = [
        b"l" + struct.pack("<I", REPLY.items - 1) + b"N" * (REPLY.items - 1),
        b"l\xff\xff\xff\x7f" * 30 + b"N" * 1000,
        b"a\x04\x02" + struct.pack("<II", 1 << 14, 1 << 14),
        b"s" + struct.pack("<I", 0xFFFFFFFF) + b"x" * 1000,
    ]
    tracemalloc.start()
    try:
        for bomb in bombs:
            tracemalloc.reset_peak()
            before = tracemalloc.get_traced_memory()[0]
            _decodes_or_says_so(bomb)
            assert tracemalloc.get_traced_memory()[1] - before < 50 * len(bomb) + (1 << 20)
    finally:
        tracemalloc.stop()


def test_what_does_not_begin_as_a_frame_is_none() -> None:
    with pytest.raises(ProtocolError, match="a frame does not begin with its magic"):
        read_frame(_reader(b"HTTP/1.1"), REPLY)


def _reader(data: bytes, most: int = 1 << 20) -> Callable[[int], bytes]:
    position = 0

    def read(count: int) -> bytes:
        nonlocal position
        part = data[position : position + min(count, most)]
        position += len(part)
        return part

    return read
