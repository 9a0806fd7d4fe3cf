"""Real classes: two that want the same GPU at once, and one of eight on both devices."""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.gpu_report.plan import Finding, Plan
from scripts.stored_points import stored_points

ROOT = Path(__file__).resolve().parents[2]
EIGHT = (
    *("optim-textbook-forms", "optim-by-hand", "optim-mlp", "optim-schedule"),
    *("optim-residual-network", "optim-variants", "optim-parameter-groups"),
)
POINTS = tuple(f"4.{number}" for number in range(1, 7))


@dataclass(frozen=True, slots=True)
class Run:
    """What a class came to: points by hand-in, and how long it took."""

    points: dict[str, Any]
    seconds: float
    remark: str


def two_at_once(plan: Plan) -> list[Finding]:
    """One class alone, then two at once: the same points, and on a GPU no training beside another."""
    points = ("4.5",) if plan.short else POINTS
    with tempfile.TemporaryDirectory(prefix="gpu-report-") as folder:
        hand_ins = _hand_ins(Path(folder), 1 if plan.short else 2)
        (alone,) = _run(hand_ins, [plan.device], points, plan.seconds / 2)
        both = _run(hand_ins, [plan.device] * 2, points, plan.seconds / 2)
    same = all(run.points == alone.points for run in both)
    longest = max(run.seconds for run in both)
    comparison = f"alone {alone.seconds:.0f} s, two at once {longest:.0f} s; {'the same' if same else 'other'} points"
    return [
        Finding(
            "two classes on one device", comparison + "".join(run.remark for run in both), same and bool(alone.points)
        )
    ]


def on_both(plan: Plan) -> list[Finding]:
    """The same class with --device cpu and on the device: the same points."""
    points = ("4.5",) if plan.short else POINTS
    with tempfile.TemporaryDirectory(prefix="gpu-report-") as folder:
        hand_ins = _hand_ins(Path(folder), 2 if plan.short else 1 + len(EIGHT))
        (there,) = _run(hand_ins, [plan.device], points, plan.seconds / 2)
        (here,) = _run(hand_ins, ["cpu"], points, plan.seconds / 2)
    differ = sorted(name for name in there.points | here.points if there.points.get(name) != here.points.get(name))
    comparison = f"{plan.device} {there.seconds:.0f} s, cpu {here.seconds:.0f} s; " + (
        f"other points for {', '.join(differ)}" if differ else "the same points"
    )
    what = f"grader class of {len(here.points)}"
    figures = {"there": there.points, "here": here.points}
    return [Finding(what, comparison + there.remark + here.remark, not differ and bool(here.points), figures)]


def _hand_ins(folder: Path, count: int) -> Path:
    place = folder / "class"
    shutil.copytree(ROOT / "reference", place / "reference")
    for name in EIGHT[: count - 1]:
        shutil.copytree(ROOT / "tests" / "gallery" / "right" / name, place / name)
    return place


def _run(hand_ins: Path, devices: Sequence[str], points: Sequence[str], seconds: float) -> list[Run]:
    """One class a device, all at once."""
    chosen = [option for point in points for option in ("--point", point)]
    began, started = time.monotonic(), []
    for number, device in enumerate(devices):
        results = hand_ins.with_name(f"{device.replace(':', '-')}-{number}-{time.monotonic_ns()}")
        options = ["--output", str(results), "--sandbox", "process", "--seed", "7", "--device", device, *chosen]
        command = [sys.executable, "-m", "grader", "class", str(hand_ins), *options]
        log = results.with_suffix(".log").open("wb")
        started.append((results, log, subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)))
    runs = []
    for results, log, process in started:
        try:
            code: int | None = process.wait(max(1.0, seconds - (time.monotonic() - began)))
        except subprocess.TimeoutExpired:
            process.terminate()
            process.wait()
            code = None
        log.close()
        text = "" if code == 0 else f"; no time for all of it ({results.with_suffix('.log').read_text()[-200:]})"
        runs.append(Run(_points(results), time.monotonic() - began, text))
    return runs


def _points(results: Path) -> dict[str, Any]:
    """Without diagnoses: two devices may differ in what they name, where they agree in what it is worth."""
    return {name: [list(point[:3]) for point in points] for name, points in stored_points(results).items()}
