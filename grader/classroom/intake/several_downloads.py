"""Downloads of an LMS's in a folder that is given as a class: none of them is a hand-in, each is a class or a part."""

from collections.abc import Sequence
from contextlib import ExitStack

from grader.classroom.intake.lms_names import name_in_any_format
from grader.errors import SubmissionError
from grader.load.archives import is_archive, open_archive
from grader.load.tree import File, Folder
from grader.text import listed

_MOST = 8  # folders and archives that are looked into: the tutorials of a course are few, and its students are many
NO_HAND_IN = "a download with the hand-ins of several people, and not a hand-in; unpack it beside the others"


def downloads_among(place: Folder, children: Sequence[File | Folder]) -> list[File | Folder]:
    """Those of a class's folders and archives that are downloads; none where there are many.

    A student can pack one, too, so it is no class only where they are at least half. Raises SubmissionError for that.
    """
    candidates = [child for child in children if isinstance(child, Folder) or is_archive(child.name)]
    if not 2 <= len(candidates) <= _MOST:
        return []
    downloads = [child for child in candidates if _is_download(child)]
    if downloads and 2 * len(downloads) >= len(candidates):
        raise SubmissionError(f"{place.where}: {_refusal([child.name for child in downloads])}")
    return downloads


def _refusal(names: Sequence[str]) -> str:
    if len(names) == 1:
        return (
            f"{names[0]} is a download with the hand-ins of several people. Give it by itself; or, if what lies beside "
            "it belongs to the same class, unpack it into this folder and remove it."
        )
    return (
        f"these are {len(names)} downloads, each with the hand-ins of several people ({listed(names)}). "
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
