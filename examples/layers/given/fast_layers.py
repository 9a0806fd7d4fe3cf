"""As Python 2 found it from within the package: `from fast_layers import *`."""

from cs231n.fast_layers import *
