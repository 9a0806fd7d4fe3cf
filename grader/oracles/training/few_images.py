"""Detects a network that knows the classes from elsewhere, by how little it needs to be told.

From one image of each class, a network that begins at random learns what these images look like, and does about as
well as their nearest neighbours. One that comes with knowledge, however it is hidden (constants behind a gate, a
trained network under a random layer, a table of answers), only has to find out how to use it.
"""

import numpy as np

from grader.oracles.training.images import Images

# Of nearest neighbours' errors on the same images. After 30 steps, networks of 19 kinds got at most 70 % of the digits
# right; trained ones behind gates, and a table of the answers, at least 89 %.
MAX_ERRORS = 0.5
MAX_NEAREST = 0.8  # where nearest neighbours get more right, little is left to tell by


def draw(images: Images, seed: int) -> list[int]:
    """The index of one training image of each class."""
    order = np.random.default_rng(seed).permutation(len(images.y))
    return [int(order[np.flatnonzero(images.y[order] == label)[0]]) for label in np.unique(images.y)]


def knows_more(accuracy: float, images: Images, chosen: list[int]) -> bool:
    """Whether a network that has seen only the `chosen` images gets more right than these can teach."""
    samples, others = (part.reshape(len(part), -1).astype(np.float64) for part in (images.x[chosen], images.held_out))
    nearest = ((others[:, None] - samples) ** 2).sum(axis=2).argmin(axis=1)
    share = float((images.y[chosen][nearest] == images.truth).mean())
    return share <= MAX_NEAREST and 1 - accuracy < MAX_ERRORS * (1 - share)
