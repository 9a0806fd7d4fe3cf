"""`%grade` in a notebook: what cells amount to, and the magic in a real kernel."""

import re
from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.rubric import Assignment
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


def test_without_a_function_there_is_a_sentence(assignment: Assignment) -> None:
    with pytest.raises(UsageError, match="No function of the assignment was defined in a cell yet: df_dr, "):
        from_cells(["x = 1"], assignment)


def test_the_magic_judges_in_a_real_kernel(tmp_path: Path) -> None:
    pytest.importorskip("ipykernel", reason="ipykernel is not installed (pip install '.[dev]')")
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed (pip install '.[dev]')")
    nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed (pip install '.[dev]')")
    cells = ["%load_ext grader", POOL, "%grade 2.1", "%grade 9"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbclient.NotebookClient(notebook, timeout=PATIENCE, resources={"metadata": {"path": tmp_path}}).execute()
    texts = ["".join(output.get("text", "") for output in cell.outputs) for cell in notebook.cells]
    plain = [re.sub(r"\x1b\[[\d;]*m", "", text) for text in texts]
    assert "1 of 1 points in this selection.\nNothing left to fix." in plain[2], plain[2]
    assert "9" in plain[3]
    assert "Traceback" not in "".join(plain)
