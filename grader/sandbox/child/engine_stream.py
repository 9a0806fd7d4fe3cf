"""Streams of frames between the grader and a relay: what a worker replies and prints, and what it is sent.

A frame is in the engine's own format: stream u8, three zero bytes, length u32, big-endian. Standard library only.
"""

import os
import struct

REPLIES, PRINTS, ENDED = 1, 2, 3  # what a relay says; the last is `forked_relay`'s alone
LAUNCH, REQUESTS, END = 4, 5, 6  # what the grader says to a `forked_relay`
HEADER = struct.Struct(">BxxxL")
PIPE_BYTES = 1 << 16  # all that a pipe holds by default, so one read empties it
PRINTED_BYTES = 66 << 10  # passed on between two replies: a little more than is kept, so that no flood fills the engine
RELAY_SOCKET = "relays"  # in the folder of a `zygote_server`: where a `forked_relay` connects to it
STOPPED = 125  # our exit status where the worker has none: alive, but it will never answer


def take(prints: int) -> bytes:
    try:
        return os.read(prints, PIPE_BYTES)
    except BlockingIOError:
        return b""


def say(stream: int, data: bytes) -> None:
    view = memoryview(HEADER.pack(stream, len(data)) + data if data else b"")
    while view:
        view = view[os.write(1, view) :]
