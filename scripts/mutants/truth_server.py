"""A process that knows the truths: for each line on stdin, a file's sources, a line on stdout with what it deserves.

    {"exercise": "2", "files": {"exercise2.py": "..."}}  ->  {"2.1": 1.0, "2.2": null, ...}

Each is judged in a child of its own, bounded in memory and time: a mutant may do anything that a slip can make it do.
"""

import importlib
import json
import os
import resource
import select
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from scripts.mutants.truths import MODULES, TRUTHS, Shares

MAX_SECONDS = 120  # of one child, by the clock: a machine may be busy
CONTENTS = (7.25, 0, 1)  # of memory that nobody has written to: three that tell chance from a right answer
MAX_BYTES = 4 << 30


def main() -> None:
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps(in_a_child(request["exercise"], request["files"])), flush=True)


def in_a_child(exercise: str, files: dict[str, str]) -> Shares | None:
    """What the truths say; None if the child did not live to say it."""
    receive, send = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(receive)
        resource.setrlimit(resource.RLIMIT_AS, (MAX_BYTES, MAX_BYTES))
        with tempfile.TemporaryDirectory() as folder:
            answer = json.dumps(judge(exercise, files, Path(folder)))
        os.write(send, answer.encode())
        os._exit(0)
    os.close(send)
    with os.fdopen(receive, "rb") as pipe:
        ready, _, _ = select.select([pipe], [], [], MAX_SECONDS)
        if not ready:
            os.kill(child, signal.SIGKILL)
        text = pipe.read() if ready else b""
    os.waitpid(child, 0)
    return json.loads(text) if text else None


def judge(exercise: str, files: dict[str, str], folder: Path) -> dict[str, float | None]:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    sys.path.insert(0, str(folder))
    found_in_memory.put_into_numpy()
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - until the child ends
    try:
        module = importlib.import_module(MODULES[exercise])
    except (Exception, SystemExit):  # noqa: BLE001 - a mutant may raise anything
        module = type(sys)("empty")  # every call raises
    return shares_of(exercise, module)


def shares_of(exercise: str, module: ModuleType) -> dict[str, float | None]:
    """What the truths say; None for what depends on the memory that np.empty happens to find."""
    shares = {part: value for truth in TRUTHS[exercise] for part, value in truth(module).items()}
    for number in CONTENTS[1:] if found_in_memory.calls else ():
        found_in_memory.number = number
        again = {part: value for truth in TRUTHS[exercise] for part, value in truth(module).items()}
        shares = {part: value if value == again[part] else None for part, value in shares.items()}
    return shares


class FoundInMemory:
    """np.empty and np.empty_like, with `number` for what they find."""

    def __init__(self) -> None:
        self.number: float = CONTENTS[0]
        self.calls = 0

    def put_into_numpy(self) -> None:
        for name in ("empty", "empty_like"):
            setattr(np, name, self.filled(getattr(np, name)))

    def filled(self, create: Callable[..., Any]) -> Callable[..., Any]:
        def function(*args: Any, **kwargs: Any) -> Any:
            self.calls += 1
            array = create(*args, **kwargs)
            if array.dtype != object:
                array.fill(self.number)
            return array

        return function


found_in_memory = FoundInMemory()

if __name__ == "__main__":
    main()
