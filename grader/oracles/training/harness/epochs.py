"""One training of the student's network with their optimizer: the network, the optimizer, and epoch after epoch."""

from typing import Any

import torch
from torch import nn

from . import student_module as student
from .answers import answering, forget_run, keep, recall
from .batches import Batches, Deadline, RecordingLoss, pieces
from .calls import Calls
from .few_shot import logits_after
from .later_steps import LaterSteps
from .originals import replaced
from .preparation import synchronise
from .randomness import Randomness
from .slopes import IMAGES, slopes
from .watching import Watch

_LOOKED_AT = 5  # images, to tell whether the network ends in a softmax


@answering
def build_network(seed: int) -> dict[str, Any]:
    """Make the student's network from this seed, on the device."""
    forget_run()
    keep(model=student.network(seed), seed=seed, epochs=0)
    return {}


@answering
def forward() -> dict[str, Any]:
    """logits: the network's outputs for the held-out images, before the training; softmax: whether they look like
    probabilities."""
    outputs = student.outputs(recall("model"), recall("held_out"))
    few = outputs[:_LOOKED_AT]
    positive = bool((few >= 0).all()) and bool(torch.allclose(few.sum(1), torch.ones_like(few[:, 0])))
    return {"softmax": positive, "logits": outputs.float().cpu().numpy()}


@answering
def make_optimizer(name: str, draw: int) -> dict[str, Any]:
    """Make the student's optimizer for the network that `build_network` made. `draw` is the seed of what is looked at.
    watched: whether its steps are watched, which takes an optimizer of torch's kind."""
    model = recall("model")
    named = dict(model.named_parameters())
    optimizer = student.optimizer(name, model.parameters())
    keep(name=name, optimizer=optimizer, start=[p.detach().clone() for p in named.values()], watch=None)
    if isinstance(optimizer, torch.optim.Optimizer):
        later = LaterSteps(optimizer, draw) if name == "LBFGS" else None
        keep(watch=Watch(optimizer, named, Calls(model, student.members()), draw, later))
    return {"watched": recall("watch") is not None}


@answering
def train_epoch(work: float, wall: float, evaluate: bool, keep_before: bool, is_judged: bool) -> dict[str, Any]:
    """Run the student's train_epoch once; the batches end after `work` or `wall` seconds (see `Deadline`). With
    `keep_before`, what the network is before this epoch is kept for `rewind`. `is_judged`: whether steps are looked at.

    loss, low, high: see `RecordingLoss.summary`. returned: what train_epoch returned, if it is a number. taken: how
    many of the batches were used. logits: of the held-out images, after the epoch. evaluated: the loss on the training
    set after the epoch, in evaluation mode, if `evaluate` is true or the epoch was cut short. watch: `Watch.report`.
    replaced: names of functions of torch that are not its own any more.
    """
    model, optimizer, watch = recall("model"), recall("optimizer"), recall("watch")
    loss_fn = RecordingLoss(watch)
    keep(epochs=recall("epochs") + 1)
    if keep_before:
        keep(best=[value.clone() for value in _values(model)])
    items = pieces(recall("epochs"))
    deadline = Deadline(work, wall)
    if watch is None:
        batches = Batches(items, deadline)
    else:
        watch.begin_epoch(len(items), is_judged)
        batches = Batches(items, deadline, watch.loss.calls.note_batch)
    model.train()
    before = replaced()
    returned = student.function("train_epoch")(model, optimizer, batches, loss_fn)
    synchronise()
    took = deadline.spent()
    return {
        **loss_fn.summary(),
        "returned": _number(returned),
        "seconds": took,
        "complete": not batches.cut,
        "taken": batches.used_count,
        "batches": len(batches),
        "backward_passes": loss_fn.backward_passes,
        "logits": student.outputs(model, recall("held_out")).float().cpu().numpy(),
        "evaluated": _training_loss(model) if evaluate or batches.cut else None,
        "unchanged": _unchanged(model),
        "moved": _moved(model),
        "watch": None if watch is None else watch.report(),
        "replaced": sorted({*before, *loss_fn.replaced, *replaced()}),
    }


