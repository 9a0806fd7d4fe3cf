import torch
import torch.nn as nn
import torch.optim as optim


class Net(nn.Module):
    def __init__(self, inputs, classes):
        super().__init__()
        self.hidden = nn.Linear(inputs, 48)
        self.out = nn.Linear(48, classes)

    def forward(self, x):
        return self.out(torch.tanh(self.hidden(x.flatten(1))))


def build_network(input_shape, classes):
    c, h, w = input_shape
    return Net(c * h * w, classes)


def make_optimizer(name, params):
    if name == "Adadelta":
        return optim.Adadelta(params)
    if name == "Adagrad":
        return optim.Adagrad(params, lr=0.03)
    if name == "Adam":
        return optim.Adam(params, lr=0.003)
    if name == "RMSprop":
        return optim.RMSprop(params, lr=0.003)
    if name == "SGD":
        return optim.SGD(params, lr=0.1)
    return optim.LBFGS(params, max_iter=5, history_size=20, line_search_fn="strong_wolfe")


def train_epoch(model, optimizer, batches, loss_fn):
    model.train()
    total, count = 0.0, 0
    for x, y in batches:
        def closure():
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            return loss

        if isinstance(optimizer, optim.LBFGS):
            loss = optimizer.step(closure)
        else:
            loss = closure()
            optimizer.step()
        total += loss.item() * len(x)
        count += len(x)
    return total / count

RESULTS = {
    "Adadelta": {"train_loss": 0.1667, "test_accuracy": 0.9583},
    "Adagrad": {"train_loss": 0.1322, "test_accuracy": 0.9750},
    "Adam": {"train_loss": 0.1567, "test_accuracy": 0.9583},
    "RMSprop": {"train_loss": 0.1089, "test_accuracy": 0.9806},
    "SGD": {"train_loss": 0.4386, "test_accuracy": 0.9167},
    "LBFGS": {"train_loss": 0.2001, "test_accuracy": 0.9750},
}

CLAIMS = [
    ("SGD", "train_loss", ">", "RMSprop"),
    ("SGD", "test_accuracy", "<", "Adagrad"),
    ("LBFGS", "seconds_per_epoch", ">", "Adam"),
    ("LBFGS", "seconds_per_epoch", ">", "Adadelta"),
    ("Adam", "train_loss", "<", "SGD"),
    ("Adadelta", "test_accuracy", ">", "SGD"),
]
