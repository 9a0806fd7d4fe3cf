"""Reading without running: syntax, encodings, imports, missing names, and files made to hurt whoever reads them."""

import re
import sys
import time
from pathlib import Path

import pytest

from grader.assignment_folder import Assignment
from grader.load.content import MAX_CODE_BYTES
from grader.load.module_facts import Facts, read
from grader.load.static_checks import importable_files, inspect
from grader.load.submission import digest, load
from grader.load.syntax import parse
from grader.model import Finding, Outcome, Submission
from grader.rubric import Exercise
from tests.support.tiers import again

ALL2 = "def maxpool2x2_backward(dY, X):\n    return 0 * X\n"


def submission(**files: str | bytes) -> Submission:
    """Files by name; `__` stands for a slash."""
    named = {name.replace("__", "/", 1) + ".py": text for name, text in files.items()}
    content = {name: text if isinstance(text, bytes) else text.encode() for name, text in named.items()}
    return Submission("ada", content, digest(content))


def exercise(assignment: Assignment, number: str) -> Exercise:
    return next(exercise for exercise in assignment.rubric.exercise if exercise.id == number)


def finding(assignment: Assignment, number: str = "2", name: str = "", **files: str | bytes) -> Finding:
    return inspect(submission(**files), exercise(assignment, number), assignment.rubric)[name]


def findings(assignment: Assignment, number: str = "2", **files: str | bytes) -> dict[str, Finding]:
    return inspect(submission(**files), exercise(assignment, number), assignment.rubric)


# --- files and names that are not there ------------------------------------------------------------------------------


def test_a_whole_file_has_no_findings(assignment: Assignment) -> None:
    assert findings(assignment, exercise2=ALL2) == {}


def test_a_missing_file_is_told(assignment: Assignment) -> None:
    found = finding(assignment, exercise1="")
    assert (found.outcome, found.message) == (Outcome.MISSING, "exercise2.py was not found in this folder.")


@pytest.mark.parametrize("behind", ["~", ".bak", ".orig", ".download", ".crdownload", " (1)", "(1)", "#"])
def test_what_was_put_behind_a_name_is_pointed_at_only_where_the_file_is_missing(
    assignment: Assignment, behind: str, tmp_path: Path
) -> None:
    """There was "nothing to grade here", and beside other exercises no word of it."""
    (tmp_path / f"exercise2.py{behind}").write_text(ALL2)
    (tmp_path / "exercise1.py").write_text("x = 1\n")
    (note,) = load(tmp_path, assignment.expected).notes
    there = f"exercise2.py: not found, but there is exercise2.py{behind}"
    assert note == f"{there}. Is that your answer? Rename it to exercise2.py"
    (tmp_path / "exercise2.py").write_text(ALL2)
    assert load(tmp_path, assignment.expected).notes == (), "a copy that an editor made"


@pytest.mark.parametrize("name", ["Exercise2", "exercize2", "exercise_2", "excercise2"])
def test_a_file_with_nearly_the_name_is_pointed_at(assignment: Assignment, name: str, tmp_path: Path) -> None:
    (tmp_path / f"{name}.py").write_text(ALL2)
    found = inspect(load(tmp_path, assignment.expected), exercise(assignment, "2"), assignment.rubric)[""]
    there = f"exercise2.py: not found, but there is {name}.py"
    assert found.message == f"{there}. Is that your answer? Rename it to exercise2.py."


