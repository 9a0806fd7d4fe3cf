"""The time box: a budget of work, shared over the optimizers, and counted as the reference machine would have spent it.

What counts is the processor's time, over how slow the machine is at the moment: what other work does to the clock is
held against nobody. Whoever reports no work, but lets the clock run, pays for the clock, over what the machine's load
explains. A share that is not used up goes to those still to come.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

# Seconds that `optimizers.reference_seconds` takes on the machine where the rubric's setting was chosen: one core of a
# 2-core virtual machine, 2026. A slower machine gets as much more time; a faster one gets no less.
NOMINAL_SECONDS = 0.04
SLOWEST = 8.0  # beyond, a machine is not slow but stuck, and the wait has to end
MAX_CONTENTION = 24.0  # the same, of one that other work keeps busy
BUSY = 1.5  # from here on, a wait that was too long may be the machine's
DOUBT = 2.0  # a measurement of the load holds for what comes after it within this factor
FRESH_SECONDS = 5.0  # a measurement holds so long, for all submissions that a process grades: it takes 0.03 s


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a machine is at the moment: its processor's seconds for a nominal one, the clock's for one of these."""

    slowness: float = 1.0
    contention: float = 1.0

    @staticmethod
    def of(measured: Mapping[str, float]) -> "Pace":
        """From `optimizers.reference_seconds`."""
        work, wall = measured["work"], measured["wall"]
        return Pace(
            min(max(work / NOMINAL_SECONDS, 1.0), SLOWEST), min(max(wall / max(work, 1e-9), 1.0), MAX_CONTENTION)
        )

    @property
    def busy(self) -> bool:
        return self.contention >= BUSY

    def wall_seconds(self, nominal: float) -> float:
        """What the clock may show for that much work."""
        return nominal * self.slowness * self._doubted

    def work_seconds(self, nominal: float) -> float:
        """What the processor may."""
        return nominal * self.slowness

    def nominal_seconds(self, wall: float, work: float) -> float:
        """What a call is charged, that took so long and says that it worked so long."""
        return min(wall, max(work, wall / self._doubted)) / self.slowness

    @property
    def _doubted(self) -> float:
        return 1.0 + DOUBT * (self.contention - 1.0)


class TimeBox:
    """`parts` equal shares of `seconds`. `measure(too_old)` says how fast the machine is at the moment, or was less
    than `too_old` seconds ago."""

    def __init__(self, seconds: float, parts: int, measure: Callable[[float], Pace]) -> None:
        self.seconds = seconds
        self._parts_left = parts
        self._measure = measure
        self._charged = 0.0  # for all calls but those in `_calls`
        self._calls: list[tuple[float, float]] = []  # their seconds on the clock and of work, since this pace was found
        self.pace = self._slowest = measure(FRESH_SECONDS)

    @property
    def spent(self) -> float:
        """Seconds of the reference machine."""
        return self._charged + sum(self.pace.nominal_seconds(*call) for call in self._calls)

    @property
    def left(self) -> float:
        return max(self.seconds - self.spent, 0.0)

    def share(self) -> float:
        """The next part's seconds: an equal share of what is left. Each call takes one part."""
        share = self.left / max(self._parts_left, 1)
        self._parts_left -= 1
        return share

    def look_again(self, too_old: float = FRESH_SECONDS) -> Pace:
        """Measure the machine anew, if the last measurement is too old: load comes and goes.

        It may have come at any moment since then, so that the calls since then cost what they would have cost with it.
        """
        measured = self._measure(too_old)
        if measured != self.pace:
            self._charged += sum(
                min(pace.nominal_seconds(*call) for pace in (self.pace, measured)) for call in self._calls
            )
            self._calls.clear()
        self.pace = measured
        self._slowest = max(self._slowest, self.pace, key=lambda pace: pace.slowness * pace.contention)
        return self.pace

    def charge(self, wall: float, work: float) -> None:
        """A call is paid for: so long on the clock, and so long, as the worker says, of the processor."""
        self._calls.append((wall, work))

    def __str__(self) -> str:
        return f"{self.seconds:g} s for all, times {self.factor:.2g} for the speed of this machine"

    @property
    def factor(self) -> float:
        """By how much the machine was slower than the reference, where it was slowest."""
        return self._slowest.slowness * self._slowest.contention

    @property
    def was_busy(self) -> bool:
        return self._slowest.busy

    def described(self) -> dict[str, float]:
        """The box for a report."""
        return {
            "setting": self.seconds,
            "machine_factor": round(self.factor, 2),
            "seconds": round(self.seconds, 1),
            "spent": round(self.spent, 1),
        }
