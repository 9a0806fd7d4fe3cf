"""ILIAS's downloads of exercises for teams: "Team 12/Lovelace_Ada_alove_401/…", a folder for each who uploaded a file.

The words are those of ILIAS's language ("Team", "Équipe"), the number is the team's; a status-file plugin writes
"Team_12". Whoever uploaded nothing has no folder, so that nothing in the download says that they are in the team.
"""

import re

from grader.classroom.class_model import Student
from grader.load.tree import Folder

_TEAM = re.compile(r"[^\W\d_]+[ _]\d+")
_MEMBER = re.compile(r"(?P<name>[^_]+_.+)_(?P<login>[^_]+)_\d+")
_SYSTEM = (".DS_Store", "Thumbs.db", "desktop.ini")


def team_members(folder: Folder) -> tuple[Student, ...]:
    """Who handed in as a team, by name and login; nobody where the folder is no team's."""
    if not _TEAM.fullmatch(folder.name) or any(file.name not in _SYSTEM for file in folder.files()):
        return ()
    matches = [_MEMBER.fullmatch(member.name) for member in folder.folders() if member.name != "__MACOSX"]
    students = tuple(Student(name=match["name"].replace("_", " "), lms=match["login"]) for match in matches if match)
    return students if len(students) == len(matches) else ()
