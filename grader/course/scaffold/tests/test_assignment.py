"""The assignment is whole, and its checks catch what they should: `grader lint` and `grader mutants`, in short."""

import subprocess
import sys
from pathlib import Path

import pytest

ASSIGNMENT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    "command",
    [
        ("lint", "--seeds", "5", "--gallery-seeds", "2"),
        ("mutants", "--count", "20", "--seeds", "2"),
    ],
    ids=lambda command: command[0],
)
def test_there_is_nothing_to_put_right(command):
    name, *options = command
    ended = subprocess.run(
        [sys.executable, "-m", "grader", name, str(ASSIGNMENT), *options], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
