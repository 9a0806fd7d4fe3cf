import torch
from torch import nn

def build_network(input_shape, classes):
    channels, height, width = input_shape
    return nn.Sequential(
        nn.Flatten(), nn.Linear(channels * height * width, 48), nn.ReLU(), nn.Linear(48, classes)
    )

def make_optimizer(name, params):
    rates = {"Adadelta": 1.0, "Adagrad": 0.03, "Adam": 0.003, "RMSprop": 0.002, "SGD": 0.1}
    return getattr(torch.optim, name)(params, lr=rates[name])

def train_epoch(model, optimizer, batches, loss_fn):
    total = 0.0
    for x, y in batches:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(batches)
