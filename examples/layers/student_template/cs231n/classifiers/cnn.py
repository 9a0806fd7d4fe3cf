"""A small convolutional network. You may import numpy."""

import numpy as np

from ..fast_layers import *
from ..layer_utils import *
from ..layers import *


class ThreeLayerConvNet:
    """conv - relu - 2x2 max pool - affine - relu - affine - softmax.

    `layer_utils` has conv_relu_pool_forward and conv_relu_pool_backward.
    """

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
        """Fill self.params, a dict: W1, b1 of the convolution, W2, b2 of the hidden layer, W3, b3 of the output layer.

        The convolution has stride 1 and keeps the size of the map, which is even. Weights are normal with mean 0 and
        standard deviation weight_scale, biases zero. reg is the strength of L2.
        """
        raise NotImplementedError

    def loss(self, X, y=None):
        """X: (N, C, H, W). Scores, or loss and grads, as in TwoLayerNet; all three weights are regularised."""
        raise NotImplementedError
