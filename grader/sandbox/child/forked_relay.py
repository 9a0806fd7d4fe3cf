"""Has the zygote of a shared container fork workers, one after the other, and passes on what they are sent and say.

    child forked_relay SOCKET       the zygote's

The grader's frames (`engine_stream`) come on descriptor 0: LAUNCH, with a worker's limits as JSON; then REQUESTS, the
bytes that it reads; then END. What the worker says leaves by 1, as in `relay.py`. The last is ENDED, how it ended, as a
zygote says it: behind an END, or when it ends by itself. Nothing is kept from one worker to the next: each has pipes of
its own, so that neither what it left unread nor what it did to a pipe reaches another. When the grader hangs up, the
worker ends.
"""

import json
import os
import select
import socket
import sys
from collections.abc import Iterator

from . import c_library
from .engine_stream import (
    END,
    ENDED,
    HEADER,
    LAUNCH,
    PIPE_BYTES,
    PRINTED_BYTES,
    PRINTS,
    REPLIES,
    REQUESTS,
    STOPPED,
    say,
    take,
)

assert sys.platform == "linux"

_WORDS_BYTES = 1 << 16


class Incoming:
    """Takes apart what the grader says. It is ours, so that what it says is well formed."""

    def __init__(self) -> None:
        self._data = bytearray()

    def add(self, data: bytes) -> None:
        self._data += data

    def frames(self) -> Iterator[tuple[int, bytes]]:
        """Those that have come as a whole, and of the last that carries requests what there is of it."""
        while len(self._data) >= HEADER.size:
            stream, length = HEADER.unpack_from(self._data)
            payload = bytes(self._data[HEADER.size : HEADER.size + length])
            if len(payload) < length:
                if stream != REQUESTS or not payload:
                    return
                del self._data[: HEADER.size + len(payload)]
                self._data[:0] = HEADER.pack(stream, length - len(payload))
            else:
                del self._data[: HEADER.size + length]
            yield stream, payload


class Worker:
    """A forked worker's three pipes, and the zygote that it is a child of."""

    def __init__(self, place: str, limits: object) -> None:
        self._zygote = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._zygote.connect(place)
        read, self.requests = os.pipe()
        (self.replies, speak), (self.prints, note) = os.pipe(), os.pipe()
        for descriptor in (self.requests, self.prints):
            os.set_blocking(descriptor, False)
        socket.send_fds(self._zygote, [json.dumps({"launch": limits}).encode()], [read, speak, note])
        for descriptor in (read, speak, note):
            os.close(descriptor)
        self.unsent = bytearray()
        self.room = PRINTED_BYTES  # for what it prints until its next reply

    def send(self) -> None:
        """As much of what is not sent yet as its pipe takes. A worker that reads no more will not answer either."""
        try:
            del self.unsent[: os.write(self.requests, self.unsent)]
        except BlockingIOError:
            pass
        except BrokenPipeError:
            self.unsent.clear()

    def pass_prints(self) -> bool:
        """Passes on what it has printed; whether there was anything."""
        printed = take(self.prints)
        say(PRINTS, printed[: self.room])
        self.room -= min(self.room, len(printed))
        return bool(printed)

    def pass_reply(self) -> bool:
        """Passes on some of a reply; whether there was any."""
        reply = os.read(self.replies, PIPE_BYTES)
        say(REPLIES, reply)
        self.room = PRINTED_BYTES
        return bool(reply)

    def end(self, *, gone: bool) -> None:
        """Says how it ended, `gone` by itself or now."""
        self._zygote.send(json.dumps({"end": gone}).encode())
        words = self._zygote.recv(_WORDS_BYTES)
        for descriptor in (self.requests, self.replies, self.prints):
            os.close(descriptor)
        self._zygote.close()
        say(ENDED, words)


class Relay:
    """Between the grader and one worker at a time."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._incoming = Incoming()
        self._worker: Worker | None = None
        self._prints_ended = False

    def obey(self) -> None:
        """Carries out what has come."""
        for stream, payload in self._incoming.frames():
            if stream == LAUNCH:
                self._worker, self._prints_ended = Worker(self._place, json.loads(payload)), False
            elif self._worker is not None and stream == REQUESTS:
                self._worker.unsent += payload
            elif self._worker is not None and stream == END:
                self._end(gone=False)

    def pass_on(self) -> bool:
        """Waits until there is something to pass on, and does; false once the grader has hung up."""
        worker, poll = self._worker, select.poll()
        poll.register(0, 0 if worker is not None and worker.unsent else select.POLLIN)
        if worker is not None:
            poll.register(worker.replies, select.POLLIN)
            if not self._prints_ended:
                poll.register(worker.prints, select.POLLIN)
            if worker.unsent:
                poll.register(worker.requests, select.POLLOUT)
        ready = dict(poll.poll())
        if ready.get(0, 0) & ~select.POLLIN:
            return False
        if 0 in ready:
            data = os.read(0, PIPE_BYTES)
            if not data:
                return False
            self._incoming.add(data)
        if worker is not None:
            self._hear(worker, ready)
        return True

    def _hear(self, worker: Worker, ready: dict[int, int]) -> None:
        if worker.requests in ready:
            worker.send()
        if not self._prints_ended and not worker.pass_prints():  # a print comes before the reply that followed it
            self._prints_ended = bool(ready.get(worker.prints, 0) & select.POLLHUP)
        if worker.replies in ready and not worker.pass_reply():
            self._end(gone=True)

    def _end(self, *, gone: bool) -> None:
        assert self._worker is not None
        self._worker.end(gone=gone)
        self._worker = None


def main(place: str) -> None:
    """Has workers forked until the grader hangs up."""
    c_library.set_process(c_library.SET_DUMPABLE, 0)  # what another worker is sent is not to be read in here
    relay = Relay(place)
    while relay.pass_on():
        relay.obey()
    os._exit(STOPPED)
