"""Does a network know the classes before it has been trained, whatever it calls them?

A network that comes trained need not show it: with its outputs turned round, exchanged, or led through a last layer of
random weights it gets hardly an image right before the first epoch. A linear reading of its outputs, fitted on half of
the held-out images, still tells the classes of the other half apart. That of a network with random weights does it as
well as a random projection of the pixels.
"""

import numpy as np

from grader.oracles.training.images import Images

# Read so, networks of twenty kinds with random weights get 0.37 to 0.77 of the digits right, trained ones 0.94, trained
# ones with a random last layer 0.86 to 0.92, and a table of the answers 1.0; a random projection gets 0.6 to 0.7.
MAX_ERRORS = 0.45  # of a random projection's: a network that makes fewer knows the classes
# The same of trained ones whose learning is shuffled: 0.42 to 0.79, and 0.9 and more where they know from elsewhere.
MAX_SHUFFLED_ERRORS = 0.3
MAX_PROJECTED = 0.8  # a random projection that gets more right leaves nothing to tell by
PROJECTIONS = 5  # of which the middle one counts
_RIDGE = 1e-3


def knows_classes(logits: np.ndarray, images: Images, seed: int, max_errors: float = MAX_ERRORS) -> float | None:
    """The share that a linear reading of the `logits` (m, classes) on the held-out images gets right, where it is more
    than random weights would let it; None where it is not. `max_errors` is in a random projection's."""
    if not np.isfinite(logits).all():
        return None
    projected = _projected(images, seed)
    read = _read_share(logits, images.truth, images.classes)
    knows = projected <= MAX_PROJECTED and 1 - read < max_errors * (1 - projected)
    return read if knows else None


def _projected(images: Images, seed: int) -> float:
    """The share that is right by a random projection of the pixels to as many numbers as there are classes."""
    rng = np.random.default_rng(seed)
    pixels = images.held_out.reshape(len(images.held_out), -1).astype(np.float64)
    shares = [
        _read_share(pixels @ rng.normal(size=(pixels.shape[1], images.classes)), images.truth, images.classes)
        for _ in range(PROJECTIONS)
    ]
    return float(np.median(shares))


def _read_share(features: np.ndarray, truth: np.ndarray, classes: int) -> float:
    """The share that is right by least squares on one half of the images, asked about the other, both ways round."""
    scaled = features.astype(np.float64) / max(float(np.abs(features).max()), np.finfo(np.float64).tiny)
    centred = scaled - scaled.mean(axis=0)
    spread = centred.std(axis=0)
    design = np.hstack([centred / np.where(spread > 0, spread, 1.0), np.ones((len(centred), 1))])
    goals, fitted = np.eye(classes)[truth], np.arange(len(truth)) % 2 == 0
    right = sum(_right(design[half], goals[half], design[~half], truth[~half]) for half in (fitted, ~fitted))
    return right / len(truth)


def _right(design: np.ndarray, goals: np.ndarray, test_design: np.ndarray, test_truth: np.ndarray) -> int:
    """How many of `asked` come out right."""
    weights = np.linalg.solve(design.T @ design + _RIDGE * np.eye(design.shape[1]), design.T @ goals)
    return int(((test_design @ weights).argmax(axis=1) == test_truth).sum())
