"""The four checks, as this grader has them."""

import fourchecks

from grader.api import Verdict, module, points

submission = module("submission")


def judged(check, function):
    try:
        check(function)
    except AssertionError as error:
        return Verdict.failed(str(error))
    return Verdict.passed()


@points("1.1")
def check_pool_even(submission):
    """Max pooling of even sizes."""
    return judged(fourchecks.pool_even, submission.maxpool2x2_backward)


@points("1.2")
def check_pool_odd(submission):
    """Max pooling of odd sizes."""
    return judged(fourchecks.pool_odd, submission.maxpool2x2_backward)


@points("1.3")
def check_convolution_input(submission):
    """The convolution's gradient by its input."""
    return judged(fourchecks.convolution_input, submission.conv3x3_backward_input)


@points("1.4")
def check_convolution_weight(submission):
    """The convolution's gradient by its filter."""
    return judged(fourchecks.convolution_weight, submission.conv3x3_backward_weight)
