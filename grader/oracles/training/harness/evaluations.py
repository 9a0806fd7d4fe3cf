"""The first evaluations of closures in a training, as a whole: of an optimizer that calls them, only these tell what it
did."""

from typing import Any

import torch

from .flat_parameters import FlatParameters

# All parameters, all gradients and the loss are recorded of each, up to so many numbers (a reply has room for a
# million) and so many steps.
MAX_RECORDED = 800_000
MAX_STEPS = 10  # with a line search; on the whole training set at once, all of them


class Evaluations:
    """Records the evaluations of closures in the first steps. `take` returns those since it was last called:
    {"point", "gradient", "loss"}, with "used" where the step changed the gradient before it used it, and {"end"} after
    the last of a step."""

    def __init__(self, flat: FlatParameters) -> None:
        self._flat = flat
        self._size = len(flat.values())
        self._items: list[dict[str, Any]] = []
        self._recorded = self._steps = 0
        self._is_last_whole = True

    @property
    def is_open(self) -> bool:
        """Whether the step that begins is recorded, as far as there is room."""
        return self._has_room(2)

    def take(self) -> list[dict[str, Any]]:
        items, self._items = self._items, []
        return items

    def add(self, loss: Any) -> None:
        """Record an evaluation that has just been made."""
        self._is_last_whole = self._has_room(2)
        if self._is_last_whole:
            point, gradient = self._array(self._flat.values()), self._array(self._flat.gradients(0.0))
            self._append({"point": point, "gradient": gradient, "loss": None if loss is None else float(loss)}, 2)

    def note_use(self) -> None:
        """Look at the gradient of the last evaluation, which has been used by now."""
        last = self._items[-1] if self._items and self._is_last_whole and self._has_room(1) else {}
        if "gradient" in last and "used" not in last:
            after = self._array(self._flat.gradients(0.0))
            if not (after == last["gradient"]).all():
                last["used"] = after
                self._recorded += self._size

    def end_step(self, values: torch.Tensor) -> None:
        """Record where a step ended, if its evaluations are recorded."""
        if self._items and "point" in self._items[-1] and self._is_last_whole and self._has_room(1):
            self._append({"end": self._array(values)}, 1)
        self._steps += 1

    def _has_room(self, vectors: int) -> bool:
        return self._steps < MAX_STEPS and self._recorded + vectors * self._size <= MAX_RECORDED

    def _append(self, item: dict[str, Any], vectors: int) -> None:
        self._items.append(item)
        self._recorded += vectors * self._size

    def _array(self, vector: torch.Tensor) -> Any:
        return vector.float().cpu().numpy()
