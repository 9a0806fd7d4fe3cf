"""The sandboxes that this machine can give, for tests and scripts that go over all of them."""

from importlib.util import find_spec

from grader.sandbox.base import Launcher
from grader.sandbox.process import ProcessLauncher


def available() -> list[str]:
    return ["process"]


def launcher_of(name: str) -> Launcher:
    return ProcessLauncher()