def test_another_exercise_is_no_near_miss(assignment: Assignment) -> None:
    assert "there is" not in finding(assignment, exercise1=ALL2, exercise3=ALL2).message


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        (b'{"cells": [], "nbformat": 4}', None, ": this is a Jupyter notebook, not a Python file; export it"),
        (b"<!DOCTYPE html>\n<html>", None, ": this is a saved web page, not a Python file; download the file itself"),
        (
            b"{\\rtf1 x}",
            None,
            ": this is a rich text document, not a Python file; save your code as a plain text file.",
        ),
        (b"%PDF-1.7", None, ": this is a PDF document, not a Python file; save your code as a plain text file."),
        (b"PK\3\4", None, ": this is a zip archive or an office document, not a Python file; hand in the code itself."),
        (b"\xa7\r\r\n", None, ": this is compiled Python; hand in the source, the .py file."),
        (
            b"import numpy\n%matplotlib inline\n",
            2,
            ":2: %matplotlib works in a notebook only, not in Python. Remove that line.",
        ),
        (b"!pip install numpy\n", 1, ":1: !pip install numpy works in a notebook only, not in Python."),
        (b"x = 1\nfiles = !ls\n", 2, ":2: files = !ls works in a notebook only, not in Python."),
        (b"pip install numpy\n", 1, ":1: pip install works in a notebook only, not in Python."),
        (
            b"```python\nx = 1\n```\n",
            1,
            ":1: invalid syntax. This line is Markdown's: remove it, and the one that closes",
        ),
        (
            b"<<<<<<< HEAD\nx = 1\n",
            1,
            ":1: invalid syntax. Git left two versions here: keep one, and remove Git's lines.",
        ),
        (b"x = 1\n>>>>>>> theirs\n", 2, ":2: invalid syntax. Git left two versions here: keep one, and remove Git's"),
        (b">>> x = 1\n", 1, ":1: invalid syntax. This is copied from Python's prompt: remove the >>> and the output."),
        (b"x = f(1 2)\n", 1, ":1: invalid syntax. Perhaps you forgot a comma? Python cannot read the file."),
        (
            b"import numpy\nget_ipython().run_line_magic('pylab', '')\n",
            2,
            ":2: get_ipython() exists only in a notebook. Remove that line.",
        ),
    ],
)
def test_what_is_no_python_is_called_what_it_is(
    assignment: Assignment, source: bytes, line: int | None, said: str
) -> None:
    found = finding(assignment, exercise2=source)
    assert (found.outcome, found.line) == (Outcome.ERROR, line)
    assert found.message.startswith(f"exercise2.py{said}")


def test_an_export_of_colab_is_called_so(assignment: Assignment) -> None:
    head = '"""exercise2.ipynb\n\nAutomatically generated by Colab.\n"""\n'
    found = finding(assignment, exercise2=f"{head}from google.colab import drive\n{ALL2}")
    hint = " This file was exported from Google Colab: remove the lines about google.colab and drive.mount."
    assert found.message.endswith(hint)


def test_python_that_looks_a_little_like_a_notebook_is_python(assignment: Assignment) -> None:
    assert findings(assignment, exercise2=ALL2 + 'x = (7\n  % 2)\ny = """\n%matplotlib\n"""\n') == {}


def test_what_loading_left_out_is_said_instead(assignment: Assignment) -> None:
    left = Submission("ada", {}, digest({}), ("exercise2.py: larger than 256 KiB; skipped",))
    found = inspect(left, exercise(assignment, "2"), assignment.rubric)[""]
    assert found.message == "exercise2.py: larger than 256 KiB; skipped."


def test_a_missing_function_is_told_with_its_signature(assignment: Assignment) -> None:
    found = finding(assignment, name="maxpool2x2_backward", exercise2="x = 1\n")
    assert found.outcome is Outcome.MISSING
    assert found.message == "exercise2.py has no maxpool2x2_backward(dY, X)."


def test_a_function_with_nearly_the_name_is_pointed_at(assignment: Assignment) -> None:
    found = finding(
        assignment, name="maxpool2x2_backward", exercise2="\n\ndef maxpool_2x2_backward(dY, X):\n    pass\n"
    )
    assert found.message == (
        "exercise2.py has no maxpool2x2_backward(dY, X). Line 3 has maxpool_2x2_backward; rename it?"
    )


@pytest.mark.parametrize(
    "source",
    [
        "maxpool2x2_backward = lambda dY, X: X\n",
        "if True:\n    def maxpool2x2_backward(dY, X): pass\n",
        "try:\n    from own import maxpool2x2_backward\nexcept ImportError:\n    pass\n",
        "from own import *\n",
        "import own as maxpool2x2_backward\n",
        "for maxpool2x2_backward in (print,): pass\n",
        "globals()['maxpool2x2_' + 'backward'] = print\n",
        "def __getattr__(name):\n    return print\n",
        "(maxpool2x2_backward := print)\n",
        "def f():\n    global maxpool2x2_backward\n    maxpool2x2_backward = print\nf()\n",
        "class maxpool2x2_backward: pass\n",
        "a, (b, *maxpool2x2_backward) = 1, (2, 3)\n",
    ],
)
def test_whatever_may_bind_the_name_is_left_to_running(assignment: Assignment, source: str) -> None:
    assert findings(assignment, exercise2=source, own="") == {}


