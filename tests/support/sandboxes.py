"""The sandboxes that this machine can give, for tests and scripts that go over all of them."""

from grader.errors import SandboxError
from grader.sandbox.choose import open_launcher
from grader.sandbox.launcher import Launcher
from grader.sandbox.sandbox_settings import SandboxSettings

LOCAL = ("process", "jail")  # docker needs an engine and an image, and has tests of its own


def available() -> list[str]:
    return [name for name in LOCAL if why_not(name) is None]


def why_not(name: str) -> str | None:
    """Why this machine cannot give that sandbox; None where it can."""
    try:
        open_launcher(SandboxSettings(name)).close()
    except SandboxError as error:
        return str(error)
    return None


def launcher_of(name: str) -> Launcher:
    return open_launcher(SandboxSettings(name))
