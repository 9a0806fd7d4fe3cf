"""How long to wait before a submission that failed through us is tried again.

What makes many fail together, an engine that is restarted or a disk that is remounted, is over in half a minute. So it
is waited for, and what waits keeps its place, so that nothing new is begun. Where that has not helped a few, the rest
is tried again at once, and listed. As soon as it has helped, waiting is tried again.
"""

ATTEMPTS = 3  # at one submission, before a fault of ours is believed to stay
PAUSES = (5.0, 30.0)  # seconds before the second attempt and the third: an engine is restarted in ten
GIVEN_UP = 3  # submissions for which waiting did not help, until nobody waits any more


class RetryPolicy:
    """Of one run over a class."""

    def __init__(self) -> None:
        self._given_up = 0

    def pause(self, attempt: int) -> float | None:
        """The seconds until what has failed `attempt` times is tried again; None for never."""
        if attempt >= ATTEMPTS:
            self._given_up += 1
            return None
        return 0.0 if self._given_up >= GIVEN_UP else PAUSES[attempt - 1]

    def went_well(self, attempt: int) -> None:
        """At its `attempt`-th time, a submission was graded."""
        if attempt > 1:
            self._given_up = 0
