"""A path -> Submission: read as bytes, within bounds, never imported, nothing ever unpacked to disk by its name.

`collect` lists what may matter, `candidates` takes each exercise from where it lies, and here the two become one value:
the exercises' files, and what lies beside or below them. `load` is for one path, `assemble` for a class's hand-in.
"""

import hashlib
import io
import stat
import struct
import zipfile
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from pathlib import Path

from grader.counting import counted
from grader.errors import SubmissionError
from grader.load.archives import MAX_ARCHIVE_BYTES, is_unopened, open_archive
from grader.load.candidates import MAX_LISTED, choose
from grader.load.collect import Collected, collect
from grader.load.content import MAX_NAME
from grader.load.decisions import ABSENT, accept, ask_for_misnamed
from grader.load.placement import place
from grader.load.tree import DiskFile, DiskFolder
from grader.model import Expected, Question, Submission
from grader.text import one_line

MAX_NOTES = 50
EPOCH = (1980, 1, 1, 0, 0, 0)  # the date of every file in a zip of ours: the same files are the same bytes


def load(path: Path, expected: Expected, *, hidden: Path | None = None) -> Submission:
    """The submission at `path`, a folder (without the file `hidden` in it) or an archive.

    Raises SubmissionError, with what to do, if there is nothing there that could be graded.
    """
    try:
        kind = path.stat().st_mode
    except (OSError, ValueError) as error:
        raise SubmissionError(f"{path}: there is no such file or folder.") from error
    name = path.resolve().name if stat.S_ISDIR(kind) else path.stem
    with ExitStack() as stack:
        try:
            submission = assemble(name, _collected(path, kind, expected, stack, hidden), expected)
        except OSError as error:
            raise SubmissionError(f"{path}: cannot be read ({error.strerror}).") from error
    if not submission.files and not submission.notes:
        raise SubmissionError(f"{path}: {nothing_in(expected)}.")
    return submission


def nothing_in(expected: Expected) -> str:
    """What there is to say of a hand-in in which nothing was found, without its full stop."""
    return f"there is nothing to grade here. A submission contains {', '.join(sorted(expected.files))}"


def _collected(path: Path, kind: int, expected: Expected, stack: ExitStack, hidden: Path | None) -> Collected:
    if stat.S_ISDIR(kind):
        hidden = hidden and hidden.resolve()
        return collect([("", DiskFolder(str(path), hidden=hidden), None)], expected, stack)
    if not stat.S_ISREG(kind):
        raise SubmissionError(f"{path}: this is neither a folder nor an archive.")
    if path.suffix.lower() in (".py", ".ipynb"):
        raise SubmissionError(f"{path}: this is a single file; give the folder or the archive that holds all of them.")
    if is_unopened(path.name):
        raise SubmissionError(f"{path}: an archive of this kind is not opened here; make it a zip.")
    if path.stat().st_size > MAX_ARCHIVE_BYTES:
        raise SubmissionError(f"{path}: over {MAX_ARCHIVE_BYTES >> 20} MiB; pack only the exercises' files.")
    folder = open_archive(DiskFile(str(path)), stack)
    if isinstance(folder, str):
        raise SubmissionError(f"{path}: {folder}.")
    collected = collect([("", folder, None)], expected, stack, level=1)
    collected.notes[:0] = [f"{path.name}: {trouble}" for trouble in folder.troubles]
    return collected


def assemble(
    name: str, collected: Collected, expected: Expected, accepted: Mapping[str, str] | None = None
) -> Submission:
    """A submission out of what was collected; `accepted` are files that a person named as answers: name -> path."""
    files = collected.files
    paths = {str(file.path) for file in files}
    accepted, absent = _split(accepted or {}, paths)
    chosen = choose(files, expected, accepted)
    for expected_name, path in accepted.items():
        accept(expected_name, path, files, expected, chosen)
    for expected_name, path in absent.items():
        chosen.notes.append(f"{expected_name}: {path}, {ABSENT}")
    ask_for_misnamed(files, expected, chosen)
    for expected_name in sorted(absent.keys() - {question.wanted for question in chosen.questions}):
        chosen.questions.append(Question(expected_name, tuple(sorted(paths))[:MAX_LISTED]))
    contents = place(files, expected, chosen)
    notes = list(dict.fromkeys((*collected.notes, *chosen.notes)))
    plain = tuple(one_line(note, 4 * MAX_NAME) for note in notes[:MAX_NOTES])
    if len(notes) > MAX_NOTES:
        plain = (*plain, f"and {counted(len(notes) - MAX_NOTES, 'more such note')}")
    return Submission(
        one_line(name, MAX_NAME) or "submission", contents, digest(contents), plain, tuple(chosen.questions)
    )


def _split(accepted: Mapping[str, str], paths: Collection[str]) -> tuple[dict[str, str], dict[str, str]]:
    """The accepted files that are among `paths`, and those that are not."""
    return (
        {expected_name: path for expected_name, path in accepted.items() if path in paths},
        {expected_name: path for expected_name, path in accepted.items() if path not in paths},
    )


def digest(files: Mapping[str, bytes]) -> str:
    """SHA-256 over names and contents, in an order that does not depend on how they were packed."""
    whole = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode(), files[name]):
            whole.update(struct.pack("<Q", len(part)) + part)
    return whole.hexdigest()


def packed(files: Mapping[str, bytes]) -> bytes:
    """A submission's files as a zip, the same bytes for the same files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, EPOCH), files[name], zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
