"""Read rosters, times of submission and extensions from any LMS's tables, and find the person that a name means.

`lms_table` reads the tables. A match is made only if exactly one person fits.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from grader.classroom.class_model import Extension, Student, Submitted
from grader.classroom.columns import Column
from grader.classroom.intake.dates import find_time, read_time, submitted_at
from grader.classroom.lms_table import PersonRow, read_lms_table
from grader.errors import UsageError

_GERMAN = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}
_NOTHING = ("", "-")  # Moodle writes "-" into an empty cell
_MIN_DIGITS = 4  # of an id that is looked for within a name: "Group 3", "(1)" and "-2" are nobody's number
_ANY_NAME, _NO_NAME = 1, 2  # in place of a name beside an id: a student without a name, a hand-in without one
# What browsers, LMSs and systems put behind a second file or folder of one name.
_COPY = re.compile(r"( \(\d+\)|-\d{1,2}|_\d{1,2}|( - |-)(copy|kopie|copie|copia)( \(\d+\))?)$", re.IGNORECASE)


def read_roster(path: Path) -> list[Student]:
    """The students of a roster: id, name (or first and last name), e-mail. Raises UsageError."""
    students: dict[str, Student] = {}
    table = read_lms_table(path)
    for row in table.people():
        student = row.student
        if student.id and students.setdefault(student.id, student) != student:
            raise UsageError(f"{path}, line {row.line}: {student.id} is listed twice.")
    if not students and len(table.table.rows) > 1:
        raise UsageError(
            f"{path}: none of the columns of this roster ({', '.join(filter(None, table.header))}) is known as an id, "
            "a name or an e-mail address; call them id, name, email."
        )
    if not students:
        raise UsageError(f"{path}: this roster is empty; it needs a column id, and name and email where known.")
    return list(students.values())


def read_times(path: Path, zone: ZoneInfo) -> dict[Student, Submitted]:
    """When each student handed in. A time without an offset is on the clock of `zone`.

    Where somebody is there more than once, the latest time counts, as the newest hand-in does. Raises UsageError.
    """
    times: dict[Student, Submitted] = {}
    for row in read_lms_table(path).people():
        text = row.get(Column.SUBMITTED)
        if not row.student.id or text in _NOTHING:
            continue
        try:
            at = read_time(text)
        except ValueError as error:
            raise UsageError(
                f"{path}, line {row.line}: {text!r} is not a valid time; write 2022-01-25T13:59:00 or with +01:00."
            ) from error
        read = submitted_at(at, zone)
        times[row.student] = max(read, times.get(row.student, read))
    if not times and not is_worksheet(path):
        raise UsageError(f"{path}: this table has no times; it needs the columns id and time.")
    return times


def read_extensions(path: Path) -> dict[Student, Extension]:
    """Who has more time: until when, or for how many days more. Raises UsageError.

    Moodle's worksheet has it in words in its column Status ("Extension granted until: Saturday, 25 January 2020, …").
    """
    extensions: dict[Student, Extension] = {}
    for row in read_lms_table(path).people():
        earlier = extensions.get(row.student)
        due, days = (text if (text := row.get(column)) not in _NOTHING else "" for column in (Column.DUE, Column.DAYS))
        until = find_time(row.get(Column.STATUS))
        if until is not None and not due and not days:
            extensions[row.student] = Extension(until=until)
        elif row.student.id and (due or days):
            extensions[row.student] = _extension(path, row, due, days)
        if earlier is not None and extensions[row.student] != earlier:
            raise UsageError(f"{path}, line {row.line}: {row.student.id} is listed twice, with another extension.")
    if not extensions and not is_worksheet(path):
        raise UsageError(f"{path}: there are no extensions in this table; it needs the columns id, and due or days.")
    return extensions


def _extension(path: Path, row: PersonRow, due: str, days: str) -> Extension:
    if due and days:
        who = row.student.id
        raise UsageError(f"{path}, line {row.line}: {who} has both a due date and a number of days; give one of them.")
    try:
        return Extension(until=read_time(due)) if due else Extension(days=int(days))
    except ValueError as error:
        raise UsageError(
            f"{path}, line {row.line}: {due or days!r} is not a valid extension; write a time (2022-01-27T14:00) below "
            "due, or a whole number below days."
        ) from error


def is_worksheet(path: Path) -> bool:
    """Whether a table is Moodle's grading worksheet, which is roster, times, extensions and sheet in one."""
    return read_lms_table(path).is_worksheet


def mangled_ids(path: Path) -> tuple[str, ...]:
    """A sentence about ids that a spreadsheet had reformatted and that were read as what they were before."""
    changed = read_lms_table(path).dressed_up()
    if not changed:
        return ()
    line, text, read = changed[0]
    more = f", and {len(changed) - 1} more" if len(changed) > 1 else ""
    return (f"{path.name}, line {line}: a spreadsheet made {text!r} of an id; it was read as {read!r}{more}.",)


class Roster:
    """Finds people by whatever a hand-in says of them. Each rule has its index, so that a class may be of any size."""

    def __init__(self, students: Sequence[Student]) -> None:
        self._rules: list[tuple[_ClaimedKeys, dict[Hashable, list[Student]]]] = []
        for student_keys, claimed_keys in _RULES:
            index = defaultdict(list)
            for student in students:
                for key in filter(None, student_keys(student)):
                    index[key].append(student)
            self._rules.append((claimed_keys, index))

    def find(self, claimed: Student, label: str) -> Student | None:
        """The one student who fits: by id or e-mail, then by an id within the hand-in's name, then by name."""
        for keys, index in self._rules:
            matches = {student for key in keys(claimed, label) for student in index.get(key, ())}
            if len(matches) == 1:
                return matches.pop()
        return None


