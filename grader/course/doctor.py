"""What this machine can give: which sandboxes, restrictions and devices; and what to install for the rest."""

import importlib.metadata
import json
import platform
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum

from grader.errors import SandboxError
from grader.sandbox.choose import default_kind, open_launcher, why_no_jail
from grader.sandbox.sandbox_settings import SandboxSettings
from grader.version import VERSION

if sys.platform == "linux":
    from grader.sandbox.linux.jail import HELP, JailLauncher

_PACKAGES = ("numpy", "sympy", "torch", "pytest")
_TORCH_SECONDS = 120.0  # to import torch from a cold disk
# Asked of another process: the grader's own never imports torch.
_DEVICES = """
import json, torch
found = [torch.cuda.get_device_name(n) for n in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
mps = torch.backends.mps.is_available()
print(json.dumps({"devices": found + ["Apple GPU (mps)"] * mps, "built": torch.version.cuda}))
"""


class Health(StrEnum):
    GOOD = "yes"
    PARTLY = "partly"
    NONE = "no"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing that was looked at. `remedy` says what to do about it, where there is something."""

    subject: str
    health: Health
    detail: str
    remedy: str = ""


def examine() -> Iterator[Diagnosis]:
    """Check everything in turn; that takes a second or two, most of it torch's."""
    yield Diagnosis("grader", Health.GOOD, f"{VERSION}, Python {platform.python_version()}, {platform.platform()}")
    for name in _PACKAGES:
        yield _package(name)
    yield _process()
    yield _jail()
    yield _docker()
    yield _default()
    yield _device()


def _package(name: str) -> Diagnosis:
    try:
        return Diagnosis(name, Health.GOOD, importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return Diagnosis(name, Health.NONE, "not installed", f"pip install {name}")


def _process() -> Diagnosis:
    start = "workers are forked from a warm process" if sys.platform == "linux" else "every worker starts anew"
    return Diagnosis("sandbox process", Health.GOOD, f"no restrictions; {start}")


def _jail() -> Diagnosis:
    if sys.platform == "linux":
        try:
            launcher = JailLauncher(allow_weaker=True)
        except SandboxError as error:
            return Diagnosis("sandbox jail", Health.NONE, str(error))
        with closing(launcher):
            forgone = (f"no {name}: {why}" for name, why in launcher.forgone.items())
            detail = "; ".join([*launcher.restrictions, *forgone])
            if not launcher.missing:
                return Diagnosis("sandbox jail", Health.GOOD, detail)
            remedy = "; ".join(f"{HELP[name]} ({reason})" for name, reason in launcher.missing.items())
            remedy = f"needs {remedy}; --allow-weaker runs with the rest"
            return Diagnosis("sandbox jail", Health.PARTLY, detail, remedy)
    return Diagnosis("sandbox jail", Health.NONE, why_no_jail())


def _docker() -> Diagnosis:
    try:
        with closing(open_launcher(SandboxSettings("docker", build=False))) as launcher:
            return Diagnosis("sandbox docker", Health.GOOD, "; ".join(launcher.restrictions))
    except (SandboxError, ImportError) as error:
        return Diagnosis("sandbox docker", Health.NONE, str(error))


def _default() -> Diagnosis:
    try:
        return Diagnosis("default sandbox", Health.GOOD, default_kind())
    except SandboxError as error:
        return Diagnosis("default sandbox", Health.NONE, str(error))


def _device() -> Diagnosis:
    command = [sys.executable, "-I", "-c", _DEVICES]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=_TORCH_SECONDS, check=True)
        answer = json.loads(ran.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        return Diagnosis(
            "device", Health.NONE, f"torch could not be asked: {error}", "pip install --force-reinstall torch"
        )
    if answer["devices"]:
        return Diagnosis("device", Health.GOOD, ", ".join(answer["devices"]))
    if answer["built"]:
        return Diagnosis("device", Health.GOOD, f"cpu; torch was built for CUDA {answer['built']} and sees no GPU")
    return Diagnosis("device", Health.GOOD, "cpu; this torch was built without CUDA")
