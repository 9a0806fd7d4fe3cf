"""The layers of a neural network. You may import numpy.

A forward function returns its output and a cache: whatever its backward function will need. A backward function gets
`dout`, the gradient of the loss by that output, and returns the gradients by the forward function's inputs.
"""


def affine_forward(x, w, b):
    """Each sample, flattened, times w, plus b.

    x: (N, d_1, ..., d_k), w: (D, M) with D = d_1·...·d_k, b: (M,). Returns out (N, M), cache.
    """
    raise NotImplementedError


def affine_backward(dout, cache):
    """dout: (N, M). Returns dx, dw, db, each of the shape of what it is the gradient of."""
    raise NotImplementedError


def relu_forward(x):
    """max(x, 0), entry by entry; x of any shape. Returns out, cache."""
    raise NotImplementedError


def relu_backward(dout, cache):
    """dout like x. Returns dx."""
    raise NotImplementedError


def softmax_loss(x, y):
    """The mean over the samples of -log(softmax(scores) of the right class).

    x: (N, C), y: (N,), the right class of each sample. Returns loss, dx. Scores may be in the thousands.
    """
    raise NotImplementedError


def svm_loss(x, y):
    """The mean over the samples of the sum over the wrong classes of max(0, score - right score + 1).

    x: (N, C), y: (N,). Returns loss, dx.
    """
    raise NotImplementedError


def batchnorm_forward(x, gamma, beta, bn_param):
    """gamma·(x - mean) / sqrt(variance + eps) + beta, feature by feature.

    x: (N, D), gamma, beta: (D,). bn_param is a dict:
    - mode: "train" (mean and uncorrected variance of this batch) or "test" (running_mean and running_var)
    - eps: default 1e-5; momentum: default 0.9
    - running_mean, running_var: (D,), zeros at first. In training each is replaced, in the dict, by
      momentum·itself + (1 - momentum)·this batch's.
    Returns out (N, D), cache.
    """
    raise NotImplementedError


def batchnorm_backward(dout, cache):
    """Of the forward pass in training. dout: (N, D). Returns dx, dgamma, dbeta."""
    raise NotImplementedError


def batchnorm_backward_alt(dout, cache):
    """The same with one formula for dx, which you have simplified on paper."""
    raise NotImplementedError


def dropout_forward(x, dropout_param):
    """Inverted dropout. dropout_param is a dict:

    - p: we keep each neuron output with probability p. (In some years p was the probability of dropping it.)
    - mode: "train" (entries are dropped, and those that are kept are scaled so that the mean stays) or "test"
    - seed: where it is there, call np.random.seed with it first
    Returns out, cache.
    """
    raise NotImplementedError


def dropout_backward(dout, cache):
    """dout like x. Returns dx."""
    raise NotImplementedError


def conv_forward_naive(x, w, b, conv_param):
    """Each filter at each place: a cross-correlation over all channels, plus the filter's bias.

    x: (N, C, H, W), w: (F, C, HH, WW), b: (F,). conv_param is a dict: stride, and pad, how many rings of zeros are put
    around each map. Returns out (N, F, H', W') with H' = 1 + (H + 2·pad - HH) / stride, and W' alike; cache.
    """
    raise NotImplementedError


def conv_backward_naive(dout, cache):
    """dout: (N, F, H', W'). Returns dx, dw, db."""
    raise NotImplementedError


def max_pool_forward_naive(x, pool_param):
    """The maximum of each window.

    x: (N, C, H, W). pool_param is a dict: pool_height, pool_width, stride.
    Returns out (N, C, H', W') with H' = 1 + (H - pool_height) / stride, and W' alike; cache.
    """
    raise NotImplementedError


def max_pool_backward_naive(dout, cache):
    """dout: (N, C, H', W'). Returns dx."""
    raise NotImplementedError
