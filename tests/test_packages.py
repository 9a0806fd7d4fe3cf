"""What an allowed package does is allowed: its own optional imports end as where the package is not installed.

In each sandbox, beside an environment in which everything that numpy, sympy and torch could import is installed.
"""

import ast
import functools
import importlib.metadata
import re
import sys
import textwrap
import venv
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from tarfile import TarFile, TarInfo

import pytest

from grader.errors import SandboxError
from grader.model import Outcome
from grader.sandbox.docker.container import DockerLauncher
from grader.sandbox.docker.engine import connect
from grader.sandbox.launcher import Bundle, CallFailed, Launcher, Reply, Request, Returned
from grader.sandbox.supervisor import Sandbox
from tests.support.engines import worker_image
from tests.support.environments import SITE_PACKAGES
from tests.support.workers import PATIENCE, SANDBOXES, bundle_of, usual_first

pytestmark = pytest.mark.slow
PROMISED = ("numpy", "sympy", "torch")
IMAGE = "backprop-grader-worker:test-packages"  # the worker image of the tests, with more packages than it should have
FAKE = "raise RuntimeError('a package that nobody promised was found')\n"


def required(*projects: str) -> set[str]:
    """Top-level names of these projects and of all that they require, as the standard library reads the metadata."""
    found: set[str] = set()
    waiting = list(projects)
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name not in found:
            found.add(name)
            lines = [line for line in importlib.metadata.requires(name) or [] if "extra" not in line]
            waiting += [re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0] for line in lines]
    names = importlib.metadata.packages_distributions()
    return {root for root, owners in names.items() if {re.sub(r"[-_.]+", "-", own).lower() for own in owners} & found}


def optional_imports() -> set[str]:
    """What the promised packages import inside of a `try` that expects an ImportError, by top-level name."""
    found: set[str] = set()
    for package in PROMISED:
        for path in (SITE_PACKAGES / package).rglob("*.py"):
            source = path.read_text(encoding="utf-8", errors="replace")
            if "ImportError" in source or "ModuleNotFoundError" in source:
                for statement in _try_statements(source):
                    found |= _tried(statement)
    return {name for name in found if name not in sys.stdlib_module_names and not name.startswith("_test")}


def _try_statements(source: str) -> list[ast.Module]:
    """Each `try` with a handler that names an error; to parse whole files takes seven times as long."""
    lines, found = source.splitlines(), []
    try:
        for number, line in enumerate(lines):
            handler = re.match(r"( *)except\b(?=.*Error|.*\($)", line)
            if handler:
                start = next(above for above in range(number, -1, -1) if lines[above].startswith(f"{handler[1]}try:"))
                body = textwrap.dedent("\n".join(lines[start:number]))
                found.append(ast.parse(f"{body}\n{line.strip().partition(':')[0]}: pass"))
    except (SyntaxError, StopIteration):  # as where it stands in a text
        return [ast.parse(source)]
    return found


def _tried(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Try) and any("Error" in ast.dump(h.type) for h in node.handlers if h.type is not None):
            for inner in (inner for statement in node.body for inner in ast.walk(statement)):
                match inner:
                    case ast.Import():
                        names |= {alias.name.partition(".")[0] for alias in inner.names}
                    case ast.ImportFrom(module=str(module), level=0):
                        names.add(module.partition(".")[0])
    return names


