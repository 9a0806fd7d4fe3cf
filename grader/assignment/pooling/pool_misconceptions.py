"""The misconceptions about the backward pass of max pooling: names, sentences, and what they would give."""

from itertools import product

import numpy as np

from grader.assignment.pooling.max_pool import POOL, windows
from grader.assignment.pooling.pool_loops import (
    at_the_origin,
    doubled_and_exchanged,
    doubled_column,
    doubled_row,
    each_write,
    every_second,
    exchanged,
    of_height,
    of_width,
    one_late,
    same,
)
from grader.assignment.pooling.pool_models import (
    FIRST_MAXIMUM,
    along,
    always,
    beyond_the_windows,
    chosen,
    cut_by_reshape,
    divided,
    even_sizes_only,
    first_only,
    global_maximum,
    halved,
    in_another_order,
    largest,
    last_place_kept,
    left_elsewhere,
    looked_up,
    needing_a_window,
    numbered_by_columns,
    on_the_diagonal,
    placed,
    softmax,
    square_result,
    starts_too_high,
    swapped,
    upsampled,
    without_odd_edge,
    without_offset,
    zero_start,
)
from grader.assignment.pooling.pool_tolerances import WITH_A_TOLERANCE
from grader.oracles.numeric import Misconception, Model, common_misconceptions, of_result

_ALL_ZEROS, *_COMMON = common_misconceptions(FIRST_MAXIMUM)

