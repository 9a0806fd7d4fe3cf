"""Archives as folders: a packed class, a hand-in, one inside another. Nothing is ever unpacked to disk by its name.

Every member is bounded where it enters: tables of contents before they are read, contents while they are unpacked.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple

from grader.errors import SubmissionError
from grader.load import content, tar, zip_members
from grader.load.content import Content, Moment
from grader.load.decompress import ARCHIVE_ERRORS, TooLargeError, decompressed
from grader.load.file_names import LONGEST_NAME, readable
from grader.load.tree import DiskFile, DiskFolder, File, Folder
from grader.load.zip_members import Member
from grader.text import one_line

MAX_CLASS_BYTES = 16 << 30  # of a packed class's tar, unpacked
MAX_CLASS_ENTRIES = 500_000  # files in a packed class: a thousand students with an environment each by accident
MAX_PACKED_CLASS_BYTES = 1 << 30  # of a class's archive inside another, which is read into memory
MAX_CLASS_DIRECTORY_BYTES = 128 << 20  # of its zip's table of contents
MAX_ARCHIVE_BYTES = 256 << 20  # of a hand-in's archive on disk: students hand in their data and pictures too
MAX_NESTED_BYTES = 64 << 20  # of an archive inside another, which is read into memory
MAX_UNPACKED_BYTES = 128 << 20  # of a hand-in's compressed tar
MAX_DIRECTORY_BYTES = 4 << 20  # of a hand-in's zip's table of contents: MAX_ENTRIES with long names
MAX_ENTRIES = 20_000  # looked at in a folder or an archive; an environment handed in by accident has more
MAX_DEPTH = 12  # folders in one another: nobody's answer lies deeper
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2")
# Python has no unpacker for them, or none that can be bounded; a single compressed file is no folder.
UNOPENED = (".7z", ".rar", ".tar.xz", ".xz", ".gz", ".bz2", ".tar.zst", ".zst")

_DRIVE = re.compile(r"[A-Za-z]:")  # of Windows, at a path's beginning
_TOO_MANY = "holds more than {} files; the others were not looked at"
NOT_READABLE = "this is not an archive that can be read"


def is_archive(name: str) -> bool:
    """Whether a file of this name is opened as an archive."""
    return name.lower().endswith(ARCHIVES)


def is_unopened(name: str) -> bool:
    """Whether a file of this name is an archive that is not opened here."""
    return not is_archive(name) and name.lower().endswith(UNOPENED)


def stem(name: str) -> str:
    """`work.tar.gz` -> `work`: what an archive, or a folder, is called."""
    ending = max((end for end in (*ARCHIVES, *UNOPENED) if name.lower().endswith(end)), key=len, default="")
    return name[: len(name) - len(ending)] or name


class Packed(File):
    """A member of an archive."""

    __slots__ = ("_folder", "_member")

    def __init__(self, key: str, folder: "PackedFolder", member: Member) -> None:
        super().__init__(key)
        self._folder = folder
        self._member = member

    @property
    def where(self) -> str:
        return f"{self._folder.where}/{self.key}"

    @property
    def modified(self) -> Moment | None:
        return self._member.modified

    @property
    def is_ordinary(self) -> bool:
        return self._member.is_ordinary

    def read(self, most: int) -> Content:
        return self._member.read(most)


class Refused(Packed):
    """A member whose path leads out of the archive: kept under its last name, to be told of, and never read."""

    __slots__ = ()

    def __init__(self, key: str, folder: "PackedFolder") -> None:
        super().__init__(key, folder, Member(key, lambda most: content.LEADS_OUT, None))


class PackedFolder(Folder):
    """A folder inside an archive: in another one, or in the archive at `root`.

    `troubles` of an archive's own folder are sentences about members that could not be put into it.
    """

    __slots__ = ("_inner", "_members", "_root", "troubles")

    def __init__(self, key: str, root: "str | PackedFolder") -> None:
        super().__init__(key)
        self._root = root
        self._inner: dict[str, PackedFolder] = {}
        self._members: dict[str, Packed] = {}
        self.troubles: list[str] = []

    @property
    def where(self) -> str:
        return self._root if isinstance(self._root, str) else f"{self._root.where}/{self.key}"

    def folders(self) -> list[Folder]:
        return [self._inner[name] for name in sorted(self._inner)]

    def files(self) -> list[File]:
        return [self._members[name] for name in sorted(self._members)]

    def folder(self, key: str) -> "PackedFolder":
        folder = self
        for name in key.split("/"):
            folder = folder._inner[name]
        return folder

    def file(self, key: str) -> File:
        outer, _, name = key.rpartition("/")
        return (self.folder(outer) if outer else self)._members[name]

    def add(self, member: Member) -> None:
        """Put one member where it belongs. One that leads out of the archive takes nobody's place."""
        path = PurePosixPath(member.name.replace("\\", "/").removeprefix("./"))
        if path.is_absolute() or ".." in path.parts or len(path.parts) > MAX_DEPTH or _DRIVE.match(str(path)):
            self._refuse(_composed(path.name) or "_")
            return
        parts = tuple(map(_composed, path.parts))
        folder = self
        for part in parts[:-1]:
            folder = folder._inner.setdefault(part, PackedFolder(part, folder))
        if parts:
            if not isinstance(folder._members.get(parts[-1]), Refused | None):
                self.troubles.append(f"{'/'.join(parts)}: is in the archive more than once; the last one counts")
            folder._members[parts[-1]] = Packed(parts[-1], folder, member)

    def _refuse(self, name: str) -> None:
        if name in self._members:
            self.troubles.append(f"{name}: {content.LEADS_OUT}")
        else:
            self._members[name] = Refused(name, self)


