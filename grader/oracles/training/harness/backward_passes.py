"""A backward pass of the harness's own, which leaves everything as it was."""

from collections.abc import Sequence

import torch

REFUSED = RuntimeError  # as torch raises it for a graph that it cannot go back through in this way


def gradients_by_backward(
    loss: torch.Tensor, parameters: Sequence[torch.Tensor], others: Sequence[torch.Tensor]
) -> list[torch.Tensor | None]:
    """The gradients with respect to `parameters`, by a backward pass that leaves the graph as it is.

    Some graphs allow no other way: reentrant checkpointing goes backward through a part of its own (torch.utils.
    checkpoint, `use_reentrant=True`). Such a pass adds to `.grad` of whatever the loss depends on: that of `others` and
    of what the graph shows is put back. Raises RuntimeError where torch refuses, or a hook that waits for the pass
    would do more than compute.
    """
    leaves = {id(leaf): leaf for leaf in (*parameters, *others, *_leaves(loss))}.values()
    if any(getattr(leaf, "_post_accumulate_grad_hooks", None) for leaf in leaves):
        raise REFUSED("a hook steps during the backward pass")
    before = [(leaf, leaf.grad) for leaf in leaves]
    try:
        for leaf in leaves:
            leaf.grad = None
        torch.autograd.backward(loss, retain_graph=True)
        return [parameter.grad for parameter in parameters]
    finally:
        for leaf, gradient in before:
            leaf.grad = gradient


def _leaves(loss: torch.Tensor) -> list[torch.Tensor]:
    """The tensors in whose `.grad` a backward pass ends, as far as the graph shows them."""
    nodes, visits, leaves = [loss.grad_fn], set(), []
    while nodes:
        node = nodes.pop()
        if node is None or node in visits:
            continue
        visits.add(node)
        if hasattr(node, "variable"):
            leaves.append(node.variable)
        nodes += [following for following, _ in node.next_functions]
    return leaves
