"""The one problem that every grader gets in `klass`: max pooling and a convolution, four checks, equal for all.

Each check takes the student's function, raises AssertionError where its gradient is wrong, and returns True otherwise.
"""

import numpy as np

STEP, RTOL, ATOL = 2.0**-10, 1e-7, 1e-8


def numerical(loss, at):
    """The central difference of `loss` at an array, entry by entry."""
    gradient = np.zeros(at.shape)
    for place in np.ndindex(at.shape):
        bump = np.zeros(at.shape)
        bump[place] = STEP
        gradient[place] = (loss(at + bump) - loss(at - bump)) / (2 * STEP)
    return gradient


def pool(X):
    n, c, h, w = X.shape
    return X[:, :, : h // 2 * 2, : w // 2 * 2].reshape(n, c, h // 2, 2, w // 2, 2).max(axis=(3, 5))


def convolve(X, w):
    padded = np.pad(X, 1)
    rows, columns = X.shape
    return sum(w[a, b] * padded[a : a + rows, b : b + columns] for a in range(3) for b in range(3))


def _pool_agrees(function, shape, seed):
    rng = np.random.default_rng(seed)
    X = (rng.permutation(int(np.prod(shape))) + 1.0).reshape(shape) / 8
    dY = rng.integers(1, 64, pool(X).shape) / 16
    expected = numerical(lambda at: float((pool(at) * dY).sum()), X)
    np.testing.assert_allclose(np.asarray(function(dY, X)), expected, rtol=RTOL, atol=ATOL)
    return True


def pool_even(function):
    return _pool_agrees(function, (2, 2, 4, 6), 1)


def pool_odd(function):
    return _pool_agrees(function, (1, 2, 5, 3), 2)


def convolution_input(function):
    rng = np.random.default_rng(3)
    dY, w = rng.integers(1, 64, (5, 6)) / 16, rng.integers(1, 64, (3, 3)) / 16
    expected = numerical(lambda at: float((convolve(at, w) * dY).sum()), np.zeros((5, 6)))
    np.testing.assert_allclose(np.asarray(function(dY, w)), expected, rtol=RTOL, atol=ATOL)
    return True


def convolution_weight(function):
    rng = np.random.default_rng(4)
    dY, X = rng.integers(1, 64, (5, 6)) / 16, rng.integers(1, 64, (5, 6)) / 16
    expected = numerical(lambda at: float((convolve(X, at) * dY).sum()), np.zeros((3, 3)))
    np.testing.assert_allclose(np.asarray(function(dY, X)), expected, rtol=RTOL, atol=ATOL)
    return True