def _ids(student: Student) -> Iterable[Hashable]:
    return {student.id, _lms(student)}


def _claimed_ids(claimed: Student, label: str) -> Iterable[Hashable]:
    return {claimed.id, label, _lms(claimed)}


def _numbers_as_ids(student: Student) -> Iterable[Hashable]:
    """Ids with names: a roster may hold the LMS's numbers as ids, and another's id may be the same number by chance."""
    nameless = () if student.name else (_ANY_NAME,)
    return {(student.id, name) for name in (_NO_NAME, *nameless, *_spellings(student.name))}


def _claimed_numbers(claimed: Student, label: str) -> Iterable[Hashable]:
    nameless = () if claimed.name else (_NO_NAME,)
    return {(claimed.lms, name) for name in (_ANY_NAME, *nameless, *_spellings(claimed.name)) if claimed.lms}


def _lms(student: Student) -> Hashable:
    """The LMS's number, marked as such so that it never equals an id of the course's."""
    return ("lms", student.lms) if student.lms else None


def _login(student: Student) -> Hashable:
    """The name that somebody logs in with; None for a number, which is the LMS's own."""
    return ("login", student.lms.casefold()) if student.lms and not student.lms.isdigit() else None


def _claimed_logins(claimed: Student, label: str) -> Iterable[Hashable]:
    """Every login that a name may end in: GitHub Classroom writes "assignment-login", and a login may hold "-"."""
    parts = label.casefold().split("-")
    ends = ("-".join(parts[start:]) for start in range(len(parts)))
    return {("login", name) for name in (claimed.id.casefold(), claimed.lms.casefold(), *ends, *_words(label)) if name}


def _mails(claimed: Student) -> Iterable[Hashable]:
    """The addresses that are claimed. In "Lovelace_ada@example.edu", what stands before "_" may be a name."""
    parts = claimed.email.casefold().split("_")
    return {claimed.name.casefold(), *("_".join(parts[start:]) for start in range(len(parts)))}


def _mailbox(claimed: Student) -> Iterable[Hashable]:
    """What stands before the "@" of an address: a login in most schools."""
    return {mail.partition("@")[0] for mail in map(str, _mails(claimed)) if "@" in mail}


def _names_of_no_address(student: Student) -> Iterable[Hashable]:
    """The id and the login of somebody whose address is not known: another school's address may begin the same."""
    return () if student.email else {student.id.casefold(), student.lms.casefold()}


def _own_mailbox(student: Student) -> Iterable[Hashable]:
    return {student.email.casefold().partition("@")[0]}


def _whole_names(claimed: Student, label: str) -> Iterable[Hashable]:
    """What a hand-in without an address is called, as a whole: "ada" is the mailbox of ada@example.edu."""
    names = () if claimed.email else (claimed.id, claimed.lms, claimed.name, label)
    return {name.casefold() for name in names if name}


def _words(label: str) -> list[str]:
    return re.split(r"[\s_,;()+-]+", label.casefold())


def _distinct(identifier: str) -> Hashable:
    """An id that can be recognized within any text; None if it is too short a number."""
    return None if identifier.isdigit() and len(identifier) < _MIN_DIGITS else identifier.casefold()


def _number_of(name: str) -> Hashable:
    """A number without leading zeros, since spreadsheets take 004711 for the number 4711."""
    return name.lstrip("0") if name.isdigit() else None


def _behind_group(name: str) -> Iterable[Hashable]:
    """The name behind a group's: Moodle writes "Group 3-Ada Lovelace" where students work in groups."""
    words = name.split("-")
    return {spelling for place in range(1, len(words)) for spelling in _spellings("-".join(words[place:]))}


def _spellings(name: str) -> frozenset[str]:
    """Keys for a name that ignore accents, order and spaces: "Müller, Jörg" and Canvas' "muellerjoerg" share one."""
    spellings = set()
    for german in (True, False):
        text = unicodedata.normalize("NFC", name).casefold()
        for sign, letters in _GERMAN.items() if german else ():
            text = text.replace(sign, letters)
        text = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
        words = re.findall(r"[^\W_]+", text.replace("'", "").replace("-", ""))
        spellings |= {"".join(words[turn:] + words[:turn]) for turn in range(len(words))}
    return frozenset(spellings)


# What a student goes by, and what a hand-in says of whose it is: they fit where the two share something.
_ClaimedKeys = Callable[[Student, str], Iterable[Hashable]]
_RULES: tuple[tuple[Callable[[Student], Iterable[Hashable]], _ClaimedKeys], ...] = (
    (_ids, _claimed_ids),
    (_numbers_as_ids, _claimed_numbers),
    (lambda student: {student.email.casefold()}, lambda claimed, label: _mails(claimed)),
    (lambda student: {_login(student)}, _claimed_logins),
    (_names_of_no_address, lambda claimed, label: _mailbox(claimed)),
    (lambda student: {_distinct(student.id)}, lambda claimed, label: _words(label)),
    (lambda student: {_number_of(student.id)}, lambda claimed, label: {_number_of(claimed.id), _number_of(label)}),
    (lambda student: _spellings(student.name), lambda claimed, label: _spellings(claimed.name)),
    (lambda student: _spellings(student.name), lambda claimed, label: _spellings(_COPY.sub("", claimed.name))),
    (lambda student: _spellings(student.name), lambda claimed, label: _behind_group(claimed.name)),
    (_own_mailbox, _whole_names),
)
