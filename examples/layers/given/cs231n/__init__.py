"""Runs before each module of the package, and makes files of any year of the course run today.

What Python and NumPy have dropped since is put back. The helpers that the course hands out divide as Python 2 did, in
most years: their functions are replaced by those that are given here, and what somebody has added to them stays.
"""

import builtins
import sys

import numpy as np

_BUILTINS = {"basestring": str, "long": int, "raw_input": input, "unicode": str, "xrange": range}
_NUMPY = (
    {name: getattr(builtins, name) for name in ("bool", "complex", "float", "int", "object", "str")}
    | {"complex_": np.complex128, "float_": np.float64, "long": int, "unicode": str}
    | {"Inf": np.inf, "NINF": -np.inf, "NaN": np.nan, "PINF": np.inf, "infty": np.inf}
    | {"alltrue": np.all, "cumproduct": np.cumprod, "in1d": np.isin, "product": np.prod, "sometrue": np.any}
    | {"asscalar": lambda a: a.item(), "msort": lambda a: np.sort(a, axis=0), "round_": np.round}
    | {"row_stack": np.vstack, "trapz": np.trapezoid}
)

for _module, _names in ((builtins, _BUILTINS), (np, _NUMPY)):
    for _name, _meant in _names.items():
        if _name not in vars(_module):
            setattr(_module, _name, _meant)

for _name in ("im2col", "im2col_cython", "fast_layers"):  # each imports from those before it
    _helpers = __import__(f"course.{_name}", None, None, ["*"])
    try:
        _theirs = __import__(f"cs231n.{_name}", None, None, ["*"])
    except Exception:  # noqa: BLE001  (of whatever kind: it is theirs, and ours is as good)
        sys.modules[f"cs231n.{_name}"] = _helpers
    else:
        vars(_theirs).update({name: value for name, value in vars(_helpers).items() if not name.startswith("_")})
