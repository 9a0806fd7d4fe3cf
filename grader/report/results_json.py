"""results.json: a report as a file, whole or not at all."""

import json
import math
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from grader.errors import OutputError
from grader.schema import Report

HALF_WRITTEN = ".half-written"  # ends the name, which begins with a dot, of a file that is being written


def to_json(report: Report, indent: int | None = 2) -> str:
    """The file's text. Numbers that JSON does not know stand there as words: a diverged loss is "nan".

    Without `indent`, for a program, it is made in a fifth of the time.
    """
    return json.dumps(plain(report.model_dump(mode="json")), indent=indent, ensure_ascii=False, allow_nan=False) + "\n"


def plain(value: Any) -> Any:
    """Evidence as JSON has it: keys as texts, no NaN and no infinities."""
    match value:
        case float() if not math.isfinite(value):
            return str(value)
        case dict():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case _:
            return value


def write_atomically(
    path: Path, text: str | bytes | Iterable[str | bytes], *, durable: bool = True, sync_name: bool = True
) -> None:
    """Put `text` at `path`; a reader at any moment finds the old file or the new one. Raises OutputError.

    A text that comes in pieces is never held as a whole. It survives a power cut, unless `durable` is off: for what can
    be made again, since waiting for the disk is slow. Without `sync_name` the disk may learn of its name later: with
    that of the next file in the same folder.
    """
    pieces = (text,) if isinstance(text, str | bytes) else text
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=HALF_WRITTEN)
        try:
            with os.fdopen(descriptor, "wb") as file:
                for piece in pieces:
                    file.write(piece if isinstance(piece, bytes) else piece.encode())
                file.flush()
                if durable:
                    os.fsync(file.fileno())
            Path(name).chmod(0o644)
            os.replace(name, path)
            if durable and sync_name:
                _sync_folder(path.parent)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OutputError(f"{path}: this file cannot be written ({error.strerror}).") from error


def _sync_folder(folder: Path) -> None:
    """Has the disk know the new name too, so that it survives a power cut. Windows syncs names by itself."""
    if os.name != "nt":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def check_writable(path: Path) -> None:
    """Raise OutputError now, rather than after minutes of grading, if no report could be written at `path`."""
    if path.is_dir():
        raise OutputError(f"{path}: this is a folder; name a file.")
    if not path.parent.is_dir():
        raise OutputError(f"{path}: the folder {path.parent} does not exist; make it first.")
    if not os.access(path.parent, os.W_OK):
        raise OutputError(f"{path}: the folder {path.parent} is not writable.")
