"""A Docker engine and a worker image for tests, or the reason why there is none."""

from functools import cache

import pytest

from grader.errors import SandboxError
from grader.sandbox.docker.container import DockerLauncher
from grader.sandbox.docker.engine import connect
from grader.sandbox.docker.image import Recipe, build

# Without torch: half a minute once for an engine, 3 s when a file of the worker has changed, else a second.
IMAGE = "backprop-grader-worker:test"


def docker_launcher() -> DockerLauncher:
    """A launcher on this machine's engine. Raises SandboxError, with the reason, where there is none."""
    connect().close()  # no engine: say so before anything is built
    return DockerLauncher(_built())


@cache
def _built() -> str:
    return build(Recipe(tag=IMAGE, torch="")).name


@cache
def _why_not() -> str | None:
    try:
        connect().close()
    except SandboxError as error:
        return str(error)
    return None


def worker_image() -> str:
    """The name of a worker image that is up to date. Skips the test where no engine is to be had."""
    if _why_not() is not None:
        pytest.skip(f"no containers here: {_why_not()}")
    return _built()
