import torch
from torch import nn


def build_network(input_shape, classes):
    c, h, w = input_shape
    return nn.Sequential(
        nn.Conv2d(c, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(8 * (h // 2) * (w // 2), classes)
    )


class Plain(torch.optim.Optimizer):
    def __init__(self, params, lr, eps=1e-6):
        super().__init__(params, {"lr": lr})
        self.params, self.lr, self.eps = self.param_groups[0]["params"], lr, eps
        self.cache = [torch.zeros_like(p) for p in self.params]

    @torch.no_grad()
    def step(self, closure=None):
        for p, cache in zip(self.params, self.cache):
            p -= self.lr * self.direction(p.grad, cache)


class Adagrad(Plain):
    def direction(self, g, cache):
        cache += g**2
        return g / torch.sqrt(cache + self.eps)


class RMSprop(Plain):
    decay = 0.9

    def direction(self, g, cache):
        cache.mul_(self.decay).add_((1 - self.decay) * g**2)
        return g / torch.sqrt(cache + self.eps)


class SGD(Plain):
    """With the velocity of Sutskever's paper: v = mu v - lr g, w = w + v."""

    mu = 0.5

    @torch.no_grad()
    def step(self, closure=None):
        for p, v in zip(self.params, self.cache):
            v.mul_(self.mu).sub_(self.lr * p.grad)
            p += v


def warming(kind, steps=20):
    """A class of torch's, whose learning rate grows over the first steps; it is set when the step is taken."""

    class Warming(kind):
        done = 0

        def step(self, closure=None):
            self.done += 1
            for group in self.param_groups:
                group["lr"] = group["highest"] * min(1.0, self.done / steps)
            return super().step(closure)

    return Warming


class TwoLoops(torch.optim.Optimizer):
    """L-BFGS, one iteration a step, halving the step until Armijo's condition holds (Nocedal and Wright, 7.5)."""

    def __init__(self, params, memory=10):
        super().__init__(params, {})
        self.params, self.memory, self.s, self.y = self.param_groups[0]["params"], memory, [], []

    def gradient(self):
        return torch.cat([p.grad.flatten() for p in self.params])

    @torch.no_grad()
    def move(self, by):
        for p, part in zip(self.params, by.split([p.numel() for p in self.params])):
            p += part.view_as(p)

    def direction(self, g):
        q, weights = g.clone(), []
        for s, y in zip(reversed(self.s), reversed(self.y)):
            weights.append(s @ q / (s @ y))
            q -= weights[-1] * y
        if self.s:
            q *= self.s[-1] @ self.y[-1] / (self.y[-1] @ self.y[-1])
        for s, y, weight in zip(self.s, self.y, reversed(weights)):
            q += s * (weight - y @ q / (s @ y))
        return -q if self.s else -q / max(1.0, float(g.abs().sum()))

    def step(self, closure):
        loss = closure()
        g = self.gradient()
        d = self.direction(g)
        length, done = 1.0, 0.0
        for _ in range(12):
            self.move((length - done) * d)
            done = length
            if closure() <= loss + 1e-4 * length * (g @ d):
                break
            length /= 2
        s, y = done * d, self.gradient() - g
        if s @ y > 1e-10:
            self.s, self.y = [*self.s, s][-self.memory :], [*self.y, y][-self.memory :]
        return loss


def make_optimizer(name, params):
    if name == "Adagrad":
        return Adagrad(params, 0.05)
    if name == "RMSprop":
        return RMSprop(params, 0.002)
    if name == "SGD":
        return SGD(params, 0.03)
    if name == "LBFGS":
        return TwoLoops(params)
    kind, rate = (torch.optim.Adam, 0.01) if name == "Adam" else (torch.optim.Adadelta, 1.0)
    return warming(kind)([{"params": list(params), "highest": rate}], lr=rate)


def train_epoch(model, optimizer, batches, loss_fn):
    losses = []
    for x, y in batches:

        def closure():
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            return loss

        if isinstance(optimizer, TwoLoops):
            losses.append(optimizer.step(closure))
        else:
            losses.append(closure())
            optimizer.step()
    return torch.stack(losses).mean().detach()


MEASURED = """
Adadelta 0.1944 0.9500
Adagrad 0.1209 0.9694
Adam 0.0815 0.9750
RMSprop 0.3287 0.9222
SGD 0.4318 0.9000
LBFGS 0.0815 0.9278
"""


def __getattr__(name):
    if name != "RESULTS":
        raise AttributeError(name)
    rows = [line.split() for line in MEASURED.strip().splitlines()]
    return {key: {"train_loss": float(loss), "test_accuracy": float(accuracy)} for key, loss, accuracy in rows}


CLAIMS = [("SGD", "train_loss", ">", other) for other in ("Adadelta", "Adagrad", "Adam", "RMSprop", "LBFGS")]
