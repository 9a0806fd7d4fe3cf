"""Align two hand-ins line by line, so that a person sees what they share. Pure.

Lines count as the same if they have the same shape: names, texts, comments and spaces are the writer's choice.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

MAX_LINES = 400  # of one file: a hand-in has some fifty
MAX_WIDTH = 160  # characters of a line


@dataclass(frozen=True, slots=True)
class LinePair:
    """A line of each hand-in, None where one has none there; `shared` if both have the same shape."""

    left: str | None
    right: str | None
    shared: bool = False


@dataclass(frozen=True, slots=True)
class FilePair:
    """A file that both have, or that one has under another name."""

    left: str
    right: str
    lines: tuple[LinePair, ...]


def file_pairs(
    left: Mapping[str, bytes], right: Mapping[str, bytes], shape: Callable[[str], str]
) -> Iterator[FilePair]:
    """The Python files that go by the same name in both, in which at least a line is shared.

    `shape` says what of a line is not its writer's choice; "" for a line that says nothing.
    """
    for name in sorted(left.keys() & right.keys()):
        if name.endswith(".py"):
            lines = tuple(_aligned(_lines(left[name]), _lines(right[name]), shape))
            if any(line.shared for line in lines):
                yield FilePair(name, name, lines)


def _lines(content: bytes) -> list[str]:
    return [line[:MAX_WIDTH] for line in content.decode("utf-8", "replace").splitlines()[:MAX_LINES]]


def _aligned(left: Sequence[str], right: Sequence[str], shape: Callable[[str], str]) -> Iterator[LinePair]:
    shapes = [shape(line) for line in left], [shape(line) for line in right]
    for kind, a, b, c, d in SequenceMatcher(None, *shapes, autojunk=False).get_opcodes():
        for place in range(max(b - a, d - c)):
            left_line = left[a + place] if a + place < b else None
            right_line = right[c + place] if c + place < d else None
            yield LinePair(left_line, right_line, kind == "equal" and bool(shapes[0][a + place]))
