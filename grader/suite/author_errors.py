"""A mistake in an assignment's own files as a sentence for its author: the file, the line, and what happened there."""

import inspect
import traceback
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest


def located(error: BaseException, folder: Path) -> str:
    """`checks/check_softmax.py, line 12: ZeroDivisionError: division by zero`.

    The place is the innermost line of a file in `folder`, the assignment's; without one, nothing is said of a place.
    """
    if isinstance(error, pytest.Collector.CollectError) and error.__cause__ is not None:
        error = error.__cause__  # pytest's own words about an import are a whole page
    if isinstance(error, pytest.FixtureLookupError):
        place, item = _place_of_function(error.request.function, folder), error.request.function.__name__
        return f'{place}{item} asks for {error.argname}, which is not a fixture; a module is declared by module("…")'
    if isinstance(error, SyntaxError):
        return f"{_place(error.filename, error.lineno, folder)}{type(error).__name__}: {error.msg}"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _inside(frame.filename, folder)]
    place = _place(frames[-1].filename, frames[-1].lineno, folder) if frames else ""
    text = str(error).strip()
    return f"{place}{type(error).__name__}{f': {text}' if text else ''}"


def place_of(item: pytest.Item, folder: Path) -> str:
    """Where a check stands: `checks/check_softmax.py, line 12`."""
    return _place(str(item.path), (item.location[1] or 0) + 1, folder).removesuffix(": ")


@lru_cache(maxsize=256)  # asked for each check of each submission, and the answer takes a look at every folder above
def _inside(file: str, folder: Path) -> bool:
    return Path(file).resolve().is_relative_to(folder.resolve())


def _place(file: str | None, line: int | None, folder: Path) -> str:
    if file is None or not _inside(file, folder):
        return ""
    return f"{_relative(file, folder)}, line {line}: "


@lru_cache(maxsize=256)
def _relative(file: str, folder: Path) -> str:
    return Path(file).resolve().relative_to(folder.resolve()).as_posix()


def wrong_kind(check: object, folder: Path) -> str | None:
    """Why this is no check, a sentence with its place; None of one that is."""
    if not inspect.isgeneratorfunction(check) and not inspect.iscoroutinefunction(check):
        return None
    what = "yields" if inspect.isgeneratorfunction(check) else "is an `async def`"
    return f"{_place_of_function(check, folder)}{check.__name__} {what}: a check is a function that returns a Verdict"


def _place_of_function(function: Any, folder: Path) -> str:
    code = function.__code__
    return _place(code.co_filename, code.co_firstlineno, folder)
