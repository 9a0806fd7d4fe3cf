import numpy as np

TEXT = "\ud800\udfff \udcff \x00 \uffff \ufdd0 end"


def maxpool2x2_backward(dY, X):
    print(TEXT)
    raise ValueError(TEXT)
