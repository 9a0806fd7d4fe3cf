"""A file's syntax tree, or the sentence that says why Python cannot read it."""

import ast
import re
import tokenize
import warnings
from io import BytesIO

from grader.load.disguises import copied_line, disguise, magic_line
from grader.load.newer_python import REMEDY, RUNNING, newer_syntax, shown
from grader.load.python2 import python2_syntax
from grader.model import WHOLE_FILE, Finding, Frame, Outcome
from grader.text import one_line, plain

MAX_NAME = 80  # characters of a student's names in our sentences
MAX_LINE = 500  # characters of a line that is looked at for Python 2
# Python's parser needs memory with the square of such a chain's length: 400 kB of `import a.a.a` take 40 GB.
# A name may have more in it than \w knows: to Python, ℘ is a letter.
_LETTER = r"\w\x80-\U0010ffff"
_CHAIN = re.compile(rf"(?<![.{_LETTER}])(?:[{_LETTER}]+[ \t\f\\\r\n]*\.[ \t\f\\\r\n]*){{60}}")
# And time with the square of a formatted text's length: 256 kB of `f"{a}{a}"` take 12 seconds.
MAX_FIELDS = 2_000  # braces in one line
# Encodings of ordinary text. Python knows others, some of which are extremely slow (punycode) or no text at all (hex).
_ENCODINGS = re.compile(r"utf-8(-sig)?|ascii|us-ascii|(iso-?8859|latin|cp|windows|mac|koi8|gb|big5|euc|shift)[\w-]*")


def parse(source: bytes, path: str) -> ast.Module | Finding:
    """The file's syntax tree, or why there is none, with the line."""
    other = disguise(source)
    if other is not None:
        return Finding(Outcome.ERROR, f"{path}: this is {other}.")
    text = _decode(source, path)
    if isinstance(text, Finding):
        return text
    if _CHAIN.search(text) or any(line.count("{") > MAX_FIELDS for line in text.splitlines()):
        return _too_deep(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text, path)
    except SyntaxError as error:
        return _no_python(source, text, path, error)
    except ValueError as error:
        return _unreadable(path, str(error))
    except (RecursionError, MemoryError):
        return _too_deep(path)


def _no_python(source: bytes, text: str, path: str, error: SyntaxError) -> Finding:
    """The finding on a syntax error; a notebook's command is named as what it is, what a newer Python reads is none."""
    magic = magic_line(source)
    if magic is not None:
        line, command = magic
        problem = f"{plain(command, MAX_NAME)} works in a notebook only, not in Python. Remove that line."
        return Finding(Outcome.ERROR, f"{path}:{line}: {problem}", line)
    place = f":{error.lineno}" if error.lineno else ""
    lines = text.splitlines()
    stopped = lines[error.lineno - 1] if error.lineno and error.lineno <= len(lines) else ""
    stopped = stopped[:MAX_LINE]
    newer = newer_syntax(error.msg, stopped)
    if newer is not None:
        message = f"{path}{place}: {newer}, and this is Python {shown(RUNNING)}: {REMEDY}."
        return Finding(Outcome.REVIEW, message, error.lineno, _place(text, path, error))
    advice = copied_line(stopped, error.msg) or python2_syntax(stopped) or "Python cannot read the file."
    what = plain(error.msg, MAX_NAME * 2)  # which may be a question: "Perhaps you forgot a comma?"
    message = f"{path}{place}: {what}{'' if what.endswith('?') else '.'} {advice}"
    return Finding(Outcome.ERROR, message, error.lineno, _place(text, path, error))


def _place(text: str, path: str, error: SyntaxError) -> Frame | None:
    """Where Python's parser stopped. Its columns count from 1, and its end may be left open (0)."""
    if not error.lineno:
        return None
    start = (error.offset or 1) - 1
    end = error.end_offset - 1 if error.end_lineno == error.lineno and error.end_offset else start + 1
    return Frame.at(text, path, error.lineno, WHOLE_FILE, (start, max(end, start + 1)))


def _decode(source: bytes, path: str) -> str | Finding:
    """The file's text as Python decodes it: UTF-8, or what its first two lines declare."""
    problem = None
    try:
        encoding = tokenize.detect_encoding(BytesIO(source).readline)[0]
    except SyntaxError as error:
        problem = str(error)
        if "declaration" not in problem:
            return _unreadable(path, problem)
        encoding = "utf-8"  # if it is not this either, decoding it finds the line for the message
    if _ENCODINGS.fullmatch(encoding.lower().replace("_", "-")) is None:
        return _unreadable(path, f"it declares the encoding {one_line(encoding, MAX_NAME)}")
    try:
        text = source.decode(encoding)
        return _unreadable(path, problem) if problem else text
    except UnicodeDecodeError as error:
        line = source[: error.start].count(b"\n") + 1
        text = source.decode("utf-8", "replace")
        frame = Frame.at(text, path, line, WHOLE_FILE)
        return _unreadable(f"{path}:{line}", f"byte 0x{source[error.start]:02x} is not {error.encoding}", frame)


def _unreadable(place: str, reason: str, frame: Frame | None = None) -> Finding:
    message = f"{place}: Python cannot read the file ({one_line(reason, MAX_NAME * 2)}). Save it as UTF-8 text."
    return Finding(Outcome.ERROR, message, frame.line if frame else None, frame)


def _too_deep(path: str) -> Finding:
    return Finding(Outcome.ERROR, f"{path}: nested too deeply for Python to read.")
