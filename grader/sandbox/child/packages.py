"""Which installed packages exist for a worker: those that it was promised and what they require, and no others.

Libraries try imports of their own (`try: import scipy`). What a worker must not read must not be there to be found,
else such an attempt ends in an error that `except ImportError` does not catch, and another machine gives another
answer. So all folders of installed packages are taken off `sys.path`, and what is promised is found by name, from where
it lies; known before any of it is imported, by the metadata that installers leave (PyPA, "Recording installed
projects").
"""

import importlib.util
import os
import re
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from typing import Any

INSTALLED = ("site-packages", "dist-packages")
# Whose finders and path hooks stay: Python's own and ours. Others are an installer's, for what was not promised.
_IMPORT_MACHINERY = ("_frozen_importlib", "_frozen_importlib_external", "zipimport", __name__.partition(".")[0])
_REQUIREMENT = re.compile(r"^Requires-Dist:\s*([A-Za-z0-9._-]+)(.*)$", re.MULTILINE)


class PackageFinder:
    """The last of a worker's finders: packages by name. `places` are the files and folders that they consist of."""

    def __init__(self, roots: Iterable[str], folders: Sequence[str]) -> None:
        self._specs = {root: spec for root in roots if (spec := importlib.util.find_spec(root)) is not None}
        distributions = _distributions(folders)
        self._metadata = _required(self._specs, distributions)
        self.places = {place for spec in self._specs.values() for place in _places(spec)}
        for metadata in self._metadata.values():
            folder = os.path.dirname(metadata)
            entries = _entries(metadata)
            self.places |= {metadata, *(os.path.join(folder, entry) for entry in entries)}
            for name in {entry.partition(".")[0] for entry in entries if not entry.endswith(".libs")}:
                spec = PathFinder.find_spec(name, [folder])
                if spec is not None:
                    self._specs.setdefault(name, spec)

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """The import system's question; submodules are found by their package's own path."""
        return self._specs.get(fullname)

    def find_distributions(self, context: Any) -> Iterator[Any]:
        """What `importlib.metadata` asks, for libraries that look up versions and plug-ins."""
        from importlib.metadata import PathDistribution
        from pathlib import Path

        for name, metadata in self._metadata.items():
            if context.name is None or _normal(context.name) == name:
                yield PathDistribution(Path(metadata))


def restrict(roots: Iterable[str]) -> PackageFinder:
    """Let only these packages be imported, and what they require. Done once in a process; later calls do nothing."""
    for finder in sys.meta_path:
        if isinstance(finder, PackageFinder):
            return finder
    standard = [path for path in sys.path if _is_standard(path)]
    folders = [path for path in sys.path if path not in standard and os.path.isdir(path)]
    package_finder = PackageFinder(sorted(set(roots)), folders)
    sys.path[:] = standard
    sys.meta_path[:] = [finder for finder in sys.meta_path if _origin(finder) in _IMPORT_MACHINERY]
    sys.path_hooks[:] = [hook for hook in sys.path_hooks if _origin(hook) in _IMPORT_MACHINERY]
    for place in sys.path_importer_cache.keys() - set(standard):
        del sys.path_importer_cache[place]
    for name, module in list(sys.modules.items()):  # what installers had imported at the start
        file = getattr(module, "__file__", None)
        if name != "__main__" and file and any(_lies_in(file, folder) for folder in folders):
            del sys.modules[name]
    sys.meta_path.append(package_finder)
    return package_finder


def library_folders() -> set[str]:
    """Where the standard library lies."""
    return {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), os.path.dirname(os.__file__)}


def _is_standard(path: str) -> bool:
    """Whether an entry of `sys.path` is the standard library's: its folders, its archive, on Windows the prefix too."""
    if os.path.basename(path) in INSTALLED:
        return False
    if sys.platform == "win32" and os.path.normcase(path) == os.path.normcase(sys.base_prefix):
        return True
    standard = {*library_folders(), os.path.join(sys.base_prefix, "DLLs")}
    return path in standard or os.path.dirname(path) in standard or os.path.basename(path) == _ARCHIVE


_ARCHIVE = f"python{sys.version_info.major}{sys.version_info.minor}.zip"


def _origin(finder: Any) -> str:
    """The module, or the package, that a finder or a hook was made in."""
    return str(finder.__module__).partition(".")[0]


def _lies_in(path: str, folder: str) -> bool:
    return path.startswith(folder + os.sep)


def _places(spec: ModuleSpec) -> list[str]:
    if spec.submodule_search_locations is not None:
        return list(spec.submodule_search_locations)
    return [spec.origin] if spec.has_location and spec.origin else []


def _distributions(folders: Iterable[str]) -> dict[str, str]:
    """Installed projects: normalised name -> where their metadata lie. The first on the path counts, as for imports."""
    projects: dict[str, str] = {}
    for folder in folders:
        for name in sorted(os.listdir(folder)):
            stem, suffix = os.path.splitext(name)
            if suffix in (".dist-info", ".egg-info"):
                projects.setdefault(_normal(stem.partition("-")[0]), os.path.join(folder, name))
    return projects


def _required(roots: Iterable[str], distributions: dict[str, str]) -> dict[str, str]:
    """The projects of these packages and all that they require without an extra being asked for."""
    projects: dict[str, str] = {}
    waiting = [_project(root, distributions) for root in roots]
    while waiting:
        name = waiting.pop()
        metadata = distributions.get(name)
        if metadata is not None and name not in projects:
            projects[name] = metadata
            waiting += map(_normal, _requirements(metadata))
    return projects


def _project(package: str, distributions: dict[str, str]) -> str:
    """Which project a package is of: that of its name, else (Pillow's is PIL) the one that lists it."""
    name = _normal(package)
    if name in distributions:
        return name
    listing = (project for project, metadata in distributions.items() if package in _entries(metadata))
    return next(listing, name)


def _requirements(metadata: str) -> list[str]:
    """Names of required projects. Markers but those of extras are left aside: what is not installed is not found."""
    text = _read(metadata, "METADATA") or _read(metadata, "PKG-INFO")
    head = text.partition("\n\n")[0]
    names = [name for name, rest in _REQUIREMENT.findall(head) if "extra" not in rest]
    plain = _read(metadata, "requires.txt").partition("\n[")[0]  # of an egg
    return [*names, *re.findall(r"^[A-Za-z0-9._-]+", plain, re.MULTILINE)]


def _entries(metadata: str) -> set[str]:
    """What a project has put beside its metadata: packages, modules, folders of shared libraries."""
    lines = (_read(metadata, "RECORD") or _read(metadata, "top_level.txt")).splitlines()
    names = {line.partition(",")[0].partition("/")[0].strip('" ') for line in lines}
    return {name for name in names if name not in ("", "..", "__pycache__") and not name.endswith("-info")}


def _read(metadata: str, name: str) -> str:
    try:
        with open(os.path.join(metadata, name), encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:  # no such file, or metadata that are one file themselves
        return ""


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
