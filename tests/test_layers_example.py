"""The layers assignment: its mathematics is torch's, its reference and template earn what they should, names are shown.

PyTorch is the other opinion here: the assignment itself never asks it.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest

from grader.assignment_folder import load_assignment
from grader.oracles import layers
from grader.oracles.numeric import gradient
from grader.pipeline import GradingSession
from grader.sandbox.choose import SandboxSettings
from grader.schema import Report
from grader.settings import RunSettings
from tests.support.command import ROOT
from tests.support.galleries import Together, asked_for
from tests.support.tiers import again, seeds

torch = pytest.importorskip("torch")
F = torch.nn.functional

pytestmark = pytest.mark.slow

LAYERS = ROOT / "examples" / "layers"
GALLERY = sorted((LAYERS / "gallery").glob("*/*/expected.json"))


@pytest.fixture(scope="module")
def session() -> Iterator[GradingSession]:
    settings = RunSettings(SandboxSettings("process"), seed=1)
    with GradingSession(load_assignment(LAYERS), settings) as opened:
        yield opened


@pytest.fixture(scope="module")
def networks(pytestconfig: pytest.Config) -> Iterator[Any]:
    """The assignment's own module, imported as its checks are."""
    pytestconfig.addinivalue_line("markers", "points(point, part=None): as the checks' own pytest knows it")
    sys.path.insert(0, str(LAYERS / "checks"))
    try:
        import check_networks  # type: ignore[import-not-found, unused-ignore]

        yield check_networks
    finally:
        sys.path.remove(str(LAYERS / "checks"))


Reports: TypeAlias = Together[tuple[Path, int], Report]
SEEDS = 8  # of the reference; `grader lint examples/layers --seeds 20` grades as many as anybody likes


@pytest.fixture(scope="module")
def reports(request: pytest.FixtureRequest, session: GradingSession) -> Reports:
    """By folder and seed."""
    wanted = [(LAYERS / "student_template", 1), *((file.parent, 1) for file in asked_for(request, "file"))]
    wanted += [(LAYERS / "reference", seed) for seed in asked_for(request, "seed")]
    return Together(
        session.assignment, wanted, lambda key, run: session.grade(session.load(key[0]), seed=key[1], run=run)
    )


@pytest.mark.parametrize("seed", seeds(1, SEEDS))
def test_the_reference_gets_full_marks_on_any_seed(seed: int, reports: Reports) -> None:
    report = reports[LAYERS / "reference", seed]
    assert [(point.id, point.message) for point in report.points if point.score < point.max_score] == []
    assert report.score == report.max_score == 30
    assert not any(point.notes for point in report.points)


def test_the_template_earns_nothing(reports: Reports) -> None:
    report = reports[LAYERS / "student_template", 1]
    assert {(point.score, point.outcome.value) for point in report.points} == {(0.0, "missing")}


# `make assignments` grades all of them.
IN_SHORT = {"dropped-with-p", "of-another-year", "layers-1", "layers-2", "networks-1", "networks-2"}


@pytest.mark.parametrize(
    "file",
    [
        pytest.param(file, id=file.parent.name) if file.parent.name in IN_SHORT else again(file, name=file.parent.name)
        for file in GALLERY
    ],
)
def test_each_case_of_the_gallery_gets_its_points(file: Path, reports: Reports) -> None:
    expected = json.loads(file.read_text(encoding="utf-8"))
    points = {point.id: point for point in reports[file.parent, 1].points}
    assert {name: points[name].score for name in expected["points"]} == expected["points"]
    assert {name: points[name].diagnosis for name in expected["diagnoses"]} == expected["diagnoses"]


def test_every_name_is_shown_by_a_case() -> None:
    sentences = (LAYERS / "checks" / "sentences.toml").read_text(encoding="utf-8")
    known = {line.partition(" = ")[0] for line in sentences.splitlines() if " = " in line}
    shown = {name for file in GALLERY for name in json.loads(file.read_text(encoding="utf-8"))["diagnoses"].values()}
    assert known - shown == set()


def tensor(array: Any) -> Any:
    return torch.tensor(np.asarray(array), requires_grad=True)


def agree(forward: Any, theirs: Any, arrays: dict[str, Any], **numbers: int | float) -> None:
    """The output, and the gradient by each array, of our forward pass and of torch's."""
    tensors = {name: tensor(array) for name, array in arrays.items()}
    out = theirs(**tensors)
    upstream = np.random.default_rng(1).normal(size=tuple(out.shape))
    out.backward(torch.tensor(upstream))
    assert np.allclose(forward(**arrays, **numbers), out.detach(), rtol=1e-12, atol=1e-12)
    for name in arrays:
        found = gradient(forward, {**arrays, **numbers}, name, upstream)
        assert np.allclose(found, tensors[name].grad, rtol=1e-10, atol=1e-12), name


