"""Exercise 4 (6 points): compare six optimizers of PyTorch on a small network.

You may import torch and numpy. The data are handwritten digits: 8 x 8 pixels, one channel, values 0 to 1, ten classes;
1,437 to train and 360 held out, in batches of 64, for ten epochs.

What to do
1. Write the three functions below.
2. `python compare.py` trains your network with all six, shows a table and draws the curves. Find good learning rates.
3. Enter the numbers in RESULTS, and what you see in CLAIMS.
4. Describe in report.md how each optimizer behaves, and why.

Your optimizers are told by what they do to parameters, not by their names, so you may take torch's or write your own.
Everything is trained again when it is graded, from other weights: within its scatter your numbers should come out
again.
"""


def build_network(input_shape, classes):
    """A small convolutional classifier.

    input_shape: (channels, height, width), for the digits (1, 8, 8). Other images have other shapes: compute with
    them. Returns a torch.nn.Module that maps (N, channels, height, width) to logits (N, classes). Logits: no softmax
    at the end.

    Example: build_network((1, 8, 8), 10)(torch.zeros(5, 1, 8, 8)).shape is (5, 10).
    """
    raise NotImplementedError("build_network: your network from Assignment 8")


def make_optimizer(name, params):
    """The optimizer of that name for these parameters.

    name: "Adadelta", "Adagrad", "Adam", "RMSprop", "SGD" or "LBFGS".
    params: what model.parameters() gives. It can be gone through once.

    Example: make_optimizer("SGD", model.parameters()) might be torch.optim.SGD(params, lr=...).
    """
    raise NotImplementedError("make_optimizer: one of the six, with a learning rate that suits it")


def train_epoch(model, optimizer, batches, loss_fn):
    """One pass over the batches; returns the mean training loss as a float.

    batches: (x, y) pairs, x (N, C, H, W) float32 and y (N,) int64; len(batches) is their number.
    loss_fn: loss_fn(logits, y) is the mean cross-entropy of a batch.

    Five of the six need one gradient for a step. LBFGS evaluates the loss several times in each: its step wants a
    closure, a function that clears the gradients, computes the loss, calls backward and returns the loss.
    """
    raise NotImplementedError("train_epoch: one pass over the batches")


# What you measured after ten epochs, all six. Accuracies are fractions: 0.97, not 97.
# Example: RESULTS = {"SGD": {"train_loss": 0.123, "test_accuracy": 0.95}, ...}
RESULTS = {}

# At least five comparisons that together name all six optimizers: (left, metric, relation, right).
# metric: "train_loss", "test_accuracy", "epochs_to_target" (the first epoch with 80 % right), "seconds_per_epoch".
# relation: "<" or ">". Choose differences that last from seed to seed.
# Example: CLAIMS = [("LBFGS", "seconds_per_epoch", ">", "SGD"), ...]
CLAIMS = []
