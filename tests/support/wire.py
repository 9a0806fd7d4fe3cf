"""Values, trees, messages and archives at random, right ones and wrong ones: for the tests and for the fuzz run."""

import io
import random
import struct
import zipfile
from collections.abc import Callable

from grader.sandbox.child.protocol import (
    CONSTANT_HEADS,
    DTYPES,
    HEADS,
    Array,
    HandleNumber,
    Opaque,
    Tree,
    Value,
    encode,
)

_ITEM_BYTES = dict(zip(DTYPES, (1, 8, 2, 4, 8, 16), strict=True))
_TEXTS = ("", "x", "f_x", "theta", "status", "value", "id", "message", "\x00", "é" * 5, "__import__('os')", "a" * 300)
_SIZES = (0, 1, 2, 3, 255, 65_535, 1 << 20, (1 << 31) - 1, (1 << 32) - 1)


def value(draw: random.Random, depth: int = 0) -> Value:
    """Any value that the wire carries."""
    makers: list[Callable[[], Value]] = [
        lambda: None,
        lambda: draw.random() < 0.5,
        lambda: draw.randint(-(1 << draw.choice((3, 60, 1000))), 1 << draw.choice((3, 60, 1000))),
        lambda: draw.choice((0.0, -0.0, 1.5, float("nan"), float("inf"), 1e308, draw.random())),
        lambda: draw.choice(_TEXTS),
        lambda: draw.randbytes(draw.randrange(20)),
        lambda: Opaque(draw.choice(_TEXTS)),
        lambda: array(draw),
    ]
    if depth < 5:
        makers += [
            lambda: [value(draw, depth + 1) for _ in range(draw.randrange(5))],
            lambda: {f"{draw.choice(_TEXTS)}{i}": value(draw, depth + 1) for i in range(draw.randrange(4))},
            lambda: any_tree(draw, depth + 1),
            lambda: tree(draw, depth + 1),
            lambda: answer(draw, depth + 1),
        ]
    return draw.choice(makers)()


def array(draw: random.Random) -> Array:
    dtype = draw.choice(DTYPES)
    shape = tuple(draw.randrange(4) for _ in range(draw.randrange(5)))
    size = _ITEM_BYTES[dtype]
    for side in shape:
        size *= side
    return Array(dtype, shape, draw.randbytes(size))


def any_tree(draw: random.Random, depth: int) -> Tree:
    """A head over anything: the wire takes it, mathematics mostly does not."""
    return Tree(draw.choice(HEADS), tuple(value(draw, depth + 1) for _ in range(draw.randrange(4))))


def tree(draw: random.Random, depth: int = 0) -> Tree:
    """An expression, as far as its form goes."""
    name = draw.choice(("f_x", "f_y", "r", "theta", "x", "w_1", "C_1", "", "λ", "1", "a b", "__import__('os')"))
    leaves: list[Tree] = [
        Tree("Symbol", (name or "x", draw.choice(("", "real", "positive")))),
        Tree("Integer", (draw.choice((0, 1, -1, 2, 7, 10**9, 1 << 900)),)),
        Tree("Rational", (draw.randint(-9, 9), draw.randint(1, 9))),
        Tree("Float", (draw.choice((0.5, -2.0, 1e-300, 1e300, float("nan"), float("inf"))),)),
        Tree(draw.choice(CONSTANT_HEADS)),
    ]
    if depth > 4 or draw.random() < 0.3:
        return draw.choice(leaves)
    part = lambda: tree(draw, depth + 1)  # noqa: E731
    symbol = Tree("Symbol", (draw.choice(("f_x", "r", "theta", "x")), draw.choice(("", "real"))))
    head = draw.choice(HEADS[10:])
    match head:
        case "Add" | "Mul" | "Min" | "Max":
            return Tree(head, tuple(part() for _ in range(draw.randint(1, 4))))
        case "Pow" | "atan2" | "Mod":
            return Tree(head, (part(), part()))
        case "Function":
            return Tree(head, (name or "f", part(), *(part() for _ in range(draw.randrange(2)))))
        case "Derivative":
            return Tree(head, (part(), [symbol, draw.choice((1, 2, 5, 100))]))
        case "Subs":
            return Tree(head, (part(), [symbol], [part()]))
        case "Equality":
            return part()
    return Tree(head, (part(),))


