"""Where pytest looks for the checks: below a folder of any name."""

import os
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

    Nothing above the folder is looked at. pytest would list every folder on the way to it from the first that is not
    above its ini file, with all that lies beside: somebody's home, or /tmp, or a folder that may not be read.
    """
    manager = config.pluginmanager
    before, config.args, cut_before = config.invocation_params, list(nodes), manager._confcutdir
    config.invocation_params, manager._confcutdir = replace(before, dir=folder), Path(os.path.abspath(folder))
    try:
        yield
    finally:
        config.invocation_params, manager._confcutdir = before, cut_before
