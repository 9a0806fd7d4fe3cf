import torch
from torch import nn

class Bare:
    """No subclass of torch's Optimizer, no param_groups, and names of its own for the hyper-parameters."""

    def __init__(self, params, learning_rate):
        self.params = list(params)
        self.learning_rate = learning_rate
        self.memory = [{} for _ in self.params]

    def zero_grad(self):
        for p in self.params:
            p.grad = None

    @torch.no_grad()
    def step(self):
        for p, memory in zip(self.params, self.memory):
            if p.grad is not None:
                p.sub_(self.learning_rate * self.direction(p.grad, memory))


class Momentum(Bare):
    def direction(self, g, memory):
        memory["v"] = 0.9 * memory.get("v", 0) + g
        return memory["v"]


class Adam(Bare):
    beta1, beta2, epsilon = 0.9, 0.999, 1e-8

    def direction(self, g, memory):
        memory["t"] = memory.get("t", 0) + 1
        memory["m"] = self.beta1 * memory.get("m", 0) + (1 - self.beta1) * g
        memory["v"] = self.beta2 * memory.get("v", 0) + (1 - self.beta2) * g**2
        m = memory["m"] / (1 - self.beta1 ** memory["t"])
        v = memory["v"] / (1 - self.beta2 ** memory["t"])
        return m / (v.sqrt() + self.epsilon)


class RMSprop(Bare):
    def direction(self, g, memory):
        memory["s"] = 0.9 * memory.get("s", 0) + 0.1 * g**2
        return g / (memory["s"].sqrt() + 1e-8)

def build_network(input_shape, classes):
    channels, height, width = input_shape
    return nn.Sequential(
        nn.Flatten(), nn.Linear(channels * height * width, 48), nn.ReLU(), nn.Linear(48, classes)
    )

def make_optimizer(name, params):
    if name == "Adadelta":
        return torch.optim.Adadelta(params, lr=1.0)
    if name == "Adagrad":
        return torch.optim.Adagrad(params, lr=0.03)
    if name == "Adam":
        return Adam(params, 0.003)
    if name == "RMSprop":
        return RMSprop(params, 0.002)
    if name == "SGD":
        return Momentum(params, 0.03)
    return torch.optim.LBFGS(params, max_iter=4, history_size=10, line_search_fn="strong_wolfe")

def train_epoch(model, optimizer, batches, loss_fn):
    losses = []
    for x, y in batches:
        def closure():
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            return loss

        if isinstance(optimizer, torch.optim.LBFGS):
            loss = optimizer.step(closure)
        else:
            loss = closure()
            optimizer.step()
        losses.append(loss.item())
    return sum(losses) / len(losses)
