"""Torch's own optimizers, replayed: which of them moves parameters as a student's does?

Runs in a bounded worker of ours. It is given probe problems, the path that the student's optimizer took on each, and
the hyper-parameters that were read from it around every step. Torch's implementation walks the same problems with the
same hyper-parameters; only equal paths make an optimizer what it is called.

Imports the standard library, numpy, torch and the harness's problems only. Definitions: the algorithm boxes of
torch.optim's documentation.
"""

from .device import device_of, reference_seconds
from .followed import identify_training
from .identify import identify

__all__ = ["device_of", "identify", "identify_training", "reference_seconds"]
