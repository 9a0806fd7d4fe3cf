"""As Python 2 found it from within the package: `from im2col import *`."""

from cs231n.im2col import *
