"""Six points for networks that are put together from layers."""

from collections.abc import Callable
from typing import Any

import numpy as np
from layer import Rng
from mathematics import conv_net_loss, conv_net_scores, two_layer_loss, two_layer_scores
from network import Network, first_failed, judge_parameters

from grader.api import Verdict, module, points

fc_net = module("cs231n.classifiers.fc_net")
cnn = module("cs231n.classifiers.cnn")

SPREAD = 0.3  # of parameters of ours: large enough for every part of the network to matter
TWO_LAYERS = Network("TwoLayerNet(*W1.shape, len(b2), reg=reg)", two_layer_scores, two_layer_loss)
CONV_NET = Network(
    "ThreeLayerConvNet(X.shape[1:], len(b1), W1.shape[2], len(b2), len(b3), reg=reg)", conv_net_scores, conv_net_loss
)


def drawn(rng: Rng, shapes: dict[str, tuple[int, ...]]) -> dict[str, Any]:
    return {name: SPREAD * rng.normal(size=shape) for name, shape in shapes.items()}


def labelled(rng: Rng, X: Any, classes: int) -> dict[str, Any]:
    reg = np.array(round(rng.uniform(0.2, 0.9), 3))
    return {"X": X, "y": rng.integers(0, classes, len(X)), "reg": reg}


def two_layers(rng: Rng, fc_net: Any) -> tuple[Callable[[float], Any], dict[str, Any], dict[str, Any]]:
    """How to build a network with a strength of regularisation, what to ask it about, and its parameters."""
    samples, inputs, hidden, classes = (int(size) for size in rng.permutation([3, 4, 5, 6]))
    shapes = {"W1": (inputs, hidden), "b1": (hidden,), "W2": (hidden, classes), "b2": (classes,)}
    X = rng.normal(size=(samples, inputs))
    return (
        lambda reg: fc_net.TwoLayerNet(inputs, hidden, classes, 1e-2, reg),
        labelled(rng, X, classes),
        drawn(rng, shapes),
    )


def conv_net(rng: Rng, cnn: Any) -> tuple[Callable[[float], Any], dict[str, Any], dict[str, Any]]:
    """The same; a map's height and width are even, and differ."""
    samples, filters, hidden, classes = (int(size) for size in rng.permutation([2, 3, 4, 5]))
    height, width = rng.permutation([4, 6])
    X = rng.normal(size=(samples, 2, height, width))
    shapes = {
        "W1": (filters, 2, 3, 3),
        "b1": (filters,),
        "W2": (filters * height * width // 4, hidden),
        "b2": (hidden,),
        "W3": (hidden, classes),
        "b3": (classes,),
    }
    images = cnn.keep(X[0]).shape  # a tuple, as students know it
    return (
        lambda reg: cnn.ThreeLayerConvNet(images, filters, 3, hidden, classes, 1e-2, reg),
        labelled(rng, X, classes),
        drawn(rng, shapes),
    )


@points("2.1")
def check_two_layer_parameters(fc_net: Any, rng: Rng) -> Verdict:
    """A new two-layer network has normal weights of the given spread, and biases of zero."""
    inputs, hidden, classes = (int(size) for size in rng.permutation([20, 30, 40]))
    scale = round(rng.uniform(0.005, 0.05), 4)
    shapes = {"W1": (inputs, hidden), "b1": (hidden,), "W2": (hidden, classes), "b2": (classes,)}
    return judge_parameters(fc_net.TwoLayerNet(inputs, hidden, classes, scale, 0.0), shapes, scale)


@points("2.2")
def check_two_layer_loss(fc_net: Any, rng: Rng) -> Verdict:
    """Scores, and the loss with its regularisation."""
    build, inputs, params = two_layers(rng, fc_net)
    return first_failed(
        [
            lambda: TWO_LAYERS.judge_scores(build, inputs["X"], params),
            lambda: TWO_LAYERS.judge_loss(build, inputs, params),
        ]
    )


@points("2.3", part="weights")
def check_two_layer_weights(fc_net: Any, rng: Rng) -> Verdict:
    """The gradients of W1 and W2 are right."""
    return TWO_LAYERS.judge_gradients(*two_layers(rng, fc_net), "W")


@points("2.3", part="biases")
def check_two_layer_biases(fc_net: Any, rng: Rng) -> Verdict:
    """The gradients of b1 and b2 are right."""
    return TWO_LAYERS.judge_gradients(*two_layers(rng, fc_net), "b")


@points("3.1")
def check_conv_net_parameters(cnn: Any, rng: Rng) -> Verdict:
    """A new convolutional network has normal weights of the given spread, and biases of zero."""
    filters, size, hidden, classes = (int(size) for size in rng.permutation([5, 7, 11, 13]))
    height, width = (int(length) for length in rng.permutation([4, 6]))
    scale = round(rng.uniform(0.005, 0.05), 4)
    shapes = {
        "W1": (filters, 3, size, size),
        "b1": (filters,),
        "W2": (filters * height * width // 4, hidden),
        "b2": (hidden,),
        "W3": (hidden, classes),
        "b3": (classes,),
    }
    images = cnn.keep(np.zeros((3, height, width))).shape
    net = cnn.ThreeLayerConvNet(images, filters, size, hidden, classes, scale, 0.0)
    return judge_parameters(net, shapes, scale)


@points("3.2")
def check_conv_net_loss(cnn: Any, rng: Rng) -> Verdict:
    """Scores, and the loss with its regularisation."""
    build, inputs, params = conv_net(rng, cnn)
    return first_failed(
        [
            lambda: CONV_NET.judge_scores(build, inputs["X"], params),
            lambda: CONV_NET.judge_loss(build, inputs, params),
        ]
    )


@points("3.3", part="weights")
def check_conv_net_weights(cnn: Any, rng: Rng) -> Verdict:
    """The gradients of W1, W2 and W3 are right."""
    return CONV_NET.judge_gradients(*conv_net(rng, cnn), "W")


@points("3.3", part="biases")
def check_conv_net_biases(cnn: Any, rng: Rng) -> Verdict:
    """The gradients of b1, b2 and b3 are right."""
    return CONV_NET.judge_gradients(*conv_net(rng, cnn), "b")
