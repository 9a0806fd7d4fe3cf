"""The members of a zip: their names in whatever encoding, their times, their bytes within bounds."""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import IO, NamedTuple

from grader.load import content
from grader.load.content import Content, Moment
from grader.load.decompress import ARCHIVE_ERRORS, PART

# The two that every packer writes. The others' decompressors cannot be told how much to unpack at most.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_UTF8_NAME = 0x800  # the flag that says a name is UTF-8 (APPNOTE.TXT, 4.4.4, bit 11)
_UNICODE_PATH = 0x7075  # Info-ZIP's extra field with the name in UTF-8 (APPNOTE.TXT, 4.6.9)
_NO_TIME = (1980, 1, 1, 0, 0, 0)  # what packers without a clock write


class Member(NamedTuple):
    """A file of an archive: its path, what reads at most so many of its bytes, when it was changed."""

    name: str
    read: Callable[[int], Content]
    modified: Moment | None
    is_ordinary: bool = True  # no link


def members(file: IO[bytes], directory: int) -> Iterator[Member]:
    """The files of a zip whose table of contents is bounded. Raises what zipfile does on bytes that are no zip."""
    archive = zipfile.ZipFile(Frugal(file, directory))
    for member in archive.infolist():
        name = _name_of(member)
        if name and not name.endswith(("/", "\\")):
            yield Member(name, partial(_read_member, archive, member), _time_of(member), _is_ordinary(member))


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


def _name_of(member: zipfile.ZipInfo) -> str:
    """The member's name: UTF-8 where the archive says so, or where the bytes are; else cp850, as Windows has in Europe.

    zipfile decodes a name that is not marked as UTF-8 as cp437; encoding it again gives the bytes back.
    """
    if member.flag_bits & _UTF8_NAME or member.filename.isascii():
        return member.filename
    try:
        raw = member.orig_filename.partition("\0")[0].encode("cp437")
    except UnicodeEncodeError:
        return member.filename
    stated = _unicode_path(member.extra, raw)
    if stated is not None:
        return stated
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp850", "replace")


def _unicode_path(extra: bytes, raw: bytes) -> str | None:
    """The name in Info-ZIP's extra field, if it was written for this very name."""
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<HH", extra)
        field, extra = extra[4 : 4 + length], extra[4 + length :]
        is_path = kind == _UNICODE_PATH and len(field) > 5 and field[0] == 1
        if is_path and struct.unpack_from("<L", field, 1)[0] == zlib.crc32(raw):
            return field[5:].decode("utf-8", "replace")
    return None


def _time_of(member: zipfile.ZipInfo) -> Moment | None:
    try:
        at = datetime(*member.date_time, tzinfo=UTC)
    except ValueError:
        return None
    return ("zip", at.timestamp()) if member.date_time > _NO_TIME else None


def _is_ordinary(member: zipfile.ZipInfo) -> bool:
    """Whether it is a file; packers of other systems than Unix do not say."""
    kind = stat.S_IFMT(member.external_attr >> 16)
    return not kind or stat.S_ISREG(kind)


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> Content:
    """One member's bytes; a reason where it cannot or must not be read."""
    if not _is_ordinary(member):
        return content.NOT_ORDINARY
    if member.flag_bits & 1:
        return "protected by a password; skipped. Hand it in without one"
    if member.compress_type not in _METHODS:
        return "packed in a way that is not read here; skipped. Pack it again as an ordinary zip"
    read = io.BytesIO()
    try:
        with archive.open(member) as file:  # the size that the archive states is not believed
            while read.tell() <= most and (part := file.read(min(PART, most + 1 - read.tell()))):
                read.write(part)
    except ARCHIVE_ERRORS:
        return content.BROKEN
    return read.getvalue() if read.tell() <= most else content.too_large(most)
