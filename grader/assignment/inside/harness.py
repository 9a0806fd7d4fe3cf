"""Our side of exercise 4 inside the student's own process: it drives their three functions and reports what it saw.

It runs beside the student's code, so nothing it says is believed: it holds no label of a held-out image, no tolerance
and no point, and the grader checks every value that comes back. Each function is one short call, named so that
"train_epoch raised ..." is true of the student's function too. A call that cannot go on answers `{"status": ...}`
instead of raising. What lives between the calls is lost with the worker; a call that needs it then answers
`unprepared`.

Imports the standard library, numpy, torch and the student's exercise4, and nothing else of ours.
"""

import functools
import gc
import importlib
import inspect
import os
import time
import types
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn

SIX = ("Adadelta", "Adagrad", "Adam", "RMSprop", "SGD", "LBFGS")
EVALUATION_IMAGES = 512  # at once: a course's own images may be large
INSPECTED_BATCHES = 4  # the poison goes in at the second; one whole step later it must be gone
POISON = 1e6  # far above any gradient of a loss near log(10)

state: dict[str, Any] = {}


class Halt(Exception):  # noqa: N818 - not an error: the answer of a call that cannot go on
    """Carries the reply."""

    def __init__(self, status: str, **details: Any) -> None:
        super().__init__(status)
        self.reply = {"status": status, **details}


