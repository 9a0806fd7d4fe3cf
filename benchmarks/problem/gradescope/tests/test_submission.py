"""The four checks, as gradescope-utils has them."""

import unittest

import fourchecks
import submission
from gradescope_utils.autograder_utils.decorators import number, weight


class TestSubmission(unittest.TestCase):
    @weight(1)
    @number("1.1")
    def test_pool_even(self):
        fourchecks.pool_even(submission.maxpool2x2_backward)

    @weight(1)
    @number("1.2")
    def test_pool_odd(self):
        fourchecks.pool_odd(submission.maxpool2x2_backward)

    @weight(1)
    @number("1.3")
    def test_convolution_input(self):
        fourchecks.convolution_input(submission.conv3x3_backward_input)

    @weight(1)
    @number("1.4")
    def test_convolution_weight(self):
        fourchecks.convolution_weight(submission.conv3x3_backward_weight)
