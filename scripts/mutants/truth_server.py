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
from pathlib import Path

from scripts.mutants.truths import MODULES, TRUTHS, Shares

MAX_SECONDS = 120  # of one child, by the clock: a machine may be busy
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
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - until the child ends
    try:
        module = importlib.import_module(MODULES[exercise])
    except (Exception, SystemExit):  # noqa: BLE001 - a mutant may raise anything
        empty = type(sys)("empty")  # every call raises
        return {part: value for truth in TRUTHS[exercise] for part, value in truth(empty).items()}
    return {part: value for truth in TRUTHS[exercise] for part, value in truth(module).items()}


if __name__ == "__main__":
    main()