def _composed(name: str) -> str:
    """A name as text, its letters and accents as one character each, as other systems than macOS write them.

    Not of a name that no file system takes: it would cost time with the square of its length.
    """
    return readable(unicodedata.normalize("NFC", name) if len(name) <= LONGEST_NAME else name)


@contextmanager
def open_class(path: Path, results: Path | None = None) -> Iterator[Folder]:
    """The folder or the archive in which a class came, open for as long as it is read from. Raises SubmissionError.

    `results` may lie in there, and is no hand-in.
    """
    if path.is_dir():
        yield DiskFolder(str(path), hidden=results.resolve() if results else None)
        return
    with ExitStack() as stack:
        yield open_class_archive(DiskFile(str(path)), stack)


def open_class_archive(file: File, stack: ExitStack) -> Folder:
    """The folder of a packed class, open until `stack` closes. Raises SubmissionError."""
    opened = file.open(1 << 62 if isinstance(file, DiskFile) else MAX_PACKED_CLASS_BYTES, stack)
    if isinstance(opened, str):
        raise SubmissionError(f"{file.where}: there is no folder and no archive here that can be read.")
    try:
        limits = _Limits(MAX_CLASS_ENTRIES, MAX_CLASS_DIRECTORY_BYTES, MAX_CLASS_BYTES)
        return _unpack(opened, file, limits, stack)
    except ARCHIVE_ERRORS as error:
        reason = one_line(str(error), content.MAX_NAME)
        raise SubmissionError(
            f"{file.where}: this is neither a folder nor an archive that can be read ({reason})."
        ) from error


def open_archive(file: File, stack: ExitStack) -> PackedFolder | str:
    """A hand-in's archive as a folder until `stack` closes, or the reason why it stays shut."""
    opened = file.open(MAX_ARCHIVE_BYTES if isinstance(file, DiskFile) else MAX_NESTED_BYTES, stack)
    if isinstance(opened, str):
        return opened
    try:
        return _unpack(opened, file, _Limits(MAX_ENTRIES, MAX_DIRECTORY_BYTES, MAX_UNPACKED_BYTES), stack)
    except TooLargeError as error:
        return f"{error}; hand in only the exercises' files"
    except ARCHIVE_ERRORS as error:
        reason = one_line(str(error), content.MAX_NAME)
        return f"{NOT_READABLE}{f' ({reason})' if reason else ''}; pack it again"


class _Limits(NamedTuple):
    """How many members an archive may have, how large its table of contents, and how large its tar may get."""

    entries: int
    directory: int
    unpacked: int


def _unpack(file: IO[bytes], named: File, limits: _Limits, stack: ExitStack) -> PackedFolder:
    """An archive's folder. What is opened for it is closed with `stack`."""
    magic = file.read(4)
    file.seek(0)
    root = PackedFolder(stem(named.name), named.where)
    if magic.startswith(b"PK"):
        _fill(root, zip_members.members(file, limits.directory), limits.entries)
    else:
        _fill_from_tar(root, decompressed(file, magic, limits.unpacked, stack), limits.entries)
    return root


def _fill(root: PackedFolder, members: Iterator[Member], entries: int) -> None:
    """Put the first members of an archive where they belong."""
    for member in islice(members, entries):
        root.add(member)
    if next(members, None) is not None:
        root.troubles.append(_TOO_MANY.format(entries))


def _fill_from_tar(root: PackedFolder, file: IO[bytes], entries: int) -> None:
    """Do the same for a tar, and keep the members before a broken header. Raises TarError where there are none."""
    count = 0
    try:
        for member in tar.members(file):
            count += 1
            if count > entries:
                root.troubles.append(_TOO_MANY.format(entries))
                return
            if not member.folder:
                modified = ("tar", member.modified) if member.modified else None
                root.add(Member(member.name, _tar_reader(file, member), modified, member.regular))
    except tar.TarError as error:
        if not count:
            raise
        root.troubles.append(f"is broken after {count} of its files ({error}); pack it again")


def _tar_reader(file: IO[bytes], member: tar.Member) -> Callable[[int], Content]:
    def read(most: int) -> Content:
        if not member.regular:
            return content.NOT_ORDINARY
        if member.size > most:
            return content.too_large(most)
        try:
            file.seek(member.start)
            data = file.read(member.size)
        except ARCHIVE_ERRORS:
            return content.BROKEN
        return data if len(data) == member.size else content.BROKEN

    return read
