"""The members of a tar, header by header, without ever holding more than one header.

`tarfile` reads names, pax headers and the maps of sparse files in whatever size a header states, keeps all of them and
calls itself for each that follows another: a few megabytes of them end the process. Here the sizes are bounded before a
byte is read; of one header by itself tarfile's own reading is used.
"""

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

MAX_EXTENDED_BYTES = 64 << 10  # of a header that holds a long name, or pax's keywords
MAX_KEYWORDS = 200  # of a pax header; with a file's attributes there are a dozen
MAX_EXTENDED = 4  # such headers before one member: a long name, a long link, a global and a local pax header
_REGULAR = (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE)
_PAX = (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE)


class TarError(ValueError):
    """Bytes that are no tar, or one that demands more than its bounds."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member: its bytes are `size` from `start` on. `regular` is False for links, devices and sparse files."""

    name: str
    start: int
    size: int
    modified: float
    regular: bool
    folder: bool


def members(file: IO[bytes]) -> Iterator[Member]:
    """All members in their order. `file` may be read elsewhere between two of them. Raises TarError."""
    size = file.seek(0, 2)
    place, long_name, pax, extended = 0, None, dict[str, str](), 0
    while place + tarfile.BLOCKSIZE <= size:
        file.seek(place)
        block = file.read(tarfile.BLOCKSIZE)
        if not block.strip(b"\0"):  # the end
            return
        info = _header(block)
        start = place + tarfile.BLOCKSIZE
        match info.type:
            case tarfile.GNUTYPE_LONGNAME:
                long_name, extended = _text(_extended(file, info.size).rstrip(b"\0")), extended + 1
            case kind if kind in _PAX:
                pax, extended = _keywords(_extended(file, info.size)), extended + 1
            case tarfile.XGLTYPE | tarfile.GNUTYPE_LONGLINK:
                _extended(file, info.size)
                extended += 1
            case kind:
                info.size = _not_negative(_pax_size(pax, info.size))
                name = pax.get("path") or long_name or info.name
                regular = kind in _REGULAR and not any(word.startswith("GNU.sparse") for word in pax)
                modified = _seconds(pax.get("mtime"), info.mtime)
                folder = kind == tarfile.DIRTYPE or (regular and name.endswith("/"))
                yield Member(name, start, info.size, modified, regular, folder)
                long_name, pax, extended = None, {}, 0
                if kind not in (*_REGULAR, tarfile.GNUTYPE_SPARSE) and kind in tarfile.SUPPORTED_TYPES:
                    info.size = 0  # links and devices state sizes of what is not there
                if kind == tarfile.GNUTYPE_SPARSE:
                    start += _more_maps(file, block, start)
        if extended > MAX_EXTENDED:
            raise TarError("more headers than members need")
        place = start + -(-info.size // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE
    if place == 0:
        raise TarError("no header")
    raise TarError("the end is cut off")  # even between two members: a whole tar ends in blocks of zeros


def _header(block: bytes) -> tarfile.TarInfo:
    try:
        return tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except (tarfile.HeaderError, ValueError, OverflowError) as error:
        raise TarError(str(error)) from error


def _extended(file: IO[bytes], size: int) -> bytes:
    """The content of an extended header, which begins where `file` stands."""
    if not 0 <= size <= MAX_EXTENDED_BYTES:
        raise TarError("a header is too large")
    return file.read(size)


def _keywords(data: bytes) -> dict[str, str]:
    """The keywords of a pax header: repeated "LENGTH KEYWORD=VALUE\\n" (POSIX.1-2001, pax interchange format)."""
    keywords: dict[str, str] = {}
    place, end = 0, len(data.rstrip(b"\0"))
    for _ in range(MAX_KEYWORDS + 1):
        if place >= end:
            return keywords
        blank = data.find(b" ", place, place + 7)
        length = data[place : max(blank, place)]
        if not length.isdigit() or not len(length) < int(length) <= len(data) - place:
            raise TarError("a pax header is broken")
        word, _, value = data[blank + 1 : place + int(length) - 1].partition(b"=")
        keywords[_text(word)] = _text(value)
        place += int(length)
    raise TarError("a pax header has more keywords than a member needs")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _pax_size(pax: dict[str, str], stated: int) -> int:
    text = pax.get("size", "")
    if text and not (text.isascii() and text.isdigit() and len(text) < 19):
        raise TarError("a size is not a number")
    return int(text) if text else stated


def _not_negative(size: int) -> int:
    if size < 0:
        raise TarError("a size is negative")
    return size


def _seconds(text: str | None, stated: float) -> float:
    try:
        return float(text) if text is not None else float(stated)
    except (ValueError, OverflowError):
        return 0.0


def _more_maps(file: IO[bytes], block: bytes, start: int) -> int:
    """Bytes of an old GNU sparse file's further maps: a block each, whose byte 504 says whether one more follows."""
    length, more = 0, block[482]
    while more:
        file.seek(start + length)
        following = file.read(tarfile.BLOCKSIZE)
        if len(following) < tarfile.BLOCKSIZE:
            raise TarError("a sparse file's map is cut off")
        length, more = length + tarfile.BLOCKSIZE, following[504]
    return length
