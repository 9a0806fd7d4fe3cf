from itertools import cycle

TEXTS = ["x" * (8 << 20), "\N{GRINNING FACE}" * (2 << 20), "\n" * (6 << 20), "a b " * (2 << 20)]
texts = cycle(TEXTS)


def maxpool2x2_backward(dY, X):
    raise ValueError(next(texts), next(texts))
