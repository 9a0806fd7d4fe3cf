import numpy as np


class MaxPool:
    size = 2

    def forward(self, X):
        s = self.size
        self.X = X
        self.where = {}
        N, C, H, W = X.shape
        Y = np.empty((N, C, H // s, W // s))
        for n, c, i, j in np.ndindex(*Y.shape):
            patch = X[n, c, s * i : s * i + s, s * j : s * j + s]
            k = int(patch.argmax())
            self.where[n, c, i, j] = (n, c, s * i + k // s, s * j + k % s)
            Y[n, c, i, j] = patch.flat[k]
        return Y

    def backward(self, dY):
        dX = np.zeros(self.X.shape)
        for out, source in self.where.items():
            dX[source] += dY[out]
        return dX

    def __call__(self, dY, X):
        self.forward(X)
        return self.backward(dY)


_layer = MaxPool()


def maxpool2x2_backward(dY, X):
    return _layer(dY, X)
