"""Measures and tries everything about a GPU that the tests of a machine without one cannot.

    python -m scripts.gpu_report [--device cuda] [--short] [--section NAME] [--json FILE] [--markdown FILE]

Eight minutes at most on any machine with CUDA: what no time is left for is told and left out. Writes one JSON and one
table. On a machine without CUDA the same plan runs on the CPU, which the table says; so that it does not rot, a test
runs it there with --short.
"""

import argparse
import json
import platform
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from scripts.gpu_report import class_runs, jail_probe, marked_tests, training_speed, worker_bounds
from scripts.gpu_report.plan import Finding, Plan

MINUTES = 8
# In the order of what is missed most; each with the share of the whole time that it needs at most.
SECTIONS: tuple[tuple[str, Callable[[Plan], list[Finding]], float], ...] = (
    ("tests for a GPU", marked_tests.run, 0.25),
    ("bounds of a worker", worker_bounds.run, 0.1),
    ("jail", jail_probe.run, 0.1),
    ("training", training_speed.run, 0.2),
    ("two classes at once", class_runs.two_at_once, 0.2),
    ("the same class on both", class_runs.on_both, 0.35),
)


def main() -> None:
    """Goes through the sections, and writes what is known after each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--short", action="store_true", help="the smallest of everything: for a test")
    names = [name for name, _, _ in SECTIONS]
    parser.add_argument("--section", action="append", choices=names, help="only this one; repeatable")
    parser.add_argument("--json", type=Path, default=Path("gpu_report.json"))
    parser.add_argument("--markdown", type=Path, default=Path("gpu_report.md"))
    options = parser.parse_args()
    end = time.monotonic() + 60 * MINUTES
    report: dict[str, Any] = {"machine": machine(options.device), "sections": {}}
    for name, section, share in SECTIONS:
        if options.section and name not in options.section:
            continue
        plan = Plan(options.device, options.short, min(share * 60 * MINUTES, end - time.monotonic()))
        report["sections"][name] = [finding.data() for finding in carried_out(section, plan)]
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
        options.markdown.write_text(markdown(report), encoding="utf-8")
    print(markdown(report))


def carried_out(section: Callable[[Plan], list[Finding]], plan: Plan) -> list[Finding]:
    """What a section found; one that fails costs itself alone."""
    if plan.seconds < 10:
        return [Finding("left out", "no time was left", holds=None)]
    began = time.monotonic()
    try:
        findings = section(plan)
    except Exception as error:  # noqa: BLE001 - on a card that nobody has seen yet, the rest is still wanted
        findings = [Finding("failed", f"{type(error).__name__}: {error}"[:600], holds=False)]
    return [*findings, Finding("took", f"{time.monotonic() - began:.0f} s", holds=None)]


def machine(device: str) -> dict[str, Any]:
    """What it ran on. `gpu` is None where everything ran on the CPU."""
    gpu = None
    if device.startswith("cuda"):
        properties = torch.cuda.get_device_properties(device)
        gpu = {"name": properties.name, "memory_gib": round(properties.total_memory / 2**30, 1)}
    versions = {"python": platform.python_version(), "torch": torch.__version__, "cuda": torch.version.cuda}
    return {"gpu": gpu, "platform": platform.platform(), "device": device, **versions}


def markdown(report: dict[str, Any]) -> str:
    """The table."""
    about = report["machine"]
    card = about["gpu"]
    where = f"{card['name']}, {card['memory_gib']} GiB" if card else "no GPU: everything below ran on the CPU"
    rows = [
        f"| {section} | {finding['what']} | {finding['found']} | {_WORDS[finding['holds']]} |"
        for section, findings in report["sections"].items()
        for finding in findings
    ]
    head = f"{where}; Python {about['python']}, torch {about['torch']}, {about['platform']}"
    return "\n".join([head, "", "| section | what | found | holds |", "| --- | --- | --- | --- |", *rows, ""])


_WORDS = {True: "yes", False: "NO", None: ""}

if __name__ == "__main__":
    main()
