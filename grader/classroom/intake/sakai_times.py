"""When a hand-in came, by Sakai's download: "Lovelace, Ada(alove)/timestamp.txt", beside the folder of attachments.

An instant in UTC, as Java writes it: "2022-01-25T12:59:59.123Z" (AssignmentServiceImpl, `zipSubmissions`). Older
versions wrote digits alone, whose clock no source says: these are not read.
"""

import re
from datetime import datetime

from grader.load.tree import Folder

_NAME = re.compile(r".+, .+\(.+\)", re.S)
_FILE = "timestamp.txt"
_MAX_BYTES = 100
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z", re.A)


def sakai_time(folder: Folder) -> datetime | None:
    """The moment that Sakai says; None for what is no folder of Sakai's, and where it has no such file."""
    if not _NAME.fullmatch(folder.name) or not folder.folders():
        return None
    content = next((file.read(_MAX_BYTES) for file in folder.files() if file.name == _FILE), "")
    text = content.decode("ascii", "replace").strip() if isinstance(content, bytes) else ""
    try:
        return datetime.fromisoformat(text) if _INSTANT.fullmatch(text) else None
    except ValueError:  # 2022-13-45
        return None
