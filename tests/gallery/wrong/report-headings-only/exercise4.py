import torch
from torch import nn

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
        return torch.optim.Adam(params, lr=0.01)
    if name == "RMSprop":
        return torch.optim.RMSprop(params, lr=0.002)
    if name == "SGD":
        return torch.optim.SGD(params, lr=0.1)
    return torch.optim.LBFGS(params, max_iter=4, history_size=10, line_search_fn="strong_wolfe")

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

RESULTS = {
    "Adadelta": {"train_loss": 0.177, "test_accuracy": 0.95},
    "Adagrad": {"train_loss": 0.162, "test_accuracy": 0.956},
    "Adam": {"train_loss": 0.0719, "test_accuracy": 0.972},
    "RMSprop": {"train_loss": 0.18, "test_accuracy": 0.956},
    "SGD": {"train_loss": 0.43, "test_accuracy": 0.903},
    "LBFGS": {"train_loss": 0.0973, "test_accuracy": 0.956},
}

CLAIMS = [
    ("LBFGS", "seconds_per_epoch", ">", "SGD"),
    ("SGD", "train_loss", ">", "Adam"),
    ("Adagrad", "train_loss", "<", "SGD"),
    ("SGD", "test_accuracy", "<", "RMSprop"),
    ("Adadelta", "seconds_per_epoch", "<", "LBFGS"),
]
