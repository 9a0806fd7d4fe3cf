"""Process 1 of a container that workers share: a zygote, asked for workers by the relays that are started beside it.

    child zygote_server SETTINGS        as `zygote` takes them

The first words leave through descriptor 1, one line; descriptor 0 only hangs up, and everything ends with it. A relay
(`forked_relay`) connects for each worker to a socket in the zygote's folder, where no worker may look and which none
could use: they have no sockets. Its packets are those of a zygote's control socket, of that worker alone: {"launch":
limits}, then {"end": whether it is gone already}. Who hangs up ends theirs.
"""

import json
import os
import select
import signal
import socket
import sys
from typing import Any

from . import zygote
from .engine_stream import RELAY_SOCKET

assert sys.platform == "linux"

_WORDS_BYTES = 1 << 16


class FirstWords:
    """In the place of a control socket: what a zygote says of itself is a line on descriptor 1."""

    def send(self, data: bytes) -> None:
        os.write(1, data + b"\n")

    def detach(self) -> None:
        """In a worker, whose descriptor 1 is another by now."""


def main(argument: str) -> None:
    """Prepare, serve until the grader hangs up, and end all that was started."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    settings = json.loads(argument)
    os.makedirs(settings["folder"], 0o700)
    words: Any = FirstWords()  # all that is asked of a control socket here
    warm = zygote.Zygote(settings, words)
    warm.prepare()
    try:
        _serve(warm, os.path.join(settings["folder"], RELAY_SOCKET))
    finally:
        os._exit(0)  # of a container's process 1: everything in it ends


def _serve(warm: zygote.Zygote, path: str) -> None:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(path)
    listener.listen()
    warm.say({"listening": True})
    relays: dict[int, tuple[socket.socket, int]] = {}  # by descriptor: a relay's connection, and its worker's number
    poll = select.poll()
    poll.register(0, 0)
    poll.register(listener, select.POLLIN)
    count = 0
    while True:
        ready = dict(poll.poll(1000 * zygote.WATCH_SECONDS if relays else None))
        if 0 in ready:  # nobody holds the other end any more
            return
        if not ready:
            warm.forks.watch()
        if listener.fileno() in ready:
            count += 1
            relay, _ = listener.accept()
            relays[relay.fileno()] = relay, count
            poll.register(relay, select.POLLIN)
        for descriptor in ready.keys() & relays.keys():
            relay, number = relays[descriptor]
            if not _obey(warm, relay, number):
                poll.unregister(relay)
                del relays[descriptor]
                relay.close()


def _obey(warm: zygote.Zygote, relay: socket.socket, number: int) -> bool:
    """One packet of a relay's; whether more may come."""
    try:
        data, descriptors, _, _ = socket.recv_fds(relay, _WORDS_BYTES, 3)
    except OSError:
        data, descriptors = b"", []
    message: dict[str, Any] = json.loads(data or "{}")
    if "launch" in message:
        warm.launch(number, message["launch"], descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        return True
    ended = warm.forks.end(number, gone=bool(message.get("end")))
    if message:
        relay.send(json.dumps(ended).encode())
    return False
