"""Exercise 4: six optimizers on one small convolutional network (UCI digits, 8x8, ten epochs, batches of 64)."""

import torch
from torch import nn


def build_network(input_shape, classes):
    """Two convolutions, each followed by max pooling, then one linear layer. Returns logits: no softmax."""
    channels, height, width = input_shape
    return nn.Sequential(
        nn.Conv2d(channels, 8, kernel_size=3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 16, kernel_size=3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(16 * (height // 4) * (width // 4), classes),
    )


OPTIMIZERS = {
    "Adadelta": lambda params: torch.optim.Adadelta(params, lr=1.0),
    "Adagrad": lambda params: torch.optim.Adagrad(params, lr=0.05),
    "Adam": lambda params: torch.optim.Adam(params, lr=0.01),
    "RMSprop": lambda params: torch.optim.RMSprop(params, lr=0.002),
    "SGD": lambda params: torch.optim.SGD(params, lr=0.05, momentum=0.9),
    "LBFGS": lambda params: torch.optim.LBFGS(params, max_iter=4, history_size=10, line_search_fn="strong_wolfe"),
}


def make_optimizer(name, params):
    return OPTIMIZERS[name](params)


def train_epoch(model, optimizer, batches, loss_fn):
    """One pass over the batches. Returns the mean of the losses before each step."""
    losses = []
    for x, y in batches:

        def closure():
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            return loss

        losses.append(float(optimizer.step(closure).detach()))
    return sum(losses) / max(len(losses), 1)
