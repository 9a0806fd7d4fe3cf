"""Find the hand-in that a person means: by an id, a name, an e-mail address or the LMS's number. Pure."""

import unicodedata
from collections import defaultdict

from grader.classroom.lms_table import repaired
from grader.classroom.results.store import ClassIndex, Entry
from grader.errors import UsageError


def name_key(name: str) -> str:
    """What names that look the same have in common: case does not matter, nor that macOS takes an accent for a sign of
    its own."""
    return unicodedata.normalize("NFC", name.casefold())


class HandInNames:
    """The graded hand-ins of a class, by all that their students go by: `grades.csv` has a line for each of a group.

    Behind an exact name, a number is found as a spreadsheet leaves it, without the zeros that it begins with.
    """

    def __init__(self, index: ClassIndex) -> None:
        exact: dict[str, dict[str, Entry]] = defaultdict(dict)
        without_zeros: dict[str, dict[str, Entry]] = defaultdict(dict)
        for entry in index.entries:
            if entry.status == "graded" and entry.folder:
                for name in (entry.id, *(name for student in entry.students for name in student.identifiers)):
                    exact[name_key(name)][entry.id] = entry
                    if name.isdigit():
                        without_zeros[name.lstrip("0")][entry.id] = entry
        self._entries = {**without_zeros, **exact}

    def find(self, who: str) -> Entry:
        """The hand-in of `who`. Raises UsageError where there is none, or several."""
        entries = self._entries.get(name_key(repaired(who)), {}) if who else {}
        if len(entries) != 1:
            why = "several hand-ins have that name" if entries else "no graded hand-in has that name"
            raise UsageError(f"{who!r}: {why}.")
        return next(iter(entries.values()))
