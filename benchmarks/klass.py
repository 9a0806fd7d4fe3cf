"""A class on all cores: ours beside otter-grader, nbgrader, gradescope-utils, check50 and plain pytest.

    python -m benchmarks.klass [--students N,...] [--ours jail,docker] [--peers pytest,...] [--rounds N] [--json FILE]

All grade the same problem with the same four checks. Those that take one submission at a time are run as many at a
time as there are cores; only ours and check50 put anything between a submission and the grader.

What ours starts, it starts once for a class, so that its rate depends on the size: it is shown for several. The others
pay the same for each submission: so the fastest isolated one gets a class of 64, and the rest one of 16, for time.
"""

import os
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from benchmarks import measure, peers
from benchmarks.measure import Cost, Spread
from benchmarks.peers import Peer, Work

FASTEST_ISOLATED = "check50"
SIZES = (64, 16, 1000)  # of the classes that ours gets; ratios are over the first
PEERS_SIZE, FASTEST_SIZE = 16, 64


def grade_class(
    scratch: Path, prepare: Callable[[Path, Path, Sequence[str]], list[Work]], python: Path, students: int
) -> Cost:
    """What a class costs per submission; setting it up is not counted. Raises PeerError where a result is missing.

    Its folder stays in `scratch`: for seconds after many files were removed, ext4 takes long to make new ones.
    """
    names = [f"student{number:03}" for number in range(students)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        work = prepare(python, Path(tempfile.mkdtemp(dir=scratch)), names)
        os.sync()  # as a class that was handed in: else whoever syncs a report waits for it
        costs: list[Cost] = []
        variables = peers.activated(python)

        def run(submission_work: Work) -> Cost:
            return measure.command(submission_work.argv, cwd=submission_work.folder, environment=variables)

        whole = measure.here(lambda: costs.extend(pool.map(run, work)))
        missing = [
            submission_work
            for submission_work in work
            if not (submission_work.folder / submission_work.result).exists()
        ]
        if missing:
            raise peers.PeerError(f"{len(missing)} of {len(work)} results are missing")
    return Cost(
        whole.wall / students, sum(cost.cpu for cost in costs) / students, max(cost.peak or 0 for cost in costs)
    )


def candidates(
    scratch: Path, chosen_peers: Sequence[Peer], ours: Sequence[str], sizes: Sequence[int]
) -> tuple[dict[str, Callable[[], Cost]], list[str]]:
    """What is to be measured, by name, each tried once; and why something is not."""
    runs: dict[str, Callable[[], Cost]] = {}
    remarks = []
    for kind in ours:
        for count in sizes:
            runs[f"ours ({kind}), {count}"] = partial(grade_class, scratch, peers.OURS[kind], Path(), count)
    for peer in chosen_peers:
        count = min(FASTEST_SIZE if peer.name == FASTEST_ISOLATED else PEERS_SIZE, max(sizes))
        try:
            runs[f"{peer.name}, {count}"] = partial(grade_class, scratch, peer.prepare, peers.environment(peer), count)
        except peers.PeerError as error:
            remarks.append(f"{error}: left out")
    for name, run in list(runs.items()):
        try:
            run.func(*run.args[:3], 1)  # type: ignore[attr-defined]
        except (peers.PeerError, measure.CommandError, subprocess.CalledProcessError) as error:
            remarks.append(f"{name}: left out ({error})")
            del runs[name]
    return runs, remarks


def main() -> None:
    parser = measure.options(__doc__)
    parser.add_argument("--students", help="how many there are in each class that ours gets, by commas")
    parser.add_argument(
        "--ours", default="jail,docker", help="the sandboxes that ours runs in, by commas, where they are"
    )
    parser.add_argument("--peers", default=",".join(peer.name for peer in peers.PEERS), help="by commas")
    parser.add_argument("--numpy-only", action="store_true", help="hand-ins that do not import sympy")
    chosen = parser.parse_args()
    peers.head = "" if chosen.numpy_only else peers.SYMPY
    chosen_sizes = [int(size) for size in chosen.students.split(",")] if chosen.students else None
    sizes = chosen_sizes or ((4, 1) if chosen.short else SIZES)
    chosen_peers = [peer for peer in peers.PEERS if peer.name in chosen.peers.split(",")]
    with tempfile.TemporaryDirectory() as scratch:
        runs, remarks = candidates(Path(scratch), chosen_peers, chosen.ours.split(","), sizes)
        costs_by_name = measure.interleaved(runs, chosen.rounds or (1 if chosen.short else 2))
    ours = next(iter(costs_by_name.values()))
    rows = [
        {
            "grader, students": name,
            "submissions a minute": Spread.of([60 / cost.wall for cost in costs]),
            "cpu s each": Spread.of([cost.cpu for cost in costs]),
            "cpu over ours": measure.ratios([cost.cpu for cost in costs], [cost.cpu for cost in ours]),
            "wall over ours": measure.ratios([cost.wall for cost in costs], [cost.wall for cost in ours]),
            "largest process MiB": Spread.of([cost.peak for cost in costs]),
        }
        for name, costs in costs_by_name.items()
    ]
    measure.publish(
        "class",
        rows,
        chosen,
        f"Hand-ins import numpy{'' if chosen.numpy_only else ' and sympy'}.",
        *remarks,
    )


if __name__ == "__main__":
    main()
