"""Nothing is drawn here; see `matplotlib`."""

from matplotlib import __getattr__
