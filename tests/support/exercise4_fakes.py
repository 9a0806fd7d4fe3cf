"""The harness of exercise 4 in the test's own process, as the checks would reach it through a worker."""

import importlib.util
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np

from grader.assignment.comparison import MODULE, SIX, digits
from grader.model import CallFailure, Outcome, Verdict
from grader.oracles import optimizers
from grader.oracles.training.harness_client import HarnessClient
from grader.oracles.training.images import Images
from grader.oracles.training.rerun import Rerun
from tests.support.command import ROOT

HARNESS = ROOT / "grader" / "oracles" / "training" / "harness" / "__init__.py"
SETTINGS = {"seconds": 60.0, "epochs": 10, "batch_size": 64, "target_accuracy": 0.8, "seeds": 3, "device": "cpu"}


def load_module(path: Path, name: str) -> types.ModuleType:
    """The file as a module of that name, not kept in sys.modules."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Here:
    """A module's functions with the proxy's manners: `within`, and a CallFailure for what a student's code raises."""

    def __init__(self, module: types.ModuleType) -> None:
        self.module = module

    def within(self, seconds: float) -> "Here":
        return self

    __failure__ = None  # as of a module that can be asked

    def __getattr__(self, name: str) -> Any:
        def ask(*args: Any) -> Any:
            try:
                return getattr(self.module, name)(*args)
            except NotImplementedError as error:
                raise CallFailure(Verdict.missing(f"{name} is not written yet: {error}"), "missing") from error
            except (ValueError, TypeError, KeyError, RuntimeError) as error:
                verdict = Verdict(Outcome.ERROR, 0.0, f"{name} raised {error!r}")
                raise CallFailure(verdict, "error") from error

        return ask


def harness_for(student: types.ModuleType) -> Here:
    """The harness beside this student's module: a package of its own each time, as every worker has it."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "harness"]:
        del sys.modules[name]
    sys.modules["exercise4"] = student
    spec = importlib.util.spec_from_file_location("harness", HARNESS, submodule_search_locations=[str(HARNESS.parent)])
    assert spec is not None
    assert spec.loader is not None
    package = sys.modules["harness"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(package)
    sys.modules["harness.answers"].keep(options={"module": MODULE})  # all that a probe needs of a preparation
    return Here(package)


def student_of(**functions: Any) -> types.ModuleType:
    """A submission made of these functions."""
    module = types.ModuleType("exercise4")
    module.__dict__.update(functions)
    return module


def small_images(count: int = 200) -> Images:
    """A part of the digits, for tests that train."""
    whole = digits.load()
    return Images(whole.x[:count], whole.y[:count], whole.held_out[:50], whole.truth[:50], whole.classes)


def comparison_of(student: types.ModuleType, seed: int = 1, data: Images | None = None, **settings: Any) -> Rerun:
    """The whole re-run in this process."""
    all_settings = {**SETTINGS, **settings}
    return Rerun(
        HarnessClient(harness_for(student), Here(optimizers), data or digits.load(), all_settings, SIX, MODULE),
        all_settings,
        seed,
    )


def generator(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)
