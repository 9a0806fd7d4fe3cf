"""An interpreter that has of Python what Windows has, as far as that can be had elsewhere (`windows_view.py`)."""

import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from tests.support.command import PATIENCE
from tests.support.environments import SITE_PACKAGES
from tests.support.windows_names import lacking

VIEW = Path(__file__).with_name("windows_view.py")
# Windows' command that ends a process with all that it started.
_TASKKILL = """#!{python}
import os, signal, sys
assert sys.argv[1:4] == ["/T", "/F", "/PID"], sys.argv
waiting = [int(sys.argv[4])]
while waiting:
    pid = waiting.pop()
    try:
        with open(f"/proc/{{pid}}/task/{{pid}}/children") as file:
            waiting += map(int, file.read().split())
        os.kill(pid, signal.SIGKILL)
    except OSError:
        sys.exit(128)
"""


def make_interpreter(folder: Path) -> Path:
    """A virtual environment with all packages of this one; its python."""
    venv.create(folder, symlinks=True, with_pip=False)
    (home,) = folder.glob("lib/python*/site-packages")
    shutil.copy(VIEW, home)
    names = home / "windows-lacks.json"
    names.write_text(json.dumps(lacking()), encoding="utf-8")
    packages = f"import site; site.addsitedir({str(SITE_PACKAGES)!r})\n"
    (home / "packages.pth").write_text(packages, encoding="utf-8")
    (home / "windows.pth").write_text(f"import windows_view; windows_view.install({str(names)!r})\n", encoding="utf-8")
    (folder / "Temp").mkdir()
    command = folder / "bin" / "taskkill"
    command.write_text(_TASKKILL.format(python=sys.executable), encoding="utf-8")
    command.chmod(0o755)
    return folder / "bin" / "python"


def environment(python: Path) -> dict[str, str]:
    """The variables of a student's shell: its output is in the code page, and there is no database of time zones.

    Temporary files are in a folder of their own. Elsewhere graders that have locks would take those of one that has
    none for abandoned: they look for what was left by somebody who was killed.
    """
    inherited = {
        key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "PYTHON", "LC_", "LANG"))
    }
    path = f"{python.parent}{os.pathsep}{os.environ['PATH']}"
    settings = {"PYTHONUTF8": "0", "PYTHONIOENCODING": "cp1252", "PYTHONTZPATH": "", "COLUMNS": "120"}
    return inherited | settings | {"PATH": path, "TMPDIR": str(python.parent.parent / "Temp")}


def run(python: Path, *args: object, cwd: Path, code: int | None = 0) -> subprocess.CompletedProcess[str]:
    """Runs `python ARGS...` in a student's folder; asserts the exit code unless it is None."""
    ran = subprocess.run(
        [str(python), *map(str, args)],
        cwd=cwd,
        env=environment(python),
        capture_output=True,
        text=True,
        encoding="cp1252",
        timeout=PATIENCE,
        check=False,
    )
    assert code is None or ran.returncode == code, ran.stdout[-3000:] + ran.stderr[-3000:]
    return ran
