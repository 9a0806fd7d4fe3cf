"""Detects a network that knows the classes before it has been trained, even where its outputs hide that.

A network that comes trained can hide it: with its outputs negated, permuted, or passed through a last layer of random
weights it gets hardly an image right before the first epoch. A linear classifier on its outputs, fitted on half of the
held-out images, still tells the classes of the other half apart. On a network with random weights, it does so no better
than on a random projection of the pixels.
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
    """The share of the held-out images that a linear classifier on the `logits` (m, classes) gets right, if that is
    more than random weights allow; else None. `max_errors` is in errors of a classifier on a random projection."""
    if not np.isfinite(logits).all():
        return None
    projected = _projected(images, seed)
    read = _read_share(logits, images.truth, images.classes)
    knows = projected <= MAX_PROJECTED and 1 - read < max_errors * (1 - projected)
    return read if knows else None


def _projected(images: Images, seed: int) -> float:
    """The share that the classifier gets right on a random projection of the pixels to `classes` numbers."""
    rng = np.random.default_rng(seed)
    pixels = images.held_out.reshape(len(images.held_out), -1).astype(np.float64)
    shares = [
        _read_share(pixels @ rng.normal(size=(pixels.shape[1], images.classes)), images.truth, images.classes)
        for _ in range(PROJECTIONS)
    ]
    return float(np.median(shares))


def _read_share(features: np.ndarray, truth: np.ndarray, classes: int) -> float:
    """The share that least squares gets right, fitted on each half of the images and tested on the other."""
    scaled = features.astype(np.float64) / max(float(np.abs(features).max()), np.finfo(np.float64).tiny)
    centred = scaled - scaled.mean(axis=0)
    spread = centred.std(axis=0)
    design = np.hstack([centred / np.where(spread > 0, spread, 1.0), np.ones((len(centred), 1))])
    goals, fitted = np.eye(classes)[truth], np.arange(len(truth)) % 2 == 0
    right = sum(_right(design[half], goals[half], design[~half], truth[~half]) for half in (fitted, ~fitted))
    return right / len(truth)


def _right(design: np.ndarray, goals: np.ndarray, test_design: np.ndarray, test_truth: np.ndarray) -> int:
    """How many rows of `test_design` are classified right after fitting on `design`, by ridge regression."""
    weights = np.linalg.solve(design.T @ design + _RIDGE * np.eye(design.shape[1]), design.T @ goals)
    return int(((test_design @ weights).argmax(axis=1) == test_truth).sum())