def test_a_name_within_a_function_is_not_the_modules(assignment: Assignment) -> None:
    assert "maxpool2x2_backward" in findings(assignment, exercise2="def f():\n    maxpool2x2_backward = 1\n")


def test_what_runs_only_as_a_program_binds_nothing_and_hides_nothing(assignment: Assignment) -> None:
    program = 'if __name__ == "__main__":\n    maxpool2x2_backward = 1\n    exec("")\n'
    found = finding(assignment, name="maxpool2x2_backward", exercise2=f"def maxpool2x2_backwards(): pass\n{program}")
    assert found.message.endswith("Line 1 has maxpool2x2_backwards; rename it?")
    assert findings(assignment, exercise2=f"{program}else:\n    maxpool2x2_backward = print\n") == {}


# --- what Python cannot read -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "message", "line"),
    [
        ("x = 1\ndef f(:\n", "exercise2.py:2: invalid syntax. Python cannot read the file.", 2),
        (
            "def f():\nreturn 1\n",
            "exercise2.py:2: expected an indented block after function definition on line 1.",
            2,
        ),
        ("x = '\n", "exercise2.py:1: unterminated string literal (detected at line 1).", 1),
        (b"x = 1\0", "exercise2.py: this is a damaged file, with null bytes in it; save it again.", None),
        ("\ufeffx = (\n", "exercise2.py:1: '(' was never closed.", 1),
        ("print 'x'\n", "exercise2.py:1: Missing parentheses in call to 'print'. Did you mean print(...)?", 1),
    ],
)
def test_syntax_errors_are_told_with_the_line(
    assignment: Assignment, source: str | bytes, message: str, line: int | None
) -> None:
    found = finding(assignment, exercise2=source)
    assert found.outcome is Outcome.ERROR
    assert found.message.startswith(message)
    assert found.line == line


@pytest.mark.parametrize(
    ("line", "advice"),
    [
        ("print 'x'", "print needs parentheses: print(...)"),
        ("if X.any(): print X", "print needs parentheses: print(...)"),
        ("exec 'x = 1'", "exec needs parentheses: exec(...)"),
        pytest.param(
            "try: pass\nexcept (ValueError, KeyError), error: pass",
            "write `except ValueError as error:`",
            marks=pytest.mark.skipif(sys.version_info >= (3, 14), reason="Python 3.14 reads it, as three exceptions"),
        ),
        ("raise ValueError, 'no'", "write `raise ValueError(text)`"),
        ("if a <> b: pass", "write != instead of <>"),
        ("x = `a`", "write repr(x) instead of `x`"),
        ("x = 10L", "leave out the L behind a number"),
        ("def f((a, b), c): pass", "a parameter cannot be a tuple: take it apart in the first line"),
    ],
)
def test_python_2_is_told_as_such(assignment: Assignment, line: str, advice: str) -> None:
    found = finding(assignment, exercise2=f"x = 1\n{line}\n")
    assert found.outcome is Outcome.ERROR
    assert found.message.endswith(f" This is Python 2; the course uses Python 3: {advice}.")
    assert len(found.message) < 250


_COPIED = "It came with copied text: delete it and type it again."
_BACKSLASH = "In a text, \\ begins the name of a sign: put an r before its quotes, or write / instead."


@pytest.mark.parametrize(
    ("line", "message", "advice"),
    [
        *((f"x = 1{sign} + 2", rf".*U\+{ord(sign):04X}\)?\.", _COPIED) for sign in "\u00a0\u200b（−‘”"),
        *((f"x = 'C:\\{place}'", r".*'unicodeescape' codec .*\.", _BACKSLASH) for place in ("Users", "u1", "x1")),
    ],
)
def test_what_to_do_about_a_sign_is_told(assignment: Assignment, line: str, message: str, advice: str) -> None:
    found = finding(assignment, exercise2=f"y = 0\n{line}\n")
    assert re.fullmatch(rf"exercise2\.py:2: {message} {re.escape(advice)}", found.message)


