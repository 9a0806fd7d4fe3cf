"""What a student's code raised, as a reply's fields: the kind of failure, a sentence, where in their files."""

import errno
import itertools
from typing import Any

from . import kept_values, rlimits
from .importer import Importer

MAX_FRAMES = 12  # of a traceback: a RecursionError has a thousand
MAX_MESSAGE = 2_000  # characters of an exception's own text


def problem(status: str, message: str, frames: list[list[Any]]) -> dict[str, Any]:
    """A reply of one of `protocol.STATUSES`; `frames` are of the student's files, the innermost last."""
    return {"status": status, "message": message[:MAX_MESSAGE], "frames": frames}


def failure(importer: Importer, error: BaseException) -> dict[str, Any]:
    """What an exception comes to: it is the code's own, or a bound of ours that was passed."""
    if isinstance(error, kept_values.GoneError):
        return problem("gone", str(error), [])
    if isinstance(error, kept_values.ResultsError):
        return problem("results", str(error), [])
    frames = student_frames(importer, error)
    passed = _bound_passed(error)
    if passed is not None:
        return problem("limit", rlimits.sentence(passed), frames)
    if isinstance(error, NotImplementedError) and _raised_by_student(importer, error):
        return problem("missing", text_of(error), frames)
    return problem("error", _in_words(error, _place_of_ours(importer, error)), frames)


def _place_of_ours(importer: Importer, error: BaseException) -> str:
    """` (bounded/proof.py:2)`, in a worker that has no student's file: its author reads it."""
    names = {f"<{name}>": name for name in importer.harness} if not importer.files else {}
    places = [(trace.tb_frame.f_code.co_filename, trace.tb_lineno) for trace in _walk(error)]
    if isinstance(error, SyntaxError):
        places.append((error.filename or "", error.lineno or 1))
    our_places = [(names[file], line) for file, line in places if file in names]
    return f" ({our_places[-1][0]}:{our_places[-1][1]})" if our_places else ""


def _in_words(error: BaseException, place_of_ours: str) -> str:
    """The exception as a traceback's last line has it, and where in a file of ours it was raised, if in one."""
    name, text = type(error).__name__, text_of(error)
    if place_of_ours and isinstance(error, SyntaxError):
        text = error.msg  # its whole text names the file once more, by what the compiler was given
    return f"{name}: {text}{place_of_ours}" if text else f"{name}{place_of_ours}"


_BOUNDS = {
    **dict.fromkeys((errno.EFBIG, errno.ENOSPC, errno.EDQUOT), "disk"),
    errno.EMFILE: "files",
    errno.EAGAIN: "processes",
    errno.ENOMEM: "memory",
}
# What CPython and torch say instead of raising an error of its own kind.
_TEXTS = {"can't start new thread": "processes", "can't allocate memory": "memory"}


def _bound_passed(error: BaseException) -> str | None:
    """Which of the worker's bounds an exception is about, if it is about one."""
    if isinstance(error, MemoryError):
        return "memory"
    if isinstance(error, OSError):
        return _BOUNDS.get(error.errno or 0)
    if type(error) is RuntimeError:
        return next((bound for text, bound in _TEXTS.items() if text in text_of(error)), None)
    return None


def text_of(error: BaseException) -> str:
    """The exception's own words, bounded."""
    try:
        return str.__getitem__(str(error), slice(MAX_MESSAGE))  # an exact str, and no more of it than is said
    except BaseException:  # noqa: BLE001 - an exception whose own text raises is still only a student's exception
        return "(its message cannot be shown)"


def _walk(error: BaseException) -> list[Any]:
    """The traceback from the outside in."""
    entries, trace = [], error.__traceback__
    while trace is not None:
        entries.append(trace)
        trace = trace.tb_next
    return entries


def _columns(trace: Any) -> list[int]:
    """Where in its line the instruction stands that raised; nothing where it goes over several lines."""
    positions = itertools.islice(trace.tb_frame.f_code.co_positions(), trace.tb_lasti // 2, None)
    first, last, start, end = next(positions, (None, None, None, None))
    return [start, end] if first == last and start is not None and end is not None else []


def student_frames(importer: Importer, error: BaseException) -> list[list[Any]]:
    """[file, line, function, columns...] of the frames in the submission's files."""
    frames = [
        [trace.tb_frame.f_code.co_filename, trace.tb_lineno, trace.tb_frame.f_code.co_name, *_columns(trace)]
        for trace in _walk(error)
        if trace.tb_frame.f_code.co_filename in importer.files
    ]
    if isinstance(error, SyntaxError) and error.filename in importer.files:
        frames.append([error.filename, error.lineno or 1, "<module>"])
    return frames[-MAX_FRAMES:]


def _raised_by_student(importer: Importer, error: BaseException) -> bool:
    """Not attempted, as against a library's own NotImplementedError for something that was attempted."""
    trace = _walk(error)
    return bool(trace) and trace[-1].tb_frame.f_code.co_filename in importer.files
