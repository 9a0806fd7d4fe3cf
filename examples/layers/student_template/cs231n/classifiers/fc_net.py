"""A network of two affine layers. You may import numpy."""

from ..layer_utils import *
from ..layers import *


class TwoLayerNet:
    """affine - relu - affine - softmax. `layer_utils` has affine_relu_forward and affine_relu_backward."""

    def __init__(self, input_dim=3 * 32 * 32, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0):
        """Fill self.params, a dict: W1 (input_dim, hidden_dim), b1, W2 (hidden_dim, num_classes), b2.

        Weights are normal with mean 0 and standard deviation weight_scale, biases zero. reg is the strength of L2.
        """
        raise NotImplementedError

    def loss(self, X, y=None):
        """X: (N, d_1, ..., d_k). Without labels, returns the scores (N, C).

        With y: (N,), returns loss and grads: the softmax loss plus 0.5·reg·(sum of squares of W1 and W2), and a dict of
        its gradients under the names of self.params.
        """
        raise NotImplementedError
