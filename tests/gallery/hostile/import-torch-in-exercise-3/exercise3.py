import numpy as np
import torch.nn.functional as F


def conv3x3_backward_input(dY, w):
    return F.conv_transpose2d(dY[None, None], w[None, None], padding=1)[0, 0]
def affected_outputs(row, col):
    return [(row + i, col + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
