"""As Python 2 found it from within the package: `from layer_utils import *`."""

from cs231n.layer_utils import *
