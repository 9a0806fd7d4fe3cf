"""The wire between the grader and a worker. This docstring is its specification; both ends are this file.

Frame      magic `BPG1`, length u32 (bytes that follow), then exactly one value. All integers are little-endian. A
           length over the reader's limit is refused before anything is allocated.
Value      one tag byte, then:
    N T F      none, true, false
    i          length u8, two's complement integer of that many bytes (at most MAX_INT_BYTES)
    f          IEEE 754 binary64 (NaN and infinities are values: it is the judge who refuses them)
    s          length u32, UTF-8 text
    b          length u32, bytes
    l          count u32, that many values: a list
    t          the same: a tuple. Only we say it; a worker's tuples are lists to us
    d          count u32, that many pairs: `s` key, value; keys are distinct
    a          dtype u8 (index in DTYPES, or for us in SENT_DTYPES), ndim u8 (at most MAX_NDIM), u32 dimensions, raw
               elements in C order
    e          head u8 (index in HEADS), count u16, that many values: a symbolic expression
    o          `s` reason: something that does not cross, in words ("a generator")
    h          u32 number: a value that the worker keeps. Only we say it: a worker's frame that has one is refused
Bounds     `REPLY` for what a worker says, `REQUEST` for what we do. A count is checked against the bytes that are left
           before a list is made, since no value takes less than one byte; and so are an array's elements, an empty
           dimension counted as one: who takes such an array apart makes an object of each.
Messages   every frame is one dict with a number that its answer carries too. Grader to worker:
    {"op": "load", "id", "files": {path: bytes}, "harness": {path: bytes}, "allowed": [root, ...],
                   "preload": [root, ...]}
                                                what to work with; nothing of it runs yet, so the worker itself answers
    {"op": "import", "id", "module"}            runs a module for the first time
    {"op": "call", "id", "module", "name", "args": [value, ...] | None, "kwargs": {name: value}, "keep", "drop"}
                                                with args None, reads a constant
    {"op": "operate", "id", "name", "args", "kwargs", "keep", "drop"}
                                                one of Python's own operations (`kept_values.OPERATIONS`) on kept values
           `keep` says where the result goes. None: it crosses. A number: it stays in the worker, known by that
           number from now on. A list of as many: each part of a tuple or list by itself. For a value that stays, what
           crosses is a None, bool, int, float or str that it is, or an Opaque. `drop`: numbers that are not needed
           any more. We choose the numbers, and none is chosen twice: there is nothing that a worker could forge.
           Worker to grader, exactly one for each:
    {"id", "status": "value", "value", "mutated": bool}
    {"id", "status": one of STATUSES, "message": str, "frames": [[file, line, function, column?, end column?], ...]}

Nothing here evaluates, imports or unpickles. Whatever arrives is one of the types below or a ProtocolError. Standard
library only, and nothing of ours, since the worker runs this file too.
"""

import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import prod
from typing import Any, TypeAlias

MAGIC = b"BPG1"
MAX_INT_BYTES = 128  # |integer| < 2**1023, so that it is also a float
MAX_NDIM = 8

DTYPES = ("|b1", "<i8", "<f2", "<f4", "<f8", "<c16")  # a worker widens what it has to one of these
SENT_DTYPES = (*DTYPES, "|i1", "<i2", "<i4", "|u1", "<u2", "<u4", "<u8", "<c8")
_ITEM_BYTES = (1, 8, 2, 4, 8, 16, 1, 2, 4, 1, 2, 4, 8, 8)

# The symbolic fragment. Symbol: name, assumption ("", "real", "positive"). Integer: one int. Rational: two. Float: one.
# Function: name, then arguments. Derivative: expression, then [variable, count]... Subs: expression, [old], [new].
CONSTANT_HEADS = ("pi", "E", "I", "oo", "zoo", "nan")  # each named as it is in sympy
COMPOSITE_HEADS = (  # each named as its class in sympy
    *("Add", "Mul", "Pow", "sin", "cos", "tan", "cot", "sec", "csc", "asin", "acos", "atan", "acot", "atan2"),
    *("sinh", "cosh", "tanh", "coth", "asinh", "acosh", "atanh"),
    *("exp", "log", "Abs", "sign", "re", "im", "conjugate", "arg"),
    *("Equality", "Min", "Max", "floor", "ceiling", "Mod"),
)
HEADS = (
    *("Symbol", "Integer", "Rational", "Float"),
    *CONSTANT_HEADS,
    *COMPOSITE_HEADS,
    *("Function", "Derivative", "Subs"),
)
MAX_HEAD_ARGS = 0xFFFF

