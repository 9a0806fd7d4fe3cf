"""The grader's ends of a worker's three pipes: requests out, replies in, and what the student's code prints."""

import contextlib
import select
import sys
import threading

OUTPUT_BYTES = 64 << 10  # of what a student prints: more than a person reads, less than a flood
_CHUNK = 1 << 16  # what a pipe holds
_DRAIN_SECONDS = 2.0  # for a dead worker's pipes to close; at once, unless something still holds them


class Pipes:
    """Three open descriptors, read and written without ever being blocked by what is printed."""

    def __init__(self, requests: int, replies: int, printed: int) -> None:
        self.hung_up = False  # the worker has closed its end
        # Files, not descriptors: reading from a closed file is an error, a closed descriptor's number may be anyone's.
        self._requests = open(requests, "wb", buffering=0)  # noqa: SIM115
        self._replies = open(replies, "rb", buffering=0)  # noqa: SIM115
        self._output = open(printed, "rb", buffering=0)  # noqa: SIM115
        self._silent = False
        self._buffer = bytearray()
        self._dropped = 0
        self._lock = threading.Lock()
        self._drain = threading.Thread(target=self._keep_output, daemon=True)
        self._drain.start()

    def send(self, data: bytes) -> None:
        view = memoryview(data)
        try:
            while view:
                view = view[self._requests.write(view) or 0 :]
        except BrokenPipeError:
            self.hung_up = True
            raise

    def receive(self, count: int) -> bytes:
        part = self._replies.read(count) or b""
        self.hung_up = not part
        return part

    def output(self) -> str:
        """What was printed since this was last asked. A worker flushes before it replies, so all of it is here."""
        with self._lock:
            for _ in range(2):  # as much as the pipe can hold; a thread that prints for ever shall not keep us
                self._take_output()
            text, dropped = self._buffer.decode("utf-8", "replace"), self._dropped
            self._buffer.clear()
            self._dropped = 0
        return text + (f"\n(and {dropped} bytes more, which are left out)" if dropped else "")

    def close(self) -> None:
        """To be called when the worker is dead."""
        self._drain.join(_DRAIN_SECONDS)
        if self._drain.is_alive():  # something escaped and still holds the pipe: leave it to the thread
            return
        for pipe in (self._requests, self._replies, self._output):
            with contextlib.suppress(OSError):
                pipe.close()

    def _keep_output(self) -> None:
        """The drain's thread: reads all that is printed, so that the worker never blocks on it."""
        with contextlib.suppress(OSError, ValueError):
            if sys.platform == "win32":  # select knows no pipes there: a line may turn up one question late
                while part := self._output.read(_CHUNK):
                    self._keep(part)
            while not self._silent:
                select.select([self._output], [], [])
                with self._lock:
                    self._take_output()

    def _take_output(self) -> None:
        if sys.platform != "win32" and not self._silent and select.select([self._output], [], [], 0)[0]:
            part = self._output.read(_CHUNK) or b""
            self._silent = not part
            self._keep(part)

    def _keep(self, part: bytes) -> None:
        room = max(0, OUTPUT_BYTES - len(self._buffer))
        self._buffer += part[:room]
        self._dropped += max(0, len(part) - room)
