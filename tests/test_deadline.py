"""A deadline counts a worker's own seconds: what other work takes of the machine is held against nobody."""

import pytest

from grader.sandbox.deadline import LOOK_SECONDS, MAX_STRETCH, Deadline, ProcessorTime, waiting_share


class Machine:
    """A clock, and a worker on a machine that lets it have a `share` of what it wants: all of a processor, or none."""

    def __init__(self, share: float, *, wants: float = 1.0, threads: int = 1, disk: range = range(0)) -> None:
        self.now = 0.0
        self.share, self.wants, self.threads, self.disk = share, wants, threads, disk

    def measure(self) -> ProcessorTime:
        """In the seconds of `disk` the worker waits for one, and does nothing else."""
        on_disk = round(self.now) in self.disk
        wanted = max(self.now - sum(second < self.now for second in self.disk), 0.0) * self.wants
        return ProcessorTime(wanted * self.share * self.threads, wanted * (1 - self.share), int(on_disk))

    def waits(self, seconds: float) -> Deadline:
        deadline = Deadline(seconds, self.measure, lambda: self.now)
        while wait := deadline.wait_seconds():
            assert wait > 0
            self.now += wait
        return deadline


@pytest.mark.parametrize(
    ("machine", "passes"),
    [
        (Machine(1.0), 10.5),
        (Machine(0.25), 40.5),  # four times as long, after the first half second, which is not looked at
        (Machine(0.25, wants=0.0), 10.5),
        (Machine(0.25, wants=0.5), 16.5),
        (Machine(0.25, wants=0.0, disk=range(3, 8)), 15.5),  # five seconds, as far as a look each second tells
        (Machine(0.25, wants=0.0, disk=range(3, 30)), 37.5),
        (Machine(1.0, disk=range(3, 8)), 15.5),
        (Machine(0.25, threads=8), 10.5),  # who makes itself wait, with threads of its own, has had its seconds
    ],
    ids=[
        "idle",
        "busy",
        "busy, asleep",
        "busy, half asleep",
        "disk, asleep",
        "disk for long",
        "disk",
        "busy with its own threads",
    ],
)
def test_it_passes_when_the_worker_has_had_its_seconds(machine: Machine, passes: float) -> None:
    assert not machine.waits(10.0).was_starved
    assert machine.now == pytest.approx(passes, abs=1.0 if machine.disk else 0.2)


def test_a_look_that_takes_long_takes_nothing_of_the_workers_seconds() -> None:
    """A container is looked at by a process that has to be started, on the same busy machine."""

    class SlowToLookAt(Machine):
        def measure(self) -> ProcessorTime:
            self.now += 0.1 if self.now > 2.0 else 2.0
            return super().measure()

    machine = SlowToLookAt(0.1)
    deadline = machine.waits(0.4)
    assert not deadline.was_starved
    assert machine.now * machine.share >= 0.4


def test_a_machine_that_gives_next_to_nothing_decides_nothing() -> None:
    machine = Machine(0.001)
    assert machine.waits(10.0).was_starved
    assert machine.now == pytest.approx(10.0 * MAX_STRETCH, rel=0.05)


def test_a_disk_that_never_answers_decides_nothing() -> None:
    machine = Machine(1.0, disk=range(1, 1000))
    assert machine.waits(10.0).was_starved


class Silent(Machine):
    """One whose system does not say what a worker has had."""

    def waits(self, seconds: float) -> Deadline:
        deadline = Deadline(seconds, lambda: None, lambda: self.now, lambda: 1.0 - self.share)
        while wait := deadline.wait_seconds():
            self.now += wait
        return deadline


@pytest.mark.parametrize(("share", "passes"), [(1.0, 10.5), (0.25, 40.5)])
def test_where_the_system_does_not_tell_a_loop_of_our_own_does(share: float, passes: float) -> None:
    machine = Silent(share)
    assert not machine.waits(10.0).was_starved
    assert machine.now == pytest.approx(passes, abs=0.2)
    assert Silent(0.001).waits(10.0).was_starved


def test_load_that_comes_late_counts_from_when_it_came() -> None:
    machine = Silent(1.0)
    deadline = Deadline(10.0, lambda: None, lambda: machine.now, lambda: 0.75 if machine.now > 6.0 else 0.0)
    while wait := deadline.wait_seconds():
        machine.now += wait
    assert machine.now == pytest.approx(6.5 + 4 * 4, abs=3.5)  # a look covers the second before it


def test_a_share_of_waiting_is_one() -> None:
    assert 0.0 <= waiting_share() < 1.0


def test_a_worker_that_is_not_to_be_seen_any_more_has_no_extension() -> None:
    known = [ProcessorTime(0.0, 0.0)]
    now = 0.0
    deadline = Deadline(10.0, lambda: known.pop() if known else None, lambda: now)
    while wait := deadline.wait_seconds():
        now += wait
    assert now == 10.0 + LOOK_SECONDS
    assert not deadline.was_starved


def test_a_short_question_is_never_looked_at() -> None:
    def never() -> ProcessorTime:
        raise AssertionError("looked")

    now = 0.0
    deadline = Deadline(10.0, never, lambda: now)
    assert deadline.wait_seconds() == LOOK_SECONDS
    now = LOOK_SECONDS * 0.9
    assert deadline.wait_seconds() == pytest.approx(LOOK_SECONDS * 0.1)


@pytest.mark.parametrize(
    ("machine", "takes"),
    [
        (Machine(1.0), 8.0),
        (Machine(0.25), 2.4),  # of the first half second, which is not looked at, all
        (Machine(0.25, wants=0.0), 8.0),
        (Machine(0.25, threads=8), 10.0),  # with all its threads it has had all its seconds
        (Machine(1.0, disk=range(3, 8)), 3.0),
    ],
    ids=["idle", "busy", "busy, asleep", "busy with its own threads", "disk"],
)
def test_what_an_answer_took_is_its_workers_own_time(machine: Machine, takes: float) -> None:
    deadline = Deadline(10.0, machine.measure, lambda: machine.now)
    while machine.now < 8.0:
        machine.now = min(machine.now + deadline.wait_seconds(), 8.0)
    assert deadline.own_seconds() == pytest.approx(takes, abs=1.0 if machine.disk else 0.2)


def test_who_asks_too_late_for_an_answer_that_is_there_counts_nothing_against_its_worker() -> None:
    """Whoever asked waits for the processor, too: eight of these seconds, and the worker none."""
    machine = Machine(1.0, wants=0.0)
    deadline = Deadline(1.0, machine.measure, lambda: machine.now)
    machine.now += deadline.wait_seconds()
    deadline.wait_seconds()
    machine.now += 8.0
    assert deadline.own_seconds() == 1.0


def test_what_an_idle_machine_does_not_say_is_taken_from_the_clock_and_a_short_answer_for_nothing() -> None:
    machine = Machine(1.0)
    deadline = Deadline(10.0, lambda: None, lambda: machine.now, lambda: 0.0)
    machine.now += deadline.wait_seconds()
    assert deadline.own_seconds() == 0.0
    deadline.wait_seconds()
    machine.now = 8.0
    assert deadline.own_seconds() == 8.0
