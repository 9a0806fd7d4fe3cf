"""Exercise 2: the backward pass of 2x2 max pooling with stride 2."""
