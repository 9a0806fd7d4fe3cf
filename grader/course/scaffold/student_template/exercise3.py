"""Gradient descent with momentum. You may import numpy."""


class Momentum:
    """Gradient descent with momentum."""

    def __init__(self, learning_rate, momentum):
        raise NotImplementedError

    def step(self, gradient):
        """Returns what is added to the weights, an array like `gradient`.

        That is -learning_rate * v, where v = momentum * (v of the step before, at first 0) + gradient.
        """
        raise NotImplementedError
