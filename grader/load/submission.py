"""A path -> Submission: read as bytes, within bounds, never imported, nothing ever unpacked to disk.

Only what can matter is kept: Python files, `report.md` and `student.toml` beside or below the first folder that has an
exercise in it. Everything else in a hand-in (data, pictures, environments, repositories) is passed over. What there is
is listed first and read second, the files nearest to the exercises first, so that no bound on the whole can cost an
exercise its file.
"""

import hashlib
import io
import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator
from pathlib import Path, PurePosixPath

from grader.errors import SubmissionError
from grader.model import Submission
from grader.text import one_line

MAX_CODE_BYTES = 256 << 10  # of a Python file; the longest real ones have 100 kB
MAX_FILE_BYTES = 1 << 20  # of any other: a report
MAX_TOTAL_BYTES = 2 << 20
MAX_FILES = 500
MAX_ARCHIVE_BYTES = 256 << 20  # of a zip on disk: students hand in their data and pictures too
MAX_DIRECTORY_BYTES = 4 << 20  # of a zip's table of contents: MAX_ENTRIES with long names
MAX_ENTRIES = 20_000  # looked at in a folder or an archive; an environment handed in by accident has more
MAX_DEPTH = 12
MAX_NAME = 200  # characters of a path, or of the submission's name
MAX_NOTES = 50

_KEPT_SUFFIXES = (".py",)
_KEPT_NAMES = ("report.md", "student.toml")
_PASSED_OVER = ("__pycache__", "__MACOSX", "node_modules", "site-packages", "venv", "env")
_ARCHIVE_SUFFIXES = (".zip", ".tar", ".gz", ".tgz", ".7z", ".rar")
# The two that every packer writes. The others' decompressors take no bound on what they make of a few bytes.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

Content = bytes | str  # a file's bytes, or the reason why it was left out
Entry = tuple[PurePosixPath, Content | Callable[[], Content]]


def load(path: Path, modules: Collection[str]) -> Submission:
    """The submission at `path`, a folder or a zip; `modules` are the exercises' names.

    Raises SubmissionError, with what to do, if there is nothing there that could be graded.
    """
    try:
        kind = path.stat().st_mode
    except (OSError, ValueError) as error:
        raise SubmissionError(f"{path}: there is no such file or folder.") from error
    if stat.S_ISDIR(kind):
        return assemble(path.resolve().name, list(_list_folder(path)), modules, what=str(path))
    if not stat.S_ISREG(kind):
        raise SubmissionError(f"{path}: this is neither a folder nor a zip file.")
    if path.stat().st_size > MAX_ARCHIVE_BYTES:
        raise SubmissionError(f"{path}: over {MAX_ARCHIVE_BYTES >> 20} MiB; zip only the exercises' files.")
    try:
        with Frugal(io.FileIO(path)) as file:
            return assemble(path.stem, list(_list_zip(_open_zip(file, path))), modules, what=str(path))
    except OSError as error:
        raise SubmissionError(f"{path}: cannot be read ({error.strerror}).") from error


def assemble(name: str, entries: Collection[Entry], modules: Collection[str], what: str) -> Submission:
    """A submission out of what was listed; `what` names its source in messages."""
    files: dict[str, bytes] = {}
    notes: list[str] = []
    total = 0
    for inner, content in _below_root(entries, modules):
        content = content() if callable(content) else content
        if not _is_plain(inner):
            notes.append(f"{one_line(inner, MAX_NAME)}: its name holds signs that no file name needs, left out")
        elif isinstance(content, str):
            notes.append(f"{inner}: {content}")
        elif total + len(content) > MAX_TOTAL_BYTES or len(files) >= MAX_FILES:
            most = f"{MAX_FILES} files of {MAX_TOTAL_BYTES >> 20} MiB together"
            notes.append(f"{inner}: left out, and all after it; a submission may hold {most}")
            break
        else:
            if inner in files:
                notes.append(f"{inner}: stands in the archive more than once; the last one counts")
            files[inner] = content
            total += len(content)
    notes += _misnamed(files, modules)
    if not files and not notes:
        wanted = ", ".join(f"{module}.py" for module in sorted(modules))
        raise SubmissionError(f"{what}: nothing to grade in there. A submission holds {wanted}.")
    return Submission(one_line(name, MAX_NAME) or "submission", files, digest(files), tuple(notes[:MAX_NOTES]))


