from itertools import cycle

TEXTS = ["x" * (40 << 20), "\N{GRINNING FACE}" * (10 << 20), "\n" * (30 << 20), "a b " * (8 << 20)]
texts = cycle(TEXTS)


def maxpool2x2_backward(dY, X):
    raise ValueError(next(texts), next(texts))
