"""Processes of ours that are forked from one which has imported what they need: some milliseconds instead of 0.4 s.

A class forks its server before it reads any hand-in and before it has a thread. The server imports what the processes
of a class need, has one of these modules do what would be the same in each, and forks one for each message, so nothing
of a submission is ever in what another process begins with. It runs no student's code: that is in workers, which come
from zygotes.

Over a socket of packets: {"module": name, "arguments": [...]} with the descriptors of input, output, errors and status,
and those that the process is lent, is answered by {"pid": number}; when the process has ended, its exit code (negative
for a signal) is written to `status`, which it holds open too. {"kill": pid} kills it. When the socket closes, the
server waits for its processes, whose input has closed too, and ends. They end with it, however that ends.
"""

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import IO, NoReturn, Self, TypeAlias

from grader.classroom.python_process import PythonProcess, start_python

assert sys.platform == "linux"

from grader.sandbox.child.confine import close_all_but, die_with_parent  # noqa: E402 - which Linux alone has

Preparation: TypeAlias = tuple[str, Sequence[str]]

_ANSWER_SECONDS = 60.0  # to fork, all that comes before included; where that takes longer, an interpreter is started
_END_SECONDS = 30.0  # for processes to end by themselves once the class is gone
_MESSAGE_BYTES = 1 << 16
_MAX_DESCRIPTORS = 16
_PIPES = 3  # descriptors that a process has anyway: input, output, errors


class ForkServer:
    """The class's end of a server that has imported, or is about to import, `modules`; a context.

    `preparation` are a module and arguments: what its `prepare(arguments, work)` has done before it calls `work` is
    done for all processes. Raises OSError where none can be forked.
    """

    def __init__(self, modules: Sequence[str], preparation: Preparation | None = None) -> None:
        self._lock = threading.Lock()
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            sys.stdout.flush()  # what stands in a buffer now is ours to write, once
            sys.stderr.flush()
            self._pid = os.fork()
            if self._pid == 0:
                _become_server(theirs.fileno(), modules, preparation)
        self._control.settimeout(_ANSWER_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ended: object) -> None:
        self._control.close()
        os.waitpid(self._pid, 0)

    def start(
        self, module: str, arguments: Sequence[str], errors: IO[bytes], descriptors: Sequence[int] = ()
    ) -> PythonProcess:
        """A `Start`. Where the server has been killed or its answer takes too long, an interpreter is started."""
        message = json.dumps({"module": module, "arguments": list(arguments)}).encode()
        pipes = [os.pipe() for _ in range(3)]
        (child_stdin, stdin), (stdout, child_stdout), (status, child_status) = pipes
        theirs, ours = [child_stdin, child_stdout, errors.fileno(), child_status, *descriptors], [stdin, stdout, status]
        try:
            pid = self._ask(message, theirs)
        finally:
            for descriptor in (child_stdin, child_stdout, child_status):
                os.close(descriptor)
        if pid is not None:
            return ForkedProcess(pid, self, *ours)
        for descriptor in ours:
            os.close(descriptor)
        return start_python(module, arguments, errors, descriptors)

    def _ask(self, message: bytes, descriptors: Sequence[int]) -> int | None:
        """The id of the forked process; None where there is none, and from then on."""
        if len(message) > _MESSAGE_BYTES:
            return None
        with self._lock, contextlib.suppress(OSError, ValueError):  # no answer is no JSON either
            try:
                socket.send_fds(self._control, [message], list(descriptors))
                return int(json.loads(self._control.recv(_MESSAGE_BYTES))["pid"])
            except BaseException:
                self._control.close()  # an answer that comes now would be taken for that to the next question
                raise
        return None

    def kill(self, pid: int) -> None:
        """Kills a process that was forked here, unless it has ended."""
        with self._lock, contextlib.suppress(OSError):  # the server has ended, and its processes with it
            self._control.send(json.dumps({"kill": pid}).encode())

    @property
    def pid(self) -> int:
        return self._pid


class ForkedProcess:
    """The class's end of a process of the server's."""

    def __init__(self, pid: int, server: ForkServer, stdin: int, stdout: int, status: int) -> None:
        self.pid = pid
        self.stdin: IO[bytes] | None = open(stdin, "wb")  # noqa: SIM115 - closed by its user, as a Popen's
        self.stdout: IO[bytes] | None = open(stdout, "rb")  # noqa: SIM115
        self._server = server
        self._status = open(status, "rb")  # noqa: SIM115 - closed once it has been read
        self._code: int | None = None
        self._lock = threading.Lock()

    @property
    def pids(self) -> tuple[int, ...]:
        return self.pid, self._server.pid

    def poll(self) -> int | None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self.wait(0.0)
        return None

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code. Raises subprocess.TimeoutExpired."""
        if self._code is None and not select.select([self._status], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0.0)
        with self._lock:
            if self._code is None:
                with self._status:
                    self._code = int(self._status.read() or -signal.SIGKILL)  # nothing: it was killed with its server
            return self._code

    def kill(self) -> None:
        self._server.kill(self.pid)


def _become_server(control: int, modules: Sequence[str], preparation: Preparation | None) -> NoReturn:
    """In the child: let go of all that is the class's, then serve. Never returns."""
    try:
        os.setsid()  # Ctrl-C is the class's to answer
        nothing = os.open(os.devnull, os.O_RDWR)
        for descriptor in range(_PIPES):
            os.dup2(nothing, descriptor)
        close_all_but([control])
        _Server(socket.socket(fileno=control)).serve(modules, preparation)
    finally:
        os._exit(1)  # whatever happened here is nothing that the class's own frames should clean up after


