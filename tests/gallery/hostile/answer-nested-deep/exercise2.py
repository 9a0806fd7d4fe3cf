import numpy as np

def maxpool2x2_backward(dY, X):
    answer = 0.0
    for _ in range(10_000):
        answer = [answer]
    return answer