@pytest.mark.parametrize(
    "line", ["print(x", "x = '<>' +", "def f(a, (b: pass", "x = 'print y' 3", "except = 3  # a <> b", "def f(a=(1, 2):"]
)
def test_any_other_line_is_not_called_python_2(assignment: Assignment, line: str) -> None:
    assert "Python 2" not in finding(assignment, exercise2=f"{line}\n").message


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("x = 'ä'\n".encode("latin-1"), "exercise2.py:1: Python cannot read the file (byte 0xe4 is not utf-8)."),
        (b"a\n" * 9 + b"\xff", "exercise2.py:10: Python cannot read the file (byte 0xff is not utf-8)."),
        (b"# coding: klingon\n", "exercise2.py: Python cannot read the file (unknown encoding: klingon)."),
        (
            b"# coding: punycode\n",
            "exercise2.py: Python cannot read the file (it declares the encoding punycode)."
            if sys.version_info < (3, 14)
            else "exercise2.py: Python cannot read the file (invalid or missing encoding declaration).",
        ),
        (b"# coding: utf-7\n", "exercise2.py: Python cannot read the file (it declares the encoding utf-7)."),
        (b"\xef\xbb\xbf# coding: latin-1\n", "exercise2.py: Python cannot read the file (encoding problem: utf-8)."),
    ],
)
def test_encodings_are_told(assignment: Assignment, source: bytes, message: str) -> None:
    found = finding(assignment, exercise2=source)
    assert (found.outcome, found.message) == (Outcome.ERROR, f"{message} Save it as UTF-8 text.")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_called_so(assignment: Assignment, encoding: str) -> None:
    found = finding(assignment, exercise2=f"# Übung\n{ALL2}".encode(encoding))
    assert found.message == "exercise2.py: this is text in UTF-16, which Windows calls Unicode; save it as UTF-8."


@pytest.mark.parametrize("source", ["", "\n", " \r\n"])
def test_an_empty_file_is_not_begun(assignment: Assignment, source: str) -> None:
    found = finding(assignment, exercise2=source)
    assert (found.outcome, found.message) == (Outcome.MISSING, "exercise2.py is empty. Did you save it?")


@pytest.mark.parametrize(
    "source",
    [
        b"\xef\xbb\xbf" + ALL2.encode(),
        b"# -*- coding: latin-1 -*-\n# \xe4\n" + ALL2.encode(),
        b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n# \x80\n" + ALL2.encode(),
        ALL2.replace("\n", "\r\n").encode(),
        ALL2.replace("\n", "\r").encode(),
        "θ = 1\n".encode() + ALL2.encode(),
    ],
)
def test_files_as_editors_save_them_are_read(assignment: Assignment, source: bytes) -> None:
    assert findings(assignment, exercise2=source) == {}


# --- imports ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "line", "name"),
    [
        ("import torch\n", 1, "torch"),
        ("\nimport numpy, torch.nn as nn\n", 2, "torch.nn"),
        ("from torch.nn import functional\n", 1, "torch.nn"),
        ("def f():\n    def g():\n        import os\n", 3, "os"),
        ("try:\n    import scipy\nexcept ImportError:\n    pass\n", 2, "scipy"),
        ("if False:\n    import sympy\n", 2, "sympy"),
        ("class A:\n    from subprocess import run\n", 2, "subprocess"),
        ("import numpy\nimport importlib\n", 2, "importlib"),
    ],
)
def test_forbidden_imports_are_told_with_the_line(assignment: Assignment, source: str, line: int, name: str) -> None:
    found = finding(assignment, exercise2=source + ALL2)
    assert (found.outcome, found.line) == (Outcome.FORBIDDEN, line)
    assert found.message == (
        f"exercise2.py:{line}: import of {name} is not allowed; this exercise may import numpy and parts of the "
        "standard library (math, itertools, …; full list in the README). Until you remove that line, the whole "
        "exercise scores 0."
    )
    assert found.frame is not None
    assert (found.frame.file, found.frame.line) == ("exercise2.py", line)
    assert name.partition(".")[0] in found.frame.code


