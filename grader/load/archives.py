"""Archives as folders: a packed class, and a student's own inside it. Nothing is ever unpacked to disk by its name."""

import bz2
import gzip
import io
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from grader.errors import SubmissionError
from grader.load import submission
from grader.load.file_names import readable
from grader.load.submission import Content
from grader.load.tree import DiskFolder, File, Folder

MAX_CLASS_BYTES = 16 << 30  # of a packed class's tar, unpacked
MAX_CLASS_ENTRIES = 500_000  # files in a packed class: a thousand students with an environment each by accident
MAX_NESTED_BYTES = 64 << 20  # of a student's own archive inside the class's, which is read into memory
MAX_UNPACKED_BYTES = 128 << 20  # of a student's compressed tar
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2")
UNOPENED = (
    ".7z",
    ".rar",
    ".tar.xz",
    ".xz",
    ".gz",
    ".tar.zst",
    ".zst",
)  # their unpackers take no bound, or are not there
# What the archive modules raise on bytes that are no archive, or no sound one.
BROKEN = (*submission.BROKEN, tarfile.TarError, OSError)


class TooLargeError(tarfile.ReadError):
    """An archive that would unpack to more than its bound."""


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

    __slots__ = ("_folder", "_reader")

    def __init__(self, key: str, folder: "PackedFolder", reader: Callable[[int], Content]) -> None:
        super().__init__(key)
        self._folder = folder
        self._reader = reader

    @property
    def where(self) -> str:
        return f"{self._folder.where}/{self.key}"

    def read(self, most: int) -> Content:
        return self._reader(most)


class PackedFolder(Folder):
    """A folder inside an archive: in another one, or in the archive at `root`."""

    __slots__ = ("_inner", "_members", "_root")

    def __init__(self, key: str, root: "str | PackedFolder") -> None:
        super().__init__(key)
        self._root = root
        self._inner: dict[str, PackedFolder] = {}
        self._members: dict[str, Packed] = {}

    @property
    def where(self) -> str:
        return self._root if isinstance(self._root, str) else f"{self._root.where}/{self.key}"

    def folders(self) -> list[Folder]:
        return [self._inner[name] for name in sorted(self._inner)]

    def files(self) -> list[File]:
        return [self._members[name] for name in sorted(self._members)]

    def folder(self, key: str) -> Folder:
        return self._inner[key]

    def file(self, key: str) -> File:
        return self._members[key]

    def add(self, path: PurePosixPath, reader: Callable[[int], Content]) -> None:
        """Puts one member where it belongs. A path that leads out of the archive becomes a file of its last name."""
        parts = tuple(readable(part) for part in path.parts)
        if path.is_absolute() or ".." in parts or len(parts) > submission.MAX_DEPTH or (parts and ":" in parts[0]):
            parts, reader = (readable(path.name) or "_",), _refuse("its path leads out of the archive, left out")
        folder = self
        for part in parts[:-1]:
            folder = folder._inner.setdefault(part, PackedFolder(part, folder))
        if parts:
            folder._members[parts[-1]] = Packed(parts[-1], folder, reader)


def _refuse(reason: str) -> Callable[[int], Content]:
    return lambda most: reason


@contextmanager
def open_class(path: Path, results: Path | None = None) -> Iterator[Folder]:
    """The folder or the archive in which a class came, open for as long as it is read from. Raises SubmissionError.

    `results` may lie in there, and is no hand-in.
    """
    if path.is_dir():
        yield DiskFolder(str(path), hidden=results.resolve() if results else None)
        return
    with ExitStack() as stack:
        try:
            file = stack.enter_context(path.open("rb"))
        except OSError as error:
            raise SubmissionError(f"{path}: there is no such file or folder.") from error
        try:
            folder = _unpack(file, path.name, str(path), MAX_CLASS_ENTRIES, stack)
        except BROKEN as error:
            said = f"{path}: this is neither a folder nor an archive that can be read ({error})."
            raise SubmissionError(said) from error
        yield folder


def open_nested(file: File) -> Folder | str:
    """A student's own archive, or the reason why it stays shut."""
    content = file.read(MAX_NESTED_BYTES)
    if isinstance(content, str):
        return content
    try:
        frugal = submission.Frugal(io.BytesIO(content))
        return _unpack(frugal, file.name, file.where, submission.MAX_ENTRIES, None)
    except TooLargeError as error:
        return f"{error}; hand in the exercises' files alone"
    except BROKEN:
        return "this is not an archive that can be read; pack it again"


def _unpack(file: IO[bytes], name: str, where: str, entries: int, stack: ExitStack | None) -> Folder:
    """An archive's folder. A class's `stack` closes what is opened for it; a student's own is all in memory."""
    magic = file.read(4)
    file.seek(0)
    root = PackedFolder(stem(name), where)
    if magic.startswith(b"PK"):
        archive = zipfile.ZipFile(file)
        for member in archive.infolist()[:entries]:
            if not member.is_dir():
                root.add(PurePosixPath(member.filename.replace("\\", "/")), _zip_reader(archive, member))
        return root
    opened = _decompress(file, magic, stack)
    tar = tarfile.open(fileobj=opened, mode="r:")  # noqa: SIM115 - read from for as long as the class is
    for number, entry in enumerate(tar):
        if number >= entries:
            break
        if not entry.isdir():
            root.add(PurePosixPath(entry.name.removeprefix("./")), _tar_reader(tar, entry))
    return root


def _decompress(file: IO[bytes], magic: bytes, stack: ExitStack | None) -> IO[bytes]:
    """The tar inside a compressed file, for reading at any place: a class's in a nameless file, else in memory."""
    stream: IO[bytes]
    if magic.startswith(b"\x1f\x8b"):
        stream = gzip.GzipFile(fileobj=file)  # type: ignore[assignment]
    elif magic.startswith(b"BZh"):
        stream = bz2.BZ2File(file)
    else:
        return file
    plain: IO[bytes] = stack.enter_context(tempfile.TemporaryFile()) if stack else io.BytesIO()  # noqa: SIM115
    most = MAX_CLASS_BYTES if stack else MAX_UNPACKED_BYTES
    for part in _parts(stream):
        if plain.tell() + len(part) > most:
            raise TooLargeError(f"over {most >> 20} MiB when unpacked")
        plain.write(part)
    plain.seek(0)
    return plain


def _parts(stream: IO[bytes]) -> Iterator[bytes]:
    while part := stream.read(1 << 20):
        yield part


def _zip_reader(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Callable[[int], Content]:
    return lambda most: submission.read_member(archive, member, most)


def _tar_reader(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Callable[[int], Content]:
    def read(most: int) -> Content:
        if not member.isreg():
            return submission.NOT_ORDINARY
        try:
            file = tar.extractfile(member)
            content = file.read(most + 1) if file else b""
        except (*BROKEN, zlib.error):
            return "broken inside the archive, left out; pack it again"
        return content if len(content) <= most else submission.too_large(most)

    return read
