"""Times as LMS and people write them: ISO 8601, Gradescope's, and Moodle's dates in eight languages.

Moodle's forms are those of its language packs (core langconfig, strftimedaydatetime): "Saturday, 25 January 2020,
1:59 PM", "Samstag, 25. Januar 2020, 13:59", "samedi 25 janvier 2020, 13:59", "sábado, 25 de enero de 2020, 13:59".
"""

import re
import unicodedata
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

_LANGUAGES = (
    "january february march april may june july august september october november december",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "januari februari maart april mei juni juli augustus september oktober november december",
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "gener febrer març abril maig juny juliol agost setembre octubre novembre desembre",
)
_WORDED = re.compile(
    r"(?P<day>\d{1,2})(?:\.|er)? (?:de |d['’])?(?P<month>[^\W\d_]+)\.?,? (?:de )?(?P<year>\d{4}),?(?: as?| a las| um)? "
    r"(?P<hour>\d{1,2})[:h](?P<minute>\d\d)(?::(?P<second>\d\d))?(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?"
)
_NUMBERED = re.compile(
    r"(?P<first>\d{1,2})(?P<sign>[./])(?P<then>\d{1,2})[./](?P<year>\d{4}),? "
    r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?"
)


def _plain(text: str) -> str:
    """The text in lower case, without accents, with ordinary spaces."""
    text = re.sub(r"\s+", " ", text.casefold()).strip()
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))


_MONTHS = {_plain(month): number for names in _LANGUAGES for number, month in enumerate(names.split(), 1)}


def read_time(text: str) -> datetime:
    """A time, aware if `text` has an offset, else naive: what some clock showed. Raises ValueError."""
    text = re.sub(r"\s+", " ", text).strip()
    worded = find_time(text)
    if worded is not None:
        return worded
    numbered = _NUMBERED.fullmatch(text)
    if numbered is not None:
        return _clock(numbered, *_day_and_month(numbered))
    return datetime.fromisoformat(re.sub(r" (?=[+-]\d\d:?\d\d$)", "", re.sub(r" (UTC|GMT|Z)$", "+00:00", text)))


def find_time(text: str) -> datetime | None:
    """The first time whose month is a word, as in "Extension granted until: Saturday, 25 January 2020, 1:59 PM"."""
    for match in _WORDED.finditer(_plain(text)):
        month = _MONTHS.get(match["month"])
        if month is not None:
            return _clock(match, int(match["day"]), month)
    return None


def _clock(match: re.Match[str], day: int, month: int) -> datetime:
    hour = int(match["hour"])
    if match["half"]:
        hour = hour % 12 + (12 if match["half"] in "Pp" else 0)
    return datetime(int(match["year"]), month, day, hour, int(match["minute"]), int(match["second"] or 0))


def _day_and_month(match: re.Match[str]) -> tuple[int, int]:
    """Day and month of 25.01.2022, 25/01/2022 or 01/25/2022. Raises ValueError if it may be read both ways."""
    first, then = int(match["first"]), int(match["then"])
    if match["sign"] == "." or first > 12:
        return first, then
    if then > 12 or first == then:
        return then, first
    raise ValueError("it may mean two days")


def moment(local: datetime, zone: ZoneInfo, favour: Literal["earlier", "later"]) -> datetime:
    """The moment at which the clock in `zone` shows `local`, in UTC.

    A clock that is set back shows a time twice, and one that is set forward skips it; `favour` says which of the two
    moments (for a skipped time: on which side of the gap) is meant.
    """
    both = [local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    return min(both) if favour == "earlier" else max(both)
