"""Runs one program of this folder: `python .../child worker|zygote|relay ARGUMENT`.

All that runs beside a student's code lies in here, and nothing else does. The folder is loaded as a package of a
private name and then taken off `sys.path` and out of `sys.modules`, so that no import of a student's finds it.
"""

import importlib
import os
import sys
import types
from collections.abc import Callable

_NAME = "_grader_child"


def main() -> None:
    """Load the program that the command line names, remove every trace of it, and run it."""
    _, program, argument = sys.argv
    folder = os.path.dirname(os.path.abspath(__file__))
    run = _load(folder, program)
    _hide(folder)
    run(argument)


def _load(folder: str, program: str) -> Callable[[str], None]:
    """The `main` of a module of this folder."""
    package = types.ModuleType(_NAME)
    package.__path__ = [folder]
    sys.modules[_NAME] = package
    run: Callable[[str], None] = importlib.import_module(f"{_NAME}.{program}").main
    return run


def _hide(folder: str) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == _NAME]:
        del sys.modules[name]
    sys.path[:] = [path for path in sys.path if os.path.abspath(path) != folder]  # Python puts it there to run it
    sys.path_importer_cache.pop(folder, None)


if __name__ == "__main__":
    main()
