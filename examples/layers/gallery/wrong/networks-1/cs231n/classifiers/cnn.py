"""A small convolutional network, put together from the layers."""

import numpy as np

from ..fast_layers import *
from ..layer_utils import *
from ..layers import *


class ThreeLayerConvNet:
    """conv - relu - 2x2 max pool - affine - relu - affine - softmax."""

    def __init__(
        self,
        input_dim=(3, 32, 32),
        num_filters=32,
        filter_size=7,
        hidden_dim=100,
        num_classes=10,
        weight_scale=1e-3,
        reg=0.0,
        dtype=np.float32,
    ):
        """Weights are normal with standard deviation `weight_scale`, biases zero; `reg` is the strength of L2."""
        channels, height, width = input_dim
        pooled = num_filters * (height // 2) * (width // 2)
        self.reg = reg
        self.dtype = dtype
        self.params = {
            "W1": np.random.randn(num_filters, channels, filter_size, filter_size),
            "b1": np.zeros(num_filters),
            "W2": weight_scale * np.random.randn(pooled, hidden_dim),
            "b2": np.zeros(hidden_dim),
            "W3": weight_scale * np.random.randn(hidden_dim, num_classes),
            "b3": np.zeros(num_classes),
        }
        self.params = {name: value.astype(dtype) for name, value in self.params.items()}

    def loss(self, X, y=None):
        """X: (N, C, H, W) -> the scores (N, classes); with labels y: (N,), the loss and a dict of its gradients."""
        params = self.params
        conv_param = {"stride": 1, "pad": (params["W1"].shape[2] - 1) // 2}  # the map keeps its size
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
        pooled, pooled_cache = conv_relu_pool_forward(X, params["W1"], params["b1"], conv_param, pool_param)
        hidden, hidden_cache = affine_relu_forward(pooled, params["W2"], params["b2"])
        scores, scores_cache = affine_forward(hidden, params["W3"], params["b3"])
        if y is None:
            return scores
        loss, dscores = softmax_loss(scores, y)
        grads = {}
        dhidden, grads["W3"], grads["b3"] = affine_backward(dscores, scores_cache)
        dpooled, grads["W2"], grads["b2"] = affine_relu_backward(dhidden, hidden_cache)
        _, grads["W1"], grads["b1"] = conv_relu_pool_backward(dpooled, pooled_cache)
        for name in ("W1", "W2", "W3"):
            pass
        return loss, grads
