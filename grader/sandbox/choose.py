"""Which sandbox to run in: the one that was asked for, or an error that says what is missing. Never another one."""

from grader.errors import UsageError
from grader.sandbox.base import Launcher
from grader.sandbox.jail import JailLauncher
from grader.sandbox.process import ProcessLauncher
from grader.sandbox.warm import WarmLauncher

KINDS = ("jail", "process")


def default_kind() -> str:
    """`jail` on Linux. Elsewhere there are no walls to be had, and the report says `process`."""
    return "jail" if WarmLauncher.is_available() else "process"


def open_launcher(kind: str | None = None, *, allow_weaker: bool = False) -> Launcher:
    """A launcher of that kind, to be closed by the caller. Raises SandboxError, naming what this machine lacks."""
    match kind or default_kind():
        case "jail":
            return JailLauncher(allow_weaker=allow_weaker)
        case "process":
            return WarmLauncher() if WarmLauncher.is_available() else ProcessLauncher()
        case other:
            raise UsageError(f"there is no sandbox {other}; there are {', '.join(KINDS)}.")
