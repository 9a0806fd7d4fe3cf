"""What a network makes of very few images: one that begins at random cannot learn much from them.

They come as any batch of an epoch does, to the student's own train_epoch: what would be hidden from a batch of ten, or
outside of the training, has to be hidden in all of it.
"""

from typing import Any

import torch
from torch import nn

from . import student_module as student
from .answers import recall
from .batches import Batches, Deadline, RecordingLoss

STEPS, RATE = 30, 0.01
BATCHES = 5  # of an epoch
NOISE = 0.01  # of the images' deviation, which makes each of a batch another one
SECONDS = 5.0


class StandIn(torch.optim.Adam):
    """Adam in the place of the student's optimizer, whose other attributes it has, such as a schedule. Counts steps."""

    def __init__(self, parameters: list[torch.Tensor], optimizer: Any) -> None:
        super().__init__(parameters, lr=RATE)
        self.replaced, self.steps = optimizer, 0
        self.register_step_post_hook(self._count)

    def _count(self, *_: Any) -> None:
        self.steps += 1

    def __getattr__(self, name: str) -> Any:
        if name == "replaced":
            raise AttributeError(name)
        return getattr(self.replaced, name)


def logits_after(model: nn.Module, x: torch.Tensor, y: torch.Tensor, held_out: torch.Tensor, seed: int) -> Any:
    """The logits on the held-out images after a few steps of Adam on `x` and `y`, each repeated to fill a batch.
    Changes the network."""
    model.train()
    optimizer = StandIn([p for p in model.parameters() if p.requires_grad], recall("optimizer"))
    deadline, epochs = Deadline(SECONDS, SECONDS), 0
    while optimizer.steps < STEPS and epochs < STEPS and not deadline.passed():
        items = [_filled(x, y, 1000 * seed + BATCHES * epochs + number) for number in range(BATCHES)]
        student.function("train_epoch")(model, optimizer, Batches(items, deadline), RecordingLoss(None))
        model.train()
        epochs += 1
    return student.outputs(model, held_out).float().cpu().numpy()


def _filled(x: torch.Tensor, y: torch.Tensor, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """A batch of the usual size, of these images and nearly the same ones."""
    generator = torch.Generator().manual_seed(seed)
    size = recall("options")["batch_size"]
    order = torch.randperm(-(-size // len(x)) * len(x), generator=generator)[:size].remainder(len(x)).to(x.device)
    images = x[order]
    noise = torch.randn(images.shape, generator=generator).to(images.device)
    return images + NOISE * x.std() * noise, y[order]
