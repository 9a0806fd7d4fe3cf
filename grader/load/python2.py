"""What is Python 2 in a file, and what Python 3 has instead."""

import re

_TEXTS = re.compile(r"'[^']*'|\"[^\"]*\"|#.*")
# Forms that Python 3 cannot read, in a line where it stopped. None of them is a slip in Python 3.
_FORMS = (
    (re.compile(r"^(?:.*[:;])?\s*print\s+[^\s=(.,:\])]"), "print needs parentheses: print(...)"),
    (re.compile(r"^(?:.*[:;])?\s*exec\s+[^\s=(.,:\])]"), "exec needs parentheses: exec(...)"),
    (re.compile(r"^\s*except\b.*[\w)]\s*,\s*\w+\s*:"), "write `except ValueError as error:`"),
    (re.compile(r"^(?:.*[:;])?\s*raise\s+[\w.]+\s*,"), "write `raise ValueError(text)`"),
    (re.compile(r"<>"), "write != instead of <>"),
    (re.compile(r"`.*`"), "write repr(x) instead of `x`"),
    (re.compile(r"\b\d+[lL]\b"), "leave out the L behind a number"),
    (
        re.compile(r"^\s*def\s+\w+\s*\((?:[^()]*,)?\s*\(\s*\w+\s*(?:,\s*\w+\s*)*,?\s*\)"),
        "a parameter cannot be a tuple: take it apart in the first line",
    ),
)


def is_python2(instead: str) -> str:
    """The sentence about something that only Python 2 has. `instead` is what to do, a clause."""
    return f"This is Python 2; the course uses Python 3: {instead}."


def python2_syntax(line: str) -> str | None:
    """The sentence about a line that Python cannot read, if it is Python 2."""
    plain = _TEXTS.sub("''", line)
    return next((is_python2(instead) for form, instead in _FORMS if form.search(plain)), None)