# error: the code raised. missing: NotImplementedError, or no such name. signature: the call does not fit the function.
# forbidden: an import that is not allowed was tried, however it was written. limit: a bound on memory, disk, files or
# processes was passed, and the message says which. results: it has not the parts that `keep` speaks of, and the message
# says what it is. gone: a number that this worker does not know.
STATUSES = ("error", "missing", "signature", "forbidden", "limit", "results", "gone")

# Of values that one worker keeps at a time: those that checks still hold. They hold fewer themselves (`suite.proxy`).
MAX_HANDLES = 30_000


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one frame may hold: bytes, values, levels of nesting, elements of all its arrays together.

    `ours`: handles, tuples and SENT_DTYPES are taken, too.
    """

    bytes: int
    items: int
    depth: int
    elements: int
    ours: bool = False

    @property
    def dtypes(self) -> tuple[str, ...]:
        return SENT_DTYPES if self.ours else DTYPES


# A worker's: the largest honest answer, a network's, is well under 1 MiB; a nested-list image of 256 x 256 has 65,793
# values. Judging an array takes some ten times its size as float64, and so stays under 100 MiB.
REPLY = Bounds(bytes=10 << 20, items=70_000, depth=120, elements=1 << 20)
# Ours: a course's own data set has to fit, and a dozen of a worker's answers in one question to an oracle, some levels
# deeper. Python's own stack allows about 900 levels.
REQUEST = Bounds(bytes=1 << 30, items=1_000_000, depth=150, elements=1 << 28, ours=True)


class ProtocolError(Exception):
    """Bytes that are no message, or a value that cannot be one. Wrapped by the grader's side, fatal on the worker's."""


@dataclass(frozen=True, slots=True)
class Array:
    """A numeric array in C order; `dtype` is one of SENT_DTYPES. Kept as bytes so that this file needs no numpy."""

    dtype: str
    shape: tuple[int, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class Tree:
    """A symbolic expression: a head of HEADS and its arguments (trees, integers, floats, texts, lists of trees)."""

    head: str
    args: tuple["Value", ...] = ()


@dataclass(frozen=True, slots=True)
class Opaque:
    """A value that does not cross the wire; `reason` says in words what it was."""

    reason: str


@dataclass(frozen=True, slots=True)
class HandleNumber:
    """A value that the worker keeps under this number."""

    number: int


Value: TypeAlias = (
    "bool | int | float | str | bytes | list[Value] | tuple[Value, ...] | dict[str, Value] | Array | Tree | Opaque"
    "| HandleNumber | None"
)


def encode(value: Value, bounds: Bounds = REQUEST) -> bytes:
    """The value's bytes. Raises ProtocolError for anything that is not of the types above, exactly, or past a bound."""
    encoder = _Encoder(bounds)
    encoder.put(value, 0)
    return bytes(encoder.out)


def decode(data: bytes, bounds: Bounds = REQUEST) -> Value:
    """The one value that `data` holds. Raises ProtocolError, and nothing else, on any other bytes."""
    decoder = _Decoder(data, bounds)
    value = decoder.take(0)
    if decoder.position != len(data):
        raise ProtocolError(f"{len(data) - decoder.position} bytes left over")
    return value


def write_frame(write: Callable[[bytes], object], value: Value, bounds: Bounds = REQUEST) -> None:
    """Send one value as a frame through `write`, which takes all it is given. Raises ProtocolError."""
    payload = encode(value, bounds)
    if len(payload) > bounds.bytes:
        raise ProtocolError(f"a frame of {len(payload)} bytes; at most {bounds.bytes} are taken")
    write(MAGIC + struct.pack("<I", len(payload)) + payload)