def test_all_forbidden_imports_are_named_with_their_lines(assignment: Assignment) -> None:
    source = (
        "import scipy\nimport own, os\nimport numpy\ndef f():\n    from PIL import Image, ImageDraw\n    import os\n"
    )
    found = finding(assignment, exercise2=source + ALL2, own="\nimport plots\n")
    assert (found.outcome, found.line) == (Outcome.FORBIDDEN, 1)
    assert found.message == (
        "exercise2.py:1: import of scipy is not allowed; this exercise may import numpy and parts of the standard "
        "library (math, itertools, …; full list in the README). Not allowed either: os (exercise2.py:2), "
        "PIL (exercise2.py:5), os (exercise2.py:6), plots (own.py:2). Until you remove those lines, the whole exercise "
        "scores 0. If plots is a module of your own, hand in plots.py too."
    )
    many = finding(assignment, exercise2="".join(f"import scipy.a{n}\n" for n in range(10_000)) + ALL2)
    assert "scipy.a4 (exercise2.py:5), 9995 more. Until" in many.message


@pytest.mark.parametrize(
    "condition", ["__name__ == '__main__'", "'__main__' == __name__", "TYPE_CHECKING", "typing.TYPE_CHECKING"]
)
def test_what_is_never_run_in_grading_may_import_anything(assignment: Assignment, condition: str) -> None:
    start = "import typing\nfrom typing import TYPE_CHECKING\n"
    block = f"if {condition}:\n    import matplotlib.pyplot\n    import own\n"
    assert findings(assignment, exercise2=start + block + ALL2, own="import scipy\n") == {}
    for other in ("else:\n    import os\n", "elif numpy:\n    import os\n", "import os\n"):
        found = finding(assignment, exercise2=start + block + other + ALL2)
        assert (found.outcome, "import of os is" in found.message) == (Outcome.FORBIDDEN, True)


def test_a_module_of_ones_own_that_is_not_handed_in_is_asked_for(assignment: Assignment) -> None:
    found = finding(assignment, exercise2="from helper.pools import best\n" + ALL2)
    assert (found.outcome, found.line) == (Outcome.FORBIDDEN, 1)
    assert found.message.endswith(
        "the whole exercise scores 0. If helper is a module of your own, hand in helper.py too."
    )


def test_every_allowed_import_is_allowed(assignment: Assignment) -> None:
    for each in assignment.rubric.exercise:
        lines = "".join(f"import {name}\n" for name in (*assignment.rubric.imports.always, *each.imports))
        found = findings(assignment, each.id, **{each.module: lines.replace("import __future__\n", "")})
        assert "" not in found
    assert findings(assignment, exercise2="from __future__ import annotations\n" + ALL2) == {}


def test_exercise_1_may_not_import_numpy_but_3_may(assignment: Assignment) -> None:
    assert finding(assignment, "1", exercise1="import numpy\n").outcome is Outcome.FORBIDDEN
    assert "" not in findings(assignment, "3", exercise3="import numpy\nimport sympy\n")


def test_own_modules_may_be_imported_and_are_under_the_same_rule(assignment: Assignment) -> None:
    main = "import own\nfrom pack.deep import x\n" + ALL2
    good = {"own": "import math\nimport other\n", "other": "import own\n", "pack__deep": "from . import x\n"}
    good["pack____init__"] = ""
    assert findings(assignment, exercise2=main, **good) == {}
    found = finding(assignment, exercise2=main, **{**good, "other": "\n\nimport torch\n"})
    assert found.message.startswith("other.py:3: import of torch is not allowed; this exercise may import numpy")
    found = finding(assignment, exercise2=main, **{**good, "pack__deep": "import socket\n"})
    assert found.message.startswith("pack/deep.py:1: import of socket is not allowed")


def test_another_exercises_file_brings_its_imports_along(assignment: Assignment) -> None:
    found = finding(assignment, exercise2="import exercise1\n" + ALL2, exercise1="import sympy\n")
    assert found.message.startswith("exercise1.py:1: import of sympy is not allowed")


