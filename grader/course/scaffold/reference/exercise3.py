"""Gradient descent with momentum, solved."""


class Momentum:
    """Gradient descent with momentum (Polyak 1964): v = momentum * v + gradient."""

    def __init__(self, learning_rate, momentum):
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.velocity = 0.0

    def step(self, gradient):
        """What is added to the weights, an array like `gradient`."""
        self.velocity = self.momentum * self.velocity + gradient
        return -self.learning_rate * self.velocity
