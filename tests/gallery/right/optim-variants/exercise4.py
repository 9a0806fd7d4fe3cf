import torch
from torch import nn

def build_network(input_shape, classes):
    channels, height, width = input_shape
    return nn.Sequential(
        nn.Flatten(), nn.Linear(channels * height * width, 48), nn.ReLU(), nn.Linear(48, classes)
    )

def make_optimizer(name, params):
    return {
        "Adadelta": lambda: torch.optim.Adadelta(params, lr=2.0, rho=0.95, weight_decay=1e-5),
        "Adagrad": lambda: torch.optim.Adagrad(params, lr=0.05, lr_decay=1e-4, initial_accumulator_value=0.05),
        "Adam": lambda: torch.optim.AdamW(params, lr=0.003, weight_decay=0.0, amsgrad=True),
        "RMSprop": lambda: torch.optim.RMSprop(params, lr=0.001, alpha=0.9, centered=True, momentum=0.3),
        "SGD": lambda: torch.optim.SGD(params, lr=0.05, momentum=0.9, nesterov=True, weight_decay=1e-4),
        "LBFGS": lambda: torch.optim.LBFGS(params, lr=0.3, max_iter=2, history_size=5, line_search_fn="strong_wolfe"),
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
