"""Exercise 3, the numerical part: the backward passes of a 3x3 convolution with zero padding 1 and stride 1."""
