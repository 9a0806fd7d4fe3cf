"""What a hand-in holds: its files, and those of the archives in it. One set of rules for `grade` and `class` alike.

Everything that can matter is listed first, and read only when its content is needed. What the student should know of
and is not read (an archive that stays shut, an environment with an exercise in it) becomes a note. An archive counts as
a folder of its name.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from grader.load.archives import MAX_DEPTH, MAX_ENTRIES, is_archive, is_unopened, open_archive
from grader.load.content import NOT_ORDINARY, Content, Moment, max_bytes
from grader.load.misnamed import is_answer_like
from grader.load.tree import File, Folder
from grader.model import Expected

MAX_ARCHIVES = 16  # opened in one hand-in: each may cost a second
MAX_LEVELS = 2  # an archive in an archive: the LMS packs what a student packed
# What tools leave behind; nobody writes an answer in there.
_TOOLS = ("__pycache__", "__MACOSX", "node_modules", "site-packages", "dist-packages")
_ENVIRONMENT = ("pyvenv.cfg", "conda-meta")  # one of them is in every virtual environment
_UNOPENED = "an archive of this kind is not opened here; hand in a zip"
_NESTED = "an archive inside an archive inside an archive is not opened; hand in its files"
_MANY = f"not opened; at most {MAX_ARCHIVES} archives of a hand-in are"


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that may matter. `moments` are the times of the archives it came in, outermost first, then its own."""

    path: PurePosixPath
    read: Callable[[], Content]
    moments: tuple[Moment | None, ...]


@dataclass(slots=True)
class Collected:
    """All that may matter in a hand-in, and sentences about what was not looked into."""

    files: list[FoundFile] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Waiting:
    """An archive or a folder that is still to be looked into."""

    path: PurePosixPath
    moments: tuple[Moment | None, ...]
    level: int


@dataclass(slots=True)
class _Walk:
    """The bounds on one hand-in, over all its archives together."""

    expected: Expected
    stack: ExitStack
    result: Collected = field(default_factory=Collected)
    archives: list[tuple[File, _Waiting]] = field(default_factory=list)
    looked_at: int = 0
    opened: int = 0


def collect(
    parts: Sequence[tuple[str, File | Folder, Moment | None]], expected: Expected, stack: ExitStack, level: int = 0
) -> Collected:
    """What a hand-in of these `parts` holds: each its name in the hand-in ("" for a folder's own), and when it came.

    Archives are open until `stack` closes; the parts themselves lie `level` archives deep. Raises OSError.
    """
    walk = _Walk(expected, stack)
    for name, part, uploaded in parts:
        path = PurePosixPath(name)
        if isinstance(part, Folder):
            _enter(walk, part, _Waiting(path, (), level))
        else:
            inside = PurePosixPath() if len(parts) == 1 else path
            _look(walk, part, _Waiting(inside, (), level), path, uploaded)
    while walk.archives:
        _open(walk, *walk.archives.pop(0))
    if walk.looked_at >= MAX_ENTRIES:
        walk.result.notes.append(f"more than {MAX_ENTRIES} files are in there; the others were not looked at")
    return walk.result


def _look(walk: _Walk, file: File, inside: _Waiting, path: PurePosixPath, uploaded: Moment | None = None) -> None:
    """Sort one file, at `path`: it may matter, be an archive to open later, be worth a note, or be of no interest."""
    moments = (*inside.moments, uploaded or file.modified)
    if is_archive(path.name):
        walk.archives.append((file, _Waiting(inside.path, moments, inside.level + 1)))
    elif is_unopened(path.name):
        walk.result.notes.append(f"{path}: {_UNOPENED}")
    elif is_answer_like(path.name, walk.expected):
        most = max_bytes(path)
        walk.result.files.append(FoundFile(path, lambda: file.read(most), moments))
    elif not file.is_ordinary and path.name not in _TOOLS:  # a link to a folder, in which the answers may lie
        walk.result.notes.append(f"{path}: {NOT_ORDINARY}")


def _enter(walk: _Walk, folder: Folder, at: _Waiting) -> None:
    """Look at everything below a folder, breadth first: what lies deep is left out when a bound is reached."""
    waiting = [(folder, at.path)]
    while waiting and walk.looked_at < MAX_ENTRIES:
        folder, here = waiting.pop(0)
        files, folders = folder.files(), folder.folders()
        names = {child.name for child in (*files, *folders)}
        if not names.isdisjoint(_ENVIRONMENT):
            _skip(walk, files, here, "an environment")
            continue
        for file in files:
            walk.looked_at += 1
            if walk.looked_at >= MAX_ENTRIES:
                return
            path = here / file.name
            if not file.name.startswith("."):
                _look(walk, file, _Waiting(path, at.moments, at.level), path)
        walk.looked_at += len(folders)
        for inner in folders:
            if inner.name.startswith("."):
                _skip(walk, inner.files(), here / inner.name, "a hidden folder")
            elif inner.name not in _TOOLS and len(here.parts) < MAX_DEPTH:
                waiting.append((inner, here / inner.name))


def _skip(walk: _Walk, files: Iterable[File], folder: PurePosixPath, what: str) -> None:
    """Leave a folder out; a note says so for each exercise that lies directly in it."""
    names = walk.expected.module_names
    sentences = [f"{folder / file.name}: not read; it lies in {what}" for file in files if file.name in names]
    walk.result.notes += sentences


def _open(walk: _Walk, file: File, at: _Waiting) -> None:
    """Open an archive and look at everything in it."""
    shown = at.path if at.path.parts else PurePosixPath(file.name)
    if at.level > MAX_LEVELS or walk.opened >= MAX_ARCHIVES:
        walk.result.notes.append(f"{shown}: {_NESTED if at.level > MAX_LEVELS else _MANY}")
        return
    walk.opened += 1
    folder = open_archive(file, walk.stack)
    if isinstance(folder, str):
        walk.result.notes.append(f"{shown}: {folder}")
        return
    walk.result.notes += [f"{shown}: {trouble}" for trouble in folder.troubles]
    _enter(walk, folder, at)
