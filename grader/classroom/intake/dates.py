"""Times as LMS and people write them: ISO 8601, Gradescope's, and dates with the month as a word in many languages.

Moodle's forms are those of its language packs (core langconfig, strftimedaydatetime): "Saturday, 25 January 2020, 1:59
PM", "Saturday, January 25, 2020, 1:59 PM", "Samstag, 25. Januar 2020, 13:59", "samedi 25 janvier 2020, 13:59",
"sábado, 25 de enero de 2020, 13:59", with the months and halves of the day of the C library's locale that the pack
names. Brightspace's are those of its library (BrightspaceUI/intl, lib/locale-data). In the names of files ":" is left
out: "Jan 25, 2020 159 PM".
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo

from grader.classroom.class_model import Submitted

_LANGUAGES = (
    "january february march april may june july august september october november december",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "januari februari maart april mei juni juli augustus september oktober november december",
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "gener febrer març abril maig juny juliol agost setembre octubre novembre desembre",
    "januar februar marts april maj juni juli august september oktober november december",
    "januari februari mars april maj juni juli augusti september oktober november december",
    "januar februar mars april mai juni juli august september oktober november desember",
    "ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık",
    "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie",
    "xaneiro febreiro marzo abril maio xuño xullo agosto setembro outubro novembro decembro",
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
    "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
    "січень лютий березень квітень травень червень липень серпень вересень жовтень листопад грудень",
    "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    "ιανουαρίου φεβρουαρίου μαρτίου απριλίου μαΐου ιουνίου ιουλίου αυγούστου σεπτεμβρίου οκτωβρίου νοεμβρίου "
    "δεκεμβρίου",
    "ionawr chwefror mawrth ebrill mai mehefin gorffennaf awst medi hydref tachwedd rhagfyr",
    "ianuali pepeluali malaki ʻapelila mei iune iulai ʻaukake kepakemapa ʻokakopa nowemapa kekemapa",
    "hānuere pēpuere māehe āpereira mei hune hūrae ākuhata hepetema oketopa noema tīhema",
    "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
    "جنوری فروری مارچ اپریل مئی جون جولائی اگست ستمبر اکتوبر نومبر دسمبر",
    "ม.ค. ก.พ. มี.ค. เม.ย. พ.ค. มิ.ย. ก.ค. ส.ค. ก.ย. ต.ค. พ.ย. ธ.ค.",
)
_SHORT = {"mrt": 3}  # which does not begin the word that it stands for, maart
UNREAD_TIME = "the time that the platform gives cannot be read"  # a note on a hand-in; in brackets, what it gives
_MIN_LETTERS = 3  # of a month that is cut short
_MONTH = r"(?P<month>[^\W\d_]{3,}|(?:[^\W\d_][\u0e34\u0e35]?\.){2}|เม\.ย\.)\.?"
_DATES = (
    rf"\b(?P<day>\d{{1,2}})(?:\.|er|st|nd|rd|th)?,? (?:de |d['’])?{_MONTH}[,،]? (?:de )?(?P<year>\d{{4}})",
    rf"\b{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}})",
    rf"\b(?P<year>\d{{4}})\.? {_MONTH} (?P<day>\d{{1,2}})\b",
    r"\b(?P<day>\d{1,2}) (?P<number>\d{1,2})월 (?P<year>\d{4})",
    r"\b(?P<day>\d{1,2}) (?:thg|thang) (?P<number>\d{1,2}),? (?P<year>\d{4})",
    r"\b(?P<year>\d{4}) ?[年년] ?(?P<number>\d{1,2}) ?[月월] ?(?P<day>\d{1,2}) ?[日일]",
)
# Words may stand between the date and the time: "at", "um", "a las", the day of the week, the half of the day.
_TIME = (
    r"(?P<between>[^\d]{1,16}?)(?P<hour>\d{1,2})(?: ?[:h.시点時] ?)?(?P<minute>\d\d)(?::(?P<second>\d\d))?"
    r"(?!\d)(?: ?(?:(?P<half>[ap])\.? ?m\b\.?|(?P<word>o[os]|[πμ]\.?μ|오[전후]|[صم])(?!\w)\.?))?"
)
_OFFSET = re.compile(r" ?(?:(?:gmt|utc) ?)?(?P<offset>[+-]\d\d:?\d\d)\b| ?(?:gmt|utc|z)\b")
# A word behind an hour of twelve that may say which half of the day it is, in a language that is not known here.
_HALF_UNKNOWN = re.compile(r" ?(?!(?:uhr|hrs?|h|min)\b)[^\W\d_]{1,8}\.?(?: ?[^\W\d_]{1,8}\.?){0,2}")
_SECOND_HALF = ("p", "P", "os", "μμ", "μ.μ", "오후", "م")  # of a day: p. m., öğleden sonra, μετά μεσημβρίαν
_MAX_YEAR = 2400  # of the calendar that is meant; the Thai one is 543 years ahead
_AFTERNOON = ("下午", "午後", "오후")
_WORDED = tuple(re.compile(date + _TIME) for date in _DATES)
_NUMBERED = re.compile(
    r"(?P<first>\d{1,2})(?P<sign>[./-])(?P<then>\d{1,2})(?P=sign)(?P<year>\d{4}),? "
    r"(?P<hour>\d{1,2})(?: ?[:h.] ?)?(?P<minute>\d\d)(?::(?P<second>\d\d))?(?: ?(?P<half>[AaPp])\.? ?[Mm]\.?)?"
)


def _plain(text: str) -> str:
    """The text in lower case, without accents, with ordinary spaces."""
    text = re.sub(r"\s+", " ", text.casefold()).strip()
    text = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return unicodedata.normalize("NFC", text)


_MONTHS = {_plain(month): number for names in _LANGUAGES for number, month in enumerate(names.split(), 1)} | _SHORT


@cache
def _month(word: str) -> int | None:
    """A month by its name, in full or cut short; None where that may be several: "jui" begins two in French."""
    if word in _MONTHS or len(word) < _MIN_LETTERS:
        return _MONTHS.get(word)
    numbers = {number for month, number in _MONTHS.items() if month.startswith(word)}
    return numbers.pop() if len(numbers) == 1 else None


def read_time(text: str) -> datetime:
    """A time, aware if `text` has an offset, else naive: what some clock showed. Raises ValueError."""
    text = re.sub(r"\s+", " ", text).strip()
    worded = _first_time(text)
    if worded is not None:
        time, rest = worded
        if time.hour <= 12 and _HALF_UNKNOWN.fullmatch(rest):
            raise ValueError("it may mean two halves of the day")
        return time
    numbered = _NUMBERED.fullmatch(text)
    if numbered is not None:
        return _clock(numbered, *_day_and_month(numbered))
    return datetime.fromisoformat(re.sub(r" (?=[+-]\d\d:?\d\d$)", "", re.sub(r" (UTC|GMT|Z)$", "+00:00", text)))


def find_time(text: str) -> datetime | None:
    """The first time whose month is a word, as in "Extension granted until: Saturday, 25 January 2020, 1:59 PM"."""
    worded = _first_time(text)
    return worded[0] if worded else None


def _first_time(text: str) -> tuple[datetime, str] | None:
    """The same with what stands behind it. An offset from UTC that is written there is the time's."""
    plain = _plain(text)
    for match, month in _worded(plain):
        rest = plain[match.end() :]
        offset = _OFFSET.match(rest)
        try:
            time = _clock(match, int(match["day"]), month)
            if offset is not None:
                zone = datetime.strptime(offset["offset"] or "+0000", "%z").tzinfo
                time, rest = time.replace(tzinfo=zone), rest[offset.end() :]
        except ValueError:  # 31 February
            continue
        return time, rest
    return None


