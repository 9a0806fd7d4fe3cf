"""Images to train and to hold out, from an .npz file."""

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from grader.errors import UsageError

BYTE_LARGEST = 255.0  # of whole-number pixels, as cameras and their formats have them
MAX_VALUES = 160_000_000  # of one part, 4 bytes each on their way to a worker: the 50,000 images of CIFAR-10 just fit
MIN_IMAGES = 10  # of each part: fewer measure nothing
MAX_CLASSES = 1000

# A file has either of these: images, labels and which of them are held out; or both parts by themselves, as Keras has
# them.
TOGETHER = ("images", "labels", "test")
APART = ("x_train", "y_train", "x_test", "y_test")


@dataclass(frozen=True, slots=True, eq=False)
class Images:
    """`x` (n, C, H, W) float32 in 0..1 and labels `y` (n,) int64 to train; `held_out` (m, C, H, W) and `truth` (m,)."""

    x: Any
    y: Any
    held_out: Any
    truth: Any
    classes: int


def load(path: Path | str, largest: float = BYTE_LARGEST) -> Images:
    """The images of an .npz file; whole-number pixels are divided by `largest`.

    Raises UsageError, in a sentence, for a file that is not there, is no .npz, lacks an array or holds impossible ones.
    """
    source = Path(path)
    arrays = _arrays(source)
    if all(name in arrays for name in TOGETHER):
        images, labels, test = (arrays[name] for name in TOGETHER)
        if test.dtype != bool or test.shape != labels.shape:
            raise UsageError(f"{source}: `test` has to be one bool for each label, but it is {_kind(test)}.")
        if len(images) != len(labels):
            raise UsageError(f"{source}: {len(images)} images, but {len(labels)} labels.")
        parts = (images[~test], labels[~test], images[test], labels[test])
    elif all(name in arrays for name in APART):
        parts = (arrays["x_train"], arrays["y_train"], arrays["x_test"], arrays["y_test"])
    else:
        raise UsageError(
            f"{source} has {', '.join(sorted(arrays)) or 'none of the arrays'}; it needs {', '.join(TOGETHER)} "
            f"(or {', '.join(APART)})."
        )
    x, y = _images(source, parts[0], largest), _labels(source, parts[1], len(parts[0]))
    held_out, truth = _images(source, parts[2], largest), _labels(source, parts[3], len(parts[2]))
    if x.shape[1:] != held_out.shape[1:]:
        raise UsageError(f"{source}: training images are {x.shape[1:]}, held-out ones {held_out.shape[1:]}.")
    classes = int(max(y.max(), truth.max())) + 1
    if classes > MAX_CLASSES or len(np.unique(y)) < 2:
        raise UsageError(
            f"{source}: labels have to be 0, 1, 2, ... of 2 to {MAX_CLASSES} classes; the largest is {classes - 1}."
        )
    return Images(x, y, held_out, truth, classes)


def _arrays(source: Path) -> dict[str, Any]:
    """The file's arrays. `allow_pickle` stays off, so that nothing in it can run."""
    try:
        archive = np.load(source, allow_pickle=False)
        if isinstance(archive, np.ndarray):
            raise UsageError(f"{source} is a single array; several are needed: {', '.join(TOGETHER)}.")
        with archive:
            return {name: archive[name] for name in archive.files if name in (*TOGETHER, *APART)}
    except FileNotFoundError:
        raise UsageError(f"There is no file {source}.") from None
    except OSError as error:
        raise UsageError(f"{source} cannot be read: {error}.") from None
    except (ValueError, EOFError, KeyError, zipfile.BadZipFile):  # numpy's words for it advise to unpickle
        raise UsageError(f"{source} is not an .npz file of plain arrays, as `numpy.savez` writes them.") from None


def _images(source: Path, images: Any, largest: float) -> Any:
    """(n, C, H, W) float32. Whole numbers are divided by the largest possible; three dimensions mean one channel."""
    if images.ndim == 3:
        images = images[:, None]
    if images.ndim != 4 or images.dtype.kind not in "uif" or len(images) < MIN_IMAGES:
        raise UsageError(
            f"{source}: images have to be (n, H, W) or (n, C, H, W) numbers, at least {MIN_IMAGES} in each part; "
            f"found {_kind(images)}."
        )
    if images.size > MAX_VALUES:
        raise UsageError(f"{source}: {images.size:,} pixel values are too many; at most {MAX_VALUES:,} are taken.")
    if images.shape[3] in (1, 3) and images.shape[1] not in (1, 3):
        images = np.moveaxis(images, 3, 1)  # channels last, as Keras has them
    plain = np.ascontiguousarray(images, dtype=np.float32)
    if images.dtype.kind in "ui":
        plain = plain / np.float32(largest)
    if not np.isfinite(plain).all():
        raise UsageError(f"{source}: some pixels are NaN or infinite.")
    return plain


def _labels(source: Path, labels: Any, count: int) -> Any:
    labels = labels.reshape(-1) if labels.ndim == 2 and labels.shape[1] == 1 else labels
    if labels.shape != (count,) or labels.dtype.kind not in "ui" or (labels < 0).any():
        raise UsageError(f"{source}: labels have to be {count} whole numbers from 0; found {_kind(labels)}.")
    return labels.astype(np.int64)


def _kind(array: Any) -> str:
    return f"{array.dtype} of shape {array.shape}"
