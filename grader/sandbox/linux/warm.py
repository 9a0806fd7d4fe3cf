"""Workers forked from a process that has imported what they need already: some 20 ms instead of 2 s.

The grader's side of `zygote.py`. One zygote serves all workers that may know the same packages; it starts with the
first of them and ends with the launcher. What it gives is a worker like any other: the same protocol, the same marks.
"""

import contextlib
import json
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import asdict
from typing import IO, Any

from grader.errors import SandboxError
from grader.sandbox.deadline import ProcessorTime
from grader.sandbox.launcher import Bundle, Limits
from grader.sandbox.pipes import Pipes
from grader.sandbox.process import describe_exit, isolated_python, worker_environment
from grader.sandbox.scratch import unused_path
from grader.sandbox.warm_modules import WARM, warm_modules

assert sys.platform == "linux"

_ANSWER_SECONDS = 60.0  # for a zygote to end a worker, its own imports included; milliseconds once it is warm
_CLOSE_SECONDS = 10.0  # for a zygote to end all that it started
_MESSAGE_BYTES = 1 << 16


class Zygote:
    """The grader's end of one warm process. Its first words say which restrictions hold on this machine."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._control.settimeout(_ANSWER_SECONDS)
        self._lock = threading.Lock()
        self._count = 0
        self._closed = False
        self._sibling_folders: list[str] = []
        self._first_words: dict[str, Any] | None = None

    def first_words(self) -> dict[str, Any]:
        """What the zygote found out about its machine. Raises SandboxError."""
        with self._lock:
            if self._first_words is None:
                self._first_words = self._answer()
            return self._first_words

    def launch(self, limits: dict[str, Any], descriptors: list[int]) -> int:
        """Has a worker forked, as soon as the zygote is warm; its number. Raises SandboxError."""
        with self._lock:
            self._count += 1
            message = json.dumps({"launch": self._count, "limits": limits}).encode()
            try:
                socket.send_fds(self._control, [message], descriptors)
            except OSError as error:
                raise self._failure() from error
            return self._count

    def fork_sibling(self, control: socket.socket, protected_pids: Sequence[int]) -> None:
        """Has a sibling forked: as warm, and at the other end of `control`. Its workers cannot reach for these pids.

        Raises SandboxError.
        """
        folder = unused_path()
        self._sibling_folders.append(folder)
        message = json.dumps({"sibling": {"folder": folder, "protected_pids": list(protected_pids)}}).encode()
        with self._lock:
            try:
                socket.send_fds(self._control, [message], [control.fileno()])
            except OSError as error:
                raise self._failure() from error

    @property
    def is_alive(self) -> bool:
        """Whether it still holds its end."""
        hung_up = select.poll()
        try:
            hung_up.register(self._control, 0)
        except ValueError:  # closed by us
            return False
        return not hung_up.poll(0)

    def end(self, number: int, gone: bool) -> dict[str, Any]:
        """End a worker and all it started: its exit code if it had ended before, and what bound it had passed.

        Raises SandboxError if the zygote has ended, unless it was closed, which ends workers too.
        """
        if self._closed:
            return {"status": None, "why": ""}
        return self._ask({"end": number, "gone": gone})

    def processor_time(self, number: int) -> ProcessorTime | None:
        """The processor time of a worker. Raises SandboxError if the zygote has ended."""
        times = None if self._closed else self._ask({"times": number})["times"]
        return None if times is None else ProcessorTime(*times)

    def _ask(self, message: dict[str, Any]) -> dict[str, Any]:
        self.first_words()
        with self._lock:
            try:
                self._control.send(json.dumps(message).encode())
            except OSError as error:
                raise self._failure() from error
            return self._answer()

    def close(self) -> None:
        """End the zygote with all its workers. Idempotent."""
        if self._closed:
            return
        self._closed = True
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_WR)
            self._control.settimeout(_CLOSE_SECONDS)
            while self._control.recv(_MESSAGE_BYTES):
                pass  # until it has ended all that it started
        self._control.close()
        for folder in self._sibling_folders:  # each removes its own, unless it was killed
            shutil.rmtree(folder, ignore_errors=True)

    def kill(self) -> None:
        """End a zygote that has no workers, without waiting for what it does."""
        self.close()

    def _answer(self) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = json.loads(self._control.recv(_MESSAGE_BYTES) or "null")
        except OSError as error:
            raise self._failure() from error
        if not answer or "failed" in answer:
            raise self._failure(answer["failed"] if answer else "")
        return answer

    def _failure(self, text: str = "") -> SandboxError:
        with contextlib.suppress(OSError, ValueError):
            while not text and (words := self._control.recv(_MESSAGE_BYTES)):  # what it said last
                text = json.loads(words).get("failed", "")
        last_words = text.strip() or self._end_of_it()
        return SandboxError(f"the process that starts the workers failed: {last_words}")

    def _end_of_it(self) -> str:
        """In words, where it said nothing itself."""
        return "it has ended"


class StartedZygote(Zygote):
    """A zygote that is started for this process."""

    def __init__(self, modules: tuple[str, ...], kind: str, *, weaker: bool, devices: tuple[str, ...] = ()) -> None:
        self._folder = unused_path()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - read when the zygote fails, closed with it
        settings = {
            "kind": kind,
            "weaker": weaker,
            "modules": modules,
            "folder": self._folder,
            "protected_pids": [os.getpid()],
            "devices": devices,
            "self_test": asdict(Limits()),
        }
        control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = _start(settings, theirs, self._errors, self._folder)
        super().__init__(control)

    def kill(self) -> None:
        self._process.kill()  # in the middle of its imports, too
        self.close()

    def close(self) -> None:
        super().close()
        try:
            self._process.wait(_CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()  # its workers die with it
            self._process.wait()
        self._errors.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _end_of_it(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1.0)
        self._errors.seek(0)
        return self._errors.read().decode("utf-8", "replace").strip() or describe_exit(self._process.poll())


def _start(settings: dict[str, Any], control: socket.socket, errors: IO[bytes], folder: str) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            isolated_python("zygote", settings),
            stdin=control.fileno(),
            stdout=subprocess.DEVNULL,
            stderr=errors,
            cwd="/",
            env=worker_environment(folder),
            start_new_session=True,
        )
    except OSError as error:
        raise SandboxError(f"the process that starts the workers could not be started: {error}") from error


class WarmConnection:
    """A forked worker's ends."""

    def __init__(self, zygote: Zygote, limits: dict[str, Any]) -> None:
        self._zygote = zygote
        theirs: list[int] = []
        ours: list[int] = []
        for sends in (False, True, True):  # requests come to the worker; replies and prints go from it
            reading, writing = os.pipe()
            theirs.append(writing if sends else reading)
            ours.append(reading if sends else writing)
        try:
            self._number = zygote.launch(limits, theirs)
        except SandboxError:
            for descriptor in ours:
                os.close(descriptor)
            raise
        finally:
            for descriptor in theirs:
                os.close(descriptor)
        self._pipes = Pipes(*ours)
        self.send, self.receive, self.output = self._pipes.send, self._pipes.receive, self._pipes.output

    def processor_time(self) -> ProcessorTime | None:
        return self._zygote.processor_time(self._number)

    def end(self) -> str:
        try:
            ended = self._zygote.end(self._number, self._pipes.hung_up)
        finally:
            self._pipes.close()
        return ended["why"] or describe_exit(ended["status"])


