"""What the student's train_epoch is handed: the batches, and a loss function that remembers what it gave."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn

from .answers import kept


def pieces(epoch: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """The training set in batches, shuffled by seed and epoch alone: a student's draws do not change the order."""
    x, y = kept("x"), kept("y")
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(1000 * kept("seed") + epoch)).to(x.device)
    size = kept("options")["batch_size"]
    return list(zip(x[order].split(size), y[order].split(size), strict=True))


class Batches:
    """What the student iterates over: (x, y) pairs, with a length. Iteration ends early once the time is over.

    `before_second` is called when the second batch is asked for; `taken` counts the batches that were handed out.
    """

    def __init__(
        self, items: list[Any], until: float = float("inf"), before_second: Callable[[], None] = lambda: None
    ) -> None:
        self.items = items
        self.until = until
        self.before_second = before_second
        self.cut = False
        self._taken: set[int] = set()

    @property
    def taken(self) -> int:
        return len(self._taken)

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> Any:
        numbers = range(len(self.items))[index]
        self._taken.update([numbers] if isinstance(numbers, int) else numbers)
        return self.items[index]

    def __iter__(self) -> Iterator[Any]:
        for number, item in enumerate(self.items):
            if time.perf_counter() > self.until:
                self.cut = True
                return
            if number == 1:
                self.before_second()
            self._taken.add(number)
            yield item


class RecordingLoss(nn.CrossEntropyLoss):
    """The mean cross-entropy, which remembers what it gave: the student's own mean is compared with it."""

    def forward(self, input: torch.Tensor, target: torch.Tensor) -> torch.Tensor:  # noqa: A002 - torch's own names
        loss = super().forward(input, target)
        self.__dict__.setdefault("seen", []).append(loss.detach())
        return loss

    def summary(self) -> dict[str, float | None]:
        """Mean and bounds of what was given; None where it was never asked."""
        seen = self.__dict__.get("seen")
        if not seen:
            return {"loss": None, "low": None, "high": None}
        values = torch.stack(seen).cpu().double()  # there is no float64 on an Apple GPU
        return {"loss": float(values.mean()), "low": float(values.min()), "high": float(values.max())}