@answering
def rewind(closeness: float, seed: int, from_best: bool, few: list[int], epochs: int) -> dict[str, Any]:
    """The network's logits on the held-out images with other parameters; ends the training. With `from_best`, the
    trained parameters are those that `train_epoch` kept last, else those that it ended with.

    start: with the parameters from before the training, when it should know nothing. close: with the trained ones plus
    noise of `closeness` standard deviations, when it should know the same. shuffled_0, shuffled_1: with what each
    tensor has learned shuffled among its entries, added and subtracted, when it should be as good as random. slopes:
    see `slopes.slopes`, at the first parameters. few: those of a network that is trained anew for so many epochs, on
    the training images of these indices. together, alone: of the first held-out images in training mode, by the trained
    network, and by one that is made anew from the same seed and given its parameters; None where these are no logits.
    """
    model, start = recall("model"), recall("start")
    if from_best:
        for value, best_value in zip(_values(model), recall("best"), strict=True):
            value.copy_(best_value)
    parameters = [p.detach() for p in model.parameters()]
    trained = [p.clone() for p in parameters]
    generator = torch.Generator().manual_seed(seed)
    logits = {}
    for p, q in zip(parameters, trained, strict=True):
        noise = torch.randn(p.shape, generator=generator).to(p.device, p.dtype)
        p.copy_(q + closeness * q.std(unbiased=False) * noise)
    logits["close"] = student.outputs(model, recall("held_out")).float().cpu().numpy()
    for number, sign in enumerate((1, -1)):
        for p, q, first in zip(parameters, trained, start, strict=True):
            order = torch.randperm(q.numel(), generator=generator).to(p.device)
            p.copy_(first + sign * (q - first).flatten()[order].reshape(q.shape))
        logits[f"shuffled_{number}"] = student.outputs(model, recall("held_out")).float().cpu().numpy()
    for p, q in zip(parameters, start, strict=True):
        p.copy_(q)
    logits["start"] = student.outputs(model, recall("held_out")).float().cpu().numpy()
    again = student.network(recall("seed"))
    student.outputs(again, recall("held_out")[:_LOOKED_AT])  # which makes the parameters of lazy modules
    for key, network in (("together", model), ("alone", again)):
        logits[key] = _in_training(network, trained, seed)
    for p, q in zip(parameters, start, strict=True):
        p.copy_(q)
    slopes_here = slopes(model, recall("x"), recall("y"), Randomness(model, student.members()), seed)
    x, y = recall("x")[few], recall("y")[few]
    logits["few"] = logits_after(x, y, recall("held_out"), epochs, seed)
    forget_run()
    return {**logits, **slopes_here}


def _in_training(model: nn.Module, parameters: list[torch.Tensor], seed: int) -> Any:
    """The logits of a network with these parameters, in training mode: what is normalised by the batch then hangs on no
    running mean. None where it has other parameters, or gives no logits."""
    pairs = list(zip((p.detach() for p in model.parameters()), parameters, strict=False))
    if any(p.shape != q.shape for p, q in pairs) or len(pairs) < len(parameters):
        return None
    for p, q in pairs:
        p.copy_(q)
    model.train()
    torch.manual_seed(seed)
    with torch.no_grad():
        logits = model(recall("held_out")[:IMAGES])
    return logits.float().cpu().numpy() if isinstance(logits, torch.Tensor) else None


def _values(model: nn.Module) -> list[torch.Tensor]:
    """The network's parameters and buffers."""
    return [value.detach() for value in (*model.parameters(), *model.buffers())]


def _training_loss(model: nn.Module) -> float:
    outputs = student.outputs(model, recall("x"))
    return float(nn.functional.cross_entropy(outputs.float(), recall("y")))


def _unchanged(model: nn.Module) -> list[str]:
    """The names of the parameters that are the same as before the first epoch."""
    return [
        name
        for (name, p), q in zip(model.named_parameters(), recall("start"), strict=False)
        if p.shape == q.shape and torch.equal(p, q)
    ]


def _moved(model: nn.Module) -> bool:
    return len(_unchanged(model)) < len(recall("start"))


def _number(value: Any) -> float | None:
    """What train_epoch returned, as a float; None where it is not a number."""
    if isinstance(value, torch.Tensor) and value.numel() == 1:
        value = value.item()
    try:
        return None if isinstance(value, str | bool) else float(value)
    except (TypeError, ValueError):
        return None
