"""Where an assignment lies: the folder that was named, or the package that an installed distribution names.

A distribution offers assignments as entry points, whose values are packages with a rubric.toml:

    [project.entry-points."grader.assignments"]
    layers = "our_course.layers"

The package is found and not imported: an assignment is data until its checks run.
"""

from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path

from grader.errors import UsageError

GROUP = "grader.assignments"


def find_assignment(path: Path) -> Path:
    """The folder of the assignment that `path`, a folder or the name of an installed one, stands for.

    A folder with a rubric wins over a name. Raises UsageError for what is neither, or for an entry point that leads
    nowhere.
    """
    if (path / "rubric.toml").is_file():
        return path
    named = [entry for entry in entry_points(group=GROUP) if entry.name == str(path)]
    if named:
        return _folder(named)
    if path.is_dir():
        return path  # whoever reads its rubric says what is missing
    raise UsageError(f"{path}: there is no such folder, and no installed assignment has that name. {_installed()}")


def _installed() -> str:
    names = sorted({entry.name for entry in entry_points(group=GROUP)})
    return f"Installed are: {', '.join(names)}." if names else "None is installed."


def _folder(entries: list[EntryPoint]) -> Path:
    """The folder of the package that all of `entries`, which share a name, point to."""
    values = sorted({entry.value for entry in entries})
    if len(values) > 1:
        offering = ", ".join(f"{_origin(entry)} ({entry.value})" for entry in entries)
        raise UsageError(f"{entries[0].name}: several installed packages have an assignment of that name: {offering}.")
    about = f"The installed assignment {entries[0].name} of {_origin(entries[0])}"
    try:
        spec = find_spec(values[0])  # imports the packages above it, which are the author's
    except Exception as error:
        raise UsageError(f"{about} cannot be found: {values[0]} raised {type(error).__name__}: {error}") from error
    if spec is None:
        raise UsageError(f"{about} cannot be found: there is no package {values[0]}. Install it again.")
    for folder in map(Path, spec.submodule_search_locations or ()):
        if (folder / "rubric.toml").is_file():
            return folder
    raise UsageError(
        f"{about} has no rubric.toml in {values[0]}: the entry point has to name a package that holds the assignment's "
        "files, and the distribution has to install them (as package data)."
    )


def _origin(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist else "an unknown package"
