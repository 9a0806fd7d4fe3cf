"""The backward pass of softmax with cross-entropy, solved."""

import numpy as np


def softmax_cross_entropy_backward(logits, labels):
    """(softmax(logits) - onehot(labels)) / N, shape (N, C)."""
    exp = np.exp(logits - logits.max(axis=1, keepdims=True))  # shifted: softmax does not change, exp does not overflow
    probabilities = exp / exp.sum(axis=1, keepdims=True)
    probabilities[np.arange(len(labels)), labels] -= 1
    return probabilities / len(labels)
