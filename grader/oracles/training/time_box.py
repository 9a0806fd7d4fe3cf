"""The time box of exercise 4: a budget shared over the optimizers, calibrated on the machine it is spent on.

A share that is not used up goes to those still to come. The clock runs only while a student's code has the word.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# Seconds that `optimizers.reference_seconds` takes on the machine where the rubric's setting was chosen: one core of a
# 2-core virtual machine, 2026. A slower machine gets as much more time; a faster one gets no less.
NOMINAL_SECONDS = 0.04
SLOWEST = 8.0  # beyond, a machine is not slow but stuck, and the wait has to end


class TimeBox:
    """`parts` equal shares of `seconds` times the machine's slowness."""

    def __init__(
        self, seconds: float, parts: int, reference_seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.setting = seconds
        self.factor = min(max(reference_seconds / NOMINAL_SECONDS, 1.0), SLOWEST)
        self.seconds = seconds * self.factor
        self.spent = 0.0
        self._parts_left = parts
        self._clock = clock

    @property
    def left(self) -> float:
        return max(self.seconds - self.spent, 0.0)

    def share(self) -> float:
        """The next part's seconds: an equal share of what is left. Each call takes one part."""
        share = self.left / max(self._parts_left, 1)
        self._parts_left -= 1
        return share

    @contextmanager
    def charged(self) -> Iterator[None]:
        """What happens within is paid for, however it ends."""
        began = self._clock()
        try:
            yield
        finally:
            self.spent += self._clock() - began

    def __str__(self) -> str:
        return f"{self.setting:g} s for all, times {self.factor:.2g} for the speed of this machine"

    def described(self) -> dict[str, float]:
        """The box for a report."""
        return {
            "setting": self.setting,
            "machine_factor": round(self.factor, 2),
            "seconds": round(self.seconds, 1),
            "spent": round(self.spent, 1),
        }