_EXACTLY = "a file is read only by its exact name, in the same folder as the others"


def _misnamed(files: Collection[str], modules: Collection[str]) -> list[str]:
    """A hint for each exercise that is not there by its name, and perhaps by a name such as "Exercise1 (1).py"."""
    hints = []
    for module in sorted(module for module in modules if f"{module}.py" not in files):
        meant = next((name for name in files if _bare_stem(name) == module), None)
        if meant is not None:
            hints.append(f"{meant}: is this {module}.py? Then name it so: {_EXACTLY}")
    return hints


def _bare_stem(name: str) -> str:
    """`Exercise 1 (2).py` -> `exercise1`: without capitals, blanks and what a browser adds to a second copy."""
    stem = re.sub(r"( ?\(\d+\)|[ _-]+copy|[ _-]+kopie)$", "", PurePosixPath(name).stem.lower())
    return re.sub(r"[ _-]", "", stem)


def digest(files: dict[str, bytes]) -> str:
    """SHA-256 over names and contents, in an order that does not depend on how they were packed."""
    whole = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode(), files[name]):
            whole.update(struct.pack("<Q", len(part)) + part)
    return whole.hexdigest()


def _below_root(
    entries: Collection[Entry], modules: Collection[str]
) -> list[tuple[str, Content | Callable[[], Content]]]:
    """What stands in the submission's own folder, by its path in there: the shallow before the deep."""
    root = _root_of([path for path, content in entries if not isinstance(content, str)], modules)
    below = [(path.relative_to(root), content) for path, content in entries if path.is_relative_to(root)]
    below.sort(key=lambda entry: (len(entry[0].parts), entry[0].stem not in modules))
    return [(path.as_posix(), content) for path, content in below]


def _root_of(paths: list[PurePosixPath], modules: Collection[str]) -> PurePosixPath:
    """The shallowest folder with an exercise in it: people zip the folder as often as what is in it."""
    homes = [path.parent for path in paths if path.suffix == ".py" and path.stem in modules]
    return min(homes, key=lambda home: (len(home.parts), str(home)), default=PurePosixPath())


def _is_plain(name: str) -> bool:
    """Printable, and text at all: a name that is neither crosses no wire and fits into no report."""
    return name.isprintable() and len(name) <= MAX_NAME


def is_kept(path: PurePosixPath) -> bool:
    """Whether a file of this path can matter. None that is hidden can be imported: macOS adds a "._name.py" to each."""
    return (path.suffix in _KEPT_SUFFIXES and not path.name.startswith(".")) or path.name in _KEPT_NAMES


def unread(path: PurePosixPath) -> str | None:
    """Why a file is not read that was probably meant as an answer; None for what is not worth a word."""
    name = path.name.lower()
    if name.endswith(".ipynb"):
        return f"a notebook is not read; save it as {path.stem}.py and hand that in"
    return f"a text file is not read; hand it in as {path.stem}" if name.endswith(".py.txt") else None


def is_passed_over(name: str) -> bool:
    """Whether a folder of this name is not looked into."""
    return (name.startswith(".") and name != "..") or name in _PASSED_OVER


def _list_folder(folder: Path) -> Iterator[Entry]:
    looked_at = 0
    for here, folders, names in os.walk(folder, followlinks=False):
        if looked_at > MAX_ENTRIES:  # of folders alone
            return
        inner = PurePosixPath(Path(here).relative_to(folder).as_posix())
        entered = sorted(name for name in folders if not is_passed_over(name))
        folders[:] = entered if len(inner.parts) < MAX_DEPTH else []
        for name in sorted(names):
            looked_at += 1
            if looked_at > MAX_ENTRIES:
                return
            path = inner / name
            if is_kept(path):
                yield path, later(read_file, Path(here) / name, most_bytes(path))
            elif path.suffix in _ARCHIVE_SUFFIXES:
                yield path, "an archive inside a submission is not opened; unpack it and hand in its files"
            elif reason := unread(path):
                yield path, reason
        looked_at += len(folders)


