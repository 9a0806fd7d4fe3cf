"""What the jail must let through for a GPU: each restriction alone, then all of them, in a process that then trains.

A worker in the jail gets no GPU (`grader/sandbox/linux/jail.py`). Here a process puts up one restriction after the
other by the jail's own functions, with the card's device files granted, and does a step of training on the card.
"""

import glob
import json
import subprocess
import sys
from pathlib import Path

from scripts.gpu_report.plan import Finding, Plan

ROOT = Path(__file__).resolve().parents[2]
DEVICES = ("/dev/nvidia*", "/dev/nvidia-caps/*", "/dev/dri/*", "/dev/kfd")
SECONDS = 60.0
RESTRICTIONS = ("none", "limits", "addresses", "files", "system calls", "all but addresses", "all")
_PROBE = """
import json, os, sys, tempfile
from dataclasses import asdict
from grader.sandbox.child import confine, landlock, packages, readable_paths, rlimits, seccomp
from grader.sandbox.launcher import Limits
device, what, devices = sys.argv[1], sys.argv[2], sys.argv[3:]
folder = tempfile.mkdtemp()
os.environ.update(TMPDIR=folder, HOME=folder)
os.chdir(folder)
installed = packages.restrict(("numpy", "torch")).places
import numpy, torch
torch.set_num_threads(1)
readable = readable_paths.readable(installed, devices)
limits = {**asdict(Limits()), "folder": folder, "readable": readable, "ruleset": None}
up = {
    "limits": lambda: rlimits.set_limits(limits),
    "addresses": lambda: confine.bound_addresses(limits),
    "files": lambda: confine.restrict_files(limits),
    "system calls": lambda: (landlock.never_more_privileges(), seccomp.apply(seccomp.jail_program(os.getpid()))),
}
for name, put_up in up.items():
    if what in (name, "all") or (what == "all but addresses" and name != "addresses"):
        put_up()
model = torch.nn.Linear(64, 10).to(device)
loss = model(torch.rand(8, 64, device=device)).sum()
loss.backward()
print(json.dumps({"loss": float(loss)}))
"""


def run(plan: Plan) -> list[Finding]:
    """For each restriction whether training goes on under it; and the sentence for the jail as a whole."""
    if sys.platform != "linux":
        return [Finding("the jail", "needs Linux", holds=None)]
    restrictions = ("all",) if plan.short else RESTRICTIONS
    reasons = {what: _attempt(plan.device, what) for what in restrictions}
    rows = [Finding(f"training under {what}", reason or "works", None) for what, reason in reasons.items()]
    if not plan.has_gpu:
        return [*rows, Finding("the jail on a CPU", reasons["all"] or "holds and trains", not reasons["all"])]
    return [*rows, Finding("the jail with a GPU", _sentence(reasons), None)]


def _sentence(reasons: dict[str, str]) -> str:
    if not reasons["all"]:
        return "holds with the card's device files granted: nothing else has to be let through"
    if not reasons.get("all but addresses", "untried"):
        return "holds with the card's device files granted and without the bound on addresses (RLIMIT_DATA stays)"
    return f"lets no GPU through: {reasons['all']}"


def _attempt(device: str, what: str) -> str:
    """Why training fails under it; nothing where it works."""
    devices = sorted(path for pattern in DEVICES for path in glob.glob(pattern))
    command = [sys.executable, "-B", "-c", _PROBE, device, what, *devices]
    try:
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"nothing came within {SECONDS:g} s"
    if ran.returncode == 0 and "loss" in json.loads(ran.stdout.splitlines()[-1]):
        return ""
    return (ran.stderr.strip().splitlines() or [f"ended with {ran.returncode}"])[-1][:300]
