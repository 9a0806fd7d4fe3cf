"""What a hand-in holds: its files, and those of the archives in it, since most LMS put uploads into folders.

The same rules as for a submission graded by itself (`load.submission`): only what can matter is kept, within bounds.
"""

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from grader.load import submission
from grader.load.archives import is_archive, is_unopened, open_nested, stem
from grader.load.submission import Entry
from grader.load.tree import File, Folder

MAX_NESTED = 5  # archives opened in one hand-in: each may cost a second


def entries(place: Folder, parts: Sequence[tuple[str, str]]) -> list[Entry]:
    """All that may matter in a hand-in whose `parts` are in `place`, for `submission.assemble`. Raises OSError."""
    found: list[Entry] = []
    archives: list[tuple[PurePosixPath, File]] = []
    for name, key in parts:
        path = PurePosixPath(name)
        listed = iter([(path, place.file(key))]) if name else _walk(place.folder(key), path)
        for path, file in listed:
            if len(found) + len(archives) >= submission.MAX_ENTRIES:
                break
            if submission.is_kept(path):
                found.append((path, submission.later(file.read, submission.most_bytes(path))))
            elif is_archive(path.name):
                archives.append((path, file))
            elif is_unopened(path.name):
                found.append((path, "packed in a way that is not opened here; hand in a zip"))
            elif reason := submission.unread(path):
                found.append((path, reason))
    for number, (path, file) in enumerate(archives):
        found += _inside(path, file) if number < MAX_NESTED else [(path, "left out; one archive is enough")]
    return found


def _inside(path: PurePosixPath, file: File) -> Iterator[Entry]:
    folder = open_nested(file)
    if isinstance(folder, str):
        yield path, folder
        return
    for inner, member in _walk(folder, path.parent / stem(path.name)):
        if submission.is_kept(inner):
            yield inner, submission.later(member.read, submission.most_bytes(inner))
        elif is_archive(inner.name):
            yield inner, "an archive inside an archive is not opened; hand in its files"
        elif reason := submission.unread(inner):
            yield inner, reason


def _walk(folder: Folder, here: PurePosixPath) -> Iterator[tuple[PurePosixPath, File]]:
    """Every file below a folder that is worth a look, with its path."""
    waiting, looked_at = [(here, folder)], 0
    while waiting:
        here, folder = waiting.pop(0)
        for file in folder.files():
            looked_at += 1
            if looked_at > submission.MAX_ENTRIES:
                return
            yield here / file.name, file
        if len(here.parts) < submission.MAX_DEPTH:
            inner = [sub for sub in folder.folders() if not submission.is_passed_over(sub.name)]
            looked_at += len(inner)
            waiting += [(here / sub.name, sub) for sub in inner]
