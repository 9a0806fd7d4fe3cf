"""What a network makes of very few images: one that begins at random cannot learn much from them.

To the student's code this is one more training from the first seed, with as many batches of the usual size: what would
be hidden in it has to be hidden in all trainings.
"""

from typing import Any

import torch

from . import student_module as student
from .answers import recall
from .batches import Batches, Deadline, RecordingLoss

NOISE = 0.01  # of the images' deviation, which makes each of a batch another one
SECONDS = 5.0


def logits_after(x: torch.Tensor, y: torch.Tensor, held_out: torch.Tensor, epochs: int, seed: int) -> Any:
    """The logits on the held-out images after so many epochs on `x` and `y`, each repeated to fill the batches, by a
    new network and a new optimizer."""
    model = student.network(recall("seed"))
    logits = student.outputs(model, held_out)
    optimizer = student.optimizer(recall("name"), model.parameters())
    deadline, count = Deadline(SECONDS, SECONDS), -(-len(recall("x")) // recall("options")["batch_size"])
    for epoch in range(epochs):
        items = [_filled(x, y, 1000 * seed + count * epoch + number) for number in range(count)]
        model.train()
        student.function("train_epoch")(model, optimizer, Batches(items, deadline), RecordingLoss(None))
        logits = student.outputs(model, held_out)
        if deadline.passed():
            break
    return logits.float().cpu().numpy()


def _filled(x: torch.Tensor, y: torch.Tensor, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """A batch of the usual size, of these images and nearly the same ones."""
    generator = torch.Generator().manual_seed(seed)
    size = recall("options")["batch_size"]
    order = torch.randperm(-(-size // len(x)) * len(x), generator=generator)[:size].remainder(len(x)).to(x.device)
    images = x[order]
    noise = torch.randn(images.shape, generator=generator).to(images.device)
    return images + NOISE * x.std() * noise, y[order]
