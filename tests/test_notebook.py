"""`%grade` in a notebook: what cells amount to, and the magic in a real kernel."""

import re
from pathlib import Path

import numpy as np
import pytest

from grader.assignment_folder import Assignment
from grader.errors import UsageError
from grader.student.notebook import from_cells
from tests.support.command import PATIENCE, ROOT

pytestmark = pytest.mark.slow

POOL = (ROOT / "reference" / "exercise2.py").read_text(encoding="utf-8")


def test_the_newest_definitions_and_what_they_need_are_handed_in(assignment: Assignment) -> None:
    cells = [
        "",
        "import numpy as np\nimport matplotlib.pyplot as plt\nplt.plot([1])",
        "SIZE = 3\ndef window(X):\n    return X[:SIZE]",
        "def maxpool2x2_backward(dY, X):\n    return 1",
        "SIZE = 2",
        "def maxpool2x2_backward(dY, X):\n    return np.zeros_like(window(X))",
        "def broken(:",
        "get_ipython().run_line_magic('grade', '2')",
        "print(maxpool2x2_backward(np.ones((1, 1)), np.ones((2, 2))))",
    ]
    (name, source), *others = from_cells(cells, assignment).files.items()
    assert (name, others) == ("exercise2.py", [])
    assert source.decode() == (
        "import numpy as np\n\n\ndef window(X):\n    return X[:SIZE]\n\n\nSIZE = 2\n\n\n"
        "def maxpool2x2_backward(dY, X):\n    return np.zeros_like(window(X))\n"
    )


def test_a_cell_below_a_magic_is_read_and_shell_commands_are_not(assignment: Assignment) -> None:
    cells = [
        "get_ipython().system('pip install numpy')\nimport numpy as np",
        "get_ipython().run_cell_magic('time', '', 'def maxpool2x2_backward(dY, X):\\n    return np.zeros_like(X)\\n')",
        "get_ipython().run_cell_magic('bash', '', 'def maxpool2x2_backward: no python')",
        "1 / 0",
    ]
    assert from_cells(cells, assignment).files["exercise2.py"].decode() == (
        "import numpy as np\n\n\ndef maxpool2x2_backward(dY, X):\n    return np.zeros_like(X)\n"
    )


def test_a_star_import_is_needed_where_the_exercise_may_import_the_package(assignment: Assignment) -> None:
    cells = [
        "from sympy import *\nfrom matplotlib.pyplot import *",
        "def df_dr(f_x, f_y, r, theta):\n    return f_x * cos(theta)",
        "def maxpool2x2_backward(dY, X):\n    return X",
    ]
    files = from_cells(cells, assignment).files
    assert files["exercise1.py"].decode() == (
        "from sympy import *\n\n\ndef df_dr(f_x, f_y, r, theta):\n    return f_x * cos(theta)\n"
    )
    assert files["exercise2.py"].decode() == "def maxpool2x2_backward(dY, X):\n    return X\n"


def test_figures_have_the_value_that_the_notebook_has_now(assignment: Assignment) -> None:
    cells = [
        "import pandas\nRESULTS = {}\nfor name in NAMES:\n    RESULTS[name] = measure(name)",
        "def build_network(input_shape, classes):\n    return None",
    ]
    measured = {"SGD": {"train_loss": np.float64(0.25), "test_accuracy": np.float32(0.5)}}
    values: dict[str, object] = {"RESULTS": measured, "CLAIMS": [("SGD", "train_loss", "<", "Adam")]}
    source = from_cells(cells, assignment, values).files["exercise4.py"].decode()
    assert source == (
        "def build_network(input_shape, classes):\n    return None\n\n\n"
        "RESULTS = {'SGD': {'train_loss': 0.25, 'test_accuracy': 0.5}}\n\n\n"
        "CLAIMS = [('SGD', 'train_loss', '<', 'Adam')]\n"
    )
    endless: list[object] = []
    endless.append(endless)
    for other in ({"SGD": float("nan")}, {"SGD": object()}, {"SGD": np.ones(3)}, endless):
        values["RESULTS"] = other  # no plain data: read from the cells, as before
        assert "RESULTS = {}" in from_cells(cells, assignment, values).files["exercise4.py"].decode()


def test_without_a_function_there_is_a_sentence(assignment: Assignment) -> None:
    with pytest.raises(UsageError, match="No function of the assignment was defined in a cell yet: df_dr, "):
        from_cells(["x = 1"], assignment)


def test_the_magic_judges_in_a_real_kernel(tmp_path: Path) -> None:
    pytest.importorskip("ipykernel", reason="ipykernel is not installed (pip install '.[dev]')")
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed (pip install '.[dev]')")
    nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed (pip install '.[dev]')")
    wrong = "def maxpool2x2_backward(dY, X):\n    return X"
    cells = ["%load_ext grader", "!echo hello", "%%time\n" + POOL, "%grade 2.1", "%grade 9"]
    cells += ["%grade exercise2, 2.1", "%grade 4", wrong, "%grade 2.1"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbclient.NotebookClient(
        notebook, timeout=PATIENCE, startup_timeout=PATIENCE, resources={"metadata": {"path": tmp_path}}
    ).execute()
    texts = ["".join(output.get("text", "") for output in cell.outputs) for cell in notebook.cells]
    plain = [re.sub(r"\x1b\[[\d;]*m", "", text) for text in texts]
    assert "1 of 1 points in this selection.\nNothing left to fix." in plain[3], plain[3]
    assert "9" in plain[4]
    assert "6 of 6 points in this selection." in plain[5], plain[5]
    assert plain[6].startswith("No function of exercise 4 was defined in a cell yet: build_network, ")
    assert plain[8].endswith(
        "Next: fix 2.1 One window.\n"
        "      %grade 2.1           judges it alone\n"
        "      !grader explain 2.1  says how it is judged, with hints\n\n"
        "To try that input in a cell:\n\nimport numpy as np\ndY = np.array([[[[2.]]]])\n"
        "X = np.array([[[[4., 1.], [2., 3.]]]])\nprint(maxpool2x2_backward(dY, X))\n"
    ), plain[8]
    assert "Traceback" not in "".join(plain)
