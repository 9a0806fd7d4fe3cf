"""Honest solutions of exercise 4, each another kind of network, of optimizer settings or of training loop.

`KINDS[name]` gives a module as a student would hand it in, without RESULTS and CLAIMS.
"""

import math
import types
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import torch
from torch import nn

from tests.support.exercise4_fakes import student_of

RATES = {"Adadelta": 1.0, "Adagrad": 0.03, "Adam": 0.005, "RMSprop": 0.002, "SGD": 0.1, "LBFGS": 1.0}
WOLFE = {"max_iter": 4, "history_size": 10, "line_search_fn": "strong_wolfe"}

Layers = Callable[[int, int, int, int], list[nn.Module]]  # of channels, height, width and classes


# --- networks ---------------------------------------------------------------------------------------------------------


def network(input_shape: tuple[int, int, int], classes: int) -> nn.Module:
    """The smallest that learns the digits: what a test trains that is not about the network."""
    return nn.Sequential(nn.Flatten(), nn.Linear(math.prod(input_shape), 32), nn.ReLU(), nn.Linear(32, classes))


def linear(c: int, h: int, w: int, k: int) -> list[nn.Module]:
    return [nn.Flatten(), nn.Linear(c * h * w, k)]


def perceptron(c: int, h: int, w: int, k: int, width: int = 64, act: Callable[[], nn.Module] = nn.ReLU) -> list[Any]:
    return [nn.Flatten(), nn.Linear(c * h * w, width), act(), nn.Linear(width, k)]


def deep(c: int, h: int, w: int, k: int) -> list[nn.Module]:
    return [
        *(nn.Flatten(), nn.Linear(c * h * w, 64), nn.LayerNorm(64), nn.ReLU(), nn.Dropout(0.2)),
        *(nn.Linear(64, 64), nn.ReLU(), nn.Dropout(0.2), nn.Linear(64, k)),
    ]


