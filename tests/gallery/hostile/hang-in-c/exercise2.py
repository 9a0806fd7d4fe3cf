import numpy as np

def maxpool2x2_backward(dY, X):
    return pow(3, 10**9) + sum(range(10**12))
