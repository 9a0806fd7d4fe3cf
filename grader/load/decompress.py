"""Compressed files, unpacked a part at a time and to a bound."""

import bz2
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from typing import IO

MAX_STREAMS = 10_000  # compressed streams in one file: parallel packers write one for each 64 KiB
PART = 1 << 20  # bytes unpacked at a time
# What the archive modules raise on bytes that are no archive, or no sound one.
ARCHIVE_ERRORS = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, MemoryError, OverflowError, OSError),
    *(NotImplementedError, RuntimeError, IndexError, AttributeError),
)


class TooLargeError(ValueError):
    """An archive that would unpack to more than its bound."""


def decompressed(file: IO[bytes], magic: bytes, most: int, stack: ExitStack) -> IO[bytes]:
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
            data = unpacker.unconsumed_tail or file.read(PART)
            if not data:
                raise EOFError("it is cut off")
            yield unpacker.decompress(data, PART)
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
            data = file.read(PART) if unpacker.needs_input else b""
            if unpacker.needs_input and not data:
                raise EOFError("it is cut off")
            yield unpacker.decompress(data, PART)
        file.seek(-len(unpacker.unused_data), 1)
        if not file.read(3).startswith(b"BZh"):
            return
        file.seek(-3, 1)
    raise TooLargeError(f"over {MAX_STREAMS} compressed streams")
