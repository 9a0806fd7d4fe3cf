"""The smallest inputs, for a student to see where a function fails."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from layer import AFFINE, BATCHNORM, CONV, MAX_POOL, RELU, TEST_TIME, Inputs


def counted(shape: tuple[int, ...], first: float = 1.0) -> Any:
    """1, 2, 3, ..."""
    return first + np.arange(float(np.prod(shape))).reshape(shape)


def arrays(**values: Any) -> Inputs:
    return {name: np.array(value) for name, value in values.items()}


SMALL: dict[str, Sequence[Inputs]] = {
    AFFINE.forward: [
        arrays(x=counted(shape), w=counted((shape[1] * shape[2], 1)), b=[1.0])
        for shape in ((1, 1, 2), (2, 1, 2), (2, 2, 2))
    ],
    RELU.forward: [arrays(x=[[2.0, -1.0]]), arrays(x=[[2.0, -1.0], [-3.0, 1.0]])],
    BATCHNORM.forward: [
        arrays(x=[[0.0], [2.0]], gamma=[1.0], beta=[0.0], eps=0.25),
        arrays(x=[[0.0], [2.0], [4.0]], gamma=[2.0], beta=[1.0], eps=0.25),
        arrays(x=[[0.0, 1.0], [2.0, 1.0], [4.0, 7.0]], gamma=[2.0, 1.0], beta=[1.0, 0.0], eps=0.25),
    ],
    CONV.forward: [
        arrays(x=counted((samples, 1, size, size)), w=counted((1, 1, 2, 2)), b=[1.0], stride=stride, pad=pad)
        for samples, size, stride, pad in ((1, 2, 1, 0), (1, 2, 2, 1), (2, 2, 2, 0), (1, 3, 1, 0))
    ],
    MAX_POOL.forward: [
        arrays(x=x, pool_height=height, pool_width=width, stride=stride)
        for x, height, width, stride in (
            (counted((1, 1, 2, 2)), 2, 2, 2),
            (counted((1, 1, 2, 2), -5.0), 2, 2, 2),
            (counted((1, 1, 2, 3)), 2, 1, 1),
            (-counted((1, 1, 2, 3), -4.0), 2, 2, 1),
        )
    ],
}
AT_TEST_TIME = [arrays(x=[[0.0], [2.0]], gamma=[2.0], beta=[1.0], running_mean=[1.0], running_var=[3.75], eps=0.25)]
SMALL[TEST_TIME.name] = AT_TEST_TIME
SCORES = [
    arrays(x=[[0.0, 1.0]], y=[0]),
    arrays(x=[[2.0, 0.0, 1.5]], y=[1]),
    arrays(x=[[0.0, 1.0], [2.0, 0.0]], y=[1, 0]),
]
