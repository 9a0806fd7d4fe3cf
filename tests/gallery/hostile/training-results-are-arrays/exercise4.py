import numpy as np


def build_network(input_shape, classes):
    raise NotImplementedError


def make_optimizer(name, params):
    raise NotImplementedError


def train_epoch(model, optimizer, batches, loss_fn):
    raise NotImplementedError


RESULTS = np.zeros((6, 2))
CLAIMS = np.ones((5, 4))
