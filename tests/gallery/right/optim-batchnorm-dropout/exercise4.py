import torch
from torch import nn


def build_network(input_shape, classes):
    c, h, w = input_shape
    return nn.Sequential(
        nn.Conv2d(c, 12, 3, padding=1),
        nn.BatchNorm2d(12),
        nn.ReLU(),
        nn.Conv2d(12, 12, 3, padding=1, stride=2),
        nn.BatchNorm2d(12),
        nn.ReLU(),
        nn.Dropout(0.25),
        nn.Flatten(),
        nn.Linear(12 * ((h + 1) // 2) * ((w + 1) // 2), classes),
    )


def make_optimizer(name, params):
    makers = {
        "Adadelta": lambda: torch.optim.Adadelta(params, lr=0.5, rho=0.95),
        "Adagrad": lambda: torch.optim.Adagrad(params, lr=0.02),
        "Adam": lambda: torch.optim.Adam(params),
        "RMSprop": lambda: torch.optim.RMSprop(params, lr=0.001, momentum=0.5),
        "SGD": lambda: torch.optim.SGD(params, lr=0.02, momentum=0.9, nesterov=True, weight_decay=1e-4),
        "LBFGS": lambda: torch.optim.LBFGS(params, max_iter=3, history_size=5, line_search_fn="strong_wolfe"),
    }
    return makers[name]()


def train_epoch(model, optimizer, batches, loss_fn):
    running = 0.0
    for images, labels in batches:
        def closure():
            optimizer.zero_grad()
            loss = loss_fn(model(images), labels)
            loss.backward()
            return loss

        running += optimizer.step(closure).item()
    return running / len(batches)

RESULTS = {
    "Adadelta": {"train_loss": 0.0916, "test_accuracy": 0.9778},
    "Adagrad": {"train_loss": 0.0584, "test_accuracy": 0.9806},
    "Adam": {"train_loss": 0.1738, "test_accuracy": 0.9694},
    "RMSprop": {"train_loss": 0.0445, "test_accuracy": 0.9806},
    "SGD": {"train_loss": 0.0477, "test_accuracy": 0.9806},
    "LBFGS": {"train_loss": 0.1195, "test_accuracy": 0.9667},
}

CLAIMS = [
    ("Adam", "train_loss", ">", "Adagrad"),
    ("Adam", "train_loss", ">", "RMSprop"),
    ("SGD", "train_loss", "<", "Adam"),
    ("LBFGS", "seconds_per_epoch", ">", "SGD"),
    ("Adadelta", "train_loss", "<", "LBFGS"),
]
