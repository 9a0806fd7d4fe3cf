"""A module with a `run`, to be started as a process of its own in every way there is."""

import os
import sys
import threading
from collections.abc import Callable, Sequence

prepared: list[int] = []  # in which processes


def prepare(arguments: Sequence[str], work: Callable[[], None]) -> None:
    """Prepares for all processes, as the first argument says."""
    match arguments:
        case ["well"]:
            prepared.append(os.getpid())
        case ["thread"]:
            threading.Thread(target=threading.Event().wait, daemon=True).start()
        case ["raise"]:
            raise ValueError("a fault")
    work()


def run(arguments: Sequence[str]) -> None:
    """Does what the first argument says with the others."""
    what, *rest = arguments
    match what:
        case "echo":
            sys.stdout.write(f"{' '.join(rest)}|{sys.stdin.read()}")
        case "exit":
            sys.exit(int(rest[0]))
        case "sentence":
            sys.exit(rest[0])
        case "raise":
            raise ValueError(rest[0])
        case "descriptors":
            sys.stdout.write(" ".join(sorted(os.listdir("/proc/self/fd"), key=int)))
        case "prepared":
            sys.stdout.write(f"{prepared} {os.getpid()}")
        case "lent":
            os.write(int(rest[0]), b"through what was lent")
        case "session":
            sys.stdout.write(f"{os.getsid(0) == os.getpid()} {os.getppid()}")


if __name__ == "__main__":
    run(sys.argv[1:])