def answer(draw: random.Random, depth: int = 0) -> dict[str, Value]:
    """What a worker's frame looks like, or nearly."""
    frame: dict[str, Value] = {
        "id": draw.choice((1, 2, True, -1, None)),
        "status": draw.choice(("value", "error", "missing", "passed", 1)),
        "value": value(draw, depth + 2),
        "mutated": draw.choice((True, False, None)),
        "message": draw.choice(_TEXTS),
        "frames": draw.choice(([], [["exercise2.py", 1, "f"]], [["exercise2.py", -(1 << 500), "f"]], [[1], None, []])),
    }
    for name in draw.sample(sorted(frame), draw.choice((0, 0, 1, 2))):
        del frame[name]
    return frame


def mutated(draw: random.Random, data: bytes, other: bytes) -> bytes:
    """Some of the bytes changed, cut, doubled, or replaced by lengths that promise too much."""
    out = bytearray(data)
    for _ in range(draw.choice((1, 1, 1, 2, 4, 8))):
        at = draw.randrange(len(out) + 1)
        match draw.randrange(7):
            case 0 if out:
                out[at % len(out)] = draw.randrange(256)
            case 1:
                del out[at:]
            case 2:
                out[at:at] = draw.randbytes(draw.randrange(1, 9))
            case 3:
                out[at : at + 4] = struct.pack("<I", draw.choice(_SIZES))
            case 4:
                out[at:at] = draw.choice((b"l\1\0\0\0", b"e\x0a\1\0", b"d\1\0\0\0s\0\0\0\0")) * draw.choice(
                    (1, 50, 500)
                )
            case 5:
                out[at : at + draw.randrange(9)] = b""
            case _:
                out[at:] = other[draw.randrange(len(other) + 1) :]
    return bytes(out)


def message(draw: random.Random, seeds: list[bytes]) -> bytes:
    """One message: made by the grammar, or one of `seeds` mutated; made ones join the seeds."""
    if draw.random() < 0.15:
        new_message = encode(draw.choice((value, answer))(draw))
        seeds[draw.randrange(len(seeds))] = new_message
        return new_message
    return mutated(draw, draw.choice(seeds), draw.choice(seeds))


def seeds(draw: random.Random, count: int = 200) -> list[bytes]:
    """Messages to mutate; some have in them what only we may say."""
    handle = HandleNumber(draw.randrange(1 << 32))
    return [encode([handle, value(draw)] if draw.random() < 0.1 else value(draw)) for _ in range(count)]


def archive(draw: random.Random) -> bytes:
    """A zip of a submission: names that lead out, links, passwords, doubled and nested members; now and then broken."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for _ in range(draw.randint(0, 6)):
            member = zipfile.ZipInfo(draw.choice(_MEMBERS), (2020, 1, 25, 14, 0, 0))
            member.external_attr = draw.choice((0, 0, 0, 0o100644, 0o120777, 0o010644, 0o060644)) << 16
            content = draw.choice((b"", b"x = 1\n", draw.randbytes(50), bytes(300 << 10), b"PK\5\6" + bytes(18)))
            packed.NameToInfo.clear()  # else it warns of twins
            packed.writestr(member, content, draw.choice((0, 8, 8, 12, 14)))
    data = bytearray(file.getvalue())
    if draw.random() < 0.3 and len(data) > 30:  # says that its first member has a password
        data[6] |= 1
    if draw.random() < 0.7:
        for _ in range(draw.choice((1, 2, 20))):
            at = draw.randrange(len(data))
            data[at] = draw.randrange(256)
    if draw.random() < 0.1:
        del data[draw.randrange(len(data)) :]
    return bytes(data)


_MEMBERS = (
    *(
        "exercise1.py",
        "exercise1.py",
        "hw/exercise2.py",
        "exercise3.py/",
        "report.md",
        "student.toml",
        "deep/" * 40 + "a.py",
    ),
    *(
        "../exercise1.py",
        "/etc/exercise1.py",
        "C:\\exercise1.py",
        "a/../../b.py",
        "\\\\host\\x.py",
        "",
        ".",
        "/",
        "a//b.py",
    ),
    *(
        "inner.zip",
        "\x1b[2J.py",
        "\u202e.py",
        "n\x00.py",
        "__MACOSX/exercise1.py",
        ".git/x.py",
        "con.py",
        "a" * 300 + ".py",
    ),
)
