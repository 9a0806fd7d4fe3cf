"""The four checks, as plain pytest has them."""

import fourchecks
import submission


def test_pool_even():
    fourchecks.pool_even(submission.maxpool2x2_backward)


def test_pool_odd():
    fourchecks.pool_odd(submission.maxpool2x2_backward)


def test_convolution_input():
    fourchecks.convolution_input(submission.conv3x3_backward_input)


def test_convolution_weight():
    fourchecks.convolution_weight(submission.conv3x3_backward_weight)
