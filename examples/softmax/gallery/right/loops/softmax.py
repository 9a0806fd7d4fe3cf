import numpy as np


def softmax_cross_entropy_backward(logits, labels):
    result = []
    for row, label in zip(logits, labels):
        top = max(row)
        total = sum(np.exp(value - top) for value in row)
        gradient = [np.exp(value - top) / total for value in row]
        gradient[label] -= 1
        result.append([entry / len(logits) for entry in gradient])
    return result
