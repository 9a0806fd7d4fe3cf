"""What this machine has and how fast it is, found out where no student's code runs."""

import re
import time

import torch
from torch import nn

STEPS = 40  # that the calibration is stated in
TRIES, STEPS_A_TRY = 3, 10  # a median over these; long enough to be measured, short beside a training of 230 steps


def device_of(wanted: str) -> dict[str, str]:
    """The device of that name: {"device": torch's own name, "label": for a report, "gpu": what tells it from others},
    or {"why": ...} where it cannot be had. "auto" is a GPU of CUDA where there is one, and else the CPU.
    """
    if wanted == "auto":
        wanted = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.zeros(1, device=wanted).device
    except (RuntimeError, AssertionError) as error:  # torch says it in either way, and sometimes at length
        return {"why": re.split(r"\.\s|\n", str(error), maxsplit=1)[0].rstrip(".")}
    if device.type != "cuda":
        return {"device": device.type, "label": device.type, "gpu": ""}
    found = torch.cuda.get_device_properties(device)
    return {"device": str(device), "label": f"{device} ({found.name})", "gpu": str(getattr(found, "uuid", ""))}


def reference_seconds(device: str) -> float:
    """Seconds that `STEPS` steps of a small convolutional network take on this machine, by the median of some tries.

    The same sort of work as the student's, so that a slow, busy or remote machine shows itself here as it does there.
    """
    torch.set_num_threads(1)
    torch.manual_seed(0)
    place = torch.device(device)
    model = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(256, 10)
    ).to(place)
    x, y = torch.rand(64, 1, 8, 8, device=place), torch.arange(64, device=place) % 10
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    took = []
    for _ in range(TRIES + 1):
        began = time.perf_counter()
        for _ in range(STEPS_A_TRY):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(x), y)
            torch.autograd.backward(loss)
            optimizer.step()
        loss.item()  # waits for a GPU
        took.append(time.perf_counter() - began)
    return sorted(took[1:])[TRIES // 2] * STEPS / STEPS_A_TRY  # the first one warms up
