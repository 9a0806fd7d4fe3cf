"""What of a file only a newer Python than this one understands: no mistake, the student's own Python may be newer.

Of syntax it is the line at which this Python stopped that shows it, of a library the name that is not there. The list
is of the language's own "What's New" (3.12: PEP 695 and 701; 3.14: PEP 649, 750 and 758).
"""

import re
import sys
from dataclasses import dataclass

Version = tuple[int, int]
RUNNING: Version = sys.version_info[:2]
ANOTHER_WAY = "write it another way"
REMEDY = f"{ANOTHER_WAY}, or a person decides"
_QUOTED = r"(?i:\b(?:f|fr|rf))(?P<quote>['\"]{3}|['\"])"
_OTHER = r"(?:(?!(?P=quote)).)*"
_WITHIN = rf"{_QUOTED}{_OTHER}\{{(?:(?!(?P=quote))[^}}])*(?P=quote){_OTHER}(?P=quote).*\}}"


@dataclass(frozen=True, slots=True)
class Newer:
    """The Python that something came with, and what it is, in words."""

    version: Version
    what: str

    def __str__(self) -> str:
        return f"only Python {shown(self.version)} and newer know {self.what}"


@dataclass(frozen=True, slots=True)
class _Form:
    """A form of `newer`: patterns for what Python says where it stops, and for the line."""

    newer: Newer
    message: str
    line: str


_BREAK_WITHIN = rf"{_QUOTED}[^'\"]*\{{[^}}]*$"
_PARAMETER = r"^\s*(?:async\s+def|def|class)\s+\w+\s*\["
_TEMPLATE = r"(?<![\w'\"])(?i:t|tr|rt)(?:'|\").*\{"
# In Python 2 the last is the error's new name, in small letters.
_SEVERAL_ERRORS = r"^\s*except\b\*?\s*[\w.]+\s*(?:,\s*(?:\w+\.)*[A-Z]\w*\s*)+:"
_IN_BRACES = "an f-string with {} in its braces".format
_FORMS = (
    _Form(Newer((3, 12), _IN_BRACES("quotes of its own kind")), r"^f-string: ", _WITHIN),
    _Form(Newer((3, 12), _IN_BRACES("a backslash")), r"^f-string .*backslash", ""),
    _Form(Newer((3, 12), _IN_BRACES("a comment")), r"^f-string .*'#'", ""),
    _Form(Newer((3, 12), _IN_BRACES("a line break")), r"^unterminated string", _BREAK_WITHIN),
    _Form(Newer((3, 12), "a type parameter in brackets"), r"^expected '\('|^invalid syntax", _PARAMETER),
    _Form(Newer((3, 12), "the statement `type`"), r"^invalid syntax", r"^\s*type\s+\w+\s*(?:\[.*\]\s*)?="),
    _Form(Newer((3, 14), "a t-string"), r"^invalid syntax", _TEMPLATE),
    _Form(Newer((3, 14), "an `except` of several errors without parentheses"), r"parenthesized", _SEVERAL_ERRORS),
)
# Of the modules that every exercise may import.
_NAMES = {
    "itertools": {"batched": (3, 12)},
    "math": {"sumprod": (3, 12), "fma": (3, 13)},
    "typing": {
        **dict.fromkeys(("override", "TypeAliasType", "get_original_bases"), (3, 12)),
        **dict.fromkeys(("TypeIs", "ReadOnly", "NoDefault", "get_protocol_members", "is_protocol"), (3, 13)),
        "evaluate_forward_ref": (3, 14),
    },
    "functools": {"Placeholder": (3, 14)},
    "operator": {"is_none": (3, 14), "is_not_none": (3, 14)},
}
_UNDEFINED = re.compile(r"^NameError: name '(\w+)' is not defined")
_NOT_THERE = re.compile(
    r"^ImportError: cannot import name '(?P<name>\w+)' from '(?P<module>\w+)'"
    r"|^AttributeError: module '(?P<owner>\w+)' has no attribute '(?P<attribute>\w+)'"
)


def shown(version: Version) -> str:
    """`3.12`."""
    return ".".join(map(str, version))


def newer_syntax(message: str, line: str, running: Version = RUNNING) -> Newer | None:
    """What a newer Python reads in a line at which this one stopped, with that message; None where it is an error."""
    for form in _FORMS:
        if running < form.newer.version and re.search(form.message, message) and re.search(form.line, line):
            return form.newer
    return None


def name_since(module: str, name: str) -> Newer | None:
    """The Python with which a name came into a module of the standard library; None where all of ours have it."""
    version = _NAMES.get(module, {}).get(name)
    return Newer(version, f"{module}.{name}") if version else None


def newer_error(message: str, line: str, running: Version = RUNNING) -> Newer | None:
    """The same of an exception, "Type: text", that a line raised in whatever Python a worker has."""
    if message.startswith("SyntaxError: "):
        return newer_syntax(message.removeprefix("SyntaxError: "), line, running)
    undefined = _UNDEFINED.match(message)
    if undefined and re.search(rf"^\s*(?:async\s+)?def\b.*(?::|->)[^=,]*\b{undefined[1]}\b", line):
        return Newer((3, 14), "an annotation of what is not defined")
    match = _NOT_THERE.match(message)
    return name_since(match["module"] or match["owner"], match["name"] or match["attribute"]) if match else None
