"""The part of a re-run that runs in the student's process: it calls their three functions and reports what happened.

It runs beside the student's code, which could change it, so it is not trusted: it holds no label of a held-out image,
no tolerance and no point, and the grader checks every value that it returns. Each function is one short call, named so
that "train_epoch raised ..." is true of the student's function, too:

    prepare            device, threads, data, and all that a first optimizer would import
    import_module      imports the student's module
    probe_optimizer    runs the optimizer on a few parameters whose gradients we choose
    build_network      makes the network, from a seed
    forward            its logits on the held-out images before the training
    make_optimizer     makes the optimizer for that network; its steps are watched from here on
    train_epoch        runs one epoch; what happened in it, and the logits on the held-out images after it
    rewind             the logits with the first parameters, and with slightly and thoroughly changed ones
    leave              ends the process

A call that cannot go on replies `{"status": ...}` instead of raising. State between calls is lost with the worker; a
call that needs it then replies with the status `unprepared`. Nothing in this package imports anything but the standard
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
