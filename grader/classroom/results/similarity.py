"""Find similar hand-ins: a hint for a person, never a deduction, since short exercises have few ways to be right.

Fingerprints by winnowing (Schleimer, Wilkerson and Aiken, "Winnowing: local algorithms for document fingerprinting",
SIGMOD 2003) of pygments' tokens, so that renamed variables and comments make no difference. What the handout has, and
what much of the class has, is nobody's own and left out. Every fingerprint is kept (a window of 1): hand-ins are short.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

import numpy as np
import numpy.typing as npt
from pygments import lex
from pygments.lexers.python import PythonLexer
from pygments.token import Comment, Name, String, Text, _TokenType

from grader.report.pairs import Pair

LENGTH = 25  # of one fingerprint, in characters with every name as one; what is shorter is idiom
MIN_SHARE = 0.6  # of the smaller hand-in's own fingerprints that the other has too
MIN_FINGERPRINTS = 60  # fingerprints, some five lines: below that, two hand-ins are similar by their shortness
COMMON_SHARE = 0.2  # of a class: what so many have is the exercise, not a copy
MIN_COMMON = 6  # students, in small classes: a group of five may have worked together
SUFFIX = ".py"

Prints = npt.NDArray[np.int64]


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
    fingerprints: set[int] = set()
    for name, data in files.items():
        if name.endswith(SUFFIX):
            shape = "".join(_letter(kind, text) for kind, text in lex(data.decode("utf-8", "replace"), PythonLexer()))
            grams = {shape[start : start + LENGTH] for start in range(len(shape) - LENGTH + 1)}
            fingerprints.update(map(_fingerprint, grams))
    return np.array(sorted(fingerprints), dtype=np.int64)


def line_shape(line: str) -> str:
    """A line without its names, comments and spaces, which anybody may change; "" for a line with nothing else."""
    return "".join(_letter(kind, text) for kind, text in lex(line, PythonLexer())).strip()


def _letter(kind: _TokenType, text: str) -> str:
    """What a token counts as once names, strings and comments are made alike; "" if it does not count."""
    if kind in Text or kind in Comment:
        return ""
    if kind in String:
        return '"' if text in ("'", '"') else "S"
    if kind in Name.Function:
        return "F"
    if kind in Name.Class:
        return "C"
    return "V" if kind in (Name, Name.Variable, Name.Attribute) else text


def _fingerprint(gram: str) -> int:
    return int.from_bytes(hashlib.blake2b(gram.encode("utf-8", "replace"), digest_size=8).digest(), signed=True)
