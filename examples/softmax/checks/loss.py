"""What is right: the derivative of the mean cross-entropy, by the complex step.

Im L(z + ih e_k) / h is dL/dz_k up to terms in h², with no subtraction and so no rounding (Squire and Trapp, SIAM
Review 40, 1998).
"""

from typing import Any

import numpy as np

from grader.api import Verdict

STEP = 1e-30  # h² vanishes beside 1 in binary64
TOLERANCE = 1e-9  # some thousand roundings of binary64


def mean_cross_entropy(logits: np.ndarray, labels: np.ndarray) -> Any:
    """The loss of logits (N, C), real or complex, at labels (N,)."""
    shifted = logits - logits.real.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(shifted).sum(axis=1))
    return (log_sum - shifted[np.arange(len(labels)), labels]).mean()


def gradient(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """dL/dlogits, shape (N, C)."""
    result = np.empty_like(logits)
    for index in np.ndindex(*logits.shape):
        moved = logits.astype(complex)
        moved[index] += 1j * STEP
        result[index] = mean_cross_entropy(moved, labels).imag / STEP
    return result


def judge(backward: Any, logits: np.ndarray, labels: np.ndarray) -> Verdict:
    """Asks for one gradient and compares it."""
    got = backward(logits, labels)
    if not isinstance(got, np.ndarray) or got.shape != logits.shape:
        return Verdict.failed(f"The gradient must be an array of the logits' shape {logits.shape}.", "wrong-shape")
    expected = gradient(logits, labels)
    if np.all(np.abs(got - expected) <= TOLERANCE * (1 + np.abs(expected))):
        return Verdict.passed()
    if np.allclose(got, expected * len(labels), rtol=TOLERANCE, atol=TOLERANCE) and len(labels) > 1:
        return Verdict.failed("This is the gradient of the sum over the batch; the loss is its mean.", "sum-for-mean")
    return Verdict.failed("The gradient differs from the numerical derivative of the loss.")
