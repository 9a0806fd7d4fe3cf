"""Six points for networks that are put together from layers."""

from typing import Any

import numpy as np
from layer import Rng
from network import Network

from grader.api import Verdict, fetch, module, points
from grader.oracles.layers import Shapes, affine, conv, judge_parameters, max_pool, relu
from grader.oracles.numeric import Numbers

fc_net = module("cs231n.classifiers.fc_net")
cnn = module("cs231n.classifiers.cnn")


def two_layer_scores(X: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Numbers:
    return affine(relu(affine(X, W1, b1)), W2, b2)


def conv_net_scores(X: Any, W1: Any, b1: Any, **others: Any) -> Numbers:
    maps = max_pool(relu(conv(X, W1, b1, 1, (W1.shape[2] - 1) // 2)), 2, 2, 2)
    return two_layer_scores(maps, *others.values())


def two_layer_shapes(inputs: int, hidden: int, classes: int) -> Shapes:
    return {"W1": (inputs, hidden), "b1": (hidden,), "W2": (hidden, classes), "b2": (classes,)}


def conv_net_shapes(image: tuple[int, ...], filters: int, size: int, hidden: int, classes: int) -> Shapes:
    channels, height, width = image
    pooled = filters * (height // 2) * (width // 2)
    return {
        "W1": (filters, channels, size, size),
        "b1": (filters,),
        **_renamed(two_layer_shapes(pooled, hidden, classes)),
    }


def _renamed(shapes: Shapes) -> Shapes:
    return {f"{name[0]}{int(name[1]) + 1}": shape for name, shape in shapes.items()}


def draw_two_layers(rng: Rng) -> tuple[tuple[int, ...], Shapes]:
    samples, inputs, hidden, classes = rng.permutation([3, 4, 5, 6]).tolist()
    return (samples, inputs), two_layer_shapes(inputs, hidden, classes)


def draw_conv_net(rng: Rng) -> tuple[tuple[int, ...], Shapes]:
    """A map's height and width are even, and differ."""
    samples, filters, hidden, classes = rng.permutation([2, 3, 4, 5]).tolist()
    image = (2, *rng.permutation([4, 6]).tolist())
    return (samples, *image), conv_net_shapes(image, filters, 3, hidden, classes)


def make_two_layers(fc_net: Any, X: Any, shapes: Shapes, weight_scale: float, reg: float) -> Any:
    return fc_net.TwoLayerNet(*shapes["W1"], *shapes["b2"], weight_scale, reg)


def make_conv_net(cnn: Any, X: Any, shapes: Shapes, weight_scale: float, reg: float) -> Any:
    filters, _, size, _ = shapes["W1"]
    return cnn.ThreeLayerConvNet(X.shape[1:], filters, size, *shapes["W3"], weight_scale, reg)


def new_parameters(net: Any, shapes: Shapes) -> dict[str, Any]:
    return {name: fetch(net.params[name]) for name in shapes}


KINDS = {"weights": "W", "biases": "b"}  # of parameters, by the first letter of their names
TWO_LAYERS = Network("TwoLayerNet(*W1.shape, len(b2), reg=reg)", two_layer_scores, make_two_layers, draw_two_layers)
CONV_NET = Network(
    "ThreeLayerConvNet(X.shape[1:], len(b1), W1.shape[2], *W3.shape, reg=reg)",
    *(conv_net_scores, make_conv_net, draw_conv_net),
)


@points("2.1")
def check_two_layer_parameters(fc_net: Any, rng: Rng) -> Verdict:
    """A new two-layer network has normal weights of the given spread, and biases of zero."""
    shapes, scale = two_layer_shapes(*rng.permutation([20, 30, 40]).tolist()), round(rng.uniform(0.005, 0.05), 4)
    net = make_two_layers(fc_net, None, shapes, scale, 0.0)
    return judge_parameters(new_parameters(net, shapes), shapes, scale)


@points("2.2")
def check_two_layer_loss(fc_net: Any, rng: Rng) -> Verdict:
    """Scores, and the loss with its regularisation."""
    return TWO_LAYERS.judge_loss(fc_net, rng)


@points("2.3", part=[*KINDS])
def check_two_layer_gradients(fc_net: Any, rng: Rng, part: str) -> Verdict:
    """The gradients of the weights W1 and W2, or of the biases b1 and b2, are right."""
    return TWO_LAYERS.judge_gradients(fc_net, rng, KINDS[part])


@points("3.1")
def check_conv_net_parameters(cnn: Any, rng: Rng) -> Verdict:
    """A new convolutional network has normal weights of the given spread, and biases of zero."""
    image, scale = (3, *rng.permutation([4, 6]).tolist()), round(rng.uniform(0.005, 0.05), 4)
    shapes = conv_net_shapes(image, *rng.permutation([5, 7, 11, 13]).tolist())
    net = make_conv_net(cnn, np.zeros((1, *image)), shapes, scale, 0.0)
    return judge_parameters(new_parameters(net, shapes), shapes, scale)


@points("3.2")
def check_conv_net_loss(cnn: Any, rng: Rng) -> Verdict:
    """The convolutional network's scores, and the loss with its regularisation."""
    return CONV_NET.judge_loss(cnn, rng)


@points("3.3", part=[*KINDS])
def check_conv_net_gradients(cnn: Any, rng: Rng, part: str) -> Verdict:
    """The gradients of the weights W1, W2 and W3, or of the biases b1, b2 and b3, are right."""
    return CONV_NET.judge_gradients(cnn, rng, KINDS[part])
