"""Where pytest looks for the checks: below a folder of any name."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest


@contextmanager
def collecting_below(config: pytest.Config, folder: Path, nodes: Sequence[str] = (".",)) -> Iterator[None]:
    """Has pytest collect `nodes`, ids relative to `folder`, in place of its arguments.

    Whatever follows a [ is a test's parameters to pytest, so that no argument can name `Exercise 9 [new]/checks`: the
    folder is where pytest is taken to have been started, which is not read that way. Only while it collects: at its end
    it goes back to where it was started.
    """
    before, config.args = config.invocation_params, list(nodes)
    config.invocation_params = replace(before, dir=folder)
    config.pluginmanager._confcutdir = folder  # else it goes down to it from a folder above, and reads all on the way
    try:
        yield
    finally:
        config.invocation_params = before
