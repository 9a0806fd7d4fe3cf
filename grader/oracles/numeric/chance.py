"""What can be said of random answers with hardly a false alarm: bounds that hold for any number of draws."""

import numpy as np

from grader.oracles.numeric.arrays import Floats

FALSE_ALARM = 1e-9  # the chance at most that a right answer is called wrong, for one array


def is_plausible_count(count: int, size: int, probability: float) -> bool:
    """Whether `count` of `size` independent draws may have come out, each with this probability.

    The chance of a share q or one further out is at most 2·exp(-size·KL(q, p)) (Hoeffding 1963, theorem 1).
    """
    shares = ((count / size, probability), (1 - count / size, 1 - probability))
    return bool(
        size * sum(share * np.log(share / chance) for share, chance in shares if share) <= np.log(2 / FALSE_ALARM)
    )


def may_be_normal(values: Floats) -> bool:
    """Whether values may be standard normal, by their mean and their mean square.

    Bounds: Laurent, Massart: Adaptive Estimation of a Quadratic Functional, 2000, lemma 1, and the Gaussian tail; each
    side of each is passed by chance with a probability of FALSE_ALARM / 4 at most.
    """
    size, t = values.size, np.log(4 / FALSE_ALARM)
    low, high = 1 - 2 * np.sqrt(t / size), 1 + 2 * np.sqrt(t / size) + 2 * t / size
    square, mean = (values**2).mean(), abs(values.mean())
    return bool(np.isfinite(values).all() and low <= square <= high and mean <= np.sqrt(2 * t / size))
