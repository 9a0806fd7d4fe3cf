import torch
from torch import nn


def build_network(input_shape, classes):
    c, h, w = input_shape
    return nn.Sequential(
        nn.Conv2d(c, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(8 * (h // 2) * (w // 2), classes)
    )


def make_optimizer(name, params):
    rates = {"Adadelta": 1.0, "Adagrad": 0.05, "Adam": 0.01, "RMSprop": 0.005, "SGD": 0.3, "LBFGS": 1.0}
    more = {"max_iter": 4, "line_search_fn": "strong_wolfe"} if name == "LBFGS" else {}
    return getattr(torch.optim, name)(list(params)[-2:], lr=rates[name], **more)


def train_epoch(model, optimizer, batches, loss_fn):
    losses = []
    for x, y in batches:

        def closure():
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            return loss

        losses.append(float(optimizer.step(closure)))
    return sum(losses) / len(losses)


RESULTS = {}
CLAIMS = []
