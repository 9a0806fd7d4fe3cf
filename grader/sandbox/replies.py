"""What a worker's frame says, once it has come: a reply, or nothing that answers the question."""

from collections.abc import Mapping

from grader.model import Frame, Outcome
from grader.sandbox.child.protocol import STATUSES, Value
from grader.sandbox.launcher import CallFailed, Reply, Returned

_OUTCOMES = {
    "error": Outcome.ERROR,
    "missing": Outcome.MISSING,
    "signature": Outcome.ERROR,
    "forbidden": Outcome.FORBIDDEN,
    "limit": Outcome.CRASHED,
    "results": Outcome.FAILED,
    "gone": Outcome.CRASHED,
}


def parse(answer: Value, number: Value, files: Mapping[str, bytes], output: str) -> Reply | None:
    """The reply that a frame holds; None where it holds anything but one answer to question `number`."""
    match answer:
        case {"id": int(answer_id), "status": "value", "value": value, "mutated": bool(mutated)} if answer_id == number:
            return Returned(value, mutated, output)
        case {"id": int(answer_id), "status": str(status), "message": str(message), "frames": list(frames)} if (
            answer_id == number and status in STATUSES
        ):
            return CallFailed(_OUTCOMES[status], status, message, _frames(frames, files), output)
        case _:
            return None


def _frames(frames: "list[Value]", files: Mapping[str, bytes]) -> tuple[Frame, ...]:
    """A traceback, its lines of code taken from the submission as we read it."""
    traceback = []
    for frame in frames[:16]:
        match frame:
            case [str(file), int(line), str(function), *columns] if file in files:
                source = files[file].decode("utf-8", "replace")
                traceback.append(Frame.at(source, file, line, function[:80], _columns(source, line, columns)))
            case _:
                pass
    return tuple(traceback)


def _columns(source: str, line: int, columns: "list[Value]") -> tuple[int, int] | None:
    """Python counts a line's bytes in UTF-8, a reader its characters."""
    match columns, source.splitlines()[line - 1 : line] if line > 0 else []:
        case [int(start), int(end)], [text] if 0 <= start < end:
            data = text.encode()
            return len(data[:start].decode("utf-8", "replace")), len(data[:end].decode("utf-8", "replace"))
        case _:
            return None
