"""One file's bytes within bounds, or the reason why they are not read. Nothing else in here opens a student's file."""

import os
import stat
from pathlib import Path, PurePosixPath

MAX_CODE_BYTES = 256 << 10  # of a Python file; the longest real ones have 100 kB
MAX_FILE_BYTES = 1 << 20  # of any other: a report
MAX_NOTEBOOK_BYTES = 16 << 20  # of a notebook that a TA accepts: pictures are in it
MAX_NAME = 200  # characters of a path, or of the submission's name

Content = bytes | str  # a file's bytes, or the reason why it was left out
Moment = tuple[str, float]  # the clock that was read (two of them cannot be compared), and seconds on it
UPLOADS = "upload"  # a clock: the LMS's own numbers, of which a higher one came later

NOT_ORDINARY = "not an ordinary file (a link, a pipe, a device); skipped. Replace it with the file or folder itself"
BROKEN = "broken inside the archive; skipped. Pack it again"
LEADS_OUT = "its path leads out of the archive; skipped. Pack it again without the folders above it"


def max_bytes(path: PurePosixPath) -> int:
    """How large a file of this path may be."""
    match path.suffix.lower():
        case ".py":
            return MAX_CODE_BYTES
        case ".ipynb":
            return MAX_NOTEBOOK_BYTES
        case _:
            return MAX_FILE_BYTES


def too_large(most: int) -> str:
    """Why a file of more than `most` bytes is left out."""
    return f"larger than {most >> 10} KiB; skipped. Data does not belong in a submission's code"


def read_file(path: Path, most: int) -> Content:
    """One file's bytes, or why it is left out: not a regular file, or too large. Never follows a link, never waits."""
    descriptor = open_file(path)
    if isinstance(descriptor, str):
        return descriptor
    try:
        with os.fdopen(descriptor, "rb") as file:
            content = file.read(most + 1)
    except OSError as error:
        return unreadable(error)
    return content if len(content) <= most else too_large(most)


def is_ordinary(path: Path) -> bool:
    """Whether there is a regular file at `path`, or something of which the operating system does not tell."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return True  # whoever reads it is told why not


def open_file(path: Path) -> int | str:
    """A descriptor of a regular file, or the reason why there is none. Never follows a link, never waits."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        return os.open(path, flags) if stat.S_ISREG(path.lstat().st_mode) else NOT_ORDINARY
    except OSError as error:
        return unreadable(error)


_UNREADABLE = "could not be read ("  # the disk, not the student, is at fault


def unreadable(error: OSError) -> str:
    """The reason where the operating system refused."""
    return f"{_UNREADABLE}{error.strerror}); skipped"


def is_our_fault(reason: str) -> bool:
    """Whether a reason says that the operating system refused: no zero of a student's."""
    return _UNREADABLE in reason