class WarmLauncher:
    """`process`, warm. Linux only.

    No restriction is promised, so that it runs on any Linux. Those that do not get in a student's way go up all
    the same where they can: files (Landlock), and the reach into other processes.
    """

    name = "process"
    restrictions: tuple[str, ...] = ()
    _kind = "process"
    _weaker = True
    _devices: tuple[str, ...] = ()

    def __init__(self, *, ahead: bool = False, sibling: int | None = None, zygote: Zygote | None = None) -> None:
        """`ahead` starts the zygote that most workers come from; `zygote` is one that was started for this launcher,
        `sibling` a descriptor of another's.
        """
        self._zygotes: dict[tuple[str, ...], Zygote] = {}
        self._lock = threading.Lock()
        if sibling is not None:
            zygote = Zygote(socket.socket(fileno=sibling))
        if zygote is not None:
            self._zygotes[WARM[0]] = zygote
        elif ahead:
            self.zygote(WARM[0])

    def launch(self, bundle: Bundle) -> WarmConnection:
        return WarmConnection(self.zygote(warm_modules(bundle)), asdict(bundle.limits))

    def fork_sibling(self, control: socket.socket, protected_pids: Sequence[int]) -> None:
        """A sibling of the zygote that most workers come from, for another process's launcher. Raises SandboxError."""
        self.zygote(WARM[0]).fork_sibling(control, protected_pids)

    def zygote(self, modules: tuple[str, ...]) -> Zygote:
        """The zygote that has these modules, started now if it does not run yet."""
        with self._lock:
            zygote = self._zygotes.get(modules)
            if zygote is not None and not zygote.is_alive:  # the system ran out of memory, or somebody killed it
                self._zygotes.pop(modules).close()
            if modules not in self._zygotes:
                self._zygotes[modules] = StartedZygote(modules, self._kind, weaker=self._weaker, devices=self._devices)
            return self._zygotes[modules]

    def close(self) -> None:
        with self._lock:
            for zygote in self._zygotes.values():
                zygote.close()
            self._zygotes.clear()