POOL_MISCONCEPTIONS: tuple[Misconception[Model], ...] = (
    _ALL_ZEROS,
    Misconception(
        "zero-initialised-maximum",
        "In windows without a positive value the maximum was missed: nothing there beats a maximum that starts at 0.",
        (zero_start(np.zeros_like), *(zero_start(always(place)) for place in range(4)), last_place_kept),
    ),
    Misconception(
        "tied-mask",
        "Where several entries tie for the maximum, each of them got the whole gradient: their sum is too large. "
        "The weights inside a window have to sum to one.",
        (placed(lambda x, dY: largest(x) * dY),),
    ),
    Misconception(
        "tied-half",
        "Each of several maxima got half of the gradient, also where three or four tie. The weights inside a window "
        "have to sum to one.",
        (placed(lambda x, dY: halved(x) * dY),),
    ),
    Misconception(
        "looked-up-in-the-whole-array",
        "The maximum of a window was looked up in the whole array, where the same value may stand in other windows "
        "too. Compare with the window's own entries only.",
        tuple(looked_up(*way) for way in product((0, 1, 2), (False, True), (False, True))),
    ),
    Misconception(
        "rows-and-columns-exchanged",
        "Rows and columns are exchanged somewhere: square maps come out right, others do not. X has the shape "
        "(N, C, H, W), and window (i, j) begins at row 2i and column 2j.",
        each_write(corner=doubled_and_exchanged, source=exchanged),
    ),
    Misconception(
        "one-size-for-both",
        "Height and width are taken for equal: one of the two sizes is used for both directions.",
        (*each_write(outputs=of_height), *each_write(outputs=of_width), square_result(2), square_result(3)),
    ),
    Misconception(
        "odd-size-not-handled",
        "It raises for odd heights or widths. The last row or column then lies in no window: leave it out before you "
        "cut X into windows, and let the size of dY say how many there are.",
        (even_sizes_only(lambda case: case.expected),),
    ),
    Misconception(
        "no-window-not-handled",
        "It raises where the height or width is 1. There is no window then and dY is empty: no entry of X has any "
        "influence on the loss.",
        (needing_a_window(lambda case: case.expected),),
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
        "The places are right, but the value of X is multiplied in, or written there. X decides where the gradient "
        "goes, not how large it is.",
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
        "one-index-for-row-and-column",
        "Inside the windows one index of the maximum is used for the row and for the column, so that all gradients lie "
        "on the diagonal. The maximum has two: a row and a column.",
        tuple(placed(lambda x, dY, index=index: on_the_diagonal(index)(x) * dY) for index in range(2)),  # type: ignore[misc]
    ),
    Misconception(
        "fixed-position",
        "The gradient always went to the same corner of the window, whatever X holds.",
        tuple(placed(lambda x, dY, place=place: always(place)(x) * dY) for place in range(4)),  # type: ignore[misc]
    ),
    Misconception(
        "maximum-over-one-axis",
        "The maximum was taken along one axis of the window only, so that two entries of a window get a gradient.",
        tuple(along(axis, first) for axis in (0, 1) for first in (False, True)),
    ),
    Misconception(
        "one-maximum-per-map",
        "Only the largest entry of the whole map got a gradient. Each 2×2 window has a maximum of its own.",
        (global_maximum(2, 3), global_maximum(0, 1, 2, 3)),
    ),
    Misconception(
        "stride-one",
        "The windows overlap: output (i, j) was taken to look at rows i, i+1 (or columns j, j+1) of X. The stride is "
        "2, in both directions.",
        (*each_write(corner=same), *each_write(corner=doubled_row), *each_write(corner=doubled_column)),
    ),
    Misconception(
        "stride-in-the-loop",
        "Only every second output is visited: the stride was put into the loop over dY. Every entry of dY has a "
        "window, and the stride says where in X it begins.",
        (*each_write(outputs=every_second, corner=same), *each_write(outputs=every_second)),
    ),
    Misconception(
        "window-of-three",
        "The windows have three rows and columns, so that they overlap: a slice a:b ends before b. The filter is 2×2.",
        each_write(size=POOL + 1),
    ),
    Misconception(
        "off-by-one-window",
        "The windows begin one row and one column too late: the first one starts at row 0 and column 0.",
        (*each_write(corner=one_late, partial=True), *each_write(corner=one_late)),
    ),
    Misconception(
        "windows-transposed",
        "The windows are numbered column by column: window (i, j) of X belongs to dY[..., i, j], and not to "
        "dY[..., j, i].",
        (*each_write(source=exchanged), *each_write(corner=doubled_and_exchanged), numbered_by_columns),
    ),
    Misconception(
        "cut-by-reshape",
        "X was cut into windows, or dX put together from them, by a reshape alone: it takes entries along the rows, "
        "four in a row instead of 2×2. Reshape to (N, C, H//2, 2, W//2, 2), then transpose: the two 2s belong last.",
        tuple(
            model
            for cut_and_back in ((True, True), (False, True), (True, False))
            for model in (cut_by_reshape(*cut_and_back), even_sizes_only(cut_by_reshape(*cut_and_back)))
        ),
    ),
    Misconception(
        "values-cut-to-integers",
        "The values of X were cut down to integers before they were compared, so that some of them look equal.",
        (placed(lambda x, dY: chosen(np.trunc(x)) * dY), placed(lambda x, dY: chosen(np.floor(x)) * dY)),
    ),
    Misconception(
        "window-offset-forgotten",
        "The index of the maximum inside its window was used as an index into the whole map, without the row and "
        "column at which the window begins.",
        tuple(without_offset(*way) for way in product((True, False), (at_the_origin, same, None))),
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
        "These are the maxima themselves: the forward pass. Return the gradient of the loss with respect to X.",
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
            *divided(lambda case: case.expected.shape[0] * case.expected.shape[1]),
            *divided(lambda case: max(case.inputs["dY"].size, 1)),
            *divided(lambda case: case.expected.size),
        ),
    ),
    Misconception(
        "compared-with-a-tolerance",
        "A comparison with a tolerance (such as np.isclose) took smaller values for the maximum. Compare with ==, or "
        "take the place of the maximum.",
        WITH_A_TOLERANCE,
    ),
    *_COMMON,
    Misconception(
        "maximum-starts-too-high",
        "Where all values of a window are far below zero the maximum was missed: the search for it begins at a number "
        "that is larger than all of them.",
        (starts_too_high,),
    ),
    Misconception(
        "odd-edge-cut-off",
        "The last row or column is missing where their number is odd. It lies in no window, but dX has the shape of X: "
        "its entries there are zero.",
        of_result(without_odd_edge, FIRST_MAXIMUM),
    ),
    Misconception(
        "gradients-in-another-order",
        "Every gradient lies on a maximum, but many on that of another window: dY was flattened in another order than "
        "the windows, by a reshape, a transpose or a mask. Window (i, j) of X[n, c] belongs to dY[n, c, i, j].",
        (in_another_order,),
    ),
    Misconception(
        "outside-the-windows",
        "An odd last row or column lies in no window: the output does not depend on it, and so neither does the loss.",
        (beyond_the_windows,),
    ),
    Misconception(
        "not-zero-elsewhere",
        "Every maximum has its gradient, but entries other than the maximum are not 0. Does dX begin as zeros? "
        "np.empty leaves what was in memory before.",
        (left_elsewhere(lambda case: case.expected), left_elsewhere(FIRST_MAXIMUM)),
    ),
)
