"""What can be gone through again and again without being kept: made anew each time."""

from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Reiterable(Iterable[T], Generic[T]):
    """All that `make` makes, whenever it is asked for."""

    def __init__(self, make: Callable[[], Iterator[T]]) -> None:
        self._make = make

    def __iter__(self) -> Iterator[T]:
        return self._make()
