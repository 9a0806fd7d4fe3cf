"""The misconceptions about the backward pass of max pooling: names, sentences, and what they would give."""

import numpy as np

from grader.assignment.pooling.max_pool import POOL, windows
from grader.assignment.pooling.pool_models import (
    FIRST_MAXIMUM,
    along,
    always,
    beyond_the_windows,
    chosen,
    divided,
    first_only,
    global_maximum,
    largest,
    left_elsewhere,
    of_three,
    placed,
    shifted,
    sliding,
    softmax,
    starts_too_high,
    swapped,
    upsampled,
    without_offset,
    zero_start,
)
from grader.oracles.numeric import Misconception, Model, common_misconceptions

POOL_MISCONCEPTIONS: tuple[Misconception[Model], ...] = (
    Misconception(
        "zero-initialised-maximum",
        "In windows without a positive value the maximum was missed: nothing there beats a maximum that starts at 0.",
        (zero_start(np.zeros_like), *(zero_start(always(place)) for place in range(4))),
    ),
    Misconception(
        "tied-mask",
        "Where several entries tie for the maximum, each of them got the whole gradient: their sum is too large. "
        "The weights inside a window have to sum to one.",
        (placed(lambda x, dY: largest(x) * dY),),
    ),
    Misconception(
        "average-pool",
        "Each entry of a window got a quarter of the gradient: that is the backward pass of average pooling.",
        (placed(lambda x, dY: dY / 4),),
    ),
    Misconception(
        "gradient-to-every-entry",
        "Every entry of a window got the whole gradient. Which entries does the output of the window depend on?",
        (placed(lambda x, dY: dY),),
    ),
    Misconception(
        "upstream-gradient-ignored",
        "The places are right, but they hold 1 instead of the gradient: the chain rule multiplies by dY.",
        (placed(lambda x, dY: chosen(x)), placed(lambda x, dY: largest(x))),
    ),
    Misconception(
        "value-instead-of-gradient",
        "The places are right, but what was written there has the value of X in it. X decides where the gradient goes, "
        "not how large it is.",
        (
            placed(lambda x, dY: chosen(x) * x),
            placed(lambda x, dY: chosen(x) * x * dY),
            placed(lambda x, dY: largest(x) * x),
            placed(lambda x, dY: largest(x) * x * dY),
        ),
    ),
    Misconception(
        "argmax-of-abs",
        "The gradient went to the entry of largest absolute value. In max pooling -5 is smaller than 1.",
        (placed(lambda x, dY: chosen(np.abs(x)) * dY),),
    ),
    Misconception(
        "minimum-instead-of-maximum",
        "The gradient went to the smallest entry of each window.",
        (placed(lambda x, dY: chosen(-x) * dY), placed(lambda x, dY: largest(-x) * dY)),
    ),
    Misconception(
        "tied-gradient-dropped",
        "Where several entries tie for the maximum, none of them got a gradient. The output still depends on them.",
        (placed(lambda x, dY: largest(x) * (largest(x).sum(axis=-1, keepdims=True) == 1) * dY),),
    ),
    Misconception(
        "every-positive-entry",
        "The gradient went to every positive entry: that is ReLU's rule. In max pooling only the maximum receives it.",
        (placed(lambda x, dY: (x > 0) * dY),),
    ),
    Misconception(
        "window-transposed",
        "Inside the windows rows and columns are swapped: an index into a flattened window runs along its rows first.",
        (placed(lambda x, dY: swapped(chosen(x)) * dY), placed(lambda x, dY: chosen(swapped(x)) * dY)),
    ),
    Misconception(
        "fixed-position",
        "The gradient always went to the same corner of the window, whatever X holds.",
        tuple(placed(lambda x, dY, place=place: always(place)(x) * dY) for place in range(4)),  # type: ignore[misc]
    ),
    Misconception(
        "maximum-over-one-axis",
        "The maximum was taken along one axis of the window only, so that two entries of a window get a gradient.",
        (along(0), along(1)),
    ),
    Misconception(
        "one-maximum-per-map",
        "Only the largest entry of the whole map got a gradient. Each 2×2 window has a maximum of its own.",
        (global_maximum(2, 3), global_maximum(0, 1, 2, 3)),
    ),
    Misconception(
        "stride-one",
        "The windows overlap: output (i, j) was taken to look at rows i, i+1 of X. The stride is 2.",
        (sliding,),
    ),
    Misconception(
        "window-of-three",
        "The windows have three rows and columns, so that they overlap: a slice a:b ends before b. The filter is 2×2.",
        (of_three,),
    ),
    Misconception(
        "off-by-one-window",
        "The windows begin one row and one column too late: the first one starts at row 0 and column 0.",
        (shifted,),
    ),
    Misconception(
        "values-cut-to-integers",
        "The values of X were cut down to integers before they were compared, so that some of them look equal.",
        (placed(lambda x, dY: chosen(np.trunc(x)) * dY), placed(lambda x, dY: chosen(np.floor(x)) * dY)),
    ),
    Misconception(
        "window-offset-forgotten",
        "The index of the maximum inside its window was used as an index into the whole map.",
        (without_offset,),
    ),
    Misconception(
        "softmax-instead-of-maximum",
        "The gradient was spread over the window like a softmax. Max pooling is hard: the other entries get nothing.",
        (placed(lambda x, dY: softmax(x) * dY),),
    ),
    Misconception(
        "upstream-gradient-summed",
        "Every maximum got the same number, made of all of dY. Each window has its own entry of dY.",
        (
            placed(lambda x, dY: chosen(x) * dY.sum()),
            placed(lambda x, dY: chosen(x) * dY.mean()),
            placed(lambda x, dY: chosen(x) * dY.ravel()[0]),
        ),
    ),
    Misconception(
        "forward-instead-of-backward",
        "These are the maxima themselves: the forward pass. Asked for is the gradient of the loss with respect to X.",
        (
            lambda case: np.asarray(windows(case.inputs["X"]).max(axis=-1)),
            lambda case: upsampled(windows(case.inputs["X"]).max(axis=-1), case.inputs["X"].shape),
        ),
    ),
    Misconception(
        "upstream-gradient-returned",
        "This is dY itself. Each of its entries has to be handed on to the entry of X that it came from.",
        (lambda case: case.inputs["dY"],),
    ),
    Misconception("input-returned", "This is X itself, not a gradient.", (lambda case: case.inputs["X"],)),
    Misconception(
        "first-sample-only",
        "Only the first sample of the batch is right, the others got nothing. X has the shape (N, C, H, W).",
        first_only(0),
    ),
    Misconception(
        "first-channel-only",
        "Only the first channel is right, the others got nothing. X has the shape (N, C, H, W).",
        first_only(1),
    ),
    Misconception(
        "mean-for-sum",
        "The gradient is right up to a constant divisor. The loss is a sum over the outputs: nothing is averaged here.",
        (
            *divided(lambda case: POOL * POOL),
            *divided(lambda case: case.expected.shape[0]),
            *divided(lambda case: max(case.inputs["dY"].size, 1)),
            *divided(lambda case: case.expected.size),
        ),
    ),
    *common_misconceptions(FIRST_MAXIMUM),
    Misconception(
        "maximum-starts-too-high",
        "Where all values of a window are far below zero the maximum was missed: the search for it begins at a number "
        "that is larger than all of them.",
        (starts_too_high,),
    ),
    Misconception(
        "outside-the-windows",
        "An odd last row or column lies in no window: the output does not depend on it, and so neither does the loss.",
        (beyond_the_windows,),
    ),
    Misconception(
        "not-zero-elsewhere",
        "Every maximum has its gradient, but entries that are no maximum hold something else than 0. Does dX begin as "
        "zeros? np.empty leaves what was in memory before.",
        (left_elsewhere,),
    ),
)
