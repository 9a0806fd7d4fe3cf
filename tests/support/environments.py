"""Fresh virtual environments that need no network: what the grader needs is linked in from the one of the tests.

Simulated is the download alone. pip, the interpreter, the installation of the grader and everything after it are real.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from tests.support.command import PATIENCE, ROOT

# The checkout itself: what must not be found where a wheel is tried.
_OURS = ("backprop_grader", "__editable__", "__pycache__", "pip")
# Plugins that these tests need and nobody else has: each `pytest` would import them.
_TESTS_OWN = ("hypothesis", "_hypothesis", "xdist", "pytest_xdist", "pytest_forked", "pytest_repeat")
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
    left_out = (*_OURS, *_TESTS_OWN, *filter(None, [without]))
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


def make_environment(folder: Path) -> None:
    """What `python3 -m venv FOLDER` makes, copied from one that was made once: pip alone takes four seconds."""
    made = (
        ROOT / "build" / "environments" / f"{sys.implementation.cache_tag}-{sha256(sys.version.encode()).hexdigest()}"
    )
    if not made.exists():
        made.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="scratch-", dir=made.parent) as scratch:
            new = Path(scratch) / "environment"
            ended = shell(f"python3 -m venv {shlex.quote(str(new))}", made.parent)
            assert ended.returncode == 0, ended.stderr
            with suppress(OSError):  # another process was faster
                new.rename(made)
    shutil.copytree(made, folder, symlinks=True)
    python = folder / SCRIPTS / "python"
    for path in (folder / SCRIPTS).iterdir():
        if path.name.startswith("pip"):
            path.write_text(f'#!/bin/sh\nexec "{python}" -m pip "$@"\n', encoding="utf-8")
        elif not path.is_symlink():  # what activates it names its own folder
            text = path.read_text(encoding="utf-8")
            path.write_text(re.sub(r"[^\s\"'=]*/scratch-\w+/environment", str(folder), text), encoding="utf-8")


def follow_readme(folder: Path, without: str = "", *, whole: bool = False) -> tuple[str, str]:
    """Does what a handout's README says to do once; what then begins a shell, and the command of its second block.

    `without` is a package that is not downloaded. Only the `whole` of it includes the environment itself.
    """
    install, run = re.findall(r"```sh\n(.*?)```", (folder / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    create, rest = install.split("\n", 1)
    if whole:
        assert shell(create, folder).returncode == 0
    else:
        assert create == "python3 -m venv .venv"
        make_environment(folder / ".venv")
    link_dependencies(folder / ".venv", without)  # stands for the download
    installed = shell(rest, folder)
    assert installed.returncode == 0, installed.stderr
    return "source .venv/bin/activate\n", run
