"""Turn a call that returned no value into a sentence for the student."""

from dataclasses import dataclass, replace

from grader.load.newer_python import REMEDY, newer_error
from grader.model import WHOLE_FILE, CallFailure, Frame, Outcome, Verdict
from grader.sandbox.launcher import CallFailed
from grader.suite.hints import hint
from grader.text import one_line, plain

DEBUGGER = ("pdb", "bdb")  # what breakpoint() imports
MAX_MESSAGE = 1_000  # of an exception's own text


@dataclass(frozen=True, slots=True)
class Callee:
    """What was called or read: its name in sentences, its signature if the rubric has one, and whose code answers."""

    subject: str
    signature: str | None
    by_student: bool


def call_failure(callee: Callee, failed: CallFailed, file: str) -> CallFailure:
    """The failure as checks get it, with its sentence and a hint where one fits; `file` is the exercise's."""
    failed = replace(failed, message=plain(failed.message, MAX_MESSAGE))
    if failed.kind == "error" and failed.frames and failed.frames[0].function == WHOLE_FILE:
        callee = replace(callee, subject=f"Importing {file}")
    # a function that is not written yet has no line worth showing
    frames = () if failed.kind == "missing" else tuple(_plain_frame(frame) for frame in failed.frames)
    sentence = _sentence(callee, failed, file)
    code = frames[-1].code if frames else ""
    newer = newer_error(failed.message, code) if failed.kind == "error" else None
    if newer is not None:
        verdict = Verdict(Outcome.REVIEW, 0.0, f"{sentence} O{str(newer)[1:]}: {REMEDY}.")
        return CallFailure(verdict, failed.kind, frames)
    advice = hint(failed.message, code) if failed.kind == "error" else None
    if advice is None:
        return CallFailure(Verdict(failed.outcome, 0.0, sentence), failed.kind, frames)
    verdict = Verdict(failed.outcome, 0.0, f"{sentence} {advice.sentence}", advice.diagnosis)
    return CallFailure(verdict, failed.kind, frames, advice.sentence)


def _sentence(callee: Callee, failed: CallFailed, file: str) -> str:
    frame = failed.frames[-1] if failed.frames else None
    where = f" ({frame.file}:{frame.line})" if frame else ""
    name, message = callee.subject, failed.message
    match failed.kind:
        case "missing":
            return f"{name} is not written yet{where or f': {message}'}."
        case "signature" if callee.signature:
            return f"{name} could not be called: expected {callee.signature}, found {message}."
        case "signature":
            return f"{name} could not be called: it is {message}."
        case "results":
            return f"{name} returned {message}; expected {(callee.signature or '').rpartition('-> ')[2]}."
        case "gone":
            return f"{name} could not be asked: the process that kept its value has ended."
        case "forbidden":
            return _forbidden(file, message)
        case "limit":
            return f"{name} {message}{where}."
        case "timeout" if callee.by_student:
            return f"{name} {message}. Is there a loop that does not end?"
        case "starved":
            return f"{name} {message}; a person decides."
        case "timeout" | "slow" | "crashed":
            return f"{name} {message}."
        case _ if frame and message.startswith("SystemExit"):
            called = "quit()" if "quit(" in frame.code else "exit()"
            return f"{frame.file} calls {called} in line {frame.line}."
        case _:
            # of an error without a text, such as that of a bare assert, only the type
            return f"{name} raised {message.rstrip().rstrip(':.')}{where}."


def _forbidden(file: str, message: str) -> str:
    """`message` is the worker's: "import of os"."""
    name = message.removeprefix("import of ")
    if name in DEBUGGER:
        return (
            f"{file} imports {name}, which is not allowed here. Did you leave a breakpoint() in? Remove it: until "
            "then, the whole exercise scores 0. To debug, use `grader try`."
        )
    return (
        f"{file} tries to import {name}, which this exercise does not allow. Until that is removed, the whole exercise "
        "scores 0."
    )


def _plain_frame(frame: Frame) -> Frame:
    return replace(frame, function=one_line(frame.function, 80), code=plain(frame.code, 200))
