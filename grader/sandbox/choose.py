"""Which sandbox to run in: the one that was asked for, or an error that says what is missing. Never a weaker one."""

import os
import platform
import sys
from contextlib import suppress
from typing import Any, Self

from grader.errors import SandboxError, UsageError
from grader.sandbox.launcher import Launcher, OnStep
from grader.sandbox.process import ProcessLauncher
from grader.sandbox.sandbox_settings import GPUS_VARIABLE, IMAGE_VARIABLE, KINDS, SandboxSettings

if sys.platform == "linux":
    from grader.sandbox.linux.jail import JailLauncher, what_a_jail_lacks
    from grader.sandbox.linux.warm import StartedZygote, WarmLauncher
    from grader.sandbox.warm_modules import WARM


def why_no_jail(*, allow_weaker: bool = False) -> str:
    """Why there is no jail on a machine like this, within a sentence; nothing where a launcher may be tried."""
    if sys.platform == "linux":
        return what_a_jail_lacks(allow_weaker=allow_weaker)
    system = platform.system() or sys.platform
    return f"the jail needs Linux, and this is {'macOS' if system == 'Darwin' else system}"


def default_kind(*, allow_weaker: bool = False) -> str:
    """The sandbox for other people's work: `jail`, or `docker` where there is no jail and an engine answers.

    `process` restricts nothing, and so is used where somebody asks for it by name, and for a student's own work. Raises
    SandboxError where neither is to be had, with what to do.
    """
    reason = why_no_jail(allow_weaker=allow_weaker)
    if not reason:
        return "jail"
    from grader.sandbox.docker.engine import connect  # the SDK costs a fifth of a second

    try:
        connect().close()
    except SandboxError as error:
        raise SandboxError(
            f"This machine has no sandbox for other people's programs: {reason}, and {error} "
            "Then run the same command again. (For your own work alone: --sandbox process, in which a program may do "
            "all that you may.)"
        ) from error
    return "docker"


def open_launcher(
    settings: SandboxSettings = SandboxSettings(),
    *,
    ahead: bool = False,
    sibling: int | None = None,
    zygote: Any = None,
    on_step: OnStep = lambda number, count, what: None,
) -> Launcher:
    """A launcher of that kind, to be closed by the caller. Raises SandboxError, naming what this machine lacks.

    With `ahead`, what can be begun before the first worker is asked for is begun now (`jail` always does). `sibling`
    is the descriptor of a warm process that `fork_sibling` of another such launcher gave, `zygote` one that
    `LauncherAhead` has started; none is then started.
    `on_step` gets the progress of the worker image, if that has to be built first.
    """
    match settings.kind or default_kind(allow_weaker=settings.allow_weaker):
        case "jail" if settings.gpus is not None:
            raise UsageError("the jail sandbox lets no GPU through; use --sandbox docker, or process, to train on one.")
        case "jail":
            return _open_jail(allow_weaker=settings.allow_weaker, sibling=sibling, zygote=zygote)
        case "process":
            return _open_process(ahead=ahead, sibling=sibling, zygote=zygote)
        case "docker":
            from grader.sandbox.docker.container import DockerLauncher
            from grader.sandbox.docker.image import WORKER_IMAGE

            image = settings.image or os.environ.get(IMAGE_VARIABLE) or WORKER_IMAGE
            gpus = settings.gpus or os.environ.get(GPUS_VARIABLE)
            return DockerLauncher(image, gpus=gpus, build=settings.build, on_step=on_step)
        case other:
            raise UsageError(f"unknown sandbox {other!r} (choose from {', '.join(KINDS)}).")


_early_zygotes: list[Any] = []  # a jail's warm process that no launcher has taken yet


def begin_jail() -> None:
    """Begin what a jail's workers come from, for the launcher that is opened next; its imports take their time.

    Where none can be begun on this machine, the launcher says why.
    """
    if sys.platform == "linux" and not what_a_jail_lacks():
        with suppress(SandboxError, OSError):
            _early_zygotes.append(StartedZygote(WARM[0], "jail", weaker=False))


def _early_zygote(kind: str, weaker: bool) -> Any:
    """The one that was begun, where it suits such a launcher."""
    return _early_zygotes.pop() if _early_zygotes and kind == "jail" and not weaker else None


def end_early_zygotes() -> None:
    """End at once what no launcher has taken."""
    while _early_zygotes:
        _early_zygotes.pop().kill()


class LauncherAhead:
    """A launcher that is begun now and opened when it is needed; what workers come from imports meanwhile. A context.

    Raises SandboxError, as does `open`.
    """

    def __init__(self, settings: SandboxSettings) -> None:
        self._settings = settings
        self._zygote = _started_zygote(settings)
        self._opened = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ended: object) -> None:
        if self._zygote is not None:
            (self._zygote.close if self._opened else self._zygote.kill)()

    def open(self) -> Launcher:
        """The launcher, to be closed by the caller."""
        self._opened = True
        return open_launcher(self._settings, ahead=True, zygote=self._zygote)


def _started_zygote(settings: SandboxSettings) -> Any:
    """The warm process of a kind of sandbox; None where it has none."""
    if sys.platform == "linux" and settings.gpus is None and settings.kind in (None, "jail", "process"):
        kind = settings.kind or default_kind(allow_weaker=settings.allow_weaker)
        weaker = kind == "process" or settings.allow_weaker
        if kind != "docker":
            return _early_zygote(kind, weaker) or StartedZygote(WARM[0], kind, weaker=weaker)
    return None


def _open_jail(*, allow_weaker: bool, sibling: int | None, zygote: Any) -> Launcher:
    if sys.platform == "linux":
        if zygote is None and sibling is None:
            zygote = _early_zygote("jail", allow_weaker)
        return JailLauncher(allow_weaker=allow_weaker, sibling=sibling, zygote=zygote)
    raise SandboxError(f"{why_no_jail()}; use --sandbox docker.")


def _open_process(*, ahead: bool, sibling: int | None, zygote: Any) -> Launcher:
    if sys.platform == "linux":
        return WarmLauncher(ahead=ahead, sibling=sibling, zygote=zygote)
    return ProcessLauncher()
