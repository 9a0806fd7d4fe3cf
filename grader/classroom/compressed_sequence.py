"""Keep many similar values in little memory: pickled and compressed in blocks, one of them unpacked at a time."""

import pickle
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Generic, TypeVar, overload

T = TypeVar("T")

# Values, all unpacked for each who goes through them. A hand-in packed takes some 50 bytes, a tenth of its own.
BLOCK = 32


def compressed(values: Iterable[T]) -> "CompressedSequence[T]":
    """The values compressed, if they are not already."""
    return values if isinstance(values, CompressedSequence) else CompressedSequence(values)


class CompressedSequence(Sequence[T], Generic[T]):
    """A sequence of compressed values. Each access returns an equal value, but not the same object."""

    def __init__(self, values: Iterable[T]) -> None:
        self._blocks: list[bytes] = []  # made and read by this process alone: nobody else's pickles
        self._count = 0
        block: list[T] = []
        for value in values:
            block.append(value)
            if len(block) == BLOCK:
                self._put(block)
                block = []
        self._put(block)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[T]:
        for number in range(len(self._blocks)):
            yield from self._block(number)

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[T]: ...
    def __getitem__(self, place: int | slice) -> T | Sequence[T]:
        if isinstance(place, slice):
            return [self[index] for index in range(*place.indices(len(self)))]
        number, inside = divmod(range(len(self))[place], BLOCK)
        return self._block(number)[inside]

    def _put(self, block: list[T]) -> None:
        self._blocks.append(zlib.compress(pickle.dumps(block), 1))
        self._count += len(block)

    def _block(self, number: int) -> list[T]:
        block: list[T] = pickle.loads(zlib.decompress(self._blocks[number]))
        return block
