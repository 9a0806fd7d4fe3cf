"""Text that a submission had a hand in, made harmless once, where it enters: every renderer behind gets plain text."""

import unicodedata
from collections.abc import Iterable, Sequence

# Control and escape codes, changes of direction, invisible signs, half characters, private use, line separators.
UNWANTED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_ALLOWED = frozenset("\n\t")


def plain(text: str, limit: int) -> str:
    """At most `limit` characters of `text`, without any that would control a terminal or a page."""
    shown = text if len(text) <= limit else f"{text[:limit]} …"
    if shown.isprintable():
        return shown
    return "".join(char for char in shown if char in _ALLOWED or unicodedata.category(char) not in UNWANTED)


def one_line(text: str, limit: int) -> str:
    """The same without line breaks: for names, which stand within a sentence."""
    return " ".join(plain(text[: 4 * limit], 4 * limit).split())[:limit]


def separator(names: Iterable[str]) -> str:
    """What stands between names in a sentence: a semicolon where one of them has a comma, as "Lovelace, Ada"."""
    return "; " if any("," in name for name in names) else ", "


def listed(names: Sequence[str], most: int | None = None, beside: int = 0) -> str:
    """`Ada, Alan and 3 more`: all names, or the first `most`, and how many more there are, `beside` of them unnamed."""
    shown = names[:most]
    more = len(names) - len(shown) + beside
    between = separator(shown)
    return between.join(shown) + (f"{between.replace(',', '')}and {more} more" if more else "")
