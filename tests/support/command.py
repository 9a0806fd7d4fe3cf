"""The command as a person would run it, and the checkout it is run in."""

import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.support import warm_commands

ROOT = warm_commands.ROOT
PATIENCE = 300.0  # seconds that a command may take before a test gives up: generous, since machines are slow and shared

Command = Callable[..., subprocess.CompletedProcess[str]]


def run_grader(*args: object, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Runs `grader ARGS...` in a process of its own."""
    return warm_commands.run("grader", *args, cwd=cwd, timeout=PATIENCE)
