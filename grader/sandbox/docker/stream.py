"""A container's stream: requests in; replies and prints out, in the frames of `relay.py` inside of the engine's own.

Both kinds of frame are alike: stream u8, three zero bytes, length u32 (big-endian), then so many bytes. Nothing is
allocated by a length that a frame claims: parts are handed on as they come.
"""

import contextlib
import select
import socket
import sys
from collections.abc import Callable
from typing import Any

from grader.sandbox.child.engine_stream import ENDED, HEADER, PRINTS, REPLIES
from grader.sandbox.child.protocol import ProtocolError
from grader.sandbox.pipes import OUTPUT_BYTES

_CHUNK = 1 << 16
MAX_REST = 1 << 20  # bytes; a flood of prints is some 64 KiB, and a reply that nobody asked for has no end


class Frames:
    """Takes a stream of frames apart. `read(n)` gives at most n bytes, none at the end."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._stream = 0
        self._left = 0

    def part(self, limit: int) -> tuple[int, bytes]:
        """The next bytes, at most `limit`, and their stream; no bytes at the end."""
        while not self._left:
            header = self._header()
            if not header:
                return 0, b""
            self._stream, self._left = HEADER.unpack(header)
        data = self._read(min(limit, self._left))
        self._left -= len(data)
        return self._stream, data

    @property
    def is_within(self) -> bool:
        """Whether more of the last frame is to come."""
        return self._left > 0

    def _header(self) -> bytes:
        header = b""
        while len(header) < HEADER.size:
            part = self._read(HEADER.size - len(header))
            if not part:
                return b""
            header += part
        return header


class Stream:
    """The grader's end, over whatever the SDK's `attach_socket` gave: a file over a socket, TLS, an SSH channel."""

    def __init__(self, attached: Any) -> None:
        self.hung_up = False  # nothing more comes, or can be sent
        self.waiting = False  # somebody is in `send` or `receive` just now
        self._attached = attached
        self._wire = getattr(attached, "_sock", attached)
        self._wire.settimeout(None)  # deadlines are kept by the sandbox
        if isinstance(self._wire, socket.socket) and self._wire.family != getattr(socket, "AF_UNIX", None):
            self._wire.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)  # an engine's machine may lose power
        self._printed = bytearray()
        self._dropped = False
        self.last_words: bytes | None = None  # how a worker ended, by its zygote
        self._inside = self._from_relay(Frames(self._wire.recv))
        self._frames = Frames(self._inside)

    def send(self, data: bytes) -> None:
        self.waiting = True
        try:
            self._wire.sendall(data)
        except OSError:
            self.hung_up = True
            raise
        finally:
            self.waiting = False

    def receive(self, count: int) -> bytes:
        self.waiting = True
        try:
            while True:
                stream, data = self._frames.part(min(count, _CHUNK) if count else _CHUNK)
                if not data:
                    self.hung_up = True
                    return b""
                if stream == REPLIES:
                    return data
                if stream == ENDED:
                    self.last_words = ((self.last_words or b"") + data)[:_CHUNK]
                    if not self._frames.is_within:
                        self.hung_up = True
                        return b""
                    continue
                if stream != PRINTS:  # our relay sends no such thing: somebody in there speaks in its place
                    raise ProtocolError(f"a frame of stream {stream}")
                self._keep(data)
        except OSError:
            self.hung_up = True
            raise
        finally:
            self.waiting = False

    def rest(self, seconds: float) -> bytes | None:
        """Passes over what else a worker says, until it has ended, for what comes then to be the next one's.

        Its last words; None where they do not come within `seconds`, or behind too much that nobody asked for.
        """
        words, left = b"", MAX_REST
        try:
            self._wire.settimeout(seconds)
            while left > 0:
                stream, data = self._frames.part(_CHUNK)
                left -= len(data)
                words += data if stream == ENDED else b""
                if not data:
                    return None
                if stream == ENDED and not self._frames.is_within:
                    self._wire.settimeout(None)
                    self.output()
                    return words
        except OSError:
            pass
        self.hung_up = True
        return None

    def receive_line(self) -> bytes:
        """Some bytes of what process 1 of a container says itself; none at the end."""
        return self._inside(_CHUNK)

    def output(self) -> str:
        """What was printed since the last time this was asked: a reply comes after all that was printed before it."""
        text, dropped = self._printed.decode("utf-8", "replace"), self._dropped
        self._printed.clear()
        self._dropped = False
        return text + ("\n(and more, which is left out)" if dropped else "")

    def is_quiet(self) -> bool:
        """Whether nothing has come that was not asked for, an end included."""
        try:
            return not select.select([self._wire], [], [], 0)[0]
        except (OSError, ValueError, TypeError):  # a closed socket; Windows' named pipes cannot be asked at all
            return sys.platform == "win32"

    def close(self) -> None:
        """End the connection; whoever is still in `receive` gets the end of the stream. Idempotent."""
        with contextlib.suppress(OSError, AttributeError):
            self._wire.shutdown(socket.SHUT_RDWR)
        response = getattr(self._attached, "_response", None)  # it holds the connection, where the SDK could tie it on
        for held in filter(None, (response, self._attached, self._wire)):
            with contextlib.suppress(OSError, ValueError):
                held.close()

    def _from_relay(self, engine: Frames) -> Callable[[int], bytes]:
        """The relay's own stream. Anything else in it is what the relay said when it failed, for debugging."""

        def read(count: int) -> bytes:
            while True:
                stream, data = engine.part(count)
                if stream == REPLIES or not data:
                    return data
                self._keep(data)

        return read

    def _keep(self, data: bytes) -> None:
        room = max(0, OUTPUT_BYTES - len(self._printed))
        self._printed += data[:room]
        self._dropped |= len(data) > room
