"""Exercise 4: six optimizers on one small convolutional network (UCI digits, 8 x 8, ten epochs, batches of 64)."""

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


def make_optimizer(name, params):
    optim = torch.optim
    return {
        "Adadelta": lambda: optim.Adadelta(params, lr=1.0),
        "Adagrad": lambda: optim.Adagrad(params, lr=0.05),
        "Adam": lambda: optim.Adam(params, lr=0.01),
        "RMSprop": lambda: optim.RMSprop(params, lr=0.002),
        "SGD": lambda: optim.SGD(params, lr=0.05, momentum=0.9),
        "LBFGS": lambda: optim.LBFGS(params, max_iter=6, history_size=10, line_search_fn="strong_wolfe"),
    }[name]()


def train_epoch(model, optimizer, batches, loss_fn):
    """One pass over the batches; returns the mean of the losses before each step. All six take a closure.

    L-BFGS learns the curvature from differences between successive gradients, which drown in the noise of small
    batches: it gets all images at once.
    """
    if isinstance(optimizer, torch.optim.LBFGS):
        batches = as_one(batches)
    losses = []
    for x, y in batches:

        def closure(x=x, y=y):
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            return loss

        losses.append(optimizer.step(closure).item())
    return sum(losses) / max(len(losses), 1)


def as_one(batches):
    """All images and labels as a single batch."""
    parts = zip(*batches, strict=True)  # all images, all labels; nothing where there are no batches
    whole = tuple(torch.cat(part) for part in parts)
    return [whole] if whole else []


RESULTS = {
    "Adadelta": {"train_loss": 0.154, "test_accuracy": 0.9417},
    "Adagrad": {"train_loss": 0.0995, "test_accuracy": 0.9583},
    "Adam": {"train_loss": 0.0703, "test_accuracy": 0.9667},
    "RMSprop": {"train_loss": 0.1739, "test_accuracy": 0.9444},
    "SGD": {"train_loss": 0.075, "test_accuracy": 0.9694},
    "LBFGS": {"train_loss": 0.0707, "test_accuracy": 0.95},
}

CLAIMS = [
    ("LBFGS", "seconds_per_epoch", ">", "SGD"),
    ("LBFGS", "seconds_per_epoch", ">", "Adam"),
    ("Adam", "train_loss", "<", "Adadelta"),
    ("RMSprop", "train_loss", ">", "Adam"),
    ("SGD", "train_loss", "<", "RMSprop"),
    ("Adagrad", "epochs_to_target", "<", "Adadelta"),
]
