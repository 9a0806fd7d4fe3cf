"""Which sandbox to run in: the one that was asked for, or an error that says what is missing. Never another one."""

import os
from dataclasses import dataclass

from grader.errors import UsageError
from grader.sandbox.launcher import Launcher
from grader.sandbox.linux.jail import JailLauncher
from grader.sandbox.linux.warm import WarmLauncher
from grader.sandbox.process import ProcessLauncher

# For the processes of a class and of a cluster, too.
IMAGE_VARIABLE, GPUS_VARIABLE = "GRADER_IMAGE", "GRADER_GPUS"
KINDS = ("jail", "process", "docker")


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """Where a student's code runs. `kind` is one of `KINDS`; None for this machine's default.

    `allow_weaker` runs even where the machine lacks a wall. `image` and `gpus` are for `docker`: a worker image other
    than the grader's own, and which GPUs a worker may see; None for what the environment's GRADER_IMAGE and GRADER_GPUS
    say.
    """

    kind: str | None = None
    allow_weaker: bool = False
    image: str | None = None
    gpus: str | None = None


def default_kind() -> str:
    """`jail` on Linux. Elsewhere there are no restrictions to be had, and the report says `process`."""
    return "jail" if WarmLauncher.is_available() else "process"


def open_launcher(
    settings: SandboxSettings = SandboxSettings(), *, ahead: bool = False, sibling: int | None = None
) -> Launcher:
    """A launcher of that kind, to be closed by the caller. Raises SandboxError, naming what this machine lacks.

    With `ahead`, what can be begun before the first worker is asked for is begun now (`jail` always does). `sibling`
    is the descriptor of a warm process that `fork_sibling` of another such launcher gave; none is then started.
    """
    match settings.kind or default_kind():
        case "jail" if settings.gpus is not None:
            raise UsageError("the jail sandbox lets no GPU through; use --sandbox docker, or process, to train on one.")
        case "jail":
            return JailLauncher(allow_weaker=settings.allow_weaker, sibling=sibling)
        case "process":
            return WarmLauncher(ahead=ahead, sibling=sibling) if WarmLauncher.is_available() else ProcessLauncher()
        case "docker":
            from grader.sandbox.docker.container import (  # the SDK costs a fifth of a second
                WORKER_IMAGE,
                DockerLauncher,
            )

            image = settings.image or os.environ.get(IMAGE_VARIABLE) or WORKER_IMAGE
            return DockerLauncher(image, gpus=settings.gpus or os.environ.get(GPUS_VARIABLE))
        case other:
            raise UsageError(f"unknown sandbox {other!r} (choose from {', '.join(KINDS)}).")
