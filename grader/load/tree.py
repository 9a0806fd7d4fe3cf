"""Where hand-ins lie: files and folders, on disk or in an archive (`archives`), seen alike.

Names and contents in here are the students': every read is bounded, links and devices are never followed.
"""

import io
import os
from abc import ABC, abstractmethod
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from grader.load.content import Content, Moment, is_ordinary, open_file, read_file, too_large, unreadable
from grader.load.file_names import readable


class _Named(ABC):
    """What lies in a folder: `key` is what the folder finds it by, `name` its name as text; `where` is for messages.

    Few fields, since a class may have thousands of them.
    """

    __slots__ = ("key",)

    def __init__(self, key: str) -> None:
        self.key = key

    @property
    def name(self) -> str:
        return readable(self.key)

    @property
    @abstractmethod
    def where(self) -> str:
        """Its path, as text."""


class File(_Named):
    """One file."""

    __slots__ = ()

    @property
    def modified(self) -> Moment | None:
        """When it was changed, as far as an archive tells; a disk's own times are those of whoever copied it there."""
        return None

    @property
    @abstractmethod
    def is_ordinary(self) -> bool:
        """Whether it is a file; a link (to a file or a folder), a pipe or a device is none, and never read."""

    @abstractmethod
    def read(self, most: int) -> Content:
        """Its bytes, or the reason why they are left out; never more than `most`."""

    def open(self, most: int, stack: ExitStack) -> IO[bytes] | str:
        """The file for reading at any place until `stack` closes, or the reason why not. At most `most` bytes."""
        content = self.read(most)
        return content if isinstance(content, str) else io.BytesIO(content)


class Folder(_Named):
    """One folder. What is on disk may raise OSError."""

    __slots__ = ()

    @abstractmethod
    def folders(self) -> "list[Folder]":
        """Its folders, by name."""

    @abstractmethod
    def files(self) -> list[File]:
        """Its files, by name; what is neither file nor folder counts as a file that cannot be read."""

    @abstractmethod
    def folder(self, key: str) -> "Folder":
        """The folder that was listed under this key. Further down: the keys on the way there, with "/" between."""

    @abstractmethod
    def file(self, key: str) -> File:
        """The file that was listed under this key, or further down."""

    def children(self) -> "list[File | Folder]":
        """Its folders, then its files."""
        return [*self.folders(), *self.files()]


class _OnDisk(_Named):
    """What lies in the folder `parent` on disk; by itself, where that is empty."""

    __slots__ = ("_parent",)

    def __init__(self, key: str, parent: str = "") -> None:
        super().__init__(key)
        self._parent = parent

    @property
    def path(self) -> str:
        return os.path.join(self._parent, self.key)

    @property
    def where(self) -> str:
        return readable(self.path)


class DiskFile(_OnDisk, File):
    """A file on disk."""

    __slots__ = ()

    @property
    def is_ordinary(self) -> bool:
        return is_ordinary(Path(self.path))

    def read(self, most: int) -> Content:
        return read_file(Path(self.path), most)

    def open(self, most: int, stack: ExitStack) -> IO[bytes] | str:
        descriptor = open_file(Path(self.path))
        if isinstance(descriptor, str):
            return descriptor
        file = stack.enter_context(os.fdopen(descriptor, "rb"))
        try:
            return file if os.fstat(descriptor).st_size <= most else too_large(most)
        except OSError as error:
            return unreadable(error)


class DiskFolder(_OnDisk, Folder):
    """A folder on disk without what is `hidden` in it. A link counts as a file, which is then not an ordinary one."""

    __slots__ = ("_hidden",)

    def __init__(self, key: str, parent: str = "", hidden: Path | None = None) -> None:
        super().__init__(key, parent)
        self._hidden = hidden

    def folders(self) -> list[Folder]:
        path = self.path
        return [DiskFolder(key, path) for key in self._keys(folders=True) if not self._is_hidden(key)]

    def files(self) -> list[File]:
        path = self.path
        return [DiskFile(key, path) for key in self._keys(folders=False) if not self._is_hidden(key)]

    def folder(self, key: str) -> Folder:
        return DiskFolder(key, self.path)

    def file(self, key: str) -> File:
        return DiskFile(key, self.path)

    def _keys(self, *, folders: bool) -> list[str]:
        with os.scandir(self.path) as entries:
            return sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False) is folders)

    def _is_hidden(self, key: str) -> bool:
        return self._hidden is not None and Path(self.path, key).resolve() == self._hidden
