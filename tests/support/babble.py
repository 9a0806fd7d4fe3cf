"""A sandbox whose workers answer every question at once with anything that the wire carries: what a forger could do."""

import random
import struct
from io import BytesIO
from math import prod
from typing import Any

from grader.sandbox.child.protocol import DTYPES, MAGIC, REQUEST, Array, HandleNumber, Opaque, Value, encode, read_frame
from grader.sandbox.launcher import Bundle
from tests.support import wire


class BabbleLauncher:
    """Every worker of it babbles on from one seed."""

    name = "babble"
    restrictions: tuple[str, ...] = ()

    def __init__(self, seed: int) -> None:
        self._draw = random.Random(seed)

    def launch(self, bundle: Bundle) -> "BabbleConnection":
        return BabbleConnection(self._draw)

    def close(self) -> None:
        pass


class BabbleConnection:
    """Takes one request and has the reply ready."""

    def __init__(self, draw: random.Random) -> None:
        self._draw = draw
        self._out = BytesIO()

    def send(self, data: bytes) -> None:
        request: Any = read_frame(BytesIO(data).read, REQUEST)
        reply = self._reply(request)
        payload = encode({"id": request["id"], **reply})
        self._out = BytesIO(MAGIC + struct.pack("<I", len(payload)) + payload)

    def receive(self, count: int) -> bytes:
        return self._out.read(count)

    def output(self) -> str:
        return self._draw.choice(("", "", "\x1b[2J[/red]<script>\u202e" * 100))

    def processor_time(self) -> None:
        """Not known."""

    def end(self) -> str:
        return "babbled"

    def _reply(self, request: dict[str, Any]) -> dict[str, Value]:
        if request["op"] not in ("call", "operate"):
            return {"status": "value", "value": None, "mutated": False}
        if self._draw.random() < 0.05:
            status = self._draw.choice(("error", "missing", "signature", "forbidden", "results", "gone", "memory"))
            return {"status": status, "message": "\x1b[2J" * 1000, "frames": [["exercise2.py", 1, "\x1b[2J"]]}
        value = anything(self._draw, request["args"] or [])
        if isinstance(request["keep"], list) and self._draw.random() < 0.9:
            value = [wire.value(self._draw) for _ in request["keep"]]
        if request["op"] == "operate" and self._draw.random() < 0.01:
            value = [value, HandleNumber(self._draw.randrange(1 << 32))]
        return {"status": "value", "value": value, "mutated": True}


def anything(draw: random.Random, args: list[Value]) -> Value:
    """Something that could be taken for an answer to a question with these arguments."""
    arrays = [item for item in args if isinstance(item, Array)]
    makers = [lambda: wire.value(draw), lambda: wire.tree(draw), lambda: [wire.value(draw) for _ in range(9)]]
    makers += [
        lambda: [wire.tree(draw) for _ in range(9)],
        lambda: [[draw.randint(-9, 9), draw.choice(_ODD)] for _ in range(9)],
    ]
    if arrays:
        shape = draw.choice(arrays).shape
        makers += [lambda: _array(draw, shape), lambda: _array(draw, shape), lambda: _nested(draw, shape)] * 2
    return draw.choice(makers)()


_ODD: tuple[Value, ...] = (
    *(0, 1, -1, True, None, 1 << 1000, -(1 << 70), 0.5, float("nan"), float("-inf"), 1e308, 5e-324),
    *("", "1", "nan", [], {}, [[]], Opaque("a generator"), Array("<f8", (), bytes(8)), Array("<c16", (0, 3), b"")),
)
_FLOATS = (0.0, -0.0, 1.0, float("nan"), float("inf"), -1e308, 5e-324)


def _array(draw: random.Random, shape: tuple[int, ...]) -> Array:
    dtype = draw.choice(DTYPES)
    size = {"|b1": 1, "<i8": 8, "<f2": 2, "<f4": 4, "<f8": 8, "<c16": 16}[dtype] * prod(shape)
    match draw.randrange(3):
        case 0:
            return Array(dtype, shape, bytes(size))
        case 1:
            return Array(dtype, shape, draw.randbytes(size))
    return Array("<f8", shape, struct.pack(f"<{prod(shape)}d", *draw.choices(_FLOATS, k=prod(shape))))


def _nested(draw: random.Random, shape: tuple[int, ...]) -> Value:
    if not shape:
        return draw.choice(_ODD) if draw.random() < 0.3 else float(draw.randint(-3, 3))
    return [_nested(draw, shape[1:]) for _ in range(min(shape[0], 4))]
