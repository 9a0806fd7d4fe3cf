class Momentum:
    def __init__(self, learning_rate, momentum):
        self.settings = learning_rate, momentum
        self.gradients = []

    def step(self, gradient):
        learning_rate, momentum = self.settings
        self.gradients.append(gradient)
        terms = [momentum**age * past for age, past in enumerate(reversed(self.gradients))]
        return -learning_rate * sum(terms)
