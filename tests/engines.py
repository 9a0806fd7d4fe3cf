"""A Docker engine and a worker image for tests, or the reason why there is none."""

from functools import cache

import pytest

from grader.errors import SandboxError
from grader.image import Recipe, build
from grader.sandbox.engine import connect

# Without torch: half a minute once for an engine, 3 s when a file of the worker has changed, else a second.
IMAGE = "backprop-grader-worker:test"


@cache
def why_not() -> str | None:
    """Why no container can be had here; None if they can."""
    try:
        connect().close()
    except SandboxError as error:
        return str(error)
    return None


@cache
def worker_image() -> str:
    """The name of a worker image that is up to date. Skips the test where no engine is to be had."""
    reason = why_not()
    if reason is not None:
        pytest.skip(f"no containers here: {reason}")
    return build(Recipe(tag=IMAGE, torch="")).name
