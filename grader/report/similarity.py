"""Which hand-ins are alike? A hint for a person, never a deduction: short exercises have few ways to be right.

Fingerprints by winnowing (Schleimer, Wilkerson and Aiken, "Winnowing: local algorithms for document fingerprinting",
SIGMOD 2003) with copydetect, on tokens, so that renamed variables and comments make no difference. What the handout has,
and what much of the class has, is nobody's own and left out. Every fingerprint is kept (a window of 1): hand-ins are
short, and which ones a wider window selects would depend on Python's hash seed.
"""

import io
import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from grader.errors import UsageError

TOKENS = 25  # of one fingerprint, as copydetect has it: what is shorter is idiom
LEAST_SHARE = 0.6  # of the smaller hand-in's own fingerprints that the other has too
LEAST_OWN = 40  # fingerprints: below that, two hand-ins are alike by their shortness
COMMON_SHARE = 0.2  # of the class: what so many have is the exercise, not a copy
LEAST_COMMON = 6  # students, in small classes: a group of five may have worked together
MAX_BYTES = 100_000  # of one file: the tokenizer is not made for what is no hand-in
SUFFIX = ".py"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two hand-ins and the share, 0 to 1, that the smaller one has in common with the other."""

    left: str
    right: str
    share: float


def similar_pairs(
    submissions: Iterable[tuple[str, Mapping[str, bytes]]],
    template: Mapping[str, bytes],
    least: float = LEAST_SHARE,
) -> list[Pair]:
    """The pairs of at least `least`, most alike first.

    `submissions` are ids with their files, `template` the files of the handout. Reads the files one submission after the
    other and keeps fingerprints only. Raises UsageError where copydetect is not installed.
    """
    known = _fingerprints(template)
    own = {name: _fingerprints(files) - known for name, files in submissions}
    owners: defaultdict[int, list[str]] = defaultdict(list)
    for name, prints in own.items():
        for print_ in prints:
            owners[print_].append(name)
    most = max(LEAST_COMMON, int(COMMON_SHARE * len(own)))
    sizes: Counter[str] = Counter()
    shared: Counter[tuple[str, str]] = Counter()
    for names in owners.values():
        if len(names) < most:
            sizes.update(names)
            shared.update(combinations(names, 2))
    pairs = [Pair(*names, count / _least(sizes, *names)) for names, count in shared.items()]
    return sorted(
        (pair for pair in pairs if pair.share >= least), key=lambda pair: (-pair.share, pair.left, pair.right)
    )


def _least(sizes: Mapping[str, int], left: str, right: str) -> int:
    return max(LEAST_OWN, min(sizes[left], sizes[right]))


def _fingerprints(files: Mapping[str, bytes]) -> set[int]:
    found: set[int] = set()
    for name, data in files.items():
        if name.endswith(SUFFIX) and len(data) <= MAX_BYTES:
            found |= _of_text(data.decode("utf-8", "replace"))
    return found


def _of_text(code: str) -> set[int]:
    try:
        from copydetect import CodeFingerprint
    except ImportError as error:
        raise UsageError("to look for similar hand-ins, install copydetect: pip install '.[similarity]'.") from error
    logging.getLogger("matplotlib").setLevel(logging.WARNING)
    return {int(hashed) for hashed in CodeFingerprint("hand-in.py", TOKENS, 1, fp=io.StringIO(code)).hashes}
