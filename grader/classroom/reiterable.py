"""An iterable that can be iterated again and again without being kept in memory."""

from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Reiterable(Iterable[T], Generic[T]):
    """Iterates over what `make` returns, calling it anew each time."""

    def __init__(self, make: Callable[[], Iterator[T]]) -> None:
        self._make = make

    def __iter__(self) -> Iterator[T]:
        return self._make()
