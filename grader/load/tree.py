"""Where a class lies: files and folders, on disk or in an archive (`archives`), seen alike.

Names and contents in here are the students': every read is bounded, links and devices are never followed.
"""

import os
from abc import ABC, abstractmethod
from pathlib import Path

from grader.load import submission
from grader.load.file_names import readable
from grader.load.submission import Content


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

    @abstractmethod
    def read(self, most: int) -> Content:
        """Its bytes, or the reason why they are left out; never more than `most`."""


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
        """The folder that was listed under this key."""

    @abstractmethod
    def file(self, key: str) -> File:
        """The file that was listed under this key."""

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

    def read(self, most: int) -> Content:
        return submission.read_file(Path(self.path), most)


class DiskFolder(_OnDisk, Folder):
    """A folder on disk without the folder `hidden`. A link counts as a file, which is then not an ordinary one."""

    __slots__ = ("_hidden",)

    def __init__(self, key: str, parent: str = "", hidden: Path | None = None) -> None:
        super().__init__(key, parent)
        self._hidden = hidden

    def folders(self) -> list[Folder]:
        path = self.path
        return [DiskFolder(key, path) for key in self._keys(folders=True) if not self._is_hidden(key)]

    def files(self) -> list[File]:
        path = self.path
        return [DiskFile(key, path) for key in self._keys(folders=False)]

    def folder(self, key: str) -> Folder:
        return DiskFolder(key, self.path)

    def file(self, key: str) -> File:
        return DiskFile(key, self.path)

    def _keys(self, *, folders: bool) -> list[str]:
        with os.scandir(self.path) as entries:
            return sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False) is folders)

    def _is_hidden(self, key: str) -> bool:
        return self._hidden is not None and Path(self.path, key).resolve() == self._hidden
