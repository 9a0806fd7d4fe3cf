"""Counts how often a value is used, and passes its gradient on when as many contributions have come."""

from collections import deque
from functools import partial


class Value:
    __slots__ = ("data", "grad", "inputs", "uses")

    def __init__(self, data, inputs=()):
        self.data, self.grad, self.inputs, self.uses = float(data), 0.0, inputs, 0

    def __add__(self, other):
        other = _wrap(other)
        return Value(self.data + other.data, ((self, lambda g: g), (other, lambda g: g)))

    def __mul__(self, other):
        other = _wrap(other)
        return Value(self.data * other.data, ((self, partial(_times, other.data)), (other, partial(_times, self.data))))

    def __pow__(self, k):
        return Value(self.data**k, ((self, partial(_times, k * self.data ** (k - 1))),))

    def relu(self):
        return Value(self.data if self.data > 0 else 0, ((self, partial(_times, float(self.data > 0))),))

    def backward(self):
        self._count()
        self.grad, ready = 1.0, deque([self])
        while ready:
            value = ready.popleft()
            for operand, slope in value.inputs:
                operand.grad += slope(value.grad)
                operand.uses -= 1
                if operand.uses == 0:
                    ready.append(operand)

    def _count(self):
        seen, waiting = {id(self)}, [self]
        while waiting:
            for operand, _ in waiting.pop().inputs:
                operand.uses += 1
                if id(operand) not in seen:
                    seen.add(id(operand))
                    waiting.append(operand)

    __radd__, __rmul__ = __add__, __mul__


def _wrap(other):
    return other if isinstance(other, Value) else Value(other)


def _times(factor, gradient):
    return factor * gradient
