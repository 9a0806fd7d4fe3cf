"""A network of two affine layers, put together from the layers."""

import numpy as np

from ..layer_utils import *
from ..layers import *


class TwoLayerNet:
    """affine - relu - affine - softmax."""

    def __init__(self, input_dim=3 * 32 * 32, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0):
        """Weights are normal with standard deviation `weight_scale`, biases zero; `reg` is the strength of L2."""
        self.reg = reg
        self.params = {
            "W1": weight_scale * np.random.randn(input_dim, hidden_dim),
            "b1": np.zeros(hidden_dim),
            "W2": weight_scale * np.random.randn(hidden_dim, num_classes),
            "b2": np.zeros(num_classes),
        }

    def loss(self, X, y=None):
        """X: (N, d_1, ..., d_k) -> the scores (N, C); with labels y: (N,), the loss and a dict of its gradients."""
        params = self.params
        hidden, hidden_cache = affine_relu_forward(X, params["W1"], params["b1"])
        scores, scores_cache = affine_relu_forward(hidden, params["W2"], params["b2"])
        if y is None:
            return scores
        loss, dscores = softmax_loss(scores, y)
        grads = {}
        dhidden, grads["W2"], grads["b2"] = affine_relu_backward(dscores, scores_cache)
        _, grads["W1"], grads["b1"] = affine_relu_backward(dhidden, hidden_cache)
        for name in ("W1", "W2"):
            loss += 0.5 * self.reg * (params[name] ** 2).sum()
            grads[name] += self.reg * params[name]
        return loss, grads
