"""What in a student's files is newer than the oldest Python that may grade them: here it works, there it may not."""

import ast
import io
import re
import token
import tokenize
from collections.abc import Iterator
from dataclasses import replace

from grader.load.newer_python import ANOTHER_WAY, RUNNING, Version, name_since, shown
from grader.load.syntax import parse
from grader.model import Submission

OLDEST: Version = (3, 11)  # that the grader runs on: `requires-python`
MAY_BE_OLDER = f"; whoever grades it may have Python {shown(OLDEST)}: {ANOTHER_WAY}"
_STARTS, _MIDDLES, _ENDS = (
    {getattr(token, f"{kind}_{part}", None) for kind in ("FSTRING", "TSTRING")} for part in ("START", "MIDDLE", "END")
)
_ONLY_IN = re.compile(r"(?P<what>.+?) (?:is|are) only supported in Python (?P<version>\d+\.\d+) and greater")


def with_notes(submission: Submission) -> Submission:
    """The submission with a note for each of its files that an older Python might not read."""
    lines = ((path, _newest(source, path)) for path, source in submission.files.items() if path.endswith(".py"))
    notes = [f"{path}:{newer[0]}: {newer[1]}{MAY_BE_OLDER}" for path, newer in lines if newer]
    return replace(submission, notes=(*submission.notes, *notes))


def _newest(source: bytes, path: str) -> tuple[int, str] | None:
    """The first line of a file that the oldest Python does not understand, and what it is; None where there is none."""
    tree = parse(source, path)
    if RUNNING <= OLDEST or not isinstance(tree, ast.Module):
        return None
    text = source.decode("utf-8-sig", "replace")
    return min([*_syntax(text), *_in_braces(text), *_names(tree)], default=None)


def _syntax(text: str) -> Iterator[tuple[int, str]]:
    try:
        ast.parse(text, feature_version=OLDEST)
    except SyntaxError as error:
        match = _ONLY_IN.match(error.msg)
        if match:
            yield error.lineno or 1, f"{match['what'].lower()} came with Python {match['version']}"


def _in_braces(text: str) -> Iterator[tuple[int, str]]:
    """What an f-string has in its braces only since they are read as code (PEP 701)."""
    quotes: list[str] = []
    try:
        for part in tokenize.generate_tokens(io.StringIO(text).readline):
            around = quotes[:-1] if part.type in _MIDDLES | _ENDS else quotes
            if around and _is_new_in(part, around):
                yield part.start[0], "such an f-string is read only since Python 3.12"
            if part.type in _STARTS:
                quotes.append(part.string.lstrip("rRfFtT"))
            elif part.type in _ENDS:
                quotes.pop()
    except (tokenize.TokenError, SyntaxError, IndexError):
        return


def _is_new_in(part: tokenize.TokenInfo, around: list[str]) -> bool:
    is_break = part.type == token.NL and any(len(quote) == 1 for quote in around)
    return (
        is_break or part.type == token.COMMENT or "\\" in part.string or any(quote in part.string for quote in around)
    )


def _names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Names of the standard library's that came later, but for those that are tried to be had."""
    attempts = {id(node) for attempt in ast.walk(tree) if isinstance(attempt, ast.Try) for node in ast.walk(attempt)}
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(module), names=names) if id(node) not in attempts:
                newer_names = [name_since(module, alias.name) for alias in names]
            case ast.Attribute(value=ast.Name(id=module), attr=name) if id(node) not in attempts:
                newer_names = [name_since(module, name)]
            case _:
                continue
        yield from ((node.lineno, str(newer)) for newer in newer_names if newer)
