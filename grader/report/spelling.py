"""Spell characters that a terminal's encoding may lack with those that every encoding has: theta for θ.

Windows encodes piped text in the system's code page; without this, one θ would raise, and the whole text be lost.
"""

import codecs
import unicodedata
from typing import Any

_SPELLED = {
    "θ": "theta",
    "∂": "d",
    "π": "pi",
    "φ": "phi",
    "²": "^2",
    "³": "^3",
    "√": "sqrt",
    "Σ": "sum",
    "∞": "inf",
    "·": "*",
    "×": "x",
    "−": "-",
    "–": "-",
    "—": "-",
    "…": "...",
    "→": "->",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "“": '"',
    "”": '"',
    "„": '"',
    "’": "'",
    "✓": "ok",
    "✗": "x",
    "│": "|",
    "─": "-",
    "█": "#",
}
HANDLER = "spelled"


def _spell(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(_ascii(char) for char in error.object[error.start : error.end]), error.end


def spelled(text: str, encoding: str) -> str:
    """The text as a stream of that encoding will show it: what is laid out in columns has to be spelled before."""
    return text.encode(encoding, HANDLER).decode(encoding)


def _ascii(char: str) -> str:
    plain = unicodedata.normalize("NFKD", char).encode("ascii", "ignore").decode()
    return _SPELLED.get(char) or plain or "?"


codecs.register_error(HANDLER, _spell)


def never_fail(stream: Any) -> None:
    """Make a text stream spell what its encoding lacks instead of raising UnicodeEncodeError."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors=HANDLER)
