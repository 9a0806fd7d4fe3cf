"""What the tests of the sandboxes share: the kinds there are, questions to one worker, and what is left of it."""

import os
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from grader.sandbox import choose, warm_modules
from grader.sandbox.launcher import Bundle, Launcher, Limits, Reply, Request
from grader.sandbox.linux import warm
from grader.sandbox.linux.jail import JailLauncher
from grader.sandbox.linux.warm import WarmLauncher
from grader.sandbox.process import ProcessLauncher
from grader.sandbox.supervisor import Sandbox
from tests.support.engines import docker_launcher

PATIENCE = 300.0  # seconds for an answer that is sure to come, on a slow and busy machine
DEADLINE = 1.0  # seconds of its own for one that is sure not to come

# Every kind of sandbox; a factory raises SandboxError, with the reason, where this machine cannot give it.
SANDBOXES: dict[str, Callable[[], Launcher]] = {
    "process, started": ProcessLauncher,
    "process, forked": WarmLauncher,
    "jail": JailLauncher,
    "docker": docker_launcher,
}


def usual_first(kinds: Iterable[str]) -> list[Any]:
    """Kinds as parameters: `make test` runs a test in the jail, and in the others if it is marked `everywhere`."""
    return [pytest.param(kind, marks=() if kind == "jail" else pytest.mark.elsewhere) for kind in kinds]


def knowing_nothing(replace: Callable[[Any, str, Any], None]) -> None:
    """Zygotes import nothing ahead: for what is about zygotes themselves, which would import sympy each."""
    for module in (warm, warm_modules, choose):
        replace(module, "WARM", ((),))


def bundle_of(code: str, *preload: str, limits: Limits | None = None) -> Bundle:
    """A worker's bundle without a guard on imports: these tests are about what holds once that guard is passed."""
    allowed = (*sys.stdlib_module_names, *preload)
    return Bundle({"module.py": code.encode()}, {}, allowed=allowed, preload=preload, limits=limits or Limits())


def ask(
    launcher: Launcher, code: str, *questions: str, seconds: float = PATIENCE, limits: Limits | None = None
) -> list[Reply]:
    """What is answered to `module.question()` for each of the questions, the module being `code`."""
    with Sandbox(launcher, {"module": bundle_of(code, limits=limits)}) as sandbox:
        return [sandbox.call(Request("module", "module", name, (), seconds)) for name in questions]


def wait_until(condition: Callable[[], bool]) -> None:
    """Returns once it holds: for what other processes do, which say nothing of it."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def survivors() -> list[str]:
    """The processes that workers of this test run have left: their command lines name it, also those of their forks."""
    mark, own_id = f'"protected_pids": [{os.getpid()}]'.encode(), str(os.getpid())
    processes = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            status = (folder / "stat").read_text().rpartition(")")[2].split()
            if mark in (folder / "cmdline").read_bytes() and status[1] != own_id:
                processes.append(f"{folder.name} ({status[0]})")
        except OSError:
            continue  # it has just ended
    return processes
