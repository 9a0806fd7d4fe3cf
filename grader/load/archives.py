"""Archives as folders: a packed class, a hand-in, one inside another. Nothing is ever unpacked to disk by its name.

Every member is bounded where it enters: tables of contents before they are read, contents while they are unpacked.
"""

import bz2
import io
import stat
import struct
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO

from grader.errors import SubmissionError
from grader.load import content, tar
from grader.load.content import Content, Moment
from grader.load.file_names import readable
from grader.load.tree import DiskFile, DiskFolder, File, Folder
from grader.text import one_line

MAX_CLASS_BYTES = 16 << 30  # of a packed class's tar, unpacked
MAX_CLASS_ENTRIES = 500_000  # files in a packed class: a thousand students with an environment each by accident
MAX_CLASS_DIRECTORY_BYTES = 128 << 20  # of its zip's table of contents
MAX_ARCHIVE_BYTES = 256 << 20  # of a hand-in's archive on disk: students hand in their data and pictures too
MAX_NESTED_BYTES = 64 << 20  # of an archive inside another, which is read into memory
MAX_UNPACKED_BYTES = 128 << 20  # of a hand-in's compressed tar
MAX_DIRECTORY_BYTES = 4 << 20  # of a hand-in's zip's table of contents: MAX_ENTRIES with long names
MAX_ENTRIES = 20_000  # looked at in a folder or an archive; an environment handed in by accident has more
MAX_DEPTH = 12
MAX_STREAMS = 10_000  # compressed streams in one file: parallel packers write one for each 64 KiB
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2")
# Their unpackers take no bound, or are not there; a single compressed file is nobody's folder.
UNOPENED = (".7z", ".rar", ".tar.xz", ".xz", ".gz", ".bz2", ".tar.zst", ".zst")

NOT_READABLE = "this is not an archive that can be read"
# The two that every packer writes. The others' decompressors take no bound on what they make of a few bytes.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_UTF8_NAME = 0x800  # the flag that says a name is UTF-8 (APPNOTE.TXT, 4.4.4, bit 11)
_UNICODE_PATH = 0x7075  # Info-ZIP's extra field with the name in UTF-8 (APPNOTE.TXT, 4.6.9)
_PART = 1 << 20  # bytes unpacked at a time
_NO_TIME = (1980, 1, 1, 0, 0, 0)  # what packers without a clock write
# What the archive modules raise on bytes that are no archive, or no sound one.
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, MemoryError, OverflowError, OSError),
    *(NotImplementedError, RuntimeError, IndexError, AttributeError),
)


class TooLargeError(ValueError):
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

    __slots__ = ("_folder", "_modified", "_reader")

    def __init__(
        self, key: str, folder: "PackedFolder", reader: Callable[[int], Content], modified: Moment | None
    ) -> None:
        super().__init__(key)
        self._folder = folder
        self._reader = reader
        self._modified = modified

    @property
    def where(self) -> str:
        return f"{self._folder.where}/{self.key}"

    @property
    def modified(self) -> Moment | None:
        return self._modified

    def read(self, most: int) -> Content:
        return self._reader(most)


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

    def folder(self, key: str) -> Folder:
        return self._inner[key]

    def file(self, key: str) -> File:
        return self._members[key]

    def add(self, name: str, reader: Callable[[int], Content], modified: Moment | None) -> None:
        """Puts one member where it belongs. A path that leads out of the archive becomes a file of its last name."""
        path = PurePosixPath(unicodedata.normalize("NFC", name.replace("\\", "/")).removeprefix("./"))
        parts = tuple(readable(part) for part in path.parts)
        if path.is_absolute() or ".." in parts or len(parts) > MAX_DEPTH or (parts and ":" in parts[0]):
            parts, reader = (readable(path.name) or "_",), _refuse(content.LEADS_OUT)
        folder = self
        for part in parts[:-1]:
            folder = folder._inner.setdefault(part, PackedFolder(part, folder))
        if parts:
            if parts[-1] in folder._members:
                self.troubles.append(f"{'/'.join(parts)}: is in the archive more than once; the last one counts")
            folder._members[parts[-1]] = Packed(parts[-1], folder, reader, modified)


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
        yield open_class_archive(DiskFile(str(path)), stack)


def open_class_archive(file: DiskFile, stack: ExitStack) -> Folder:
    """The folder of a packed class, open until `stack` closes. Raises SubmissionError."""
    opened = file.open(1 << 62, stack)
    if isinstance(opened, str):
        raise SubmissionError(f"{file.where}: there is no folder and no archive here that can be read.")
    try:
        limits = _Limits(MAX_CLASS_ENTRIES, MAX_CLASS_DIRECTORY_BYTES, MAX_CLASS_BYTES)
        return _unpack(opened, file, limits, stack)
    except _BROKEN as error:
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
    except _BROKEN as error:
        reason = one_line(str(error), content.MAX_NAME)
        return f"{NOT_READABLE}{f' ({reason})' if reason else ''}; pack it again"


class _Limits:
    """How many members an archive may have, how large its table of contents, and how large its tar may get."""

    def __init__(self, entries: int, directory: int, unpacked: int) -> None:
        self.entries = entries
        self.directory = directory
        self.unpacked = unpacked


def _unpack(file: IO[bytes], named: File, limits: _Limits, stack: ExitStack) -> PackedFolder:
    """An archive's folder. What is opened for it is closed with `stack`."""
    magic = file.read(4)
    file.seek(0)
    root = PackedFolder(stem(named.name), named.where)
    if magic.startswith(b"PK"):
        _list_zip(root, zipfile.ZipFile(Frugal(file, limits.directory)), limits.entries)
    else:
        _list_tar(root, _decompress(file, magic, limits.unpacked, stack), limits.entries)
    return root


