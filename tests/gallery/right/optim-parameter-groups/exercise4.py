import torch
from torch import nn

def build_network(input_shape, classes):
    channels, height, width = input_shape
    return nn.Sequential(
        nn.Flatten(), nn.Linear(channels * height * width, 48), nn.ReLU(), nn.Linear(48, classes)
    )

def make_optimizer(name, params):
    params = list(params)
    if name == "LBFGS":  # knows one group only
        return torch.optim.LBFGS(params, max_iter=4, history_size=10, line_search_fn="strong_wolfe")
    rates = {"Adadelta": 1.0, "Adagrad": 0.03, "Adam": 0.003, "RMSprop": 0.002, "SGD": 0.2}
    groups = [
        {"params": [p for p in params if p.dim() > 1], "weight_decay": 1e-4},
        {"params": [p for p in params if p.dim() <= 1], "lr": 0.5 * rates[name]},
    ]
    return getattr(torch.optim, name)(groups, lr=rates[name])

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
