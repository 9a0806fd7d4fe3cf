"""A new assignment that already works: a copy of `scaffold/`, which has one check of each kind and what shows it."""

import re
from importlib.metadata import entry_points
from pathlib import Path

from grader.assignment_names import GROUP
from grader.errors import OutputError, UsageError

SCAFFOLD = Path(__file__).with_name("scaffold")
_PLACEHOLDER = "NEW-ASSIGNMENT"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,99}")


def write_assignment(folder: Path) -> list[Path]:
    """Write the assignment into `folder`, a new or empty one whose name becomes the assignment's; its files.

    Raises UsageError for a name or a folder that is taken, OutputError where nothing can be written.
    """
    name = folder.resolve().name
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} cannot be an assignment's name: it has to begin with a letter, and may have letters, digits, "
            "- and _ in it."
        )
    if any(entry.name == name for entry in entry_points(group=GROUP)):
        raise UsageError(f"an installed assignment already has the name {name}; choose another name.")
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageError(f"{folder} exists already and is not empty; choose another name.")
        for source in sorted(path for path in SCAFFOLD.rglob("*") if path.is_file() and path.suffix != ".pyc"):
            target = folder / source.relative_to(SCAFFOLD)
            target.parent.mkdir(parents=True, exist_ok=True)
            text = source.read_text(encoding="utf-8").replace(_PLACEHOLDER, name)
            target.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise OutputError(f"{folder}: this folder is not writable ({error.strerror}).") from error
    return sorted(path for path in folder.rglob("*") if path.is_file())
