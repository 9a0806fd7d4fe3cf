"""What of Python code is not its writer's choice: its shape, in which names, strings and comments are made alike.

Read by one regular expression, so that anything has a shape: a file with syntax errors, half a line, no Python at all.
A lexer that colours code tells more kinds of tokens apart, and takes 30 times as long.
"""

import builtins
import keyword
import re
from collections.abc import Iterator

_TOKEN = re.compile(
    r"""
      (?P<nothing> \s+ | \#[^\n]* | \\\n )
    | (?P<string> [rbufRBUF]{0,2} (?: "{3} (?s:.*?) (?:"{3}|\Z) | '{3} (?s:.*?) (?:'{3}|\Z)
                                    | " (?: \\(?s:.) | [^"\\\n] )* "? | ' (?: \\(?s:.) | [^'\\\n] )* '? ) )
    | (?P<name> [^\W\d]\w* )
    | (?P<text> \.?\d (?: [eE][+-] | [\w.] )* | (?s:.) )
    """,
    re.VERBOSE,
)
_FIXED = frozenset((*keyword.kwlist, *dir(builtins)))  # names that nobody chose
_AFTER = {"def": "F", "class": "C"}  # what a name counts as behind these


def shape_of(code: str) -> str:
    """The code without spaces and comments; every name is one letter, every string another."""
    return "".join(_letters(code))


def _letters(code: str) -> Iterator[str]:
    before = ""
    for token in _TOKEN.finditer(code):
        text = token[0]
        match token.lastgroup:
            case "nothing":
                continue
            case "string":
                text = "S"
            case "name" if text not in _FIXED:
                text = _AFTER.get(before, "V")
        before = text
        yield text