class _Server:
    """Forks a process for each message."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._statuses: dict[int, int] = {}  # of the processes that live: where their exit codes are awaited

    def serve(self, modules: Sequence[str], preparation: Preparation | None) -> None:
        _name("grader: forks")
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        gc.disable()
        for module in modules:
            importlib.import_module(module)
        if preparation is None:
            self._answer_all()
            return
        module, arguments = preparation
        threads = _threads()

        def work() -> None:
            if _threads() == threads:  # a fork has but one, and waits for ever for what another would have done
                self._answer_all()

        importlib.import_module(module).prepare(arguments, work)

    def _answer_all(self) -> None:
        """Carries out messages until there are no more and what was forked has ended."""
        ended, wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        gc.freeze()  # a process's first collection would else copy all of this memory
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        poll.register(ended, select.POLLIN)
        is_asked = True
        while is_asked:
            ready = {descriptor for descriptor, _ in poll.poll()}
            if ended in ready:
                self._bury(ended)
            if self._control.fileno() in ready:
                is_asked = self._obey()
        deadline = time.monotonic() + _END_SECONDS
        while self._statuses and select.select([ended], [], [], max(0.0, deadline - time.monotonic()))[0]:
            self._bury(ended)

    def _obey(self) -> bool:
        """Carries out one message; whether more may come."""
        try:
            data, descriptors, _, _ = socket.recv_fds(self._control, _MESSAGE_BYTES, _MAX_DESCRIPTORS)
        except OSError:
            return False
        if not data:
            return False
        message = json.loads(data)
        if "kill" in message:
            if message["kill"] in self._statuses:  # not buried yet, so the number is still its own
                os.kill(message["kill"], signal.SIGKILL)
            return True
        pipes, status, lent = descriptors[:_PIPES], descriptors[_PIPES], descriptors[_PIPES + 1 :]
        server = os.getpid()
        pid = os.fork()
        if pid == 0:
            os.set_inheritable(status, False)  # open as long as the process lives, should the server be killed
            _become_process(server, message["module"], message["arguments"], pipes, lent, status)
        for descriptor in (*pipes, *lent):
            os.close(descriptor)
        self._statuses[pid] = status
        self._control.send(json.dumps({"pid": pid}).encode())
        return True

    def _bury(self, ended: int) -> None:
        """Says of the processes that have ended how they did."""
        os.read(ended, _MESSAGE_BYTES)
        for pid, status in list(self._statuses.items()):
            ended_pid, code = os.waitpid(pid, os.WNOHANG)
            if ended_pid:
                with contextlib.suppress(OSError):  # nobody waits for it
                    os.write(status, str(os.waitstatus_to_exitcode(code)).encode())
                os.close(status)
                del self._statuses[pid]


def _become_process(
    server: int, module: str, arguments: Sequence[str], pipes: Sequence[int], lent: Sequence[int], status: int
) -> NoReturn:
    """In the child: what an interpreter would be after `python -m MODULE`. Never returns."""
    code = 1
    try:
        die_with_parent(server)
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for target, descriptor in enumerate(pipes):
            os.dup2(descriptor, target)
        close_all_but([*lent, status])
        sys.stdin = open(0, closefd=False)  # noqa: SIM115 - those of the class may lead elsewhere
        sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", errors="backslashreplace", closefd=False)  # noqa: SIM115
        _name(module.rpartition(".")[2])
        gc.enable()
        code = _exit_code(module, [*arguments, *map(str, lent)])
    finally:
        os._exit(code)


def _exit_code(module: str, arguments: list[str]) -> int:
    """How an interpreter would end with the module's `run`, its last words printed."""
    try:
        importlib.import_module(module).run(arguments)
        sys.stdout.flush()
    except SystemExit as error:
        sys.stdout.flush()
        if error.code is None or isinstance(error.code, int):
            return int(error.code or 0)
        print(error.code, file=sys.stderr, flush=True)
        return 1
    except BaseException:  # noqa: BLE001 - as the interpreter does
        traceback.print_exc()
        sys.stderr.flush()
        return 1
    return 0


def _threads() -> int:
    """How many threads this process has, those included that a library started without Python."""
    return len(os.listdir("/proc/self/task"))


def _name(name: str) -> None:
    """What `ps` and `top` call this process."""
    with contextlib.suppress(OSError):
        Path("/proc/self/comm").write_text(name)
