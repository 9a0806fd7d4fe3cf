"""Find similar hand-ins: a hint for a person, never a deduction, since short exercises have few ways to be right.

Fingerprints by winnowing (Schleimer, Wilkerson and Aiken, "Winnowing: local algorithms for document fingerprinting",
SIGMOD 2003) of the code's shape, so that renamed variables and comments make no difference. What the handout has, and
what much of the class has, is nobody's own and left out. Every fingerprint is kept (a window of 1): hand-ins are short.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

import numpy as np
import numpy.typing as npt

from grader.classroom.results.code_shape import shape_of
from grader.report.pairs import Pair

LENGTH = 25  # of one fingerprint, in characters with every name as one; what is shorter is idiom
MIN_SHARE = 0.6  # of the smaller hand-in's own fingerprints that the other has too
MIN_FINGERPRINTS = 60  # fingerprints, some five lines: below that, two hand-ins are similar by their shortness
COMMON_SHARE = 0.2  # of a class: what so many have is the exercise, not a copy
MIN_COMMON = 6  # students, in small classes: a group of five may have worked together
SUFFIX = ".py"

Prints = npt.NDArray[np.int64]

# Drawn at random, and always the same: two texts agree by chance once in 2**40 pairs or less.
_WEIGHTS = np.random.default_rng(2003).integers(-(2**63), 2**63, LENGTH, dtype=np.int64)


def similar_pairs(
    fingerprints: Iterable[tuple[str, Prints]],
    template: Prints,
    least: float = MIN_SHARE,
    earlier: Sequence[Iterable[tuple[str, Prints]]] = (),
) -> Iterator[Pair]:
    """The pairs that have at least `least` in common, in the order of the hand-ins.

    `fingerprints` are ids with those of their hand-ins, `template` are the handout's; 8 bytes a character of code.
    `earlier` are other years' classes: this one's hand-ins are compared with theirs, and theirs not with each other.
    """
    names: list[str] = []
    prints, sizes = [], []
    for members in (fingerprints, *earlier):
        before = len(names)
        for name, member_prints in members:
            names.append(name)
            prints.append(np.setdiff1d(member_prints, template, assume_unique=True))
        sizes.append(len(names) - before)
    for left, shares in enumerate(islice(_shares(prints, sizes), sizes[0]) if len(names) > 1 else ()):
        for right in np.flatnonzero(shares[left + 1 :] >= least) + left + 1:
            yield Pair(names[left], names[right], round(float(shares[right]), 4), earlier=bool(right >= sizes[0]))


def _shares(prints: Sequence[Prints], classes: Sequence[int]) -> Iterator[npt.NDArray[np.float64]]:
    """For each hand-in (n,): how many fingerprints it shares with each, of those that the smaller one has and that much
    of no class has. `classes` are the sizes of the classes, whose hand-ins follow one another.

    One after the other: those of ten thousand hand-ins with each other would take 800 MB.
    """
    count = len(prints)
    owners = np.repeat(np.arange(count), [len(member_prints) for member_prints in prints])
    _, kinds, times = np.unique(np.concatenate(prints), return_inverse=True, return_counts=True)
    rare = np.ones(len(times), dtype=bool)
    for end, size in zip(np.cumsum(classes), classes, strict=True):
        inside = (owners >= end - size) & (owners < end)
        rare &= np.bincount(kinds[inside], minlength=len(times)) < max(MIN_COMMON, COMMON_SHARE * size)
    sizes = np.bincount(owners[rare[kinds]], minlength=count)
    holders = owners[np.argsort(kinds, kind="stable")]  # of the first kind, of the second, and so on
    firsts = np.cumsum(times) - times
    ends = np.cumsum([len(member_prints) for member_prints in prints])
    for member_kinds, size in zip(np.split(kinds, ends[:-1]), sizes, strict=True):
        shared = member_kinds[rare[member_kinds] & (times[member_kinds] > 1)]
        lengths = times[shared]
        places = np.arange(lengths.sum()) + np.repeat(firsts[shared] - np.cumsum(lengths) + lengths, lengths)
        yield np.bincount(holders[places], minlength=count) / np.maximum(MIN_FINGERPRINTS, np.minimum(size, sizes))


def fingerprints_of(files: Mapping[str, bytes]) -> Prints:
    """The distinct fingerprints of a hand-in's Python files, sorted; the same in every process.

    No file is too long to be compared, since none that is graded is: a bound below that of grading would be a way out.
    """
    shapes = (shape_of(data.decode("utf-8", "replace")) for name, data in files.items() if name.endswith(SUFFIX))
    return np.unique(np.concatenate([np.empty(0, np.int64), *map(_fingerprints, shapes)]))


def _fingerprints(shape: str) -> Prints:
    """One for each `LENGTH` characters in a row: their code points weighted and summed, modulo 2**64 (multilinear
    hashing: Lemire and Kaser, "Strongly universal string hashing is fast", The Computer Journal 57 (2014)).
    """
    points = np.frombuffer(shape.encode("utf-32-le"), dtype="<u4").astype(np.int64)
    sums = np.zeros(max(0, len(points) - LENGTH + 1), np.int64)
    for place, weight in enumerate(_WEIGHTS):
        sums += weight * points[place : place + len(sums)]
    return sums
