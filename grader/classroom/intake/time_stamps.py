"""When a hand-in came, by the files in which platforms write it down beside the student's.

sakai      "Lovelace, Ada(alove)/timestamp.txt", beside the folder of attachments: an instant in UTC, as Java writes it,
           "2022-01-25T12:59:59.123Z" (AssignmentServiceImpl, `zipSubmissions`). Older versions wrote digits alone,
           whose clock no source says: these are not read
nbgrader   "timestamp.txt" in the assignment's folder: "2022-01-25 12:59:59.123456 UTC", the zone a setting of the
           course's; without one it is UTC (nbgrader, exchange `timestamp_format`, utils `parse_utc`)
submitty   ".submit.timestamp", and the history in the settings: "2022-01-25 13:59:59+0100 Europe/Berlin"
"""

import re
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from grader.classroom.intake.dates import UNREAD_TIME
from grader.load.tree import Folder
from grader.text import one_line

Stamped = tuple[datetime | None, tuple[str, ...]]  # when, and notes on what could not be read

TIMESTAMP = "timestamp.txt"
_SAKAI = re.compile(r".+, .+\(.+\)", re.S)
_MAX_BYTES = 100
_STAMP = re.compile(
    r"(?P<clock>\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)"
    r" ?(?P<offset>[+-]\d\d:?\d\d)?(?: ?(?P<zone>[A-Za-z][\w/+-]*))?",
    re.A,
)


def sakai_time(folder: Folder) -> Stamped:
    """The moment that Sakai says; nothing for what is no folder of Sakai's, and where it has no such file."""
    if not _SAKAI.fullmatch(folder.name) or not folder.folders():
        return None, ()
    return stamp_in(folder, TIMESTAMP)


def stamp_in(folder: Folder, name: str) -> Stamped:
    """The moment that a file of this name says; a note where it says nothing of the kind."""
    content = next((file.read(_MAX_BYTES) for file in folder.files() if file.name == name), None)
    if content is None:
        return None, ()
    text = content.decode("ascii", "replace").strip() if isinstance(content, bytes) else content
    at = read_stamp(text)
    return at, () if at else (f"{UNREAD_TIME} ({one_line(text, _MAX_BYTES) or 'nothing'})",)


def read_stamp(text: str) -> datetime | None:
    """A moment as programs stamp it; on the clock of UTC where it says nothing else. None if it is none."""
    match = _STAMP.fullmatch(text.strip())
    if match is None:
        return None
    try:
        clock = datetime.fromisoformat(match["clock"])
        zone = datetime.strptime(match["offset"], "%z").tzinfo if match["offset"] else _zone(match["zone"] or "UTC")
        return clock.replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, KeyError, OSError, OverflowError):  # no such day, no such zone
        return None


def _zone(name: str) -> tzinfo:
    """A zone by its name. Raises ValueError, KeyError and OSError."""
    return UTC if name in ("Z", "UTC", "GMT") else ZoneInfo(name)
