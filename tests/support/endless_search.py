"""The search for similar hand-ins, which never comes to the end of reading: whoever ends it, ends it at work."""

import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from grader.classroom.results import similarity_job


def _read(path: Path) -> None:
    threading.Event().wait()


def run(arguments: Sequence[str]) -> None:
    """As the search does, in more than one process, on however many cores."""
    os.cpu_count = lambda: 2
    similarity_job._read = _read  # type: ignore[assignment]
    similarity_job.run(arguments)


if __name__ == "__main__":
    run(sys.argv[1:])
