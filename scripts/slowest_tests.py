"""The tests that cost most in the last `make test`, each with the reason that docs/tests.md gives.

    python -m scripts.slowest_tests [--count 70] [FILE]

FILE is what `pytest --costs=FILE` wrote. Cases of one test are one line. Exits with 1 if one of them has no reason.
"""

import argparse
import re
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COSTS = ROOT / "build" / "test-costs.tsv"
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
    parser.add_argument("file", nargs="?", type=Path, default=COSTS)
    parser.add_argument("--count", type=int, default=70)
    chosen = parser.parse_args()
    if not chosen.file.exists():
        parser.error(f"{chosen.file} is not there; `make test` writes it")
    costs: dict[str, float] = defaultdict(float)
    cases: Counter[str] = Counter()
    for line in chosen.file.read_text(encoding="utf-8").splitlines():
        seconds, _, name = line.split("\t", 2)
        test = name.partition("[")[0]
        costs[test] += float(seconds)
        cases[test] += 1
    reasons_by_name = reasons(PAGE.read_text(encoding="utf-8"))
    print(f"{sum(costs.values()):.0f} seconds of the processor in all; the {chosen.count} dearest tests:")
    dearest = sorted(costs.items(), key=lambda item: -item[1])[: chosen.count]
    for test, seconds in dearest:
        print(f"{seconds:7.1f} s {cases[test]:4} x {test}: {reason(test, reasons_by_name) or 'NO REASON GIVEN'}")
    return int(any(reason(test, reasons_by_name) is None for test, _ in dearest))


if __name__ == "__main__":
    raise SystemExit(main())
