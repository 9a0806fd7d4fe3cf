"""The layers of neural networks: what they compute, how courses ask for them, what a network begins with.

    AFFINE = CachedLayer("affine_forward", "affine_backward", ("x", "w", "b"), (), ("dx", "dw", "db"), affine, draw)
    verdict = judge(AFFINE.asks_backward(layers, "dx"), AFFINE.backward_question("dx", rng))

Knows no exercise. Runs on the trusted side.
"""

from grader.oracles.layers.cached_layer import CachedLayer, Inputs
from grader.oracles.layers.dropout_mask import dropout_mask, judge_dropout
from grader.oracles.layers.forward_passes import (
    affine,
    batchnorm,
    batchnorm_at_test_time,
    conv,
    max_pool,
    padded,
    relu,
    softmax_loss,
    svm_loss,
    windows,
)
from grader.oracles.layers.initial_parameters import Shapes, judge_parameters

__all__ = [
    "CachedLayer",
    "Inputs",
    "Shapes",
    "affine",
    "batchnorm",
    "batchnorm_at_test_time",
    "conv",
    "dropout_mask",
    "judge_dropout",
    "judge_parameters",
    "max_pool",
    "padded",
    "relu",
    "softmax_loss",
    "svm_loss",
    "windows",
]
