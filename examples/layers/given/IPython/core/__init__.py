"""An import that was left in a file is taken; see `matplotlib`."""

from matplotlib import __getattr__
