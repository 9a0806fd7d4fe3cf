"""Zygotes that are lent to commands, as a class lends its own to its jobs: a sibling is there at once, and as warm.

What a zygote imports (numpy and sympy, or torch) is half of what a command costs that is forked from a warm process.
Workers are forked, shut in, watched and ended as ever.
"""

import os
import socket
import sys
from collections.abc import Callable
from typing import Any

from grader.classroom import python_process
from grader.sandbox import choose
from grader.sandbox.process import worker_environment
from tests.support import warm_commands

if sys.platform == "linux":
    from grader.sandbox.linux import warm
    from grader.sandbox.linux.warm import StartedZygote, Zygote

    class LentZygote(Zygote):
        """A sibling of the warm process's zygote of that kind, which is started when the first asks for it."""

        def __init__(self, modules: tuple[str, ...], kind: str, *, weaker: bool, devices: tuple[str, ...] = ()) -> None:
            control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs:
                key = {"modules": modules, "kind": kind, "weaker": weaker, "devices": devices}
                warm_commands.ask({"zygote": key, "protected_pids": [os.getpid()]}, [theirs.fileno()]).close()
            super().__init__(control)

    class ForkedJob(warm_commands.ForkedProcess):
        """In the place of a `python_process.StartedProcess`."""

        @property
        def pids(self) -> tuple[int, ...]:
            return (self.pid,)

    class Lender:
        """The zygotes that have been asked for, by what is asked of them."""

        def __init__(self) -> None:
            self._zygotes: dict[tuple[Any, ...], StartedZygote] = {}

        def lend(self, key: dict[str, Any], protected_pids: list[int], descriptor: int) -> None:
            """Has a sibling forked that obeys what comes on a socket."""
            modules, kind, weaker, devices = tuple(key["modules"]), key["kind"], key["weaker"], tuple(key["devices"])
            known = (modules, kind, weaker, devices)
            if known in self._zygotes and not self._zygotes[known].is_alive:  # a test, or the system, has killed it
                self._zygotes.pop(known).close()
            if known not in self._zygotes:
                self._zygotes[known] = StartedZygote(modules, kind, weaker=weaker, devices=devices)
            with socket.socket(fileno=os.dup(descriptor)) as control:
                self._zygotes[known].fork_sibling(control, protected_pids)

        def let_go(self) -> None:
            """In a process that was forked."""
            for zygote in self._zygotes.values():
                zygote._control.close()
            self._zygotes.clear()

        def close(self) -> None:
            for zygote in self._zygotes.values():
                zygote.close()


def use(replace: Callable[[Any, str, Any], None] = setattr) -> None:
    """From now on, here and in what is forked: lent zygotes, and job processes that are forked, too."""
    if sys.platform == "linux":
        own = sys.executable, worker_environment("")

        def begin(*args: Any, **options: Any) -> Zygote:
            same = (sys.executable, worker_environment("")) == own
            return (LentZygote if same else StartedZygote)(*args, **options)

        for module in (warm, choose):
            replace(module, "StartedZygote", begin)
        replace(python_process, "StartedProcess", ForkedJob)
