"""Gradients as an optimizer uses them that clips them in its steps."""

from typing import Any

import numpy as np

from .replay import Problem

ROOM = 1e-6  # as in torch.nn.utils.clip_grad_norm_

Clip = tuple[str, float]  # how, as `harness.problems.CLIPS` has it, and to what


def clipped_problem(problem: Problem, clip: Clip) -> Problem:
    """A probe problem whose gradients come clipped. (What closures give is clipped where it is computed.)"""
    if problem["kind"] != "gradients":
        return {**problem, "clip": list(clip)}
    sizes = [int(np.prod(shape)) for shape in problem["shapes"]]
    tensors = np.split(np.nan_to_num(problem["gradients"]), np.cumsum(sizes)[:-1], axis=1)
    norms = np.stack([np.linalg.norm(tensor, axis=1) for tensor in tensors], axis=1)
    return {**problem, "gradients": clipped(problem["gradients"], norms, sizes, clip)}


def clipped(gradients: Any, norms: Any, sizes: list[int], clip: Clip) -> Any:
    """Entries of gradients (steps, n), so many of each tensor (`sizes`), clipped; `norms` (steps, tensors) are those of
    whole tensors."""
    how, limit = clip
    if how == "value":
        return np.clip(gradients, -limit, limit)
    if how == "norm":
        norms = np.broadcast_to(np.linalg.norm(norms, axis=1, keepdims=True), norms.shape)
    return gradients * np.repeat(np.minimum(1.0, limit / (norms + ROOM)), sizes, axis=1)
