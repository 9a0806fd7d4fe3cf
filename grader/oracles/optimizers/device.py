"""What this machine has and how fast it is, found out where no student's code runs."""

import functools
import re
import statistics
import time
from collections.abc import Callable

import torch
from torch import nn

STEPS = 40  # that the calibration is stated in
TRIES, STEPS_A_TRY = 3, 6  # a median over these; at least so many, short beside a training of 230 steps
WARMING = 2  # steps before them
_clock = time.monotonic
_measurements: dict[str, tuple[float, dict[str, float]]] = {}  # by device: when the last one was made, and what it gave


def device_of(name: str) -> dict[str, str]:
    """The device of that name, or why it is not available: {"why": ...}. "auto" is a GPU of CUDA where there is one,
    and else the CPU.

    {"device": torch's own name, "label": for a report, "gpu": what tells it from others}
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.zeros(1, device=name).device
    except (RuntimeError, AssertionError) as error:  # torch says it in either way, and sometimes at length
        return {"why": re.split(r"\.\s|\n", str(error), maxsplit=1)[0].rstrip(".")}
    if device.type != "cuda":
        return {"device": device.type, "label": device.type, "gpu": ""}
    properties = torch.cuda.get_device_properties(device)
    gpu = str(getattr(properties, "uuid", ""))
    return {"device": str(device), "label": f"{device} ({properties.name})", "gpu": gpu}


def reference_seconds(device: str, too_old: float = 0.0) -> dict[str, float]:
    """Seconds that `STEPS` steps of a small convolutional network take on this machine now, by some tries:
    {"work": of the processor (on a GPU, on the clock), "wall": on the clock}.

    The same sort of work as the student's, so that a slow, busy or remote machine shows itself here as it does there.
    A measurement of less than `too_old` seconds ago holds still, whatever submission it was made for.
    """
    at, measured = _measurements.get(device, (0.0, {}))
    if not measured or _clock() - at >= too_old:
        measured = _measured(device)
        _measurements[device] = _clock(), measured
    return measured


def _measured(device: str) -> dict[str, float]:
    torch.set_num_threads(1)
    place = torch.device(device)
    step = _training(place)
    walls, works = [], []
    for _ in range(WARMING):
        step()
    for _ in range(TRIES):
        worked = _tick()
        began, steps = time.perf_counter(), 0
        while steps < STEPS_A_TRY or time.process_time() == worked:
            loss = step()
            steps += 1
        loss.item()  # waits for a GPU
        walls.append((time.perf_counter() - began) / steps)
        works.append((time.process_time() - worked) / steps if place.type == "cpu" else walls[-1])
    return {"work": statistics.median(works) * STEPS, "wall": statistics.fmean(walls) * STEPS}


def _tick() -> float:
    """The processor's time, read where it has just moved on: Windows counts it in ticks of a 64th of a second."""
    before = time.process_time()
    while (now := time.process_time()) == before:
        pass
    return now


@functools.cache  # asked again and again in a run
def _training(place: torch.device) -> Callable[[], torch.Tensor]:
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(256, 10)
    ).to(place)
    x, y = torch.rand(64, 1, 8, 8, device=place), torch.arange(64, device=place) % 10
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

    def step() -> torch.Tensor:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y)
        torch.autograd.backward(loss)
        optimizer.step()
        return loss

    return step