def read_frame(read: Callable[[int], bytes], bounds: Bounds) -> Value:
    """The next frame's value. `read(n)` gives at most n bytes, none at the end.

    Raises EOFError if the stream ends before or within a frame, ProtocolError if the bytes are no frame.
    """
    header = _read_exactly(read, 8)
    if header[:4] != MAGIC:
        raise ProtocolError("a frame does not begin with its magic")
    (length,) = struct.unpack("<I", header[4:])
    if length > bounds.bytes:
        raise ProtocolError(f"a frame of {length} bytes; at most {bounds.bytes} are taken")
    return decode(_read_exactly(read, length), bounds)


def _read_exactly(read: Callable[[int], bytes], count: int) -> bytes:
    parts: list[bytes] = []
    while count:
        part = read(min(count, 1 << 20))
        if not part:
            raise EOFError("the stream ended within a frame")
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


class _Tally:
    """What one frame has held so far, beside its bounds."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self.items = 0
        self.elements = 0

    def count_value(self, depth: int) -> None:
        self.items += 1
        if self.items > self.bounds.items:
            raise ProtocolError(f"more than {self.bounds.items} values")
        if depth > self.bounds.depth:
            raise ProtocolError(f"nested more than {self.bounds.depth} deep")

    def count_elements(self, shape: tuple[int, ...]) -> None:
        self.elements += weight(shape)
        if self.elements > self.bounds.elements:
            raise ProtocolError(f"arrays of more than {self.bounds.elements} elements, one of shape {shape}")


def weight(shape: Iterable[int]) -> int:
    """How many elements an array of this shape counts for: an empty dimension as one."""
    return prod(max(size, 1) for size in shape)


class _Encoder(_Tally):
    def __init__(self, bounds: Bounds) -> None:
        super().__init__(bounds)
        self.out = bytearray()

    def put(self, value: Value, depth: int) -> None:
        self.count_value(depth)
        write = _WRITERS.get(type(value))  # exact types only: a subclass could say one thing and be another
        if write is None or (type(value) in (HandleNumber, tuple) and not self.bounds.ours):
            raise ProtocolError(f"a {type(value).__name__} does not cross the wire")
        write(self, value, depth)

    def put_tag(self, tag: bytes) -> None:
        self.out += tag

    def put_int(self, value: int) -> None:
        size = value.bit_length() // 8 + 1
        if size > MAX_INT_BYTES:
            raise ProtocolError(f"an integer of more than {MAX_INT_BYTES} bytes")
        self.out += b"i" + bytes([size]) + value.to_bytes(size, "little", signed=True)

    def put_bytes(self, tag: bytes, data: bytes) -> None:
        self.out += tag + struct.pack("<I", len(data)) + data

    def put_sequence(self, value: "list[Value] | tuple[Value, ...]", depth: int) -> None:
        self.out += (b"t" if type(value) is tuple else b"l") + struct.pack("<I", len(value))
        for item in value:
            self.put(item, depth + 1)

    def put_dict(self, value: "dict[str, Value]", depth: int) -> None:
        self.out += b"d" + struct.pack("<I", len(value))
        for key, item in value.items():
            if type(key) is not str:
                raise ProtocolError("a key that is not text")
            self.put_text(b"s", key)
            self.put(item, depth + 1)

    def put_array(self, value: Array) -> None:
        if value.dtype not in self.bounds.dtypes or len(value.shape) > MAX_NDIM:
            raise ProtocolError(f"an array of dtype {value.dtype} and {len(value.shape)} dimensions")
        self.count_elements(value.shape)
        self.out += b"a" + bytes([SENT_DTYPES.index(value.dtype), len(value.shape)])
        self.out += struct.pack(f"<{len(value.shape)}I", *value.shape) + value.data

    def put_text(self, tag: bytes, text: str) -> None:
        self.put_bytes(tag, text.encode("utf-8", "replace"))

    def put_tree(self, value: Tree, depth: int) -> None:
        if value.head not in HEADS or len(value.args) > MAX_HEAD_ARGS:
            raise ProtocolError(f"no head {value.head} of {len(value.args)} arguments")
        self.out += b"e" + struct.pack("<BH", HEADS.index(value.head), len(value.args))
        for item in value.args:
            self.put(item, depth + 1)


_WRITERS: dict[type, Callable[[_Encoder, Any, int], object]] = {
    type(None): lambda encoder, value, depth: encoder.put_tag(b"N"),
    bool: lambda encoder, value, depth: encoder.put_tag(b"T" if value else b"F"),
    int: lambda encoder, value, depth: encoder.put_int(value),
    float: lambda encoder, value, depth: encoder.put_tag(b"f" + struct.pack("<d", value)),
    str: lambda encoder, value, depth: encoder.put_text(b"s", value),
    bytes: lambda encoder, value, depth: encoder.put_bytes(b"b", value),
    list: _Encoder.put_sequence,
    tuple: _Encoder.put_sequence,
    dict: _Encoder.put_dict,
    Array: lambda encoder, value, depth: encoder.put_array(value),
    Tree: _Encoder.put_tree,
    Opaque: lambda encoder, value, depth: encoder.put_text(b"o", value.reason),
    HandleNumber: lambda encoder, value, depth: encoder.put_tag(b"h" + struct.pack("<I", value.number)),
}


class _Decoder(_Tally):
    def __init__(self, data: bytes, bounds: Bounds) -> None:
        super().__init__(bounds)
        self.data = data
        self.position = 0

    def take(self, depth: int) -> Value:
        self.count_value(depth)
        match self.raw(1):
            case b"N":
                return None
            case b"T":
                return True
            case b"F":
                return False
            case b"i":
                return self.integer()
            case b"f":
                return float(struct.unpack("<d", self.raw(8))[0])
            case b"s":
                return self.text()
            case b"b":
                return self.raw(self.count(1))
            case b"l":
                return [self.take(depth + 1) for _ in range(self.count(1))]
            case b"t" if self.bounds.ours:
                return tuple(self.take(depth + 1) for _ in range(self.count(1)))
            case b"d":
                return self.dictionary(depth)
            case b"a":
                return self.array()
            case b"e":
                return self.tree(depth)
            case b"o":
                return Opaque(self.text())
            case b"h" if self.bounds.ours:
                return HandleNumber(int(struct.unpack("<I", self.raw(4))[0]))
            case tag:
                raise ProtocolError(f"no such tag: {tag!r}")

    def raw(self, count: int) -> bytes:
        end = self.position + count
        if end > len(self.data):
            raise ProtocolError("the message ends within a value")
        self.position, start = end, self.position
        return self.data[start:end]

    def count(self, least: int) -> int:
        """A u32 count of things of at least `least` bytes each."""
        (count,) = struct.unpack("<I", self.raw(4))
        if count * least > len(self.data) - self.position:
            raise ProtocolError(f"a count of {count} in a message that is shorter")
        return int(count)

    def integer(self) -> int:
        size = self.raw(1)[0]
        if not 1 <= size <= MAX_INT_BYTES:
            raise ProtocolError(f"an integer of {size} bytes")
        value = int.from_bytes(self.raw(size), "little", signed=True)
        if value.bit_length() // 8 + 1 > MAX_INT_BYTES:  # -2**1023, the one that has no opposite
            raise ProtocolError(f"an integer of more than {MAX_INT_BYTES} bytes")
        return value

    def text(self) -> str:
        try:
            return self.raw(self.count(1)).decode("utf-8")
        except UnicodeDecodeError as error:
            raise ProtocolError("text that is not UTF-8") from error

    def dictionary(self, depth: int) -> "dict[str, Value]":
        result: dict[str, Value] = {}
        for _ in range(self.count(6)):
            if self.raw(1) != b"s":
                raise ProtocolError("a key that is not text")
            key = self.text()
            if key in result:
                raise ProtocolError("a key twice")
            result[key] = self.take(depth + 1)
        return result

    def array(self) -> Array:
        code, ndim = self.raw(2)
        if code >= len(self.bounds.dtypes) or ndim > MAX_NDIM:
            raise ProtocolError(f"no array of dtype {code} with {ndim} dimensions")
        shape = struct.unpack(f"<{ndim}I", self.raw(4 * ndim))
        self.count_elements(shape)
        return Array(SENT_DTYPES[code], shape, self.raw(prod(shape) * _ITEM_BYTES[code]))

    def tree(self, depth: int) -> Tree:
        code, count = struct.unpack("<BH", self.raw(3))
        if code >= len(HEADS):
            raise ProtocolError(f"no head {code}")
        return Tree(HEADS[code], tuple(self.take(depth + 1) for _ in range(count)))