@pytest.mark.parametrize(("stride", "pad"), [(1, 0), (1, 1), (2, 0), (2, 1), (1, 2), (3, 2)])
def test_convolution_is_torchs(stride: int, pad: int) -> None:
    rng = np.random.default_rng(stride + 10 * pad)
    arrays = {"x": rng.normal(size=(2, 3, 7, 6)), "w": rng.normal(size=(4, 3, 3, 2)), "b": rng.normal(size=4)}

    def theirs(x: Any, w: Any, b: Any) -> Any:
        return F.conv2d(x, w, b, stride=stride, padding=pad)

    agree(layers.conv, theirs, arrays, stride=stride, pad=pad)


@pytest.mark.parametrize(("height", "width", "stride"), [(2, 2, 2), (2, 3, 1), (3, 2, 2), (3, 3, 3)])
def test_max_pooling_is_torchs(height: int, width: int, stride: int) -> None:
    x = np.random.default_rng(height).permutation(2 * 3 * 7 * 6).reshape(2, 3, 7, 6) - 120.0
    numbers = {"pool_height": height, "pool_width": width, "stride": stride}
    agree(layers.max_pool, lambda x: F.max_pool2d(x, (height, width), stride), {"x": x}, **numbers)


def test_batch_normalisation_is_torchs() -> None:
    rng = np.random.default_rng(1)
    arrays = {"x": 3 * rng.normal(size=(7, 4)) + 2, "gamma": rng.normal(size=4), "beta": rng.normal(size=4)}

    def theirs(x: Any, gamma: Any, beta: Any) -> Any:
        return F.batch_norm(x, None, None, gamma, beta, training=True, eps=0.1)

    agree(layers.batchnorm, theirs, arrays, eps=0.1)


def test_affine_relu_and_losses_are_torchs() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(6, 5)), rng.integers(0, 5, 6)
    labels = torch.tensor(y)
    arrays = {"x": rng.normal(size=(4, 2, 3)), "w": rng.normal(size=(6, 5)), "b": rng.normal(size=5)}
    agree(layers.affine, lambda x, w, b: x.flatten(1) @ w + b, arrays)
    agree(layers.relu, lambda x: F.relu(x), {"x": x})
    losses = {
        layers.softmax_loss: lambda x: F.cross_entropy(x, labels),
        layers.svm_loss: lambda x: 5 / 6 * F.multi_margin_loss(x, labels, reduction="sum"),
    }
    for ours, theirs in losses.items():
        tensors = tensor(x)
        loss = theirs(tensors)
        loss.backward()
        assert np.isclose(ours(x, y), loss.item(), rtol=1e-12)
        assert np.allclose(gradient(ours, {"x": x, "y": y}, "x"), tensors.grad, rtol=1e-10, atol=1e-12)


def test_networks_are_torchs(networks: Any) -> None:
    rng = np.random.default_rng(1)
    shapes = {"W1": (3, 2, 3, 3), "b1": (3,), "W2": (18, 4), "b2": (4,), "W3": (4, 5), "b3": (5,)}
    params = {name: 0.4 * rng.normal(size=shape) for name, shape in shapes.items()}
    X, y, reg = rng.normal(size=(3, 2, 4, 6)), rng.integers(0, 5, 3), 0.3
    t = {name: tensor(value) for name, value in params.items()}
    maps = F.max_pool2d(F.relu(F.conv2d(torch.tensor(X), t["W1"], t["b1"], padding=1)), 2)
    scores = F.relu(maps.flatten(1) @ t["W2"] + t["b2"]) @ t["W3"] + t["b3"]
    penalty = sum((t[name] ** 2).sum() for name in ("W1", "W2", "W3"))
    loss = F.cross_entropy(scores, torch.tensor(y)) + 0.5 * reg * penalty
    loss.backward()
    inputs = {"X": X, "y": y, "reg": reg, **params}
    assert np.isclose(networks.CONV_NET.loss(**inputs), loss.item(), rtol=1e-12)
    for name in params:
        assert np.allclose(gradient(networks.CONV_NET.loss, inputs, name), t[name].grad, atol=1e-12)


@pytest.mark.parametrize(("name", "most"), [("layers", 900), ("autograd", 250)])
def test_an_example_is_as_short_as_is_said(name: str, most: int) -> None:
    """Checks, misconceptions, how inputs are drawn: all lines of Python that its author wrote, blank ones too."""
    files = (ROOT / "examples" / name / "checks").rglob("*.py")
    assert sum(len(file.read_text(encoding="utf-8").splitlines()) for file in files) <= most


def test_scores_are_negative_as_well_with_every_seed(networks: Any) -> None:
    """Else a ReLU behind them would not show; one seed in thirteen drew a convolutional network of positive ones."""
    for net in (networks.TWO_LAYERS, networks.CONV_NET):
        for seed in range(60):
            inputs, params = net.inputs(np.random.default_rng(seed))
            assert (net.computes(inputs["X"], **params) < 0).mean() >= 0.25
