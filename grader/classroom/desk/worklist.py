"""The queue: the tasks of a class in the order in which they are gone through, counted and filtered. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from grader.classroom.desk.class_state import HandIn
from grader.classroom.desk.tasks import SHEETS, WORDS, Group, Task, TaskMaker


@dataclass(frozen=True, slots=True)
class Filter:
    """Which tasks: of one kind, one point, one marker ("" for all); those that are done too, or not."""

    kind: str = ""
    point: str = ""
    who: str = ""
    all: bool = False

    def takes(self, task: Task) -> bool:
        return not task.waits and (self.all or not task.is_done) and self.takes_group(task.group)

    def takes_group(self, group: Group) -> bool:
        kind, point, marker = group
        return self.kind in ("", kind) and self.point in ("", point) and self.who in ("", marker)


class Worklist:
    """Tasks in their order, and what pages ask of them. What is done about a hand-in makes its own tasks anew and no
    others, so that it takes no longer in a larger class.
    """

    def __init__(self, maker: TaskMaker) -> None:
        self.tasks = maker.all()
        self._maker = maker
        self._places: dict[str | None, list[int]] = {}
        self._undone, self._every = Counter[Group](), Counter[Group]()
        for place, task in enumerate(self.tasks):
            self._places.setdefault(task.key, []).append(place)
            self._count(task, 1)

    def update(self, hand_in: HandIn) -> None:
        """Takes note of what was done about one hand-in."""
        for place in self._places.get(hand_in.key, ()):
            self._count(self.tasks[place], -1)
            self.tasks[place] = self._maker.again(self.tasks[place], hand_in)
            self._count(self.tasks[place], 1)

    def counts(self) -> dict[str, tuple[int, int]]:
        """Kind -> how many are undone, and how many there are."""
        kinds = {kind for (kind, _, _), times in self._every.items() if times}
        order = [*WORDS, *sorted(kinds - WORDS.keys())]
        return {kind: self._sums(Filter(kind)) for kind in order if kind in kinds}

    def standing(self, chosen: Filter) -> tuple[int, int]:
        """How many tasks of a filter are done, and how many there are."""
        undone, every = self._sums(chosen)
        return every - undone, every

    def neighbour(
        self, chosen: Filter, here: tuple[str | None, str | None], step: int, held_keys: Mapping[str, str]
    ) -> Task | None:
        """The next sheet (`step` 1) or the previous one (-1) of a filter, from the sheet `here`, which may be done.

        After the last sheet comes the first, so that skipped ones come again. Sheets of `held_keys`, which others have
        open, are left out.
        """
        undone, every = self._sums(chosen)
        if not (every if chosen.all else undone):
            return None
        tasks = self.tasks
        places = [
            place
            for place in self._places.get(here[0], ())
            if tasks[place].address == here and chosen.kind in ("", tasks[place].kind)
        ]
        start = places[0] if places else (-1 if step > 0 else 0)
        for distance in range(1, len(tasks) + 1):
            task = tasks[(start + step * distance) % len(tasks)]
            if (
                task.key
                and task.kind in SHEETS
                and task.address != here
                and task.key not in held_keys
                and chosen.takes(task)
            ):
                return task
        return None

    def _count(self, task: Task, times: int) -> None:
        if not task.waits:
            self._every[task.group] += times
            self._undone[task.group] += times * (not task.is_done)

    def _sums(self, chosen: Filter) -> tuple[int, int]:
        groups = [group for group in self._every if chosen.takes_group(group)]
        return sum(self._undone[group] for group in groups), sum(self._every[group] for group in groups)
