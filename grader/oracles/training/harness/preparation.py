"""Prepares the worker for a training, before any of the student's time is counted: device, data and imports."""

import os
import warnings
from typing import Any

import torch
from torch import nn

from .answers import Halt, answering, forget, keep, recall
from .originals import originals


@answering
def prepare(options: dict[str, Any], x: Any, y: Any, held_out: Any) -> dict[str, Any]:
    """Set up the device, threads and data, and do every import that a first optimizer would do.

    `options`: device, as torch calls it; gpu_memory_bytes, classes, batch_size; module, the student's; optimizers, the
    names in torch.optim to warm up. `x` (n, C, H, W) and `held_out` (m, C, H, W) are float32, `y` (n,) labels.
    """
    torch.set_num_threads(1)  # faster than two at these sizes, and the same numbers whatever the machine has
    warnings.simplefilter("ignore")  # torch's own remarks on a student's code are no part of the judgement
    device = _device(str(options["device"]), int(options["gpu_memory_bytes"]))
    forget()
    keep(device=device, options=options)
    keep(**{name: torch.from_numpy(part).to(device) for name, part in (("x", x), ("y", y), ("held_out", held_out))})
    _warm_up(device, options["optimizers"])
    keep(originals=originals())  # behind the first steps, which have torch change its optimizers
    return {"device": str(device), "torch": str(torch.__version__)}


def leave() -> None:
    """End this process, whose GPU no longer answers it."""
    os._exit(0)


def synchronise() -> None:
    """Wait until the device has finished: operations on a GPU return before they are complete."""
    kind = recall("device").type
    if kind == "cuda":
        torch.cuda.synchronize(recall("device"))
    elif kind == "mps":
        torch.mps.synchronize()


def _device(name: str, memory: int) -> torch.device:
    if name == "cpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = ""  # so that a student's own `.to("cuda" if ...)` agrees with us
        return torch.device("cpu")
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # the same sums in the same order at every run
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except torch.OutOfMemoryError:
        raise
    except (RuntimeError, AssertionError) as error:  # torch says it in either way
        raise Halt("no-device", device=name, why=str(error).partition("\n")[0]) from None
    if device.type == "cuda":
        _bound(device, memory)
    return device


def _bound(device: torch.device, memory: int) -> None:
    """Make a GPU reproducible, as far as torch can, and limit its memory to what one submission may use."""
    torch.cuda.set_device(device)  # a student's own `.to("cuda")` means the same GPU
    torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark = True, False
    total = torch.cuda.get_device_properties(device).total_memory
    torch.cuda.set_per_process_memory_fraction(min(1.0, memory / total), device)


def _warm_up(device: torch.device, names: list[str]) -> None:
    """Take one step with each optimizer: the first step of any imports torch._dynamo (1.5 s), and the first convolution
    loads kernels."""
    model = nn.Sequential(nn.Conv2d(1, 1, 3), nn.Flatten()).to(device)
    for name in names:
        optimizer = getattr(torch.optim, name)(model.parameters())

        def closure(optimizer: Any = optimizer) -> torch.Tensor:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(
                model(torch.ones(2, 1, 4, 4, device=device)), torch.tensor([0, 1], device=device)
            )
            torch.autograd.backward(loss)
            return loss

        optimizer.step(closure)