def _worded(text: str) -> Iterator[tuple[re.Match[str], int]]:
    for pattern in _WORDED:
        for match in pattern.finditer(text):
            groups = match.groupdict()
            month = int(groups["number"]) if "number" in groups else _month(groups["month"])
            if month is not None:
                yield match, month


def time_in_name(text: str) -> datetime | None:
    """The time that a part of a name is, as read_time reads it; None where it is none, or may be two."""
    try:
        return read_time(re.sub(r"(?<=\d{4}-\d\d-\d\d[ T]\d\d)(?=\d\d$)", ":", text))
    except ValueError:
        return None


def _clock(match: re.Match[str], day: int, month: int) -> datetime:
    hour, groups = int(match["hour"]), match.groupdict()
    half = groups["half"] or groups.get("word") or ""
    is_afternoon = half in _SECOND_HALF or any(word in groups.get("between", "") for word in _AFTERNOON)
    if half or is_afternoon:
        hour = hour % 12 + (12 if is_afternoon else 0)
    if int(match["year"]) > _MAX_YEAR:
        raise ValueError("the year is another calendar's")
    return datetime(int(match["year"]), month, day, hour, int(match["minute"]), int(match["second"] or 0))


def _day_and_month(match: re.Match[str]) -> tuple[int, int]:
    """Day and month of 25.01.2022, 25/01/2022 or 01/25/2022. Raises ValueError if it may be read both ways."""
    first, then = int(match["first"]), int(match["then"])
    if match["sign"] == "." or first > 12:
        return first, then
    if then > 12 or first == then:
        return then, first
    raise ValueError("it may mean two days")


def submitted_at(at: datetime, zone: ZoneInfo) -> Submitted:
    """When something was handed in; a naive time is on the clock of `zone`, and read in favour of the student."""
    return Submitted(at) if at.tzinfo else Submitted(moment(at, zone, "earlier"), zoneless=True)


def moment(local: datetime, zone: ZoneInfo, favour: Literal["earlier", "later"]) -> datetime:
    """The moment at which the clock in `zone` shows `local`, in UTC.

    A clock that is set back shows a time twice, and one that is set forward skips it; `favour` says which of the two
    moments (for a skipped time: on which side of the gap) is meant.
    """
    both = [local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    return min(both) if favour == "earlier" else max(both)
