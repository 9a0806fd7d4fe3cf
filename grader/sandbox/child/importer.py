"""The submission's modules, imported from memory, and the guard over what they import themselves."""

import builtins
import importlib.abc
import importlib.util
import linecache
import sys
import types
from collections.abc import Sequence
from typing import Any

_IMPORT_SYSTEM = ("importlib.", "_frozen_importlib", "importlib")  # modules in whose frames an import is under way


class ForbiddenImportError(ImportError):
    """The student's code tried an import that the exercise does not allow."""


class Importer(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Serves the submission's modules, and ours beside them, from memory, and guards what the student's import."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.harness: dict[str, bytes] = {}
        self.allowed: frozenset[str] = frozenset()
        self.refused: list[str] = []

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> Any:
        """The import system's question. One that comes from a student's own code is theirs, however it was spelled."""
        root = fullname.partition(".")[0]
        if root not in self.allowed and not self.owns(root) and self.is_asked_by_student():
            self.refuse(fullname)
        for files in (self.harness, self.files):
            path = path_of(fullname, files)
            if path is not None:
                return importlib.util.spec_from_loader(fullname, self, is_package=path.endswith("__init__.py"))
            if any(name.startswith(fullname.replace(".", "/") + "/") for name in files):  # a folder without __init__.py
                return importlib.machinery.ModuleSpec(fullname, None, is_package=True)
        return None

    def exec_module(self, module: types.ModuleType) -> None:
        name = module.__name__
        ours = path_of(name, self.harness)
        if ours is not None:
            source, path = self.harness[ours], f"<{ours}>"
        else:
            path = path_of(name, self.files) or name
            source = self.files[path]
            module.__dict__["__builtins__"] = {**builtins.__dict__, "__import__": self.guarded_import}
            text = importlib.util.decode_source(source)
            linecache.cache[path] = (len(text), None, text.splitlines(keepends=True), path)
        module.__file__ = path
        exec(compile(source, path, "exec", dont_inherit=True), module.__dict__)

    def guarded_import(
        self,
        name: str,
        globals: Any = None,  # noqa: A002 - all five as `__import__` itself calls them
        locals: Any = None,  # noqa: A002
        fromlist: Any = (),
        level: int = 0,
    ) -> Any:
        """`__import__` as a student's module has it: the allowed roots and the submission's own modules."""
        name = str.__str__(name)  # exact, so that it is what it says
        if level > 0:
            package = dict.get(globals or {}, "__package__")  # which is whatever their module says it is
            package = str.__str__(package) if isinstance(package, str) else ""
            if package and not self.owns(package.partition(".")[0]):
                self.refuse(package)
            return builtins.__import__(name, {"__package__": package}, locals, fromlist or (), level)
        root = name.partition(".")[0]
        if root in self.allowed or self.owns(root):
            return builtins.__import__(name, globals, locals, fromlist or (), level)
        if not _is_interpreters(name, globals, locals, fromlist):
            self.refuse(name)
        builtins.__import__(name)
        return None  # the interpreter takes the module from sys.modules

    def is_asked_by_student(self) -> bool:
        """Whether the import under way was written in a student's module, and not in a library that it called."""
        frame = sys._getframe(2)
        while frame.f_back is not None and _is_of_no_module(frame.f_globals.get("__name__")):
            frame = frame.f_back
        return getattr(frame.f_builtins.get("__import__"), "__self__", None) is self

    def owns(self, root: str) -> bool:
        return any(path == f"{root}.py" or path.startswith(f"{root}/") for path in self.files)

    def refuse(self, name: str) -> None:
        self.refused.append(name)
        raise ForbiddenImportError(f"import of {name} is not allowed in this exercise")


def _is_interpreters(name: str, globals: Any, locals: Any, fromlist: Any) -> bool:  # noqa: A002
    """Whether this may be CPython's own import for a call that the student made: PyImport_Import in its C code.

    It asks with the caller's globals twice and an empty list, for `_strptime` in strptime, for `warnings` at a warning
    (since 3.14). A student may ask so too: that returns no module, and loads private ones alone.
    """
    return globals is locals and type(fromlist) is list and not fromlist and (name in sys.modules or name[:1] == "_")


def _is_of_no_module(name: Any) -> bool:
    """Whether a frame is the import system's own, or of code that was made from a text: who asked is further out."""
    return name is None or (isinstance(name, str) and name.startswith(_IMPORT_SYSTEM))


def path_of(fullname: str, files: dict[str, bytes]) -> str | None:
    base = fullname.replace(".", "/")
    return next((path for path in (f"{base}.py", f"{base}/__init__.py") if path in files), None)
