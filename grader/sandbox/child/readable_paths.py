"""What a jailed worker may read: the interpreter and the packages that it was promised. Standard library only."""

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass

from . import landlock, packages

assert sys.platform == "linux"

# What numpy and torch look at to learn what they run on, and what any program may need.
_SYSTEM = (
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/sys/vm/overcommit_memory",
    "/sys/devices/system/cpu",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/usr/share/zoneinfo",
)
# Not /dev/zero: mapped, it is memory that no limit counts.
_DEVICES = ("/dev/null", "/dev/urandom", "/dev/random", "/dev/full")
_MAX_USES = 100  # of a ruleset: what earlier workers added is copied for each that follows
# SETUID, SETGID, CHOWN, DAC_OVERRIDE, KILL: to become another user, and to clean up after one.
CHANGE_USER = (1 << 7) | (1 << 6) | (1 << 0) | (1 << 1) | (1 << 5)


def readable(installed: Iterable[str], devices: Iterable[str]) -> list[tuple[int, int]]:
    """(place, rights) of everything a worker may open besides its own folder, opened ahead so that a fork need not."""
    places = [(path, landlock.READ) for path in (*_standard_library(), *installed, *_libraries(), *_SYSTEM)]
    # importlib lists the folders that it searches; listing shows names and opens nothing
    places += [(path, landlock.READ_DIR) for path in (*sys.path, *packages.library_folders()) if os.path.isdir(path)]
    places += [(path, landlock.USE) for path in (*_DEVICES, *devices)]
    opened: list[tuple[int, int]] = []
    for path, rights in dict.fromkeys(places):
        if os.path.exists(path):
            descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
            opened.append((descriptor, landlock.fitting(descriptor, rights)))
    return opened


def _standard_library() -> list[str]:
    """All of it but the folders of installed packages, which lie in it."""
    return [
        entry.path
        for folder in packages.library_folders()
        if os.path.isdir(folder)
        for entry in os.scandir(folder)
        if entry.name not in packages.INSTALLED
    ]


def _lies_in(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(folder + os.sep) for folder in folders)


def _libraries() -> set[str]:
    """The folders of the shared libraries in use; where such a folder holds whole Pythons too, the libraries in it."""
    with open("/proc/self/maps") as file:
        mapped = {line.split(maxsplit=5)[5].rstrip("\n") for line in file if ".so" in line}
    files = {path for path in mapped if os.path.isabs(path) and not _lies_in(path, packages.library_folders())}
    files = {path for path in files if not any(f"{os.sep}{name}{os.sep}" in path for name in packages.INSTALLED)}
    folders = {os.path.dirname(path) for path in files}
    mixed = {folder for folder in folders if any(name.startswith("python") for name in os.listdir(folder))}
    return (folders - mixed) | {entry.path for folder in mixed for entry in os.scandir(folder) if ".so" in entry.name}


@dataclass(slots=True)
class _Ruleset:
    descriptor: int
    folder: str  # of the worker that had it last; those of all before are gone
    uses: int = 0


class Rulesets:
    """Landlock's rulesets of what is readable, each for one worker after the other.

    To make one takes longer than all else of a worker's jail. A worker adds its own folder to the ruleset that it gets,
    where the next one finds it: so none is given away again while that folder exists.
    """

    def __init__(self) -> None:
        self._rulesets: list[_Ruleset] = []

    def take(self, places: Iterable[tuple[int, int]], folder: str) -> int | None:
        """A descriptor for the worker of that folder, ours to keep; None without Landlock, as the worker will say."""
        free = next((ruleset for ruleset in self._rulesets if not os.path.exists(ruleset.folder)), None)
        if free is not None and free.uses < _MAX_USES:
            free.folder, free.uses = folder, free.uses + 1
            return free.descriptor
        if free is not None:
            self._rulesets.remove(free)
            os.close(free.descriptor)
        try:
            descriptor = landlock.ruleset(places)
        except OSError:
            return None
        self._rulesets.append(_Ruleset(descriptor, folder, uses=1))
        return descriptor

    def forget(self) -> None:
        """In a process whose workers shall not share them with others'."""
        while self._rulesets:
            os.close(self._rulesets.pop().descriptor)


def has_gpu() -> bool:
    """Whether there is a GPU that torch could train on: NVIDIA's, AMD's, or Windows' own in its Linux subsystem."""
    return any(os.path.exists(path) for path in ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg"))


def release(places: Iterable[tuple[int, int]]) -> None:
    for place, _ in places:
        os.close(place)


def may(capabilities: int) -> bool:
    """Whether this process has these capabilities, all of them."""
    with open("/proc/self/status") as file:
        effective = next(int(line.split()[1], 16) for line in file if line.startswith("CapEff"))
    return effective & capabilities == capabilities


def open_to_all(places: Iterable[tuple[int, int]]) -> bool:
    """Whether any user at all may reach these places: root's own home, for one, is shut."""
    paths = {os.readlink(f"/proc/self/fd/{place}") for place, _ in places}
    folders = {folder for path in paths for folder in _ancestors(path)}
    return all(os.stat(folder).st_mode & 0o001 for folder in folders)


def _ancestors(path: str) -> list[str]:
    folders = []
    while (parent := os.path.dirname(path)) != path:
        folders.append(parent)
        path = parent
    return folders