@pytest.mark.parametrize("name", ["random", "statistics", "torch", "numpy", "grader", "harness", "json"])
def test_own_modules_with_a_librarys_name_never_travel(assignment: Assignment, name: str) -> None:
    both = submission(exercise2=ALL2, **{name: "raise SystemExit\n", f"{name}__part": ""})
    assert set(importable_files(both, assignment.rubric)) == {"exercise2.py"}


def test_an_own_module_with_a_librarys_name_is_told(assignment: Assignment) -> None:
    found = finding(assignment, exercise2="import random\n" + ALL2, random="x = 1\n")
    assert found.message.endswith("Your own random.py has the name of a library; call it something else.")


def test_own_modules_with_the_workers_names_are_ordinary(assignment: Assignment) -> None:
    files = {"exercise2": "import convert, protocol, worker\n" + ALL2, "convert": "", "protocol": "", "worker": ""}
    assert findings(assignment, **files) == {}
    assert len(importable_files(submission(**files), assignment.rubric)) == 4


# --- files made to hurt ----------------------------------------------------------------------------------------------

_MOST = MAX_CODE_BYTES
_BOMBS = {
    "dotted import": "import "
    + "a." * (_MOST // 2 - 9)
    + "a",  # the parser's memory goes with the square of its length
    "dotted import, folded": "import " + "a . \\\n" * (_MOST // 6 - 9) + "a",
    "brackets": "(" * _MOST,
    "signs": "-" * (_MOST - 1) + "1",
    "terms": "1" + "+1" * (_MOST // 2 - 9),
    "attributes": "a" + ".b" * (_MOST // 2 - 9),
    "nested functions": "".join(" " * level + "def f():\n" for level in range(200)),
    "digits": "x = " + "9" * (_MOST - 9),
    "else": "x = " + "1 if 1 else " * (_MOST // 12 - 9) + "1",
    "one long name": "a" * _MOST,
    "imports of itself": "import " + "exercise2," * (_MOST // 10 - 9) + "exercise2",
    "imports of others": "import " + ",".join(f"m{number}" for number in range(30_000)),
    "names": "\n".join(f"n{number} = 1" for number in range(18_000)),
    "statements": "a;" * (_MOST // 2),
    "formatted": "f'" + "{a}" * (_MOST // 3 - 9) + "'",
    "newlines": "\n" * _MOST,
    "null bytes": "\0" * _MOST,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", [again(name) if name == "statements" else name for name in _BOMBS])
def test_no_file_is_too_much_to_read(assignment: Assignment, name: str) -> None:
    assert len(_BOMBS[name]) <= _MOST
    started = time.process_time()
    found = findings(assignment, exercise2=_BOMBS[name])
    assert time.process_time() - started < 30  # seconds of a slow machine; without the bounds it is minutes
    assert all(len(each.message) < 600 and each.message.isprintable() for each in found.values())


@pytest.mark.parametrize("letter", ["a", "\N{SCRIPT CAPITAL P}", "a\N{MIDDLE DOT}"])  # two that are no letters to re
def test_a_chain_of_dots_is_refused_before_python_sees_it(letter: str) -> None:
    found = parse(f"import {f'{letter}.' * 100}{letter}".encode(), "exercise2.py")
    assert isinstance(found, Finding)
    assert found.message == "exercise2.py: nested too deeply for Python to read."
    assert not isinstance(parse(b"import a.b.c\nx = 1.5\n'''One. Two. Three.'''\n", "exercise2.py"), Finding)


def test_a_helper_that_everyone_imports_is_read_once(assignment: Assignment) -> None:
    read.cache_clear()
    files = {"exercise2": "import own\n" * 1000 + ALL2, "own": "x = 1\n" * 1000}
    assert findings(assignment, **files) == {}
    assert read.cache_info().misses == 2


def test_facts_are_every_import_once_a_line() -> None:
    facts = read(b"import a.b\nimport a.c, a.b\nfrom d import e\nx = 1\n", "exercise2.py")
    assert isinstance(facts, Facts)
    assert facts.imports == ((1, "a.b"), (2, "a.c"), (2, "a.b"), (3, "d"), (3, "d.e"))
    assert facts.bound is not None
    assert set(facts.bound) == {"a", "e", "x"}
