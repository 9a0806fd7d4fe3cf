import numpy as np


def maxpool2x2_backward(dY, X):
    dX = X * 0.0
    n = 0
    while n < X.shape[0]:
        c = 0
        while c < X.shape[1]:
            top = 0
            while top + 1 < X.shape[2]:
                left = 0
                while left + 1 < X.shape[3]:
                    y, x = top, left
                    if X[n, c, top, left + 1] > X[n, c, y, x]:
                        y, x = top, left + 1
                    if X[n, c, top + 1, left] > X[n, c, y, x]:
                        y, x = top + 1, left
                    if X[n, c, top + 1, left + 1] > X[n, c, y, x]:
                        y, x = top + 1, left + 1
                    dX[n, c, y, x] += dY[n, c, top // 2, left // 2]
                    left += 2
                top += 2
            c += 1
        n += 1
    return dX
