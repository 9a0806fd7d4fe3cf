"""Names with "/" in them, which become folders in a download: PrairieLearn's "uid_1_hw9/backprop_1_1_8812_name.py".

The ids of its questions may be paths (PrairieLearn's issue 7715). Such files are taken as if they lay in one folder.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import IO

from grader.classroom.class_model import Format
from grader.classroom.intake.lms_names import READERS
from grader.load.content import Content, Moment
from grader.load.tree import File, Folder

_BEGINNING = re.compile(r".+@.+?_\d*_.+", re.S)
_MAX_LEVELS = 4
_read = READERS[Format.PRAIRIELEARN]


class _FurtherDown(File):
    """A file under the name and the key that lead to it from the class's folder."""

    __slots__ = ("_file",)

    def __init__(self, key: str, file: File) -> None:
        super().__init__(key)
        self._file = file

    @property
    def where(self) -> str:
        return self._file.where

    @property
    def modified(self) -> Moment | None:
        return self._file.modified

    @property
    def is_ordinary(self) -> bool:
        return self._file.is_ordinary

    def read(self, most: int) -> Content:
        return self._file.read(most)

    def open(self, most: int, stack: ExitStack) -> IO[bytes] | str:
        return self._file.open(most, stack)


def joined(children: Sequence[File | Folder]) -> list[File | Folder]:
    """A class's files and folders, with the files in the place of folders that are the beginnings of their names."""
    result: list[File | Folder] = []
    for child in children:
        is_beginning = isinstance(child, Folder) and _BEGINNING.fullmatch(child.name)
        files = [*_below(child, child.key, _MAX_LEVELS)] if isinstance(child, Folder) and is_beginning else []
        result += files if files and all(_read(file.name) for file in files) else [child]
    return result


def _below(folder: Folder, key: str, levels: int) -> Iterator[File]:
    for file in folder.files():
        yield _FurtherDown(f"{key}/{file.key}", file)
    for inner in folder.folders() if levels else ():
        yield from _below(inner, f"{key}/{inner.key}", levels - 1)
