"""Our side of a training inside the student's own process: it drives their three functions and reports what it saw.

It runs beside the student's code, so nothing it says is believed: it holds no label of a held-out image, no tolerance
and no point, and the grader checks every value that comes back. Each function is one short call, named so that
"train_epoch raised ..." is true of the student's function too:

    prepare            device, threads, data, and all that a first optimizer would import
    import_module      imports the student's module
    probe_optimizer    what their optimizer does to a few parameters whose gradients we choose
    build_network      their network, from a seed
    forward            what it makes of the held-out images before it is trained
    make_optimizer     their optimizer, for the network that stands; its steps are watched from here on
    train_epoch        one of their epochs, what was seen of it, and the logits on the held-out images
    rewind             what the network knows with the parameters that it began with
    leave              ends the process

A call that cannot go on answers `{"status": ...}` instead of raising. What lives between the calls is lost with the
worker; a call that needs it then answers `unprepared`. Nothing in this package imports anything but the standard
library, numpy, torch and the student's module.
"""

from .epochs import build_network, forward, make_optimizer, rewind, train_epoch
from .preparation import leave, prepare
from .probing import probe_optimizer
from .student_module import import_module

__all__ = [
    "build_network",
    "forward",
    "import_module",
    "leave",
    "make_optimizer",
    "prepare",
    "probe_optimizer",
    "rewind",
    "train_epoch",
]
