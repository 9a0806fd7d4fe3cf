"""What a worker on a GPU is held to: its time, even in a kernel that never ends, and its memory."""

import sys
import time
from contextlib import closing

from grader.model import Outcome
from grader.sandbox.choose import open_launcher
from grader.sandbox.launcher import Bundle, CallFailed, Launcher, Limits, Reply, Request, Returned
from grader.sandbox.sandbox_settings import SandboxSettings
from grader.sandbox.supervisor import Sandbox
from scripts.gpu_report.plan import Finding, Plan

SECONDS, SHORT_SECONDS = 5.0, 1.0
PATIENCE = 120.0
MAX_OVERSHOOT = 3.0  # of a deadline, until a worker is ended and its GPU free for the next
_LIMITS = Limits()
HARNESS = """
import torch

def add(device):
    x = torch.ones(8, device=device)
    return float((x + x).sum())

def endless(device):
    if device.startswith("cuda"):
        torch.cuda._sleep(1 << 62)  # one kernel
        torch.cuda.synchronize()
    x = torch.zeros(512, 512, device=device)
    while True:
        x = x @ x

def too_much(device):
    return torch.zeros(1 << 44, dtype=torch.uint8, device=device).shape[0]

def bounded(device, gib):
    if device.startswith("cuda"):
        total = torch.cuda.get_device_properties(device).total_memory
        torch.cuda.set_per_process_memory_fraction(min(1.0, gib * 2**30 / total), device)
    kept = []
    try:
        while len(kept) < 1024:
            kept.append(torch.zeros(1 << 28, dtype=torch.uint8, device=device))
    except (RuntimeError, MemoryError):
        pass
    return len(kept) / 4
"""


def run(plan: Plan) -> list[Finding]:
    """Each bound, in the sandbox `process`, in which a GPU can be used."""
    seconds = SHORT_SECONDS if plan.short else SECONDS
    with closing(open_launcher(SandboxSettings("process"))) as launcher:
        return [_overshoot(launcher, plan, seconds), _out_of_memory(launcher, plan), _memory_bound(launcher, plan)]


def asking(
    launcher: Launcher, *questions: tuple[str, tuple[object, ...], float], limits: Limits = _LIMITS
) -> list[tuple[Reply, float]]:
    """The replies of one worker, and how long each took."""
    allowed = (*sys.stdlib_module_names, "torch", "numpy")
    bundle = Bundle({"module.py": HARNESS.encode()}, {}, allowed=allowed, preload=("numpy", "torch"), limits=limits)
    replies = []
    with Sandbox(launcher, {"module": bundle}) as sandbox:
        for name, args, seconds in questions:
            began = time.monotonic()
            reply = sandbox.call(Request("module", "module", name, args, seconds))  # type: ignore[arg-type]
            replies.append((reply, time.monotonic() - began))
    return replies


def _overshoot(launcher: Launcher, plan: Plan, seconds: float) -> Finding:
    device = (plan.device,)
    ready, endless, after = asking(
        launcher, ("add", device, PATIENCE), ("endless", device, seconds), ("add", device, PATIENCE)
    )
    over = endless[1] - seconds
    stopped = isinstance(endless[0], CallFailed) and endless[0].outcome is Outcome.TIMEOUT
    works = all(reply == Returned(16.0) for reply, _ in (ready, after))
    summary = f"stopped {over:.2f} s after its {seconds:g} s; the next worker had its answer after {after[1]:.1f} s"
    figures = {"overshoot_s": over, "next_s": after[1], "first_s": ready[1]}
    in_time = over < MAX_OVERSHOOT or not plan.has_gpu  # a deadline on a busy processor waits for it
    return Finding("an endless kernel", summary, stopped and works and in_time, figures)


def _out_of_memory(launcher: Launcher, plan: Plan) -> Finding:
    device = (plan.device,)
    (reply, _), (after, _) = asking(launcher, ("too_much", device, PATIENCE), ("add", device, PATIENCE))
    if not isinstance(reply, CallFailed):
        return Finding("16 TiB", "were given", holds=False)
    summary = f"{reply.outcome}: {reply.message}; a worker afterwards {'works' if after == Returned(16.0) else 'fails'}"
    return Finding("16 TiB", summary, after == Returned(16.0))


def _memory_bound(launcher: Launcher, plan: Plan) -> Finding:
    gib = 1.0
    limits = Limits(memory_bytes=int(gib * 2**30))
    ((reply, _),) = asking(launcher, ("bounded", (plan.device, gib), PATIENCE), limits=limits)
    if isinstance(reply, Returned) and isinstance(reply.value, float):
        return Finding(f"a bound of {gib:g} GiB", f"{reply.value:g} GiB were given", 0 < reply.value <= gib)
    return Finding(f"a bound of {gib:g} GiB", str(reply), holds=False)
