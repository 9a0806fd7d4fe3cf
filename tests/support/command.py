"""The command as a person would run it, and the checkout it is run in."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 300.0  # seconds that a command may take before a test gives up: generous, since machines are slow and shared

Command = Callable[..., subprocess.CompletedProcess[str]]


def run_grader(*args: object, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Runs `grader ARGS...` in a process of its own."""
    command = [sys.executable, "-m", "grader", *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=PATIENCE, check=False)
