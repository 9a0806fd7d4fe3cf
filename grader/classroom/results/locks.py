"""Locks in RESULTS: files that one process holds at a time, and that are free again when it ends, however it ends."""

from contextlib import ExitStack
from pathlib import Path

from filelock import FileLock, Timeout

from grader.errors import OutputError, UsageError

_POLL_SECONDS = 0.01


def hold(path: Path, busy: str, wait: float = 0.0) -> ExitStack:
    """Takes the lock at `path`, after waiting for at most `wait` seconds; closing what is returned lets go of it.

    (A FileLock counts: in a `with` of its own it would be taken twice, and free only once nobody knew of it any more.)

    Raises UsageError with the sentence `busy` where somebody else has it, OutputError where nothing can be written.
    """
    lock = FileLock(path)
    try:
        lock.acquire(timeout=wait, poll_interval=_POLL_SECONDS)
    except Timeout as error:
        raise UsageError(busy) from error
    except (OSError, NotImplementedError) as error:  # the latter on a disk that knows no locks
        reason = getattr(error, "strerror", None) or error
        raise OutputError(f"{path.parent}: this folder is not writable ({reason}).") from error
    held = ExitStack()
    held.callback(lock.release)
    return held
