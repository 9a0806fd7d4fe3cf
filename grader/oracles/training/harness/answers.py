"""How a call of the harness replies, and the state that it leaves for later calls."""

import functools
import gc
from collections.abc import Callable
from typing import Any

import torch

_state: dict[str, Any] = {}
_OF_A_RUN = ("model", "name", "optimizer", "start", "best", "watch")


class Halt(Exception):  # noqa: N818 - not an error: the reply of a call that cannot go on
    """Ends a call with a reply of this status."""

    def __init__(self, status: str, **details: Any) -> None:
        super().__init__(status)
        self.reply = {"status": status, **details}


def answering(function: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Make a function of the harness reply: `{"status": "ready", ...}`, or the status of a `Halt`, or "gpu-memory". All
    other exceptions are the worker's to report."""

    @functools.wraps(function)
    def answer(*args: Any) -> dict[str, Any]:
        try:
            return {"status": "ready", **function(*args)}
        except Halt as halt:
            return halt.reply
        except torch.OutOfMemoryError:
            forget_run()
        gc.collect()  # what the failed step left behind; only here, since it takes half a second
        torch.cuda.empty_cache()  # does nothing where there is no GPU
        return {"status": "gpu-memory"}

    return answer


def keep(**things: Any) -> None:
    """Keep these values, by name, for later calls."""
    _state.update(things)


def recall(name: str) -> Any:
    """The value that an earlier call kept under this name. Halts with "unprepared" where there is none: the worker has
    been replaced since."""
    if name not in _state:
        raise Halt("unprepared")
    return _state[name]


def forget() -> None:
    """Drop all values, before the worker is prepared anew."""
    _state.clear()


def forget_run() -> None:
    """Drop the values that belong to one training."""
    for name in _OF_A_RUN:
        _state.pop(name, None)
