"""The arguments of the student's train_epoch: the batches, and a loss function that records the values it returns."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import perf_counter, process_time  # by name: the module's may be replaced by the student's code
from typing import Any

import torch
from torch import nn

from .answers import recall
from .originals import replaced_in_a_step
from .watching import Watch


def pieces(epoch: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """The training set in batches (x, y), shuffled by seed and epoch alone: random numbers that the student draws do
    not change the order."""
    x, y = recall("x"), recall("y")
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(1000 * recall("seed") + epoch)).to(x.device)
    size = recall("options")["batch_size"]
    return list(zip(x[order].split(size), y[order].split(size), strict=True))


class Deadline:
    """When the batches end: after `work` seconds of processor time, or `wall` seconds on the clock if these are over
    first."""

    def __init__(self, work: float, wall: float) -> None:
        self.began, self.worked = perf_counter(), process_time()
        self.work, self.wall = work, wall

    def passed(self) -> bool:
        return self.spent() > self.work or perf_counter() - self.began > self.wall

    def spent(self) -> float:
        """Seconds of work. On a GPU the processor mostly waits, so that there the clock counts."""
        elapsed = perf_counter() - self.began
        return elapsed if recall("device").type != "cpu" else min(elapsed, process_time() - self.worked)


class Batches:
    """The batches that the student iterates over, with a length. Iteration ends early once the deadline has passed:
    `cut` is then True. `used_count` is the number of different batches that were handed out. `note_images` is called
    with the images of each batch of an iteration."""

    def __init__(
        self, items: list[Any], deadline: Deadline, note_images: Callable[[torch.Tensor], None] = lambda _: None
    ) -> None:
        self.items = items
        self.deadline = deadline
        self._note_images = note_images
        self.cut = False
        self._used: set[int] = set()

    @property
    def used_count(self) -> int:
        return len(self._used)

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> Any:
        numbers = range(len(self.items))[index]
        self._used.update([numbers] if isinstance(numbers, int) else numbers)
        return self.items[index]

    def __iter__(self) -> Iterator[Any]:
        for number, item in enumerate(self.items):
            if self.deadline.passed():
                self.cut = True
                return
            self._used.add(number)
            self._note_images(item[0])
            yield item


@dataclass(slots=True)
class _Value:
    """A value of the loss function, and the labels that it is about. `step` is the number of the step that may follow
    it, `went_back` whether a backward pass went through it."""

    loss: torch.Tensor
    target: torch.Tensor
    step: int
    went_back: bool = False


class RecordingLoss(nn.CrossEntropyLoss):
    """The mean cross-entropy, which records what it returns: the mean that train_epoch returns is compared with that.

    A closure computes the loss of a batch several times, so there are several means over an epoch: of the first value
    for each batch, of the last, and of all, each plain and weighted by the size of the batch. Only what steps went by
    counts, if there is any: whoever asks for other values could have them give any mean. `watch` sees each value that
    has a gradient. `replaced` are the names of functions of torch that were others then.
    """

    def __init__(self, watch: Watch | None) -> None:
        super().__init__()
        self._watch = watch
        self._values: list[_Value] = []
        self.backward_passes = 0
        self.replaced: set[str] = set()

    def forward(self, input: torch.Tensor, target: torch.Tensor) -> torch.Tensor:  # noqa: A002 - torch's own names
        self.replaced |= replaced_in_a_step()
        loss = super().forward(input, target)
        value = _Value(loss.detach(), target, self._watch.ended_steps if self._watch else -1)
        if loss.requires_grad:
            loss.register_hook(lambda _: self._goes_back(value))
            if self._watch is not None:
                self._watch.loss.sees(loss, target)
        self._values.append(value)
        return loss

    def _goes_back(self, value: _Value) -> None:
        if self._watch is None or not self._watch.loss.computing:
            value.went_back = True
            self.backward_passes += 1

    def summary(self) -> dict[str, float | None]:
        """loss: the plain mean of all values; low, high: the lowest and the highest of the means. None where it was
        never called."""
        steps = self._watch.ended_steps if self._watch else 0
        used = [value for value in self._values if value.went_back and value.step < steps] or self._values
        if not used:
            return {"loss": None, "low": None, "high": None}
        values = torch.stack([value.loss for value in used]).cpu().double()  # there is no float64 on an Apple GPU
        weights = torch.tensor([float(len(value.target)) for value in used], dtype=torch.float64)
        new = [n == 0 or used[n].target is not used[n - 1].target for n in range(len(used))]
        first = torch.tensor(new)
        last = torch.tensor([*new[1:], True])
        means = [
            float((values[chosen] * w[chosen]).sum() / w[chosen].sum())
            for chosen in (torch.ones_like(first), first, last)
            for w in (weights, torch.ones_like(weights))
        ]
        return {"loss": float(values.mean()), "low": min(means), "high": max(means)}
