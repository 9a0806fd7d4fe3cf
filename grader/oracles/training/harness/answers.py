"""How a call answers, and what is kept from one call to the next."""

import functools
import gc
from collections.abc import Callable
from typing import Any

import torch

_state: dict[str, Any] = {}
_OF_A_RUN = ("model", "optimizer", "start", "watch")


class Halt(Exception):  # noqa: N818 - not an error: the answer of a call that cannot go on
    """Carries the reply."""

    def __init__(self, status: str, **details: Any) -> None:
        super().__init__(status)
        self.reply = {"status": status, **details}


def answering(function: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Turns `Halt` and running out of GPU memory into answers; everything else is the worker's to report."""

    @functools.wraps(function)
    def answer(*args: Any) -> dict[str, Any]:
        try:
            return {"status": "ready", **function(*args)}
        except Halt as halt:
            return halt.reply
        except torch.OutOfMemoryError:
            forget_run()
        gc.collect()  # half a second, and so only here: what the failed step left behind has to go
        torch.cuda.empty_cache()  # nothing, where there is no GPU
        return {"status": "gpu-memory"}

    return answer


def keep(**things: Any) -> None:
    """Keeps these for the calls to come."""
    _state.update(things)


def recall(name: str) -> Any:
    """What an earlier call kept. Halts where that was in a worker that is no more."""
    if name not in _state:
        raise Halt("unprepared")
    return _state[name]


def forget() -> None:
    """Everything: a worker that is prepared anew."""
    _state.clear()


def forget_run() -> None:
    """What belongs to one training."""
    for name in _OF_A_RUN:
        _state.pop(name, None)
