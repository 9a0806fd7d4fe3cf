"""One training of the student's network with their optimizer: the network, the optimizer, and epoch after epoch."""

import time
from typing import Any

import torch
from torch import nn

from . import student_module as student
from .answers import answering, forget_run, keep, kept
from .batches import Batches, RecordingLoss, pieces
from .preparation import synchronise

_LOOKED_AT = 5  # images


@answering
def build_network(seed: int) -> dict[str, Any]:
    """The student's network from this seed, on the device."""
    forget_run()
    keep(model=student.network(seed), seed=seed, epochs=0)
    return {}


@answering
def forward() -> dict[str, Any]:
    """What the network makes of some images; `softmax` is whether that looks like probabilities."""
    outputs = student.outputs(kept("model"), kept("x")[:_LOOKED_AT])
    positive = bool((outputs >= 0).all()) and bool(torch.allclose(outputs.sum(1), torch.ones_like(outputs[:, 0])))
    return {"softmax": positive}


@answering
def make_optimizer(name: str) -> dict[str, Any]:
    """The student's optimizer for the network that stands; training can begin."""
    model = kept("model")
    keep(optimizer=student.optimizer(name, model.parameters()), start=[p.detach().clone() for p in model.parameters()])
    return {}


@answering
def train_epoch(seconds: float, evaluate: bool) -> dict[str, Any]:
    """One of the student's epochs: the batches end when `seconds` are over. Then the logits on the held-out images.

    `loss`, `low` and `high` are the mean and the bounds of what the loss function gave during the epoch; `evaluated`
    is the loss on the training set afterwards, in evaluation mode, if asked for (or if the epoch was cut short).
    """
    model, optimizer, loss_fn = kept("model"), kept("optimizer"), RecordingLoss()
    keep(epochs=kept("epochs") + 1)
    items = pieces(kept("epochs"))
    began, worked = time.perf_counter(), time.process_time()
    batches = Batches(items, until=began + seconds)
    model.train()
    returned = student.function("train_epoch")(model, optimizer, batches, loss_fn)
    synchronise()
    took = time.perf_counter() - began
    if kept("device").type == "cpu":  # so that other work on the machine is not held against an optimizer
        took = min(took, time.process_time() - worked)
    return {
        **loss_fn.summary(),
        "returned": _number(returned),
        "seconds": took,
        "complete": not batches.cut,
        "taken": batches.taken,
        "batches": len(batches),
        "logits": student.outputs(model, kept("held_out")).float().cpu().numpy(),
        "evaluated": _training_loss(model) if evaluate or batches.cut else None,
        "unchanged": _unchanged(model),
    }


def _training_loss(model: nn.Module) -> float:
    outputs = student.outputs(model, kept("x"))
    return float(nn.functional.cross_entropy(outputs.float(), kept("y")))


def _unchanged(model: nn.Module) -> list[str]:
    """Names of the parameters that are what they were before the first epoch."""
    return [
        name
        for (name, p), q in zip(model.named_parameters(), kept("start"), strict=False)
        if p.shape == q.shape and torch.equal(p, q)
    ]


def _number(value: Any) -> float | None:
    """What train_epoch returned, as a number; None where it is none."""
    if isinstance(value, torch.Tensor) and value.numel() == 1:
        value = value.item()
    try:
        return None if isinstance(value, str | bool) else float(value)
    except (TypeError, ValueError):
        return None
