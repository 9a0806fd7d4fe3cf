import numpy as np

def maxpool2x2_backward(dY, X):
    answer = []
    answer += [answer, answer]
    return answer
