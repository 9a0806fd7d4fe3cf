"""A scalar autograd engine. You may import numpy, and parts of the standard library."""


class Value:
    """A number that remembers how it was made, so that gradients can go back the same way.

    `data` is the number, `grad` the derivative of the value that `backward` was called on by this one; it is 0 until
    then.
    """

    def __init__(self, data):
        self.data = data
        self.grad = 0.0

    def __add__(self, other):
        """self + other, where other is a Value or a plain number."""
        raise NotImplementedError

    def __mul__(self, other):
        """self * other, where other is a Value or a plain number."""
        raise NotImplementedError

    def __pow__(self, exponent):
        """self ** exponent, where exponent is a plain number."""
        raise NotImplementedError

    def relu(self):
        """self where it is positive, else 0. At 0 itself you may choose."""
        raise NotImplementedError

    def backward(self):
        """Sets `grad` of every value that this one was made of."""
        raise NotImplementedError

    # Python asks these where a plain number stands on the left, and for - and /. They need no change.

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
