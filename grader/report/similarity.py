"""Which hand-ins are alike? A hint for a person, never a deduction: short exercises have few ways to be right.

Fingerprints by winnowing (Schleimer, Wilkerson and Aiken, "Winnowing: local algorithms for document fingerprinting",
SIGMOD 2003) with copydetect, on tokens, so that renamed variables and comments make no difference. What the handout
has, and what much of the class has, is nobody's own and left out. Every fingerprint is kept (a window of 1): hand-ins
are short, and which ones a wider window selects would depend on Python's hash seed.
"""

import importlib
import io
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from grader.errors import UsageError
from grader.report.pairs import Pair

LENGTH = 25  # of one fingerprint, in characters with every name as one: copydetect's own; what is shorter is idiom
LEAST_SHARE = 0.6  # of the smaller hand-in's own fingerprints that the other has too
LEAST_OWN = 60  # fingerprints, some five lines: below that, two hand-ins are alike by their shortness
COMMON_SHARE = 0.2  # of the class: what so many have is the exercise, not a copy
LEAST_COMMON = 6  # students, in small classes: a group of five may have worked together
MAX_BYTES = 100_000  # of one file: the tokenizer is not made for what is no hand-in
SUFFIX = ".py"

Prints = npt.NDArray[np.int64]


def similar_pairs(
    submissions: Iterable[tuple[str, Mapping[str, bytes]]],
    template: Mapping[str, bytes],
    least: float = LEAST_SHARE,
) -> list[Pair]:
    """The pairs that have at least `least` in common, most alike first.

    `submissions` are ids with their files, `template` is the handout's. Hand-ins are read one after the other and only
    their fingerprints kept, 8 bytes a character of code. Raises UsageError where copydetect is not installed.
    """
    known = _fingerprints(template)
    names, prints = [], []
    for name, files in submissions:
        names.append(name)
        prints.append(np.setdiff1d(_fingerprints(files), known, assume_unique=True))
    if len(names) < 2:
        return []
    shares = _shares(prints)
    found = [(int(left), int(right)) for left, right in np.argwhere(np.triu(shares >= least, 1))]
    pairs = [Pair(names[left], names[right], round(float(shares[left, right]), 4)) for left, right in found]
    return sorted(pairs, key=lambda pair: (-pair.share, pair.left, pair.right))


def _shares(prints: list[Prints]) -> npt.NDArray[np.float64]:
    """(n, n): how many fingerprints two hand-ins share, of those that the smaller one has and the class has not."""
    count = len(prints)
    hashes = np.concatenate(prints)
    order = np.argsort(hashes, kind="stable")
    owners = np.repeat(np.arange(count), [len(own) for own in prints])[order]
    _, starts, lengths = np.unique(hashes[order], return_index=True, return_counts=True)
    rare = lengths < max(LEAST_COMMON, COMMON_SHARE * count)
    sizes = np.bincount(owners[np.repeat(rare, lengths)], minlength=count)
    shared = np.zeros((count, count))
    several = rare & (lengths > 1)
    for start, length in zip(starts[several].tolist(), lengths[several].tolist(), strict=True):
        together = owners[start : start + length]
        shared[np.ix_(together, together)] += 1
    return shared / np.maximum(LEAST_OWN, np.minimum.outer(sizes, sizes))


def _fingerprints(files: Mapping[str, bytes]) -> Prints:
    """The distinct fingerprints of a hand-in's Python files, sorted."""
    library = _copydetect()
    found: set[int] = set()
    for name, data in files.items():
        if name.endswith(SUFFIX) and len(data) <= MAX_BYTES:
            code = io.StringIO(data.decode("utf-8", "replace"))
            found.update(map(int, library.CodeFingerprint("hand-in.py", LENGTH, 1, fp=code).hashes))
    return np.array(sorted(found), dtype=np.int64)


def _copydetect() -> Any:
    try:
        return importlib.import_module("copydetect")
    except ImportError as error:
        raise UsageError("similar hand-ins are found with copydetect: pip install '.[similarity]'.") from error
