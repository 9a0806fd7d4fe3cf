"""A tape in place of a graph: every operation is noted, and gone through backwards. Numbers are numpy's."""

import numpy as np

TAPE = []


class Value:
    def __init__(self, data):
        self.data = np.float64(data)
        self.grad = np.zeros(())

    def _note(self, data, *parts):
        out = Value(data)
        TAPE.append((out, parts))
        return out

    def __add__(self, other):
        other = other if type(other) is Value else Value(other)
        return self._note(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        other = other if type(other) is Value else Value(other)
        return self._note(self.data * other.data, (self, other.data), (other, self.data))

    def __pow__(self, n):
        return self._note(self.data**n, (self, n * self.data ** (n - 1.0)))

    def relu(self):
        return self._note(np.maximum(self.data, 0), (self, np.heaviside(self.data, 0.5)))

    def backward(self):
        self.grad = np.ones(())
        for out, parts in reversed(TAPE):
            for operand, slope in parts:
                operand.grad = operand.grad + slope * out.grad

    __radd__ = __add__
    __rmul__ = __mul__
