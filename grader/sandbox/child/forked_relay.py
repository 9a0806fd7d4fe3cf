"""Has the zygote of a shared container fork one worker, and passes on what that says.

    child forked_relay SETTINGS     {"socket": the zygote's, "limits": the worker's}

Descriptor 0 is the worker's to read; what it says leaves by 1, as in `relay.py`, whose frames these are. The last is of
a stream of its own: how the worker ended, as a zygote says it. The worker ends when the grader hangs up.
"""

import json
import os
import select
import socket
import sys

from .engine_stream import ENDED, PIPE_BYTES, PRINTED_BYTES, PRINTS, REPLIES, STOPPED, say, take

assert sys.platform == "linux"

_WORDS_BYTES = 1 << 16


def main(argument: str) -> None:
    """Has one worker forked, and stays until its end."""
    settings = json.loads(argument)
    zygote = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    zygote.connect(settings["socket"])
    (replies, speak), (prints, note) = os.pipe(), os.pipe()
    os.set_blocking(prints, False)
    socket.send_fds(zygote, [json.dumps({"launch": settings["limits"]}).encode()], [0, speak, note])
    os.close(speak)
    os.close(note)
    if _pass_on(replies, prints):
        zygote.send(json.dumps({"end": True}).encode())
        say(ENDED, zygote.recv(_WORDS_BYTES))
    os._exit(STOPPED)


def _pass_on(replies: int, prints: int) -> bool:
    """Pass everything on until the worker says nothing more (true) or the grader hung up."""
    poll = select.poll()
    for source, events in ((prints, select.POLLIN), (replies, select.POLLIN), (0, 0)):
        poll.register(source, events)
    left = PRINTED_BYTES
    while True:
        ready = dict(poll.poll())
        if 0 in ready:
            return False
        printed = take(prints)
        if printed:
            say(PRINTS, printed[:left])
            left -= min(left, len(printed))
        elif ready.get(prints, 0) & select.POLLHUP:
            poll.unregister(prints)
        if replies in ready:
            answer = os.read(replies, PIPE_BYTES)
            if not answer:
                return True
            say(REPLIES, answer)
            left = PRINTED_BYTES
