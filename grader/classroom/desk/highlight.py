"""Show a student's code: coloured by pygments, lines numbered, and those marked that a message points at."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape
from pygments.lexers.python import PythonLexer
from pygments.token import STANDARD_TYPES

from grader.report.plain_text import clean
from grader.schema import PointScore

MAX_CHARACTERS = 60_000  # of one file, some 1,500 lines
MAX_FILES = 8  # on one page
MAX_LINE = 400  # characters; what is longer is no code that a person reads
_POINTED = re.compile(r"(?P<file>[\w./-]{1,100}\.py)(?::|[^.\n]{0,40}? line )(?P<line>\d{1,6})\b")


@dataclass(frozen=True, slots=True)
class CodeLine:
    number: int
    html: Markup
    points: tuple[str, ...]  # whose messages point at it


@dataclass(frozen=True, slots=True)
class CodeFile:
    name: str
    lines: tuple[CodeLine, ...]
    pointed: int


def code_files(files: Mapping[str, bytes], names: Iterable[str], points: Iterable[PointScore]) -> tuple[CodeFile, ...]:
    """The files called `names` and those that messages of `points` point at, in this order."""
    marks = pointed_at(points)
    shown = [name for name in dict.fromkeys((*names, *marks)) if name in files]
    return tuple(_file(name, files[name], marks.get(name, {})) for name in shown[:MAX_FILES])


def pointed_at(points: Iterable[PointScore]) -> dict[str, dict[int, tuple[str, ...]]]:
    """File -> line -> the points whose traceback or message names it."""
    places: defaultdict[str, defaultdict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for point in points:
        for frame in point.traceback:
            places[frame.file][frame.line].append(point.id)
        for match in _POINTED.finditer(point.message[:MAX_CHARACTERS]):
            places[match["file"]][int(match["line"])].append(point.id)
    return {name: {line: tuple(dict.fromkeys(ids)) for line, ids in lines.items()} for name, lines in places.items()}


def _file(name: str, data: bytes, marks: Mapping[int, tuple[str, ...]]) -> CodeFile:
    text = data[: 4 * MAX_CHARACTERS].decode("utf-8-sig", "replace")[:MAX_CHARACTERS]
    lines = [CodeLine(number, html, marks.get(number, ())) for number, html in enumerate(_coloured(text), 1)]
    return CodeFile(name, tuple(lines), sum(bool(line.points) for line in lines))


def _coloured(text: str) -> list[Markup]:
    """Each line as spans of pygments' short class names; every text is cleaned before, and escaped here.

    Blanks at a line's end are left out: pygments looks from each line of blanks through all that follow it.
    """
    shown = "\n".join(clean(line, MAX_LINE).rstrip() for line in text.replace("\r\n", "\n").split("\n"))
    lines: list[list[str]] = [[]]
    for kind, value in PythonLexer(stripnl=False, ensurenl=False).get_tokens(shown):
        name = STANDARD_TYPES.get(kind, "")
        for place, piece in enumerate(value.split("\n")):
            if place:
                lines.append([])
            if piece:
                lines[-1].append(f'<span class="{name}">{escape(piece)}</span>' if name else str(escape(piece)))
    return [Markup("".join(line)) for line in lines]
