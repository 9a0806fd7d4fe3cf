"""What is said of the gradients of a convolution: sentences, and sizes taken for each other."""

from collections.abc import Callable

from grader.assignment.convolution.conv_models import one_side, square_only
from grader.oracles.numeric import Case, Floats, Misconception, Model

NOT_FLIPPED = (
    "The filter was laid over dY as it is, as in the forward pass. On the way back, which weight leads from an output "
    "to the entry of X above and to the left of it?"
)
DW_FLIPPED = (
    "The result is flipped both ways, as it is with dY and X exchanged: is the order of the arguments dY, X, and is "
    "nothing flipped? Flipping belongs to the way back to X. Which entries of X does w[0, 0] meet?"
)
FLIPPED_ONCE = "Flipped along one axis only. Follow one entry of X to the outputs it takes part in, in both directions."
VALID = "At the border something is left out: the layer pads X with zeros, so the outputs at the border count as well."
CIRCULAR = "At the border the result wraps around to the other side (as an FFT or np.roll does). The padding is zeros."
REPEATED = "At the border the outermost values are repeated. The padding of this layer is zeros."
REFLECTED = "At the border the map is mirrored. The padding of this layer is zeros."
SHIFTED = (
    "The result is shifted by one: the padding was put on one side only, or put on twice. It is one ring all around."
)
OVERWRITTEN = (
    "Not all outputs' contributions are in the result. Is a `+=` missing? Where several outputs depend on one entry, "
    "their gradients add up."
)
ADDED_TWICE = (
    "What is added is added twice, and what was there before is doubled with it. A slice of an array is a view of it: "
    "what is added to the slice is in the array already."
)
RETURNED = "Only what comes from the first step, or the first row, is in the result. Is the return inside the loop?"
MIXED_UP = (
    "This answer fits the other convention of *. CONVENTION says which one you are judged under: the forward pass, the "
    "coefficients and both gradients have to follow the same."
)
EXCHANGED = (
    "Rows and columns are exchanged somewhere: square maps come out right, others do not. A map has the shape (H, W), "
    "and an index is [row, column]."
)
ONE_SIZE = "Height and width are taken for equal: one of the two sizes is used for both directions."
UPSTREAM_IGNORED = "The upstream gradient dY has no influence on the result: the chain rule multiplies by it."
UPSTREAM_RETURNED = "This is dY itself: it has to be passed back through the filter."


def mistaken_sizes(
    gradient: Callable[[Floats, Case], Floats], of_result: tuple[bool, ...], *others: Model
) -> tuple[Misconception[Model], ...]:
    """Which sizes of a map were taken for which."""
    both = [*(one_side(axis, gradient, crop) for axis in (0, 1) for crop in of_result), *others]
    return (
        Misconception("rows-and-columns-exchanged", EXCHANGED, (square_only(lambda case: case.expected),)),
        Misconception("one-size-for-both", ONE_SIZE, tuple(both)),
    )
