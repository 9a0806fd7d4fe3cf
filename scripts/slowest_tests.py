"""The tests that cost most in the last `make test` and `make thorough`, each with the reason that docs/tests.md gives.

    python -m scripts.slowest_tests [--count 70] [FILE]...

FILE is what `pytest --costs=FILE` wrote; its name says where. Cases of one test are one line. Exits with 1 if one of
them has no reason.
"""

import argparse
import re
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COSTS = [ROOT / "build" / name for name in ("test-costs.tsv", "thorough-costs.tsv")]
PAGE = ROOT / "docs" / "tests.md"
_ROW = re.compile(r"^\| `([^`]+)` \| (.+?) \|$", re.MULTILINE)


def reasons(page: str) -> dict[str, str]:
    """Test, or file of tests -> why it costs what it costs."""
    return dict(_ROW.findall(page))


def reason(name: str, reasons_by_name: dict[str, str]) -> str | None:
    """A test's own reason, else its file's."""
    file, _, test_name = name.rpartition("/")[2].partition("::")
    return reasons_by_name.get(test_name) or reasons_by_name.get(file)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument("--count", type=int, default=70)
    chosen = parser.parse_args()
    files = chosen.files or [path for path in COSTS if path.exists()]
    missing = [path for path in files or COSTS[:1] if not path.exists()]
    if missing:
        parser.error(f"{missing[0]} is not there; `make test` writes it")
    costs: dict[tuple[str, str], float] = defaultdict(float)  # by where it ran, and the test
    cases: Counter[tuple[str, str]] = Counter()
    for path in files:
        for line in path.read_text(encoding="utf-8").splitlines():
            seconds, _, name = line.split("\t", 2)
            test = (path.stem.removesuffix("-costs"), name.partition("[")[0])
            costs[test] += float(seconds)
            cases[test] += 1
    reasons_by_name = reasons(PAGE.read_text(encoding="utf-8"))
    print(f"{sum(costs.values()):.0f} seconds of the processor in all; the {chosen.count} dearest tests:")
    dearest = sorted(costs.items(), key=lambda item: -item[1])[: chosen.count]
    for (where, name), seconds in dearest:
        why = reason(name, reasons_by_name) or "NO REASON GIVEN"
        print(f"{seconds:7.1f} s {cases[where, name]:4} x {where}: {name}: {why}")
    return int(any(reason(name, reasons_by_name) is None for (_, name), _ in dearest))


if __name__ == "__main__":
    raise SystemExit(main())
