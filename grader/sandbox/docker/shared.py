"""One container for many workers: its process 1 is a zygote, and each worker is forked from it in a jail of its own.

What separates submissions in here is what separates them in the `jail` sandbox; what separates them from the machine is
the container. A container in which something odd happened (a worker that was stopped, died, or passed a bound) gets no
more workers, and a fresh one takes its place. Where the engine's kernel has no Landlock or no seccomp, no container is
shared.
"""

import json
import threading
from dataclasses import asdict
from typing import Any

from grader.errors import SandboxError
from grader.sandbox.child import rlimits
from grader.sandbox.child.engine_stream import END, HEADER, LAUNCH, RELAY_SOCKET, REQUESTS
from grader.sandbox.docker.connections import Engine, WorkerInContainer
from grader.sandbox.docker.stream import Stream
from grader.sandbox.launcher import Bundle, Limits
from grader.sandbox.process import describe_exit

REQUIRED = frozenset(rlimits.REQUIRED)
FOLDER = "/tmp/zygote"
MAX_WORKERS = 500  # of one container; then a fresh one, for hygiene
END_SECONDS = 10.0  # for a zygote to end a worker, which takes milliseconds
_LINE_BYTES = 1 << 16


def server_command(modules: tuple[str, ...]) -> list[str]:
    """The command line of process 1 of a shared container."""
    settings = {
        "kind": "jail",
        "weaker": False,
        "modules": modules,
        "folder": FOLDER,
        "protected_pids": [1],
        "devices": [],
        "self_test": asdict(Limits()),
    }
    return ["zygote_server", json.dumps(settings)]


RELAY_COMMAND = ["forked_relay", f"{FOLDER}/{RELAY_SOCKET}"]  # in a shared container


class Shared:
    """One started container with a zygote in it."""

    def __init__(self, engine: Engine, identity: str, stream: Stream) -> None:
        self.identity = identity
        self._engine = engine
        self._stream = stream
        self._lock = threading.Lock()
        self._active = 0
        self._count = 0
        self._retired = False
        self._relays: list[Stream] = []  # whose workers have ended, or are about to
        self.is_quiet = stream.is_quiet

    def is_jailing(self) -> bool:
        """Wait until the zygote is warm; whether all that a jail requires holds in here. Raises SandboxError."""
        text = b""
        while text.count(b"\n") < 2 and len(text) < _LINE_BYTES:
            part = self._stream.receive_line()
            if not part:
                raise SandboxError(f"a worker's container ended while it started: {self._stream.output()}")
            text += part
        words: dict[str, Any] = json.loads(text.splitlines()[0])
        return REQUIRED.isdisjoint({**words["lacks"], **words["through"]})

    def launch(self, bundle: Bundle) -> "SharedWorker | None":
        """A worker in this container; None if it is full, or odd by now. Raises SandboxError."""
        with self._lock:
            if self._retired or self._count >= MAX_WORKERS or not self.is_quiet():
                return None
            self._count += 1
            self._active += 1
            relay = self._relays.pop() if self._relays else None
        try:
            if relay is not None and not _has_ended_well(relay):
                relay.close()
                self.left(odd=True)
                return None
            relay = relay or self._engine.attach_relay(self.identity, RELAY_COMMAND)
            return SharedWorker(self, self._engine, relay, bundle.limits)
        except BaseException:
            self.left(odd=True)
            raise

    def left(self, *, odd: bool, relay: Stream | None = None) -> None:
        """A worker of it has ended; `relay` is free for the next."""
        with self._lock:
            self._active -= 1
            self._retired |= odd
            self._relays += [relay] if relay is not None else []
            over = self._retired and self._active == 0
        if over:
            self.end()

    def retire(self) -> None:
        """No more workers; it ends with the last of those that it has."""
        with self._lock:
            self._retired = True
            over = self._active == 0
        if over:
            self.end()

    def end(self) -> str:
        """End the container with all that is in it."""
        for stream in (self._stream, *self._relays):
            stream.close()
        self._engine.discard(self.identity)
        return ""


def _has_ended_well(relay: Stream) -> bool:
    """Waits for the last words on the worker that a relay had before: whether it lived until it was ended."""
    words = relay.rest(END_SECONDS)
    return words is not None and json.loads(words) == {"status": None, "why": ""}


class SharedWorker(WorkerInContainer):
    """One worker's ends. Raises SandboxError where its relay cannot be reached."""

    def __init__(self, shared: Shared, engine: Engine, relay: Stream, limits: Limits) -> None:
        super().__init__(engine, shared.identity, relay)
        self._shared = shared
        try:
            self._say(LAUNCH, json.dumps(asdict(limits)).encode())
        except OSError as error:
            relay.close()
            raise SandboxError(f"a worker's container cannot be reached: {error}") from error

    def send(self, data: bytes) -> None:
        self._say(REQUESTS, data)

    def end(self) -> str:
        """How it had ended, by its zygote's words. Raises SandboxError where it is the engine that failed.

        After one that was asked nothing more, its relay serves the next.
        """
        odd = self._stream.hung_up or self._stream.waiting
        try:
            if not odd:
                self._say(END, b"now")
            return self._how_it_ended() if odd else ""
        except SandboxError as error:
            self._failure = error
            raise
        except OSError:  # whoever asks for the next worker will hear why
            odd = True
            return ""
        finally:
            if odd:
                self._stream.close()
            self._shared.left(odd=odd, relay=None if odd else self._stream)

    def _say(self, stream: int, data: bytes) -> None:
        self._stream.send(HEADER.pack(stream, len(data)))
        self._stream.send(data)

    def _how_it_ended(self) -> str:
        words = self._stream.last_words
        if words is not None:
            ended = json.loads(words)
            return str(ended["why"] or describe_exit(ended["status"]))
        status, out_of_memory = self._engine.how_it_ended(self.identity, hung_up=False)
        if out_of_memory:
            return "used more memory than a worker may and was stopped"
        if self._stream.hung_up and status is not None:
            raise SandboxError("a worker's container ended while it was at work.")
        return describe_exit(None)
