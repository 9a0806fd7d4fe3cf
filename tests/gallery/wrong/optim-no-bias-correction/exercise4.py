import torch
from torch import nn

class ByHand(torch.optim.Optimizer):
    """What the five have in common: a state for each parameter and one update rule."""

    def __init__(self, params, **defaults):
        super().__init__(params, defaults)

    @torch.no_grad()
    def step(self, closure=None):
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    self.update(p, p.grad, self.state[p], group)
        return loss


class MySGD(ByHand):
    def update(self, p, g, state, group):
        v = state.get("v", torch.zeros_like(p))
        state["v"] = group["momentum"] * v + g
        p -= group["lr"] * state["v"]


class MyAdagrad(ByHand):
    def update(self, p, g, state, group):
        state["sum"] = state.get("sum", torch.zeros_like(p)) + g * g
        p -= group["lr"] * g / (state["sum"] + group["eps"])


class MyRMSprop(ByHand):
    def update(self, p, g, state, group):
        square = state.get("square", torch.zeros_like(p))
        state["square"] = group["alpha"] * square + (1 - group["alpha"]) * g**2
        p -= group["lr"] * g / (state["square"].sqrt() + group["eps"])


class MyAdadelta(ByHand):
    def update(self, p, g, state, group):
        rho, eps = group["rho"], group["eps"]
        square = rho * state.get("square", torch.zeros_like(p)) + (1 - rho) * g**2
        moves = state.get("moves", torch.zeros_like(p))
        delta = ((moves + eps) / (square + eps)).sqrt() * g
        state["square"], state["moves"] = square, rho * moves + (1 - rho) * delta**2
        p -= group["lr"] * delta


class MyAdam(ByHand):
    def update(self, p, g, state, group):
        b1, b2 = group["betas"]
        state["m"] = b1 * state.get("m", torch.zeros_like(p)) + (1 - b1) * g
        state["v"] = b2 * state.get("v", torch.zeros_like(p)) + (1 - b2) * g * g
        p -= group["lr"] * state["m"] / (state["v"].sqrt() + group["eps"])

def build_network(input_shape, classes):
    channels, height, width = input_shape
    return nn.Sequential(
        nn.Flatten(), nn.Linear(channels * height * width, 48), nn.ReLU(), nn.Linear(48, classes)
    )

def make_optimizer(name, params):
    if name == "LBFGS":
        return torch.optim.LBFGS(params, max_iter=4, history_size=10, line_search_fn="strong_wolfe")
    return {
        "Adadelta": lambda: MyAdadelta(params, lr=1.0, rho=0.9, eps=1e-6),
        "Adagrad": lambda: MyAdagrad(params, lr=0.03, eps=1e-10),
        "Adam": lambda: MyAdam(params, lr=0.003, betas=(0.9, 0.999), eps=1e-8),
        "RMSprop": lambda: MyRMSprop(params, lr=0.002, alpha=0.99, eps=1e-8),
        "SGD": lambda: MySGD(params, lr=0.1, momentum=0.5),
    }[name]()

def train_epoch(model, optimizer, batches, loss_fn):
    total = 0.0
    for x, y in batches:
        def closure():
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            return loss

        total += optimizer.step(closure).item()
    return total / len(batches)
