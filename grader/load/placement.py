"""Give a submission's files the paths under which a worker finds them: the answers, and the modules beside them.

An answer that belongs in a package is found there wherever it lay, and so are the modules that lie beside it.
"""

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import TypeAlias

from grader.counting import counted
from grader.load.candidates import Chosen
from grader.load.collect import FoundFile
from grader.load.content import MAX_NAME
from grader.model import Expected
from grader.text import one_line

Home: TypeAlias = tuple[PurePosixPath, PurePosixPath]  # a folder of the hand-in, and the package that it stands for

MAX_TOTAL_BYTES = 2 << 20
MAX_FILES = 500
_MAX_OUTSIDE = 3  # files that lie elsewhere and get a sentence each
_TOO_MANY = (
    f"skipped, and all after it; a submission may hold {MAX_FILES} files of {MAX_TOTAL_BYTES >> 20} MiB together"
)


def place(files: Sequence[FoundFile], expected: Expected, chosen: Chosen) -> dict[str, bytes]:
    """The answers under their names; every Python file beside or below one of them by its path from there.

    Sentences about the others go into the notes of `chosen`.
    """
    homes = _homes(chosen)
    contents = {name: content for name, (_, content) in chosen.files.items()}
    others = [file for file in files if not _is_answer(file, expected, homes)]
    placed = [(file, path) for file in others for path in dict.fromkeys(_paths(file, homes))]
    placed.sort(key=lambda pair: (len(pair[1].parts), str(pair[1])))
    total = sum(map(len, contents.values()))
    for file, path in placed:
        content = _content(file, str(path), chosen)
        if content is None or _is_taken(file, str(path), content, contents, chosen):
            continue
        total += len(content)
        if total > MAX_TOTAL_BYTES or len(contents) >= MAX_FILES:
            chosen.notes.append(f"{path}: {_TOO_MANY}")
            break
        contents[str(path)] = content
    _note_others(files, expected, chosen, homes)
    return contents


def _homes(chosen: Chosen) -> list[Home]:
    """The folders of the answers, each with the package that its answer belongs in: those of code, if there is any."""
    every = {(file.path.parent, PurePosixPath(name).parent, name) for name, (file, _) in chosen.files.items()}
    code = {(folder, package) for folder, package, name in every if name.endswith(".py")}
    return sorted(code or {(folder, package) for folder, package, _ in every} or {(PurePosixPath(), PurePosixPath())})


def _is_answer(file: FoundFile, expected: Expected, homes: Sequence[Home]) -> bool:
    """Whether it has an answer's name and lies where answers do: which of these counts was chosen before."""
    return expected.file_named(file.path.name) is not None and file.path.parent in {folder for folder, _ in homes}


def _paths(file: FoundFile, homes: Sequence[Home]) -> list[PurePosixPath]:
    """A module's path relative to each home that it lies below."""
    if file.path.suffix != ".py":
        return []
    return [package / file.path.relative_to(folder) for folder, package in homes if file.path.is_relative_to(folder)]


def _content(file: FoundFile, path: str, chosen: Chosen) -> bytes | None:
    """A module's bytes; None, with a note, if it cannot be read or its name cannot be sent to a worker."""
    content = file.read()
    if not path.isprintable() or len(path) > MAX_NAME:
        content = "file name contains unsupported characters; skipped"
    if isinstance(content, bytes):
        return content
    if file.path not in chosen.mentioned:
        chosen.notes.append(f"{one_line(path, MAX_NAME)}: {content}")
    return None


def _is_taken(file: FoundFile, path: str, content: bytes, contents: dict[str, bytes], chosen: Chosen) -> bool:
    """Whether another file has this path already, from the folder of another exercise."""
    if path in contents and contents[path] != content:
        chosen.notes.append(f"{file.path}: not read; the exercises' folders have different files of this name")
    return path in contents


def _note_others(files: Sequence[FoundFile], expected: Expected, chosen: Chosen, homes: Sequence[Home]) -> None:
    """Add a note on each file that looks like an answer, is not read, and has no note yet."""
    unmentioned = [file for file in files if file.path not in chosen.mentioned]
    for file in unmentioned:
        if file.path.suffix.lower() == ".ipynb":
            chosen.notes.append(f"{file.path}: a notebook is not read; export it as Python and hand that in")
        elif file.path.suffix.lower() in (".py", ".pyw", ".py3") and file.path.suffix != ".py":
            chosen.notes.append(f"{file.path}: only files that end with .py are read")
    outside = [
        file.path
        for file in unmentioned
        if file.path.suffix == ".py" and expected.file_named(file.path.name) is None and not _paths(file, homes)
    ]
    chosen.notes += [f"{path}: not read; it lies outside the exercises' folder" for path in outside[:_MAX_OUTSIDE]]
    more = len(outside) - _MAX_OUTSIDE
    if more > 0:
        are, they = ("is", "it lies") if more == 1 else ("are", "they lie")
        chosen.notes.append(f"{counted(more, 'more Python file')} {are} not read; {they} outside the exercises' folder")
