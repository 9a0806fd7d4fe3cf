"""Text that a submission had a hand in, made harmless for a reader: shown as it is, or shown to be something else.

The renderers' own last line of defence; each of them escapes for its own format besides.
"""

import unicodedata

from grader.text import UNWANTED

MAX_SENTENCE = 1_500  # characters of one message: a screen, not a scroll
MAX_MARKS = 4  # combining marks on one letter: real writing has up to three, towers of them cover their neighbours

_ALLOWED = frozenset("\n\t\u200c\u200d")  # the two joiners are spelling in Persian, in Indic scripts and in emoji
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_CONTROL_PICTURES = 0x2400  # U+2400 + code is the picture of that control code: ␛ for escape
_DELETE = "\x7f"


def clean(text: str, limit: int = MAX_SENTENCE) -> str:
    """At most `limit` characters of `text`; what would act instead of being read becomes a visible sign."""
    cut = text if len(text) <= limit else f"{text[:limit]} …"
    cut = cut.replace("\r\n", "\n")
    if cut.isascii() and cut.isprintable():
        return cut
    shown: list[str] = []
    marks = 0
    for char in cut:
        marks = marks + 1 if unicodedata.combining(char) or unicodedata.category(char) == "Me" else 0
        if marks <= MAX_MARKS:
            shown.append(_visible(char))
    return "".join(shown)


def one_line(text: str, limit: int) -> str:
    """The same without line breaks: for names and titles, which stand within a line."""
    return " ".join(clean(text, limit).split())


def _visible(char: str) -> str:
    if char in _ALLOWED or unicodedata.category(char) not in UNWANTED:
        return char
    if char == _DELETE:
        return "␡"
    return chr(_CONTROL_PICTURES + ord(char)) if ord(char) < ord(" ") else _REPLACEMENT
