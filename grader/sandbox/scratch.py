"""Temporary folders: named here, and made by the process that they are for.

Whoever makes a folder removes it when it ends, and who started it does so where it was killed. Were the folder made
first, nobody would know of it if the grader were killed before that process began. What is left where all of them
are killed at once, the next grader removes: a folder is locked while it is used (`child.folders.make`).
"""

import contextlib
import functools
import os
import re
import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path

from grader.errors import UsageError
from grader.sandbox.child import folders

_PREFIX = "grader-scratch-"  # and nothing else that is in use without its lock
_RANDOM_BYTES = 8
_NAME = re.compile(f"{_PREFIX}[0-9a-f]{{{2 * _RANDOM_BYTES}}}")


def place() -> Path:
    """The folder of temporary files. Raises UsageError where none can be written."""
    try:
        return Path(tempfile.gettempdir())
    except FileNotFoundError as error:
        raise UsageError(
            "there is no folder for temporary files that can be written; set TMPDIR to one (TEMP on Windows)."
        ) from error


def unused_path() -> str:
    """A path among the temporary files that nobody else uses or can guess, for `folders.make`."""
    folder = place()
    _tidy(folder)
    return str(folder / f"{_PREFIX}{secrets.token_hex(_RANDOM_BYTES)}")


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder that is there as long as the context."""
    path = unused_path()
    lock = folders.make(path)
    try:
        yield Path(path)
    finally:
        folders.remove(path)
        os.close(lock)


@functools.cache  # once in a process: what is left by then was left by an earlier one
def _tidy(folder: Path) -> None:
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if _NAME.fullmatch(entry.name):
                folders.remove_abandoned(entry.path)
