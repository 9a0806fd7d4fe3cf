class Momentum:
    def __init__(self, learning_rate, momentum):
        self.learning_rate = learning_rate

    def step(self, gradient):
        return -self.learning_rate * gradient
