"""A folder that holds several downloads of an LMS's: none of them is somebody's hand-in, each is a class or a part."""

from collections.abc import Sequence
from contextlib import ExitStack

from grader.classroom.intake.lms_names import name_in_any_format
from grader.load.archives import is_archive, open_archive
from grader.load.tree import File, Folder

_MOST = 8  # folders and archives that are looked into: the tutorials of a course are few, and its students are many


def refusal(children: Sequence[File | Folder]) -> str | None:
    """Why these folders and archives are no class; None where they are not mostly downloads, or are many."""
    candidates = [child for child in children if isinstance(child, Folder) or is_archive(child.name)]
    if not 2 <= len(candidates) <= _MOST:
        return None
    downloads = [child.name for child in candidates if _is_download(child)]
    if len(downloads) < 2 or 2 * len(downloads) <= len(candidates):
        return None
    return (
        f"these are {len(downloads)} downloads, each with the hand-ins of several people ({', '.join(downloads)}). "
        "Give one of them; or, if they belong to one class, unpack all of them into one folder and give that."
    )


def _is_download(child: File | Folder) -> bool:
    """Whether two people's hand-ins or more lie in there as an LMS names them, perhaps with one folder around all."""
    with ExitStack() as stack:
        opened = child if isinstance(child, Folder) else open_archive(child, stack)
        if isinstance(opened, str):
            return False
        inside = _visible(opened)
        if len(inside) == 1 and isinstance(inside[0], Folder):
            inside = _visible(inside[0])
        named = [name_in_any_format(inner.name) for inner in inside]
        people = {name.key for name in named if name is not None}
        return len(people) > 1 and 2 * sum(name is not None for name in named) > len(named)


def _visible(folder: Folder) -> list[File | Folder]:
    return [child for child in folder.children() if not child.name.startswith((".", "__"))]
