"""How long an answer may take: so many seconds, not counting those in which the machine kept its worker waiting.

On a busy machine the clock runs on while a worker stands in the queue for a processor, and where memory is short or a
disk slow, while it waits for the disk. That is nobody's fault, so it does not count: a deadline passes when the worker
has had its seconds (running or asleep, by its own will), or has used as many of the processor's with all its threads. A
machine that does not let it have them for `MAX_STRETCH` times as long decides nothing.

Only Linux says what a process has waited for. Elsewhere a short loop of our own is run at each look: of the time since
the last one, the worker is taken to have waited the share that this loop had to.

The kernel counts what a process waits for a processor; what it waits for a disk it counts only where it was booted so
(delay accounting, off by default). So the worker is looked at again and again: the time since the last look counts as
waited if it is found waiting for the disk.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

LOOK_AGAIN_SECONDS = 1.0  # and no more than `_LOOKS` times in a question's seconds: in a container a look costs 70 ms
LOOK_SECONDS = 0.5  # shorter questions are never looked at, which takes a message to the zygote
MAX_STRETCH = 20.0  # a worker in the queue of a machine with ten times as much to do as it can waits nine tenths
_LOOKS = 20
_LOOK_SHARE = 0.1  # of a question's seconds, for short ones
_MIN_WAIT_SECONDS = 0.05
_LOOP_SECONDS = 0.03  # of the processor: two of the ticks in which Windows counts it


@dataclass(frozen=True, slots=True)
class ProcessorTime:
    """A worker's share of the machine since it began, in seconds: `ran` on a processor, with all its threads, and
    `waited` for one. `on_disk`: how many of its processes wait for a disk right now."""

    ran: float
    waited: float
    on_disk: int = 0


def waiting_share() -> float:
    """The share of the time, from 0 to 1, that a loop on this machine waits for a processor right now."""
    tick = time.thread_time()
    while (worked := time.thread_time()) == tick:  # a clock with coarse ticks is read where it has just ticked
        pass
    began = time.perf_counter()
    while (work := time.thread_time() - worked) < _LOOP_SECONDS:
        pass
    return max(0.0, 1.0 - work / (time.perf_counter() - began))


class Deadline:
    """The deadline of one question that begins now. Once it has been answered, `own_seconds` says what it took.

    `measure()` says what the worker has had so far, or None where the system does not tell; then `waits()` is asked for
    the share of the time that it waits.
    """

    def __init__(
        self,
        seconds: float,
        measure: Callable[[], ProcessorTime | None],
        clock: Callable[[], float] = time.monotonic,
        waits: Callable[[], float] = waiting_share,
    ) -> None:
        self.was_starved = False  # it passed because the machine was too busy
        self._seconds = seconds
        self._measure = measure
        self._clock = clock
        self._waits = waits
        self._began = clock()
        self._looked_at: float | None = None
        self._last_look = 0.0
        self._tells = True  # the system, what the worker has had
        self._first = ProcessorTime(0.0, 0.0)
        self._waited = 0.0  # for a disk, and where the system does not tell, for a processor
        self._look_again = max(LOOK_AGAIN_SECONDS, seconds / _LOOKS)

    def wait_seconds(self) -> float:
        """How long to wait for the answer from now on, before asking again; nothing once the deadline has passed."""
        now = self._clock()
        if self._looked_at is None:
            unlooked = min(LOOK_SECONDS, self._seconds * _LOOK_SHARE) - (now - self._began)
            if unlooked > 0:
                return unlooked
            first = self._measure()
            self._tells, self._first = first is not None, first or self._first
            self._looked_at = self._last_look = now = self._clock()  # in a container a look may take a second
        left = self._seconds - (now - self._looked_at)  # a worker's own seconds count from the first look at it
        measured = self._look(now)
        return min(left if left > 0 else self._extension(now, left, measured), self._look_again)

    def own_seconds(self) -> float:
        """What the answer took of its worker's own seconds, so far; nothing of one that came before the first look."""
        if self._looked_at is None:
            return 0.0
        elapsed = self._clock() - self._began
        measured = self._measure() if self._tells else self._first
        if measured is None:
            return min(elapsed, self._seconds)
        waited = measured.waited - self._first.waited + self._waited
        # no more than it had: whoever asked may have waited, too, before they saw that the answer was there
        return min(max(elapsed - waited, measured.ran - self._first.ran, 0.0), self._seconds)

    def _look(self, now: float) -> ProcessorTime | None:
        """What the worker has had by now; None where it is not to be seen any more."""
        since, self._last_look = now - self._last_look, now
        if not since:
            return self._first
        if not self._tells:
            self._waited += since * self._waits()
            return self._first
        measured = self._measure()
        if measured is not None and measured.on_disk:
            self._waited += since
        return measured

    def _extension(self, now: float, left: float, measured: ProcessorTime | None) -> float:
        """How much of its seconds the worker has not had yet, now that the clock alone would end it."""
        if measured is None or measured.ran - self._first.ran >= self._seconds:
            return 0.0
        left += measured.waited - self._first.waited + self._waited
        if left <= 0:
            return 0.0
        self.was_starved = now - self._began >= MAX_STRETCH * self._seconds
        return 0.0 if self.was_starved else max(left, _MIN_WAIT_SECONDS)
