"""Which sandbox to run in: the one that was asked for, or an error that says what is missing. Never another one."""

import os

from grader.errors import UsageError
from grader.sandbox.api import Launcher
from grader.sandbox.linux.jail import JailLauncher
from grader.sandbox.linux.warm import WarmLauncher
from grader.sandbox.process import ProcessLauncher

# For the processes of a class and of a cluster, too.
IMAGE_VARIABLE, GPUS_VARIABLE = "GRADER_IMAGE", "GRADER_GPUS"
KINDS = ("jail", "process", "docker")


def default_kind() -> str:
    """`jail` on Linux. Elsewhere there are no restrictions to be had, and the report says `process`."""
    return "jail" if WarmLauncher.is_available() else "process"


def open_launcher(
    kind: str | None = None,
    *,
    allow_weaker: bool = False,
    ahead: bool = False,
    sibling: int | None = None,
    image: str | None = None,
    gpus: str | None = None,
) -> Launcher:
    """A launcher of that kind, to be closed by the caller. Raises SandboxError, naming what this machine lacks.

    With `ahead`, what can be begun before the first worker is asked for is begun now (`jail` always does). `sibling`
    is the descriptor of a warm process that `fork_sibling` of another such launcher
    gave; none is then started.
    `image` and `gpus` are for `docker`: a worker image other than the grader's own, and which GPUs a worker may
    see; where they are not given, what the environment's GRADER_IMAGE and GRADER_GPUS say.
    """
    match kind or default_kind():
        case "jail" if gpus is not None:
            raise UsageError("the jail sandbox lets no GPU through; use --sandbox docker, or process, to train on one.")
        case "jail":
            return JailLauncher(allow_weaker=allow_weaker, sibling=sibling)
        case "process":
            return WarmLauncher(ahead=ahead, sibling=sibling) if WarmLauncher.is_available() else ProcessLauncher()
        case "docker":
            from grader.sandbox.docker.container import (  # the SDK costs a fifth of a second
                WORKER_IMAGE,
                DockerLauncher,
            )

            return DockerLauncher(
                image or os.environ.get(IMAGE_VARIABLE) or WORKER_IMAGE, gpus=gpus or os.environ.get(GPUS_VARIABLE)
            )
        case other:
            raise UsageError(f"there is no sandbox {other}; there are {', '.join(KINDS)}.")