def later(read: Callable[..., Content], *args: object) -> Callable[[], Content]:
    """The reading of one file, when its turn comes."""
    return lambda: read(*args)


def most_bytes(path: PurePosixPath) -> int:
    """How large a file of this path may be."""
    return MAX_CODE_BYTES if path.suffix in _KEPT_SUFFIXES else MAX_FILE_BYTES


def read_file(path: Path, most: int) -> Content:
    """One file's bytes; a reason where it is no ordinary file of a bearable size. Never follows a link, never waits."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return NOT_ORDINARY
        with os.fdopen(os.open(path, flags), "rb") as file:
            content = file.read(most + 1)
    except OSError as error:
        return f"could not be read ({error.strerror}), left out"
    return content if len(content) <= most else too_large(most)


NOT_ORDINARY = "not an ordinary file (a link, a pipe, a device), left out; hand in the file itself"


def too_large(most: int) -> str:
    """Why a file of more than `most` bytes is left out."""
    return f"larger than {most >> 10} KiB, left out; data does not belong into a submission's code"


# What zipfile raises on bytes that are no zip, or no sound one.
BROKEN = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, MemoryError, OverflowError),
    *(NotImplementedError, RuntimeError, IndexError, AttributeError),
)


class Frugal(io.BufferedReader):
    """A zip's bytes for zipfile, which would read a table of contents of any size and make an object of each line."""

    def read(self, size: int | None = -1) -> bytes:
        if size is not None and size > MAX_DIRECTORY_BYTES:
            raise zipfile.BadZipFile("its table of contents is too large")
        return super().read(size)


def _open_zip(file: Frugal, path: Path) -> zipfile.ZipFile:
    """The archive with its table of contents read. Raises SubmissionError."""
    try:
        return zipfile.ZipFile(file)
    except BROKEN as error:
        reason = one_line(str(error), MAX_NAME)
        raise SubmissionError(f"{path}: this is not a zip file that can be read ({reason}). Pack it again.") from error


def _list_zip(archive: zipfile.ZipFile) -> Iterator[Entry]:
    for member in archive.infolist()[:MAX_ENTRIES]:
        path = PurePosixPath(member.filename.replace("\\", "/"))
        if (
            not path.parts
            or member.filename.endswith(("/", "\\"))
            or any(is_passed_over(part) for part in path.parts[:-1])
        ):
            continue
        if path.suffix in _ARCHIVE_SUFFIXES:
            yield path, "an archive inside an archive is not opened; hand in its files"
        elif reason := unread(path):
            yield path, reason
        elif not is_kept(path):
            continue
        elif path.is_absolute() or ".." in path.parts or len(path.parts) > MAX_DEPTH or ":" in path.parts[0]:
            yield PurePosixPath(path.name), "its path leads out of the archive, left out"
        else:
            yield path, later(read_member, archive, member, most_bytes(path))


def read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> Content:
    """One member's bytes; a reason where it cannot or must not be read."""
    kind = member.external_attr >> 16
    if kind and not stat.S_ISREG(kind) and stat.S_IFMT(kind):
        return NOT_ORDINARY
    if member.flag_bits & 1:
        return "protected by a password, left out; hand it in without one"
    if member.compress_type not in _METHODS:
        return "packed in a way that is not read here, left out; pack it again as an ordinary zip"
    try:
        with archive.open(member) as file:  # the size that the archive states is not believed
            content = file.read(most + 1)
    except (*BROKEN, OSError):
        return "broken inside the archive, left out; pack it again"
    return content if len(content) <= most else too_large(most)
