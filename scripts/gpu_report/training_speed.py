"""Seconds of a step and of an epoch: six optimizers, on the CPU and the GPU, at the digits' size and at CIFAR's.

The larger data are made up: what is measured is time, which does not depend on what the images show. An epoch of them
is calculated from its steps.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from grader.assignment.comparison import SIX
from scripts.gpu_report.plan import Finding, Plan
from tests.support.exercise4_fakes import load_module

REFERENCE = Path(__file__).resolve().parents[2] / "reference" / "exercise4.py"
BATCH, SHORT_BATCH = 64, 2
STEPS, SHORT_STEPS = 20, 2
WARM_STEPS = 2  # the first ones choose algorithms and take memory


@dataclass(frozen=True, slots=True)
class Size:
    """Images, how many an epoch has, and the network for them."""

    name: str
    shape: tuple[int, int, int]
    images: int
    build: Callable[[], nn.Module]


def run(plan: Plan) -> list[Finding]:
    """A finding for each size and device: the median step of each optimizer."""
    torch.set_num_threads(1)  # as a worker has it
    sizes = (
        Size("8×8 digits", (1, 8, 8), 1_437, lambda: _reference().build_network((1, 8, 8), 10)),
        Size("32×32×3", (3, 32, 32), 50_000, larger_network),
    )
    devices = dict.fromkeys(("cpu", plan.device))
    share = plan.seconds / (len(sizes) * len(devices) * len(SIX))
    return [_measured(size, device, share, plan.short) for size in sizes for device in devices]


def larger_network() -> nn.Module:
    """Four convolutions in the manner of VGG, 1.2 million weights, for 32×32×3."""
    return nn.Sequential(
        *(nn.Conv2d(3, 64, 3, padding=1), nn.ReLU(), nn.Conv2d(64, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(64, 128, 3, padding=1), nn.ReLU(), nn.Conv2d(128, 128, 3, padding=1), nn.ReLU(), nn.MaxPool2d(4)),
        *(nn.Flatten(), nn.Linear(128 * 4 * 4, 512), nn.ReLU(), nn.Linear(512, 10)),
    )


def _measured(size: Size, device: str, seconds: float, short: bool) -> Finding:
    names = SIX[-2:] if short else SIX
    steps = {name: _step_seconds(size, device, name, seconds, short) for name in names}
    batches = -(-size.images // BATCH)
    figures = {name: {"step_ms": 1e3 * step, "epoch_s": batches * step} for name, step in steps.items()}
    summary = ", ".join(
        f"{name} {size_figures['step_ms']:.2f} ms ({size_figures['epoch_s']:.2f} s)"
        for name, size_figures in figures.items()
    )
    return Finding(f"{size.name}, {device}: a step (an epoch)", summary, None, figures)


def _step_seconds(size: Size, device: str, name: str, seconds: float, short: bool) -> float:
    torch.manual_seed(1)
    model = size.build().to(device)
    optimizer = _reference().make_optimizer(name, model.parameters())
    count = SHORT_BATCH if short else BATCH
    x = torch.rand(count, *size.shape, device=device)
    y = torch.randint(10, (count,), device=device)
    end, durations = time.perf_counter() + seconds, []
    for number in range((SHORT_STEPS if short else STEPS) + WARM_STEPS):
        began = time.perf_counter()
        _reference().train_epoch(model, optimizer, [(x, y)], nn.functional.cross_entropy)
        if device.startswith("cuda"):
            torch.cuda.synchronize()
        if number >= WARM_STEPS:
            durations.append(time.perf_counter() - began)
        if durations and time.perf_counter() > end:
            break
    return statistics.median(durations)


def _reference() -> Any:
    return load_module(REFERENCE, "reference_exercise4")
