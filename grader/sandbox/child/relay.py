"""Process 1 of a worker container: starts a worker and passes on what it says.

    child relay LIMITS      as `worker` takes them. Descriptor 0 is the worker's own to read; all it says leaves by 1

An engine carries stdout and stderr side by side and promises no order between them. So both leave here as one stream of
frames in the engine's own format (`engine_stream.py`), a print always before the reply that followed it. Being process
1, this also outlives whatever a student's code kills, and takes all of it along when it ends: after the worker, with
its exit status as a shell gives it, or when the grader hangs up. Standard library only.
"""

import os
import select
import signal
import sys

from .engine_stream import PIPE_BYTES, PRINTED_BYTES, PRINTS, REPLIES, STOPPED, say, take

assert sys.platform == "linux"

LINGER_MS = 2_000  # for a worker that closed its channel to end; at once, unless its code closed it by hand


def main(argument: str) -> None:
    """Run one worker to its end."""
    bell = _child_bell()
    worker, replies, prints = _start(argument)
    os._exit(_pass_on(worker, replies, prints, bell))


def _child_bell() -> int:
    """A descriptor that can be read when a child has ended. Other signals from inside do not reach a process 1."""
    bell, ring = os.pipe()
    os.set_blocking(ring, False)
    signal.set_wakeup_fd(ring, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Python's own handler would let it through
    return bell


def _start(limits: str) -> tuple[int, int, int]:
    """The worker's process, and our ends of its two pipes."""
    (replies, their_replies), (prints, their_prints) = os.pipe(), os.pipe()
    folder = os.path.dirname(os.path.abspath(__file__))
    worker = os.posix_spawn(
        sys.executable,
        [sys.executable, "-s", "-P", "-B", "-X", "utf8", folder, "worker", limits],
        os.environ,
        file_actions=[(os.POSIX_SPAWN_DUP2, their_replies, 1), (os.POSIX_SPAWN_DUP2, their_prints, 2)],
        setsigdef=[signal.SIGINT],
    )
    os.close(their_replies)
    os.close(their_prints)
    os.set_blocking(prints, False)
    return worker, replies, prints


def _pass_on(worker: int, replies: int, prints: int, bell: int) -> int:
    """Pass everything on until the worker has ended or the grader hung up. The exit status to end with."""
    poll = select.poll()
    for source, events in ((bell, select.POLLIN), (prints, select.POLLIN), (replies, select.POLLIN), (0, 0)):
        poll.register(source, events)
    patience, left = None, PRINTED_BYTES
    while events_now := dict(poll.poll(patience)):
        if 0 in events_now:  # nobody holds the other end any more
            return STOPPED
        printed = take(prints)
        if printed:
            say(PRINTS, printed[:left])
            left -= min(left, len(printed))
        elif events_now.get(prints, 0) & select.POLLHUP:
            poll.unregister(prints)
        if replies in events_now:
            answer = os.read(replies, PIPE_BYTES)
            say(REPLIES, answer)
            left = PRINTED_BYTES
            if not answer:
                poll.unregister(replies)
                patience = LINGER_MS
        if bell in events_now:
            os.read(bell, PIPE_BYTES)
            status = _reap(worker)
            if status is not None:
                say(PRINTS, take(prints)[:left])
                return status
    return STOPPED


def _reap(worker: int) -> int | None:
    """Reap every child that has ended, orphans too. The worker's exit status, if it was among them."""
    exit_status = None
    while True:
        try:
            child, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return exit_status
        if child == 0:
            return exit_status
        if child == worker:
            code = os.waitstatus_to_exitcode(status)
            exit_status = code if code >= 0 else 128 - code
