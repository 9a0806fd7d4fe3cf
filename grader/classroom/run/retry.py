"""Decide how long to wait before a submission that failed through us is tried again.

Causes that make many submissions fail together, such as an engine that is restarted or a disk that is remounted, are
over in half a minute. So a failed submission waits, and it keeps its place meanwhile, so that no new one is started.
Once waiting has not helped a few submissions, the others are retried at once; as soon as a retry succeeds, waiting
starts again.
"""

ATTEMPTS = 3  # at one submission, before a fault of ours is believed to stay
PAUSES = (5.0, 30.0)  # seconds before the second attempt and the third: an engine is restarted in ten
GIVEN_UP = 3  # submissions for which waiting did not help, until nobody waits any more


class RetryPolicy:
    """The waiting of one run over a class."""

    def __init__(self) -> None:
        self._given_up = 0

    def pause(self, attempt: int) -> float | None:
        """The seconds until what has failed `attempt` times is tried again; None for never."""
        if attempt >= ATTEMPTS:
            self._given_up += 1
            return None
        return 0.0 if self._given_up >= GIVEN_UP else PAUSES[attempt - 1]

    def went_well(self, attempt: int) -> None:
        """Notes that a submission was graded at its `attempt`-th attempt."""
        if attempt > 1:
            self._given_up = 0
