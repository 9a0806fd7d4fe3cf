"""The jail's conformance suite on real kernels in emulated machines: `python -m scripts.kernels NAME...`.

Each name is one of `MACHINES`, a kernel of a Debian release on x86_64 or aarch64. A machine boots that kernel with a
root of Debian's own Python, the grader's dependencies as wheels, and this checkout, all in memory (`kernel_guest.py`
is its process 1). In it, as root and as an ordinary user, the jail's launcher says what holds, and the suite of all
sandboxes runs on the jail. Prints a table; --output writes what came back. What is fetched is kept in --cache.

Needs root, and Debian's packages mmdebstrap, cpio, qemu-system-x86 and qemu-system-arm. Every instruction is
interpreted, which takes a quarter of an hour a machine on two cores; --kvm is for where that works.
"""

import argparse
import compileall
import json
import platform
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.kernel_guest import MARK

ROOT = Path(__file__).parent.parent
GUEST = Path(__file__).with_name("kernel_guest.py")
MEMORY_MIB = 4096
MACHINE_SECONDS = 3600.0  # for both users; an interpreted machine is some twenty times slower
# What tests/test_jail.py runs again as an ordinary user and without capabilities.
SUITE = "value or file or memory or hangs or signal or share or inherit or flood or started or cannot or libraries"
_DEBIAN = {"x86_64": "amd64", "aarch64": "arm64"}
_PYTHON_SUITE = "bookworm"  # whose Python is the oldest that the grader runs on


@dataclass(frozen=True, slots=True)
class Machine:
    """A kernel: its architecture, the Debian release that it is of, and what its command line adds."""

    architecture: str
    suite: str
    arguments: str = ""


MACHINES = {
    "5.10": Machine("x86_64", "bullseye"),  # before Landlock
    "6.1-without": Machine("x86_64", "bookworm", "lsm=apparmor"),  # switched off
    "6.1": Machine("x86_64", "bookworm"),
    "6.12": Machine("x86_64", "trixie"),
    "newest": Machine("x86_64", "sid"),
    "aarch64-6.1": Machine("aarch64", "bookworm"),
    "aarch64-newest": Machine("aarch64", "sid"),
}