class Frugal(io.BufferedIOBase):
    """A zip's bytes for zipfile, which would read a table of contents of any size and make an object of each line."""

    def __init__(self, file: IO[bytes], most: int) -> None:
        self._file = file
        self._most = most

    def read(self, size: int | None = -1) -> bytes:
        if size is not None and size > self._most:
            raise zipfile.BadZipFile("its table of contents is too large")
        return self._file.read(-1 if size is None else size)

    def seek(self, place: int, whence: int = 0) -> int:
        return self._file.seek(place, whence)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True


def _list_zip(root: PackedFolder, archive: zipfile.ZipFile, entries: int) -> None:
    listed = archive.infolist()
    for member in listed[:entries]:
        name = _name_of(member)
        if name and not name.endswith(("/", "\\")):
            root.add(name, _zip_reader(archive, member), _zip_time(member))
    if len(listed) > entries:
        root.troubles.append(f"holds more than {entries} files; the others were not looked at")


def _name_of(member: zipfile.ZipInfo) -> str:
    """The member's name: what says that it is UTF-8, then what is; else as DOS and Windows write it in Europe (cp850).

    zipfile reads what does not say so as cp437, from which the bytes can be had back.
    """
    if member.flag_bits & _UTF8_NAME or member.filename.isascii():
        return member.filename
    try:
        raw = member.orig_filename.partition("\0")[0].encode("cp437")
    except UnicodeEncodeError:
        return member.filename
    told = _unicode_path(member.extra, raw)
    if told is not None:
        return told
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp850", "replace")


def _unicode_path(extra: bytes, raw: bytes) -> str | None:
    """The name in Info-ZIP's extra field, if it was written for this very name."""
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<HH", extra)
        field, extra = extra[4 : 4 + length], extra[4 + length :]
        told = kind == _UNICODE_PATH and len(field) > 5 and field[0] == 1
        if told and struct.unpack_from("<L", field, 1)[0] == zlib.crc32(raw):
            return field[5:].decode("utf-8", "replace")
    return None


def _zip_time(member: zipfile.ZipInfo) -> Moment | None:
    try:
        at = datetime(*member.date_time, tzinfo=UTC)
    except ValueError:
        return None
    return ("zip", at.timestamp()) if member.date_time > _NO_TIME else None


def _zip_reader(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Callable[[int], Content]:
    return lambda most: _read_member(archive, member, most)


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> Content:
    """One member's bytes; a reason where it cannot or must not be read."""
    kind = member.external_attr >> 16
    if kind and not stat.S_ISREG(kind) and stat.S_IFMT(kind):
        return content.NOT_ORDINARY
    if member.flag_bits & 1:
        return "protected by a password; skipped. Hand it in without one"
    if member.compress_type not in _METHODS:
        return "packed in a way that is not read here; skipped. Pack it again as an ordinary zip"
    read = io.BytesIO()
    try:
        with archive.open(member) as file:  # the size that the archive states is not believed
            while read.tell() <= most and (part := file.read(min(_PART, most + 1 - read.tell()))):
                read.write(part)
    except _BROKEN:
        return content.BROKEN
    return read.getvalue() if read.tell() <= most else content.too_large(most)


def _list_tar(root: PackedFolder, file: IO[bytes], entries: int) -> None:
    """A tar's members; those before a broken header are kept. Raises TarError where there are none."""
    count = 0
    try:
        for member in tar.members(file):
            count += 1
            if count > entries:
                root.troubles.append(f"holds more than {entries} files; the others were not looked at")
                return
            if not member.folder:
                root.add(member.name, _tar_reader(file, member), ("tar", member.modified) if member.modified else None)
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
        except _BROKEN:
            return content.BROKEN
        return data if len(data) == member.size else content.BROKEN

    return read


def _decompress(file: IO[bytes], magic: bytes, most: int, stack: ExitStack) -> IO[bytes]:
    """The tar inside a compressed file, for reading at any place, in a nameless file. Raises TooLargeError."""
    if magic.startswith(b"\x1f\x8b"):
        parts = _inflated(file)
    elif magic.startswith(b"BZh"):
        parts = _unzipped2(file)
    else:
        return file
    plain = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - closed with the stack
    for part in parts:
        if plain.tell() + len(part) > most:
            raise TooLargeError(f"over {most >> 20} MiB when unpacked")
        plain.write(part)
    plain.seek(0)
    return plain


def _inflated(file: IO[bytes]) -> Iterator[bytes]:
    """gzip's contents, a part at a time. (The module gzip reads a header byte by byte, however long.)"""
    for _ in range(MAX_STREAMS):
        unpacker = zlib.decompressobj(wbits=31)
        while not unpacker.eof:
            data = unpacker.unconsumed_tail or file.read(_PART)
            if not data:
                raise EOFError("it is cut off")
            yield unpacker.decompress(data, _PART)
        file.seek(-len(unpacker.unused_data), 1)
        if not file.read(2).startswith(b"\x1f\x8b"):  # padding, or the end
            return
        file.seek(-2, 1)
    raise TooLargeError(f"over {MAX_STREAMS} compressed streams")


def _unzipped2(file: IO[bytes]) -> Iterator[bytes]:
    """bzip2's contents, a part at a time."""
    for _ in range(MAX_STREAMS):
        unpacker = bz2.BZ2Decompressor()
        while not unpacker.eof:
            data = file.read(_PART) if unpacker.needs_input else b""
            if unpacker.needs_input and not data:
                raise EOFError("it is cut off")
            yield unpacker.decompress(data, _PART)
        file.seek(-len(unpacker.unused_data), 1)
        if not file.read(3).startswith(b"BZh"):
            return
        file.seek(-3, 1)
    raise TooLargeError(f"over {MAX_STREAMS} compressed streams")