def conv(
    c: int,
    h: int,
    w: int,
    k: int,
    norm: Callable[[int], nn.Module] | None = None,
    act: Callable[[], nn.Module] = nn.ReLU,
    pool: Callable[[int], nn.Module] = nn.MaxPool2d,
    drop: float = 0.0,
    width: int = 8,
) -> list[nn.Module]:
    between = [] if norm is None else [norm(width)]
    ending = [nn.Dropout(drop)] if drop else []
    return [
        *(nn.Conv2d(c, width, 3, padding=1), *between, act(), pool(2)),
        *(nn.Conv2d(width, 2 * width, 3, padding=1), act(), pool(2)),
        *(nn.Flatten(), *ending, nn.Linear(2 * width * (h // 4) * (w // 4), k)),
    ]


def strided(c: int, h: int, w: int, k: int) -> list[nn.Module]:
    ends = nn.Linear(24 * ((h + 3) // 4) * ((w + 3) // 4), k)
    return [nn.Conv2d(c, 12, 3, 2, 1), nn.ReLU(), nn.Conv2d(12, 24, 3, 2, 1), nn.ReLU(), nn.Flatten(), ends]


def separable(c: int, h: int, w: int, k: int) -> list[nn.Module]:
    return [
        *(nn.Conv2d(c, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 8, 3, padding=1, groups=8), nn.Conv2d(8, 16, 1)),
        *(nn.SiLU(), nn.AdaptiveAvgPool2d(3), nn.Flatten(), nn.Linear(144, k)),
    ]


class Residual(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.one, self.two = nn.Conv2d(width, width, 3, padding=1), nn.Conv2d(width, width, 3, padding=1)
        self.norm = nn.BatchNorm2d(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(x + self.two(torch.relu(self.norm(self.one(x)))))


def residual(c: int, h: int, w: int, k: int) -> list[nn.Module]:
    return [
        *(nn.Conv2d(c, 8, 3, padding=1), Residual(8), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(8 * (h // 2) * (w // 2), k)),
    ]


class Rows(nn.Module):
    """A recurrent network that reads an image row by row."""

    def __init__(self, c: int, w: int, k: int) -> None:
        super().__init__()
        self.cell, self.out = nn.GRU(c * w, 24, batch_first=True), nn.Linear(24, k)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.out(self.cell(x.transpose(1, 2).flatten(2))[0][:, -1])


def recurrent(c: int, h: int, w: int, k: int) -> list[nn.Module]:
    return [Rows(c, w, k)]


# --- optimizers -------------------------------------------------------------------------------------------------------


def optimizer_of(name: str, params: Any, faster: float = 1.0, settings: Any = None) -> torch.optim.Optimizer:
    """Torch's own class; `settings` by name."""
    extra = {"LBFGS": WOLFE, "SGD": {"momentum": 0.5}, **(settings or {})}.get(name, {})
    rate = RATES[name] * (1.0 if name == "LBFGS" else faster)
    optimizer: torch.optim.Optimizer = getattr(torch.optim, name)(params, **{"lr": rate, **extra})
    return optimizer


def optimizer(name: str, params: Any) -> torch.optim.Optimizer:
    """Torch's own class, with a rate at which `network` learns in few epochs."""
    rates = {"Adadelta": 1.0, "Adagrad": 0.05, "Adam": 0.01, "RMSprop": 0.003, "SGD": 0.3, "LBFGS": 1.0}
    more = {"max_iter": 2, "line_search_fn": "strong_wolfe"} if name == "LBFGS" else {}
    made: torch.optim.Optimizer = getattr(torch.optim, name)(params, lr=rates[name], **more)
    return made


class Falling(torch.optim.Adam):
    """Adam whose learning rate falls at each step."""

    def step(self, closure: Any = None) -> Any:
        loss = super().step(closure)
        for group in self.param_groups:
            group["lr"] *= 0.995
        return loss


def falling(name: str, params: Any) -> torch.optim.Optimizer:
    return Falling(params, lr=0.01) if name == "Adam" else optimizer_of(name, params)


def warming(name: str, params: Any) -> torch.optim.Optimizer:
    """Every optimizer but LBFGS warms up; the schedule hangs on the optimizer."""
    optimizer = optimizer_of(name, params)
    if name != "LBFGS":
        optimizer.schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 0.1, total_iters=30)  # type: ignore[attr-defined]
    return optimizer


# --- loops ------------------------------------------------------------------------------------------------------------


def closures(
    model: nn.Module, optimizer: Any, batches: Iterable[Any], loss_fn: Any, clip: float = 0.0, weighted: bool = False
) -> float:
    """Every optimizer takes a closure; the mean of the losses before each step."""
    total, count = 0.0, 0
    for x, y in batches:

        def closure(x: Any = x, y: Any = y) -> Any:
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            if clip:
                nn.utils.clip_grad_norm_(model.parameters(), clip)
            return loss

        weight = len(y) if weighted else 1
        total, count = total + weight * float(optimizer.step(closure)), count + weight
        if hasattr(optimizer, "schedule"):
            optimizer.schedule.step()
    return total / max(count, 1)


def plain(model: nn.Module, optimizer: Any, batches: Iterable[Any], loss_fn: Any) -> float:
    """A closure for LBFGS alone; the others clear, go backward and step."""
    if isinstance(optimizer, torch.optim.LBFGS):
        return closures(model, optimizer, batches, loss_fn)
    losses = []
    for x, y in batches:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return math.fsum(losses) / max(len(losses), 1)


def full_batch(model: nn.Module, optimizer: Any, batches: Iterable[Any], loss_fn: Any) -> float:
    """LBFGS sees all images at once, one step an epoch; the others go batch by batch."""
    if not isinstance(optimizer, torch.optim.LBFGS):
        return plain(model, optimizer, batches, loss_fn)
    pairs = list(batches)
    x, y = torch.cat([pair[0] for pair in pairs]), torch.cat([pair[1] for pair in pairs])
    return closures(model, optimizer, [(x, y)], loss_fn)


Penalty = Callable[[nn.Module, torch.Tensor, torch.Tensor], torch.Tensor]  # of the network, images and labels


def beside(
    model: nn.Module, optimizer: Any, batches: Iterable[Any], loss_fn: Any, more: Penalty, every: int = 1
) -> float:
    """Something of one's own is added to the loss, and all but LBFGS step at every so many batches only."""
    losses, every = [], 1 if isinstance(optimizer, torch.optim.LBFGS) else every
    for number, (x, y) in enumerate(batches, 1):

        def closure(x: Any = x, y: Any = y, clears: bool = number % every == 1 % every) -> Any:
            if clears:
                optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            ((loss + more(model, x, y)) / every).backward()
            losses.append(loss.item())
            return loss

        optimizer.step(closure) if number % every == 0 else closure()
    return math.fsum(losses) / max(len(losses), 1)


def squared_weights(model: nn.Module, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return 0.01 * torch.stack([(p**2).sum() for p in model.parameters()]).sum()


def squared_errors(model: nn.Module, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    probabilities = model(x).softmax(1)
    return ((probabilities - nn.functional.one_hot(y, probabilities.shape[1])) ** 2).sum(1).mean()


def nothing(model: nn.Module, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return torch.zeros(())


# --- students ---------------------------------------------------------------------------------------------------------


def solution(layers: Layers, make: Any = optimizer_of, loop: Any = closures) -> types.ModuleType:
    def build_network(input_shape: Any, classes: int) -> nn.Module:
        return nn.Sequential(*layers(*input_shape, classes))

    return student_of(build_network=build_network, make_optimizer=make, train_epoch=loop)


_BIG_STEP = {"LBFGS": {"max_iter": 8, "history_size": 8, "line_search_fn": "strong_wolfe"}}
_PLAIN_LBFGS = {"LBFGS": {"lr": 0.3, "max_iter": 3, "history_size": 5}}
_NOISY = {"RMSprop": {"lr": 0.01}, "SGD": {"lr": 0.05, "momentum": 0.9}, "Adam": {"lr": 0.02}}
_DECAYING = {
    **{name: {"weight_decay": 1e-4} for name in ("Adadelta", "Adagrad", "Adam", "RMSprop")},
    "SGD": {"momentum": 0.9, "nesterov": True, "weight_decay": 1e-4, "lr": 0.03},
}

KINDS: dict[str, types.ModuleType] = {
    "linear": solution(linear),
    "perceptron": solution(perceptron, loop=plain),
    "perceptron-wide": solution(partial(perceptron, width=256)),
    "perceptron-tanh": solution(partial(perceptron, act=nn.Tanh), loop=partial(closures, weighted=True)),
    "deep-layernorm-dropout": solution(deep),
    "conv": solution(conv),
    "conv-noisy": solution(conv, partial(optimizer_of, settings=_NOISY)),
    "conv-batchnorm": solution(partial(conv, norm=nn.BatchNorm2d), loop=plain),
    "conv-batchnorm-dropout": solution(partial(conv, norm=nn.BatchNorm2d, drop=0.3)),
    "conv-instancenorm-fullbatch": solution(
        partial(conv, norm=nn.InstanceNorm2d), partial(optimizer_of, settings=_BIG_STEP), full_batch
    ),
    "conv-groupnorm": solution(partial(conv, norm=partial(nn.GroupNorm, 2)), partial(optimizer_of, faster=0.5)),
    "conv-dropout": solution(partial(conv, drop=0.5)),
    "conv-average-gelu": solution(partial(conv, pool=nn.AvgPool2d, act=nn.GELU)),
    "conv-narrow-fullbatch": solution(partial(conv, width=4), partial(optimizer_of, settings=_BIG_STEP), full_batch),
    "conv-decaying": solution(conv, partial(optimizer_of, settings=_DECAYING), partial(closures, clip=1.0)),
    "strided": solution(strided, partial(optimizer_of, settings=_PLAIN_LBFGS)),
    "separable": solution(separable),
    "residual": solution(residual, falling),
    "recurrent": solution(recurrent),
    "conv-warming": solution(conv, warming),
    "conv-penalised": solution(conv, loop=partial(beside, more=squared_weights)),
    "conv-two-losses": solution(conv, loop=partial(beside, more=squared_errors)),
    "perceptron-accumulating": solution(perceptron, loop=partial(beside, more=nothing, every=2)),
}
