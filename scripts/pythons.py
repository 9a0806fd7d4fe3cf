"""The tests on other versions of Python: `python -m scripts.pythons [VERSION | INTERPRETER]...`.

A version is what a release of Debian has, and runs in a root file system of that release, on this machine's kernel; an
interpreter is a path on this machine. Each has this checkout and what its tests need but torch (whose CPU builds are
not on every index), and runs the quick tests, the suite of all sandboxes on `process` and `jail`, and the galleries of
exercises 1 to 3. Prints pytest's last line for each; exits with 1 if one of them failed.

Versions need root, Debian's package mmdebstrap and a network. Roots and environments are kept in --cache.
"""

import argparse
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from scripts.kernels import ROOT, keyring, mirror

RELEASES = {"3.13": "trixie", "3.14": "sid"}
KINDS = {
    "quick": ("-m", "not slow and not thorough"),
    "sandboxes": ("tests/test_sandboxes.py", "tests/test_jail.py", "-m", "not thorough", "-k", "not docker"),
    "galleries": ("tests/test_galleries.py", "-k", "exact_points and not trains"),
}
# Inside, seen by nobody outside: its own processes, its own /proc, and an empty folder for what tests write.
_ENTER = "mount -t proc proc {0}/proc && mount --rbind /dev {0}/dev && mount -t tmpfs tmpfs {0}/tmp && exec chroot {0} "


@dataclass(frozen=True, slots=True)
class Place:
    """Where the tests run: an interpreter, a folder for the checkout and the environment, as they are called there, and
    what runs a shell's script there."""

    name: str
    python: str
    folder: str
    run: Callable[..., "subprocess.CompletedProcess[str]"]


def main() -> None:
    """Tries what was asked for, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pythons", nargs="*", help=f"of {', '.join(RELEASES)}, or paths; all versions where none is")
    parser.add_argument("--kind", choices=KINDS, action="append", help="which tests (repeatable; default: all)")
    parser.add_argument("--cache", type=Path, default=Path("build") / "pythons")
    options = parser.parse_args()
    cache = options.cache.resolve()
    cache.mkdir(parents=True, exist_ok=True)
    failed = False
    for python in options.pythons or RELEASES:
        place = release(python, cache) if python in RELEASES else this_machine(python, cache)
        install(place)
        for kind in options.kind or KINDS:
            tests = f"{place.folder}/venv/bin/python -m pytest -q {shlex.join(KINDS[kind])}"
            ended = place.run(f"cd {place.folder}/grader && {tests}")
            (cache / f"{place.name}-{kind}.log").write_text(ended.stdout + ended.stderr, encoding="utf-8")
            print(
                f"| {place.name} | {kind} | {(ended.stdout.splitlines() or ['nothing was printed'])[-1]} |", flush=True
            )
            failed = failed or ended.returncode != 0
    sys.exit(failed)


def release(version: str, cache: Path) -> Place:
    """The root file system of the release that has this version, with this checkout in it."""
    root = cache / RELEASES[version]
    if not (root / "home" / "venv").exists():
        shutil.rmtree(root, ignore_errors=True)
        packages = f"python{version},python{version}-venv,ca-certificates,git,seccomp"
        command = [
            *("mmdebstrap", "--mode=root", "--variant=minbase", "--quiet", f"--include={packages}"),
            *("--aptopt=APT::Install-Recommends false", "--aptopt=Acquire::Check-Valid-Until false"),
            *(f"--keyring={keyring(cache)}", RELEASES[version], str(root), f"deb {mirror()} {RELEASES[version]} main"),
        ]
        subprocess.run(command, check=True)
    for path in ("/etc/resolv.conf", "/etc/ssl/certs/ca-certificates.crt"):
        shutil.copy(path, root / path.lstrip("/"))
    copy_checkout(root / "home" / "grader")
    return Place(version, f"python{version}", "/home", partial(inside, root))


def this_machine(interpreter: str, cache: Path) -> Place:
    """An interpreter of this machine, with this checkout in a folder of its own."""
    answer = subprocess.run([interpreter, "--version"], capture_output=True, text=True, check=True)
    name = answer.stdout.removeprefix("Python ").strip()
    copy_checkout(cache / name / "grader")
    return Place(name, interpreter, str(cache / name), here)


def install(place: Place) -> None:
    """An environment with what the tests need but torch."""
    needs = shlex.join(["--constraint", "constraints.txt", "--editable", ".[desk,notebook,cluster]", *tools()])
    pip = f"{place.folder}/venv/bin/python -m pip install --quiet {needs}"
    place.run(f"cd {place.folder}/grader && {place.python} -m venv ../venv && {pip}", check=True)


def copy_checkout(folder: Path) -> None:
    """What git knows of this checkout, as it is now."""
    shutil.rmtree(folder, ignore_errors=True)
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in listed.stdout.split("\0"):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)


def tools() -> list[str]:
    """What a developer's environment has besides the grader's own extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [need for need in project["optional-dependencies"]["dev"] if not need.startswith("backprop-grader")]


def inside(root: Path, script: str, *, check: bool = False) -> "subprocess.CompletedProcess[str]":
    """Runs a shell's script in that root, in namespaces of its own, which end with it."""
    enter = _ENTER.format(root) + f"/bin/sh -c {shlex.quote(script)}"
    return subprocess.run(
        ["unshare", "--mount", "--pid", "--fork", "--kill-child", "/bin/sh", "-c", enter],
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8"},
        capture_output=not check,
        text=True,
        check=check,
    )


def here(script: str, *, check: bool = False) -> "subprocess.CompletedProcess[str]":
    """Runs a shell's script on this machine."""
    return subprocess.run(["/bin/sh", "-c", script], capture_output=not check, text=True, check=check)


if __name__ == "__main__":
    main()
