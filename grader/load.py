"""A path -> Submission: read as bytes, within bounds, never imported, nothing ever unpacked to disk.

Only what can matter is kept: Python files, `report.md` and `student.toml` beside or below the first folder that has an exercise in it.
Everything else in a hand-in (data, pictures, environments, repositories) is passed over.
"""

import hashlib
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path, PurePosixPath

from grader.errors import SubmissionError
from grader.model import Submission

MAX_FILE_BYTES = 1 << 20  # a Python file or a report; the longest real ones have 100 kB
MAX_TOTAL_BYTES = 16 << 20
MAX_FILES = 500
MAX_ARCHIVE_BYTES = 256 << 20  # of a zip on disk: students hand in their data and pictures too
MAX_ENTRIES = 20_000  # looked at in a folder or an archive; an environment handed in by accident has more
MAX_DEPTH = 12

_KEPT_SUFFIXES = (".py",)
_KEPT_NAMES = ("report.md", "student.toml")
_PASSED_OVER = ("__pycache__", "__MACOSX", "node_modules", "site-packages", "venv", "env")
_ARCHIVE_SUFFIXES = (".zip", ".tar", ".gz", ".tgz", ".7z", ".rar")

Entry = tuple[PurePosixPath, bytes | str]  # a file's path, and its content or the reason why it was left out


def load(path: Path, modules: Collection[str]) -> Submission:
    """The submission at `path`, a folder or a zip; `modules` are the exercises' names.

    Raises SubmissionError, with what to do, if there is nothing there that could be graded.
    """
    try:
        kind = path.stat().st_mode
    except (OSError, ValueError) as error:
        raise SubmissionError(f"{path}: there is no such file or folder.") from error
    if stat.S_ISDIR(kind):
        entries = list(_read_folder(path))
        name = path.resolve().name
    elif stat.S_ISREG(kind):
        entries = list(_read_zip(path))
        name = path.stem
    else:
        raise SubmissionError(f"{path}: this is neither a folder nor a zip file.")
    return assemble(name, entries, modules, what=str(path))


def assemble(name: str, entries: Collection[Entry], modules: Collection[str], what: str) -> Submission:
    """A submission out of what was read; `what` names its source in messages."""
    files: dict[str, bytes] = {}
    notes: list[str] = []
    root = _root_of([path for path, _ in entries], modules)
    total = 0
    for path, content in entries:
        inner = path.relative_to(root).as_posix() if path.is_relative_to(root) else None
        if inner is None:
            continue
        if isinstance(content, str):
            notes.append(f"{inner}: {content}")
            continue
        if inner in files:
            notes.append(f"{inner}: stands in the archive more than once; the last one counts")
        total += len(content)
        if total > MAX_TOTAL_BYTES or len(files) >= MAX_FILES:
            notes.append(
                f"{inner}: left out, and all after it; a submission may hold {MAX_FILES} files of {MAX_TOTAL_BYTES >> 20} MiB together"
            )
            break
        files[inner] = content
    if not files and not notes:
        wanted = ", ".join(f"{module}.py" for module in sorted(modules))
        raise SubmissionError(f"{what}: nothing to grade in there. A submission holds {wanted}.")
    return Submission(name, files, digest(files), tuple(notes[:50]))


def digest(files: dict[str, bytes]) -> str:
    """SHA-256 over names and contents, in an order that does not depend on how they were packed."""
    whole = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode("utf-8", "surrogateescape"), files[name]):
            whole.update(struct.pack("<Q", len(part)) + part)
    return whole.hexdigest()


def _root_of(paths: list[PurePosixPath], modules: Collection[str]) -> PurePosixPath:
    """The shallowest folder with an exercise in it: people zip the folder as often as what is in it."""
    homes = [path.parent for path in paths if path.suffix == ".py" and path.stem in modules]
    return min(homes, key=lambda home: (len(home.parts), str(home)), default=PurePosixPath())


def _is_kept(path: PurePosixPath) -> bool:
    return path.suffix in _KEPT_SUFFIXES or path.name in _KEPT_NAMES


def _is_passed_over(name: str) -> bool:
    return name.startswith(".") or name in _PASSED_OVER


def _read_folder(folder: Path) -> Iterator[Entry]:
    looked_at = 0
    for here, folders, names in os.walk(folder, followlinks=False):
        inner = PurePosixPath(Path(here).relative_to(folder).as_posix())
        folders[:] = (
            sorted(name for name in folders if not _is_passed_over(name)) if len(inner.parts) < MAX_DEPTH else []
        )
        for name in sorted(names):
            looked_at += 1
            if looked_at > MAX_ENTRIES:
                return
            path = inner / name
            if _is_kept(path):
                yield path, _read_file(Path(here) / name)
            elif path.suffix in _ARCHIVE_SUFFIXES:
                yield path, "an archive inside a submission is not opened; unpack it and hand in its files"


def _read_file(path: Path) -> bytes | str:
    """One file's bytes; a reason where it is not an ordinary file of a bearable size. Never follows a link, never waits."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return "not an ordinary file (a link, a pipe, a device), left out; hand in the file itself"
        with os.fdopen(os.open(path, flags), "rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        return f"could not be read ({error.strerror}), left out"
    return content if len(content) <= MAX_FILE_BYTES else _too_large()


def _too_large() -> str:
    return f"larger than {MAX_FILE_BYTES >> 10} KiB, left out; data does not belong into a submission's code"


def _read_zip(path: Path) -> Iterator[Entry]:
    if path.stat().st_size > MAX_ARCHIVE_BYTES:
        raise SubmissionError(f"{path}: over {MAX_ARCHIVE_BYTES >> 20} MiB; zip only the exercises' files.")
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist()[:MAX_ENTRIES]:
                yield from _read_member(archive, member)
    except _BROKEN as error:
        raise SubmissionError(f"{path}: this is not a zip file that can be read ({error}). Pack it again.") from error
    except OSError as error:
        raise SubmissionError(f"{path}: cannot be read ({error.strerror}).") from error


# What zipfile raises on bytes that are no zip, or no sound one.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    ValueError,
    NotImplementedError,
    MemoryError,
    OverflowError,
)


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[Entry]:
    path = PurePosixPath(member.filename.replace("\\", "/"))
    if member.is_dir() or any(_is_passed_over(part) for part in path.parts[:-1]):
        return
    if path.suffix in _ARCHIVE_SUFFIXES:
        yield path, "an archive inside an archive is not opened; hand in its files"
    if not _is_kept(path):
        return
    if path.is_absolute() or ".." in path.parts or len(path.parts) > MAX_DEPTH or ":" in path.parts[0]:
        yield PurePosixPath(path.name), "its path leads out of the archive, left out"
        return
    kind = member.external_attr >> 16
    if kind and not stat.S_ISREG(kind) and stat.S_IFMT(kind):
        yield path, "not an ordinary file (a link, a pipe, a device), left out; hand in the file itself"
        return
    if member.flag_bits & 1:
        yield path, "protected by a password, left out; hand it in without one"
        return
    try:
        with archive.open(member) as file:  # the size that the archive states is not believed
            content = file.read(MAX_FILE_BYTES + 1)
    except (*_BROKEN, RuntimeError):
        yield path, "broken inside the archive, left out; pack it again"
        return
    yield path, content if len(content) <= MAX_FILE_BYTES else _too_large()
