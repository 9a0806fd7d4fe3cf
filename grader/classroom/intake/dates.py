"""Times as LMS and people write them: ISO 8601, and Moodle's "Saturday, 25 January 2020, 1:59 PM" in two languages."""

import re
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

_MONTHS = {
    month: number
    for language in (
        "january february march april may june july august september october november december",
        "januar februar märz april mai juni juli august september oktober november dezember",
    )
    for number, month in enumerate(language.split(), 1)
}
_MOODLE = re.compile(
    r"(?:\w+, )?(?P<day>\d{1,2})\.? (?P<month>\w+) (?P<year>\d{4}), "
    r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?: ?(?P<half>[AaPp])[Mm])?"
)


def read_time(text: str) -> datetime:
    """The moment if `text` has an offset, else what a clock showed. Raises ValueError."""
    found = _MOODLE.fullmatch(text.replace("\N{NARROW NO-BREAK SPACE}", " "))
    if found is None:
        return datetime.fromisoformat(text)
    month = _MONTHS.get(found["month"].lower())
    if month is None:
        raise ValueError(f"no month is called {found['month']}")
    hour = int(found["hour"])
    if found["half"]:
        hour = hour % 12 + (12 if found["half"] in "Pp" else 0)
    return datetime(int(found["year"]), month, int(found["day"]), hour, int(found["minute"]))


def moment(local: datetime, zone: ZoneInfo, favour: Literal["earlier", "later"]) -> datetime:
    """The moment at which the clock in `zone` shows `local`, in UTC.

    A clock set back shows it twice; one set forward never does, and then both sides of the gap are meant: `favour` says
    which.
    """
    both = [local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    return min(both) if favour == "earlier" else max(both)
