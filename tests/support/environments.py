"""Fresh virtual environments that need no network: what the grader needs is linked in from the one of the tests.

Simulated is the download alone. pip, the interpreter, the installation of the grader and everything after it are real.
"""

import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

from tests.support.command import PATIENCE

# The checkout itself: what must not be found where a wheel is tried.
_OURS = ("backprop_grader", "__editable__", "__pycache__", "pip")
SITE_PACKAGES = Path(sysconfig.get_path("purelib"))
SCRIPTS = "Scripts" if os.name == "nt" else "bin"


def link_dependencies(environment: Path, without: str = "") -> None:
    """Makes this environment's packages, but not the grader and not `without`, those of the one in `environment`."""
    folder = collect_dependencies(environment / "dependencies", without)
    home = next(environment.glob("lib/python*/site-packages"), environment / "Lib" / "site-packages")
    # Before the environment's own packages: its setuptools may be too old for torch.
    first = f"import sys; sys.path.insert(0, {str(folder)!r})"
    (home / "dependencies.pth").write_text(first, encoding="utf-8")
    command = environment / SCRIPTS / "pytest"  # pip makes a command for what it has installed itself
    command.write_text(f'#!/bin/sh\nexec "{environment / SCRIPTS / "python"}" -m pytest "$@"\n')
    command.chmod(0o755)


def collect_dependencies(folder: Path, without: str = "") -> Path:
    """Makes `folder`, with links to all packages of this environment but the grader and `without`."""
    folder.mkdir()
    left_out = (*_OURS, without) if without else _OURS
    for item in SITE_PACKAGES.iterdir():
        if not item.name.startswith(left_out) and item.suffix != ".pth":
            (folder / item.name).symlink_to(item)
    return folder


def shell(script: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs a script as a person or CI would: in bash, stopping at the first failure, without this checkout in reach."""
    inherited = {key: os.environ[key] for key in ("HOME", "LANG", "TMPDIR") if key in os.environ}
    path = f"{Path(sys.base_prefix) / 'bin'}{os.pathsep}{os.environ['PATH']}"
    offline = {"PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_CONFIG_FILE": os.devnull}
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script],
        cwd=folder,
        env=inherited | {"PATH": path, "COLUMNS": "200", "PYTHONUTF8": "1"} | offline | variables,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )


def follow_readme(folder: Path, without: str = "") -> tuple[str, str]:
    """Does what a handout's README says to do once; what then begins a shell, and the command of its second block.

    `without` is a package that is not downloaded.
    """
    install, run = re.findall(r"```sh\n(.*?)```", (folder / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    create, rest = install.split("\n", 1)
    assert shell(create, folder).returncode == 0
    link_dependencies(folder / ".venv", without)  # stands for the download
    installed = shell(rest, folder)
    assert installed.returncode == 0, installed.stderr
    return "source .venv/bin/activate\n", run
