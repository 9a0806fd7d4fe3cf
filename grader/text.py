"""Text that a submission had a hand in, made harmless once, where it enters: every renderer behind gets plain text."""

import unicodedata

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
