"""What of a test's cases `make test` shows, and what is left to `make thorough` because it is the same once more."""

from typing import Any

import pytest


def again(*values: Any, name: str | None = None) -> Any:
    """A case that shows in other words what one of the others shows: only `make thorough` runs it."""
    return pytest.param(*values, id=name, marks=pytest.mark.thorough)


def seeds(few: int, many: int) -> list[Any]:
    """As many in `make test`, and the rest of these in `make thorough`."""
    return [*range(few), *map(again, range(few, many))]
