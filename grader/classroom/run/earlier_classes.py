"""Take in classes of earlier years (`--against`) by the same rules as this one, and pack them to be kept with it."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.assignment_folder import Assignment
from grader.classroom.class_model import label
from grader.classroom.intake.hand_ins import open_intake
from grader.classroom.results import store
from grader.classroom.results.class_inputs import InputFile
from grader.classroom.results.earlier_hand_ins import EarlierHandIn, pack
from grader.counting import counted
from grader.errors import SubmissionError, UsageError
from grader.sandbox.scratch import temporary_folder
from grader.text import listed

_NAMED = 3  # hand-ins in a message, of those in which nothing can be compared


@dataclass(frozen=True, slots=True)
class EarlierClasses:
    """The packed classes, and a sentence about each for the person who gave it."""

    files: tuple[InputFile, ...] = ()
    notices: tuple[str, ...] = ()


@contextlib.contextmanager
def earlier_classes(folders: Sequence[Path], submissions: Path, assignment: Assignment) -> Iterator[EarlierClasses]:
    """Packs each folder or archive of an earlier year, or its RESULTS, into a file that exists until the context ends.

    Raises UsageError for one that is no class.
    """
    if not folders:
        yield EarlierClasses()
        return
    with temporary_folder() as place:
        files: dict[InputFile, str] = {}
        for number, folder in enumerate(folders):
            if folder.exists() and submissions.exists() and folder.samefile(submissions):
                raise UsageError(f"--against {folder}: these are this class's own hand-ins; give an earlier year's.")
            path = place / f"{number}.zip"
            notice = _pack(path, folder, assignment)
            files.setdefault(replace(InputFile.at(path), name=_year(folder, [file.name for file in files])), notice)
        yield EarlierClasses(tuple(files), tuple(files.values()))


def _year(folder: Path, used_names: Sequence[str]) -> str:
    """The name of an earlier class: its folder's, preceded by the parent folder's if it is used already."""
    path = folder.resolve()
    return f"{path.parent.name}/{path.name}" if path.name in used_names else path.name


def _pack(path: Path, folder: Path, assignment: Assignment) -> str:
    empty: list[str] = []
    try:
        count = pack(path, _with_code(_hand_ins(folder, assignment), empty))
    except SubmissionError as error:
        raise UsageError(f"--against {folder}: not a class that can be compared. {error}") from error
    if not count:
        raise UsageError(f"--against {folder}: no hand-in in there has a Python file to compare with.")
    without = f"; nothing to compare in {listed(empty, _NAMED)}" if empty else ""
    return f"--against {folder.name}: compared with {counted(count, 'earlier hand-in')}{without}."


def _with_code(hand_ins: Iterator[EarlierHandIn], empty: list[str]) -> Iterator[EarlierHandIn]:
    """Only what can be compared; the names of the others join `empty`."""
    from grader.classroom.results.similarity import SUFFIX  # numpy takes its time to start

    for hand_in in hand_ins:
        code = {name: data for name, data in hand_in.files.items() if name.endswith(SUFFIX)}
        if code:
            yield replace(hand_in, files=code)
        else:
            empty.append(hand_in.name)


def _hand_ins(folder: Path, assignment: Assignment) -> Iterator[EarlierHandIn]:
    if (folder / store.INDEX).is_file():  # what `grader class` made of an earlier year: it knows the names
        for entry in store.read_index(folder).entries:
            if entry.folder:
                files = store.read_files(folder / entry.folder / store.SUBMISSION)
                yield EarlierHandIn(label(entry.id, entry.students), files)
        return
    with open_intake(folder, assignment.expected, assignment.rubric.late.zone) as intake:
        for hand_in in intake.hand_ins:
            try:
                files = dict(intake.read(hand_in).files)
            except OSError:
                files = {}
            yield EarlierHandIn(label(hand_in.id, hand_in.students), files)