@functools.cache  # it reads all of torch: where a test asks, and not for whoever only collects this file
def unpromised() -> list[str]:
    """What the promised packages would import if it were there, and do not require."""
    return sorted((optional_imports() | {"scipy", "yaml", "charset_normalizer"}) - required(*PROMISED))


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment that has all of `unpromised`, beside what the tests' own has."""
    folder = tmp_path_factory.mktemp("crowded")
    venv.create(folder, symlinks=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    for name in unpromised():
        (packages / name).mkdir()
        (packages / name / "__init__.py").write_text(FAKE)
    (packages / "others.pth").write_text(f"{SITE_PACKAGES}\n")
    return folder / "bin" / "python"


@pytest.fixture(scope="module")
def crowded_image() -> str:
    """The worker image with all of `unpromised` installed."""
    context = BytesIO()
    with TarFile(fileobj=context, mode="w") as archive:
        lines = [f"FROM {worker_image()}", "USER 0:0", "COPY fakes /fakes"]
        lines += ["RUN cp -r /fakes/* /venv/lib/python3*/site-packages/", "USER 65534:65534"]
        files = {"Dockerfile": "\n".join(lines), **{f"fakes/{name}/__init__.py": FAKE for name in unpromised()}}
        for name, text in files.items():
            entry = TarInfo(name)
            entry.size = len(text)
            archive.addfile(entry, BytesIO(text.encode()))
    context.seek(0)
    with closing(connect()) as client:
        client.images.build(fileobj=context, custom_context=True, tag=IMAGE, rm=True)
    return IMAGE


@pytest.fixture(scope="module", params=usual_first(SANDBOXES))
def launcher(request: pytest.FixtureRequest) -> Iterator[Launcher]:
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "docker":
            opened: Launcher = DockerLauncher(request.getfixturevalue("crowded_image"))
        else:
            patch.setattr(sys, "executable", str(request.getfixturevalue("crowded")))
            try:
                opened = SANDBOXES[request.param]()
            except SandboxError as error:
                pytest.skip(str(error))
        with closing(opened):
            yield opened


def ask(launcher: Launcher, bundle: Bundle, name: str, *args: list[str], module: str = "module") -> Reply:
    with Sandbox(launcher, {"module": bundle}) as sandbox:
        return sandbox.call(Request("module", module, name, tuple(args), PATIENCE))  # type: ignore[arg-type]


PROBE = b"""
import importlib
def outcomes(names):
    found = {}
    for name in names:
        try:
            importlib.import_module(name)
            found[name] = "found"
        except BaseException as error:
            found[name] = type(error).__name__
    return found
"""


def promised(launcher: Launcher) -> tuple[str, ...]:
    return PROMISED[:2] if launcher.name == "docker" else PROMISED  # the image of the tests holds no torch


def test_there_is_something_to_look_for() -> None:
    assert len(unpromised()) > 50
    assert {"scipy", "yaml", "charset_normalizer", "matplotlib", "gmpy2", "pandas"} <= set(unpromised())


def test_no_optional_import_finds_what_happens_to_be_installed(launcher: Launcher) -> None:
    bundle = replace(bundle_of("", *promised(launcher)), harness={"probe.py": PROBE})
    reply = ask(launcher, bundle, "outcomes", unpromised(), module="probe")
    assert isinstance(reply, Returned), reply
    assert reply.value == dict.fromkeys(unpromised(), "ModuleNotFoundError")


def test_what_a_promised_package_requires_is_there(launcher: Launcher) -> None:
    names = ["mpmath", *(["networkx", "jinja2", "filelock", "fsspec"] if "torch" in promised(launcher) else [])]
    bundle = replace(bundle_of("", *promised(launcher)), harness={"probe.py": PROBE})
    reply = ask(launcher, bundle, "outcomes", names, module="probe")
    assert isinstance(reply, Returned), reply
    assert reply.value == dict.fromkeys(names, "found")


LIBRARY_CALLS = {
    "from numpy import *": "from numpy import *\ndef act():\n    return float(sqrt(4.0))",
    "numpy.show_config": "import numpy\ndef act():\n    numpy.show_config()\n    return 2.0",
    "numpy.f2py": "import numpy.f2py\ndef act():\n    return 2.0",
    "numpy.testing": "import numpy.testing\ndef act():\n    numpy.testing.assert_allclose(1.0, 1.0)\n    return 2.0",
    "sympy.lambdify": """
import sympy
def act():
    x = sympy.Symbol("x")
    return float(sympy.lambdify(x, sympy.sqrt(x))(4.0))
""",
    "sympy.lambdify for scipy": """
import sympy
def act():
    x = sympy.Symbol("x")
    try:
        sympy.lambdify(x, sympy.erf(x), modules="scipy")
    except ImportError:
        return 2.0
""",
    "sympy.plot": """
import sympy
def act():
    try:
        sympy.plot(sympy.Symbol("x"))
    except Exception:
        return 2.0
    return 2.0
""",
}


# What the interpreter imports for a call, in the frame of whoever called. Python 3.14 does so for every warning.
INTERPRETERS_IMPORTS = {
    "time.strptime": "import time\ndef act():\n    return float(time.strptime('2', '%d').tm_mday)",
    "a warning": """
import numpy
def act():
    numpy.ones(2) / numpy.zeros(2)
    numpy.full(2, 6e4, numpy.float16) * 6e4
    return 2.0
""",
}


@pytest.mark.parametrize("code", INTERPRETERS_IMPORTS.values(), ids=INTERPRETERS_IMPORTS.keys())
def test_what_the_interpreter_imports_is_not_the_students(launcher: Launcher, code: str) -> None:
    reply = ask(launcher, replace(bundle_of(code, "numpy"), allowed=("numpy", "time")), "act")
    assert isinstance(reply, Returned), reply
    assert reply.value == 2.0


@pytest.mark.parametrize(("name", "becomes"), [("os", None), ("pdb", "forbidden"), ("scipy", "forbidden")])
def test_who_asks_as_the_interpreter_does_gets_no_module(launcher: Launcher, name: str, becomes: str | None) -> None:
    code = f"def act():\n    return __import__('{name}', globals(), globals(), [], 0)"
    reply = ask(launcher, replace(bundle_of(code), allowed=()), "act")
    assert (reply.value if isinstance(reply, Returned) else reply.kind) == becomes, reply


@pytest.mark.parametrize("code", LIBRARY_CALLS.values(), ids=LIBRARY_CALLS.keys())
def test_a_library_may_do_what_it_does(launcher: Launcher, code: str) -> None:
    allowed = ("numpy", "sympy")
    reply = ask(launcher, replace(bundle_of(code, *allowed), allowed=allowed), "act")
    assert isinstance(reply, Returned), reply
    assert reply.value == 2.0


# All that torch imports on the way; without the half minute of a C++ compiler, which imports nothing.
COMPILES = """
import torch
torch._inductor.config.cpp.cxx = (None, "false")
def act():
    return torch.compile(lambda x: 2 * x)(torch.ones(2))
"""


def test_compiling_with_torch_may_fail_but_is_not_forbidden(launcher: Launcher) -> None:
    if "torch" not in promised(launcher):
        pytest.skip("the image of the tests holds no torch")
    reply = ask(launcher, replace(bundle_of(COMPILES, "torch"), allowed=("torch",)), "act")
    assert isinstance(reply, Returned) or reply.outcome is not Outcome.FORBIDDEN


OWN_IMPORTS = {
    "at the top": "import scipy\ndef act():\n    return 1",
    "in a call": "def act():\n    import scipy",
    "and goes on": "def act():\n    try:\n        import scipy\n    except BaseException:\n        return 1",
    "by exec": "def act():\n    exec('import scipy')",
    "past the guard": "import numpy\ndef act():\n    return numpy.f2py.sys.modules['builtins'].__import__('scipy')",
    "by a text": """
import numpy
def act():
    eval("__import__('scipy')", {"__builtins__": numpy.f2py.sys.modules["builtins"]})
""",
    "by importlib": "import numpy.f2py\ndef act():\n    numpy.f2py.sys.modules['importlib'].import_module('scipy')",
}


@pytest.mark.parametrize("code", OWN_IMPORTS.values(), ids=OWN_IMPORTS.keys())
def test_a_students_own_import_is_forbidden_whenever_and_however(launcher: Launcher, code: str) -> None:
    reply = ask(launcher, replace(bundle_of(code, "numpy"), allowed=("numpy",)), "act")
    assert isinstance(reply, CallFailed), reply
    assert (reply.outcome, reply.message) == (Outcome.FORBIDDEN, "import of scipy")