def answering(function: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Turns `Halt` and running out of GPU memory into answers; everything else is the worker's to report."""

    @functools.wraps(function)
    def answer(*args: Any) -> dict[str, Any]:
        try:
            return {"status": "ready", **function(*args)}
        except Halt as halt:
            return halt.reply
        except torch.OutOfMemoryError:
            _forget_run()
            gc.collect()  # half a second, and so only here: what the failed step left behind has to go
            torch.cuda.empty_cache()
            return {"status": "gpu-memory"}

    return answer


@answering
def prepare(options: dict[str, Any], x: Any, y: Any, held_out: Any) -> dict[str, Any]:
    """Device, threads, data and every import that a first optimizer would make, before any clock of the student's runs.

    `options`: device, gpu_memory_bytes, classes, batch_size. `x` (n, C, H, W) and `held_out` (m, C, H, W) float32, `y`
    (n,).
    """
    torch.set_num_threads(1)  # faster than two at these sizes, and the same numbers whatever the machine has
    warnings.simplefilter("ignore")  # torch's own remarks on a student's code are no part of the judgement
    device = _device(str(options["device"]), int(options["gpu_memory_bytes"]))
    state.clear()
    state["device"], state["options"] = device, options
    state["x"], state["y"] = torch.from_numpy(x).to(device), torch.from_numpy(y).to(device)
    state["held_out"] = torch.from_numpy(held_out).to(device)
    _warm_up(device)
    return {"device": _name_of(device), "gpu": _identity_of(device), "torch": str(torch.__version__)}


@answering
def exercise4() -> dict[str, Any]:
    """Imports the student's module, and whatever it does while it is imported."""
    try:
        importlib.import_module("exercise4")
    except ModuleNotFoundError as error:
        if error.name == "exercise4":
            raise Halt("missing", what="exercise4.py") from None
        raise
    return {}


@answering
def probe_optimizer(name: str, problems: list[dict[str, Any]]) -> dict[str, Any]:
    """What the student's optimizer does to a few float64 parameters, problem by problem; see `_walk`."""
    make = _student("make_optimizer")
    torch.manual_seed(0)
    return {"records": [_walk(make, name, problem) for problem in problems]}


@answering
def build_network(seed: int) -> dict[str, Any]:
    """The student's network from this seed, on the device, and what it makes of five images."""
    _forget_run()
    options, x = _prepared("options"), _prepared("x")
    torch.manual_seed(seed)
    model = _student("build_network")(tuple(x.shape[1:]), options["classes"])
    if not isinstance(model, nn.Module):
        raise Halt("no-network", found=type(model).__name__)
    model = model.to(_prepared("device"))
    outputs = _outputs(model, x[:5])
    state["model"], state["seed"], state["epochs"] = model, seed, 0
    positive = bool((outputs >= 0).all()) and bool(torch.allclose(outputs.sum(1), torch.ones_like(outputs[:, 0])))
    return {"parameters": sum(p.numel() for p in model.parameters()), "softmax": positive}


@answering
def inspect_training(name: str) -> dict[str, Any]:
    """Watches `train_epoch` on four batches with the optimizer's step held still: does it step, and from clean
    gradients?

    Large numbers are slipped into the gradients at the second batch. Wherever a loop clears its gradients, before the
    forward pass or after the step, they are gone at the last step; if not, gradients are never cleared.
    """
    model = _prepared("model")
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = _optimizer(_student("make_optimizer"), name, (p for p in parameters))
    watch = _Watch(parameters)
    try:
        optimizer.step = types.MethodType(watch.step, optimizer)
    except AttributeError:  # a class with __slots__: it is then not watched
        return {"watched": False}
    before = [p.detach().clone() for p in parameters]
    model.train()
    _student("train_epoch")(
        model, optimizer, _Batches(_pieces(0)[:INSPECTED_BATCHES], watch=watch), nn.CrossEntropyLoss()
    )
    moved = any(not torch.equal(p, q) for p, q in zip(parameters, before, strict=True))
    _forget_run()  # batch statistics have moved, and a poisoned gradient may be left
    return {"watched": True, "steps": watch.steps, "poisoned": watch.poisoned, "empty": watch.empty, "moved": moved}


@answering
def make_optimizer(name: str) -> dict[str, Any]:
    """The student's optimizer for the network that stands; training can begin."""
    model = _prepared("model")
    state["optimizer"] = _optimizer(_student("make_optimizer"), name, model.parameters())
    state["start"] = [p.detach().clone() for p in model.parameters()]
    return {}


@answering
def train_epoch(seconds: float, evaluate: bool) -> dict[str, Any]:
    """One of the student's epochs: the batches end when `seconds` are over. Then the logits on the held-out images.

    `loss`, `low` and `high` are the mean and the bounds of what the loss function gave during the epoch; `evaluated`
    is the loss on the training set afterwards, in evaluation mode, if asked for (or if the epoch was cut short).
    """
    model, optimizer = _prepared("model"), _prepared("optimizer")
    loss_fn = _RecordingLoss()
    state["epochs"] += 1
    began, worked = time.perf_counter(), time.process_time()
    batches = _Batches(_pieces(state["epochs"]), until=began + seconds)
    model.train()
    returned = _student("train_epoch")(model, optimizer, batches, loss_fn)
    _synchronise()
    took = time.perf_counter() - began
    if _prepared("device").type == "cpu":  # so that other work on the machine is not held against an optimizer
        took = min(took, time.process_time() - worked)
    outputs = _outputs(model, state["held_out"])
    return {
        **loss_fn.summary(),
        "returned": _number(returned),
        "returned_type": type(returned).__name__,
        "seconds": took,
        "complete": not batches.cut,
        "logits": outputs.float().cpu().numpy(),
        "evaluated": _training_loss(model) if evaluate or batches.cut else None,
        "unchanged": [
            name
            for (name, p), q in zip(model.named_parameters(), state["start"], strict=False)
            if p.shape == q.shape and torch.equal(p, q)
        ],
    }


# --- the device -----------------------------------------------------------------------------------------------------


def _device(wanted: str, memory: int) -> torch.device:
    if wanted == "cpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = ""  # so that a student's own `.to("cuda" if ...)` agrees with us
        return torch.device("cpu")
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # the same sums in the same order at every run
    if wanted == "auto":
        wanted = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(wanted)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:  # torch says it in either way
        raise Halt("no-device", device=wanted, why=str(error).partition("\n")[0]) from None
    if device.type == "cuda":
        torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark = True, False
        total = torch.cuda.get_device_properties(device).total_memory
        torch.cuda.set_per_process_memory_fraction(min(1.0, memory / total), device)
    return device


def _identity_of(device: torch.device) -> str:
    """What a GPU is called by whoever counts them in another order; nothing for a CPU, or from an old torch."""
    return str(getattr(torch.cuda.get_device_properties(device), "uuid", "")) if device.type == "cuda" else ""


def _name_of(device: torch.device) -> str:
    return f"{device} ({torch.cuda.get_device_name(device)})" if device.type == "cuda" else str(device)


def _synchronise() -> None:
    if state["device"].type == "cuda":
        torch.cuda.synchronize(state["device"])


def _warm_up(device: torch.device) -> None:
    """The first step of any optimizer imports torch._dynamo (1.5 s), the first convolution loads kernels."""
    model = nn.Sequential(nn.Conv2d(1, 1, 3), nn.Flatten()).to(device)
    for name in SIX:
        optimizer = getattr(torch.optim, name)(model.parameters())

        def closure(optimizer: Any = optimizer) -> torch.Tensor:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(
                model(torch.ones(2, 1, 4, 4, device=device)), torch.tensor([0, 1], device=device)
            )
            torch.autograd.backward(loss)
            return loss

        optimizer.step(closure)


# --- the student's functions ----------------------------------------------------------------------------------------


def _student(name: str) -> Callable[..., Any]:
    function: Callable[..., Any] | None = getattr(importlib.import_module("exercise4"), name, None)
    if function is None:
        raise Halt("missing", what=name)
    return function


def _optimizer(make: Callable[..., Any], name: str, params: Iterator[Any]) -> Any:
    optimizer = make(name, params)
    if not callable(getattr(optimizer, "step", None)):
        raise Halt("no-optimizer", found=type(optimizer).__name__)
    return optimizer


def _prepared(key: str) -> Any:
    if key not in state:
        raise Halt("unprepared")
    return state[key]


def _forget_run() -> None:
    for key in ("model", "optimizer", "start"):
        state.pop(key, None)


def _outputs(model: nn.Module, images: torch.Tensor) -> torch.Tensor:
    """Logits (n, classes) in evaluation mode. Halts on anything of another type or shape."""
    model.eval()
    found: list[torch.Tensor] = []
    with torch.no_grad():
        for piece in torch.split(images, EVALUATION_IMAGES):
            outputs = model(piece)
            if not isinstance(outputs, torch.Tensor):
                raise Halt("bad-outputs", found=type(outputs).__name__)
            if outputs.shape != (len(piece), state["options"]["classes"]):
                raise Halt("bad-outputs", found=f"shape {tuple(outputs.shape)} for {len(piece)} images")
            found.append(outputs.detach())
    return torch.cat(found)


def _training_loss(model: nn.Module) -> float:
    outputs = _outputs(model, state["x"])
    return float(nn.functional.cross_entropy(outputs.float(), state["y"]))


def _number(value: Any) -> float | None:
    if isinstance(value, torch.Tensor) and value.numel() == 1:
        value = value.item()
    try:
        return None if isinstance(value, str | bool) else float(value)
    except (TypeError, ValueError):
        return None


def _pieces(epoch: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """The training set in batches, shuffled by seed and epoch alone: a student's draws do not change the order."""
    x, y = state["x"], state["y"]
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(1000 * state["seed"] + epoch)).to(x.device)
    size = state["options"]["batch_size"]
    return list(zip(x[order].split(size), y[order].split(size), strict=True))


class _Batches:
    """What the student iterates over: (x, y) pairs, with a length. Iteration ends early once the time is over."""

    def __init__(self, pieces: list[Any], until: float = float("inf"), watch: "_Watch | None" = None) -> None:
        self.pieces = pieces
        self.until = until
        self.watch = watch
        self.cut = False

    def __len__(self) -> int:
        return len(self.pieces)

    def __getitem__(self, index: int) -> Any:
        return self.pieces[index]

    def __iter__(self) -> Iterator[Any]:
        for number, piece in enumerate(self.pieces):
            if time.perf_counter() > self.until:
                self.cut = True
                return
            if number == 1 and self.watch is not None:
                self.watch.poison()
            yield piece


class _RecordingLoss(nn.CrossEntropyLoss):
    """The mean cross-entropy, which remembers what it gave: the student's own mean is compared with it."""

    def forward(self, input: torch.Tensor, target: torch.Tensor) -> torch.Tensor:  # noqa: A002 - torch's own names
        loss = super().forward(input, target)
        self.__dict__.setdefault("seen", []).append(loss.detach())
        return loss

    def summary(self) -> dict[str, float | None]:
        seen = self.__dict__.get("seen")
        if not seen:
            return {"loss": None, "low": None, "high": None}
        values = torch.stack(seen).double()
        return {"loss": float(values.mean()), "low": float(values.min()), "high": float(values.max())}


class _Watch:
    """Stands in for an optimizer's step: moves nothing and looks at the gradients it is given."""

    def __init__(self, parameters: list[torch.Tensor]) -> None:
        self.parameters = parameters
        self.steps = 0
        self.poisoned = False
        self.empty = False

    def poison(self) -> None:
        for p in self.parameters:
            p.grad = torch.full_like(p, POISON) if p.grad is None else p.grad + POISON

    def look(self) -> None:
        """Remembers of the latest step whether the poison is still there and whether there is any gradient at all."""
        gradients = [p.grad for p in self.parameters if p.grad is not None]
        self.poisoned = any(bool((g.abs() > POISON / 2).any()) for g in gradients)
        self.empty = not any(bool(g.any()) for g in gradients)

    def step(self, _: Any, closure: Callable[[], Any] | None = None) -> Any:
        self.steps += 1
        if closure is None:
            self.look()
            return None
        with torch.enable_grad():
            closure()
            self.poison()  # a second evaluation, as LBFGS makes many: it must not find what was there before
            loss = closure()
        self.look()
        return loss


# --- probing an optimizer -------------------------------------------------------------------------------------------


def _walk(make: Callable[..., Any], name: str, problem: dict[str, Any]) -> dict[str, Any]:
    """The path (steps + 1, n) that the parameters take, and before each step the optimizer's groups as plain data."""
    parameters = _parameters(problem["shapes"], torch.from_numpy(problem["start"]))
    optimizer = _optimizer(make, name, (p for p in parameters))
    path, groups = [_flat(parameters)], []
    for number in range(problem["steps"]):
        groups.append(_groups(optimizer, parameters))
        _step(optimizer, parameters, _closure(problem, parameters, number), problem["kind"] != "gradients")
        path.append(_flat(parameters))
    return {"path": torch.stack(path).numpy(), "groups": groups}


def _parameters(shapes: list[list[int]], start: torch.Tensor) -> list[nn.Parameter]:
    sizes = [torch.Size(shape).numel() for shape in shapes]
    return [
        nn.Parameter(part.reshape(shape).clone()) for part, shape in zip(torch.split(start, sizes), shapes, strict=True)
    ]


def _flat(parameters: list[nn.Parameter]) -> torch.Tensor:
    return torch.cat([p.detach().double().flatten() for p in parameters])


def _closure(problem: dict[str, Any], parameters: list[nn.Parameter], number: int) -> Callable[[], torch.Tensor]:
    """Sets the gradients of the problem and gives its value. Its twin is in oracles/optimizers.py."""

    def given() -> torch.Tensor:
        row = torch.from_numpy(problem["gradients"][number])
        for p, g in zip(parameters, _parameters(problem["shapes"], row), strict=True):
            p.grad = g.detach()
        return (row * _flat(parameters)).sum()

    def objective() -> torch.Tensor:
        for p in parameters:
            p.grad = None
        residual = torch.from_numpy(problem["matrix"]) @ torch.cat([p.flatten() for p in parameters])
        residual = residual - torch.from_numpy(problem["target"])
        loss = 0.5 * residual @ residual if problem["kind"] == "quadratic" else torch.log(torch.cosh(residual)).sum()
        torch.autograd.backward(loss)
        return loss

    return given if problem["kind"] == "gradients" else objective


def _step(optimizer: Any, parameters: list[nn.Parameter], closure: Callable[[], Any], wants_closure: bool) -> None:
    """`step(closure)` where one is due or demanded, else the gradients are set and `step()` is called."""
    takes = _takes_closure(optimizer.step)
    if takes == "must" or (takes == "can" and wants_closure):
        optimizer.step(closure)
    else:
        closure()
        optimizer.step()


def _takes_closure(step: Callable[..., Any]) -> str:
    try:
        parameters = list(inspect.signature(step).parameters.values())
    except (TypeError, ValueError):
        return "can"
    takes = [p for p in parameters if p.kind is not p.KEYWORD_ONLY and p.kind is not p.VAR_KEYWORD]
    if not takes:
        return "not"
    return "must" if takes[0].default is takes[0].empty and takes[0].kind is not takes[0].VAR_POSITIONAL else "can"


def _groups(optimizer: Any, parameters: list[nn.Parameter]) -> list[dict[str, Any]]:
    """The parameter groups: which of our parameters each holds, and its hyper-parameters as plain numbers.

    An optimizer without groups may be a wrapper around one that has them, or keep its numbers as attributes.
    """
    own = {key: value for key, value in getattr(optimizer, "__dict__", {}).items() if _plain(value)}
    groups = getattr(optimizer, "param_groups", None)
    if groups is None:
        inner = next((v for v in getattr(optimizer, "__dict__", {}).values() if hasattr(v, "param_groups")), None)
        groups = inner.param_groups if inner is not None else [{"params": None}]
    return [
        {
            "members": None if group.get("params") is None else _members(group["params"], parameters),
            "hyper": {str(k): _value(v) for k, v in {**own, **group}.items() if k != "params" and _plain(v)},
        }
        for group in groups
    ]


def _members(params: Any, parameters: list[nn.Parameter]) -> list[int]:
    held = [id(p) for p in params]
    return [index for index, p in enumerate(parameters) if id(p) in held]


def _value(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.item()
    return [_value(item) for item in value] if isinstance(value, tuple | list) else value


def _plain(value: Any) -> bool:
    if isinstance(value, tuple | list):
        return 0 < len(value) <= 3 and all(isinstance(item, bool | int | float) for item in value)
    if isinstance(value, torch.Tensor):
        return value.numel() == 1
    return value is None or isinstance(value, bool | int | float | str)