def main() -> None:
    """Boots the machines that were asked for, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[*MACHINES, []], help="all of them where none is named")
    parser.add_argument("--cache", type=Path, default=Path("build") / "kernels")
    parser.add_argument(
        "--select", default=SUITE, help="a pytest expression; '' for the whole suite, which takes hours"
    )
    parser.add_argument("--kvm", action="store_true", help="run this machine's own architecture natively")
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    results_by_name = {}
    for name in options.names or MACHINES:
        results_by_name[name] = boot(MACHINES[name], options.cache.resolve(), options.select, options.kvm)
        print("\n".join(lines(name, results_by_name[name])), flush=True)
        if options.output:
            options.output.write_text(json.dumps(results_by_name, indent=2) + "\n", encoding="utf-8")
    sys.exit(not all(results and all(result["well"] for result in results) for results in results_by_name.values()))


def lines(name: str, results: list[dict[str, Any]]) -> list[str]:
    """A row of the table for each user."""
    if not results:
        return [f"| {name} | the machine returned no result | | | |"]
    return [
        f"| {name} ({result['kernel']}, {result['machine']}) | {result['landlock']} | {result['user']} "
        f"| {result['refused'] or ', '.join(result['restrictions'])} | {result['tests']} |"
        for result in results
    ]


def boot(machine: Machine, cache: Path, select: str, kvm: bool) -> list[dict[str, Any]]:
    """What the guest says, user by user."""
    kernel = fetch_kernel(machine, cache)
    image = make_image(machine.architecture, cache, {"select": select})
    natively = kvm and machine.architecture == platform.machine()
    console = {"x86_64": "ttyS0", "aarch64": "ttyAMA0"}[machine.architecture]
    board = {"x86_64": ["-M", "q35"], "aarch64": ["-M", "virt,gic-version=3"]}[machine.architecture]
    command = [
        *(f"qemu-system-{machine.architecture}", *board, "-m", str(MEMORY_MIB), "-smp", "2"),
        *(["-enable-kvm", "-cpu", "host"] if natively else ["-accel", "tcg,thread=multi", "-cpu", "max"]),
        *("-nographic", "-monitor", "none", "-serial", "stdio", "-nic", "none", "-no-reboot"),
        *("-kernel", str(kernel), "-initrd", str(image)),
        *("-append", f"console={console} panic=-1 quiet rdinit=/init {machine.arguments}"),
    ]
    log = cache / f"{machine.architecture}-{machine.suite}.log"
    with log.open("wb") as file:
        try:
            subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                timeout=MACHINE_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            print(f"the machine did not end in time; see {log}", file=sys.stderr)
    output = log.read_text(encoding="utf-8", errors="replace").splitlines()
    if not any(MARK in line for line in output):
        print(f"the machine returned no result; {log} ends with: {' '.join(output[-1:])}", file=sys.stderr)
    return [json.loads(line.partition(MARK)[2]) for line in output if MARK in line]


def fetch_kernel(machine: Machine, cache: Path) -> Path:
    """The kernel's file, out of that release's package."""
    debian = _DEBIAN[machine.architecture]
    folder = extract(machine.suite, debian, f"linux-image-cloud-{debian}", cache)
    return next(path for path in folder.rglob("vmlinuz*") if path.is_file() and not path.is_symlink())


def make_image(architecture: str, cache: Path, job: dict[str, str]) -> Path:
    """An archive of the guest's whole root file system, unpacked into memory at its start."""
    root = cache / f"root-{architecture}"
    with made_once(root) as part:
        if part is not None:
            make_root(architecture, cache, part)
    checkout = root / "grader"
    shutil.rmtree(checkout, ignore_errors=True)
    for name in ("grader", "tests"):
        ignore = shutil.ignore_patterns("__pycache__", "gallery", "golden", "cases", "*.png")
        shutil.copytree(ROOT / name, checkout / name, ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", checkout)
    (root / "job.json").write_text(json.dumps(job), encoding="utf-8")
    shutil.copy(GUEST, root / "init")
    (root / "init").chmod(0o755)
    image = cache / f"{architecture}.cpio"
    with image.open("wb") as file:
        names = subprocess.run(["find", ".", "-print0"], cwd=root, stdout=subprocess.PIPE, check=True).stdout
        pack = ["cpio", "--null", "--create", "--format=newc", "--quiet"]
        subprocess.run(pack, cwd=root, input=names, stdout=file, check=True)
    return image


def make_root(architecture: str, cache: Path, root: Path) -> None:
    """Debian's Python, and what the grader needs, compiled."""
    unpacked = extract(_PYTHON_SUITE, _DEBIAN[architecture], "python3,libstdc++6", cache)
    # without its devices: /dev/full never ends
    shutil.copytree(
        unpacked, root, symlinks=True, ignore=lambda folder, names: ["dev"] if folder == str(unpacked) else []
    )
    shutil.rmtree(root / "var")
    home = root / "usr" / "local" / "lib" / "python3.11" / "dist-packages"
    install_wheels(architecture, home)
    compileall.compile_dir(home, quiet=2, workers=2, invalidation_mode=_unchecked(), ddir="/")
    compileall.compile_dir(root / "usr" / "lib" / "python3.11", quiet=2, workers=2, invalidation_mode=_unchecked())


@contextmanager
def made_once(folder: Path) -> Iterator[Path | None]:
    """Where to make a folder that is there from then on, whole; None where it is there.

    What a run had begun to make when it was cut off is made anew.
    """
    if folder.exists():
        yield None
        return
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    yield part
    part.rename(folder)


def install_wheels(architecture: str, home: Path) -> None:
    """The grader's dependencies for that architecture, and what its tests import; without their own tests."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    requirements = [need for need in project["dependencies"] if "win32" not in need]
    platforms = [f"--platform={kind}_{architecture}" for kind in ("manylinux_2_28", "manylinux2014", "manylinux_2_17")]
    only = ["--only-binary=:all:", "--python-version=3.11", "--implementation=cp", *platforms]
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--target",
        str(home),
        *only,
        *requirements,
        "hypothesis",
    ]
    subprocess.run(command, check=True)
    for folder in [path for path in home.rglob("tests") if path.is_dir()]:
        if not any(part in ("_pytest", "hypothesis") for part in folder.parts):
            shutil.rmtree(folder, ignore_errors=True)


def extract(suite: str, debian: str, package: str, cache: Path) -> Path:
    """A package of a release with all that it requires, unpacked and not configured."""
    folder = cache / f"{suite}-{debian}-{package}"
    with made_once(folder) as part:
        if part is not None:
            part.mkdir(parents=True)
            command = [
                *("mmdebstrap", "--mode=root", "--variant=extract", f"--architectures={debian}"),
                *(f"--include={package}", "--aptopt=APT::Install-Recommends false"),
                *("--aptopt=Acquire::Check-Valid-Until false", "--skip=check/empty", "--quiet"),
                *(f"--keyring={keyring(cache)}", suite, str(part), f"deb {mirror()} {suite} main"),
            ]
            subprocess.run(command, check=True)
    return folder


def keyring(cache: Path) -> Path:
    """The keys of all releases, out of the newest stable one, which this machine's own keys vouch for."""
    folder = cache / "keyring"
    with made_once(folder) as part:
        if part is not None:
            packed = ["mmdebstrap", "--mode=root", "--variant=extract", "--include=debian-archive-keyring", "--quiet"]
            subprocess.run(
                [*packed, "--skip=check/empty", "trixie", str(part), f"deb {mirror()} trixie main"], check=True
            )
    return folder / "usr" / "share" / "keyrings"


def mirror() -> str:
    """Where this machine has its Debian packages from."""
    command = ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Component: main"]
    places = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return next(place for place in places if place.rstrip("/").endswith("/debian"))


def _unchecked() -> Any:
    from py_compile import PycInvalidationMode

    return PycInvalidationMode.UNCHECKED_HASH


if __name__ == "__main__":
    main()
