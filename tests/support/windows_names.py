"""Which names of the standard library Windows has not: read from typeshed, which is tested against CPython there."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import mypy

STUBS = Path(mypy.__file__).parent / "typeshed" / "stdlib"


def lacking() -> dict[str, list[str] | None]:
    """Every module of the standard library that is another on Windows: the names it lacks there; None for no module."""
    stubs = (module for module in sys.stdlib_module_names if _stub(module) is not None)
    absent_names = {module: absent(module) for module in stubs if not module.startswith("_")}
    return {
        module: None if names is None else sorted(names)
        for module, names in absent_names.items()
        if names != frozenset()
    }


def absent(module: str) -> frozenset[str] | None:
    """The names that `module` has on Linux and not on Windows; None if Windows has no such module at all."""
    path = _stub(module)
    assert path is not None, module
    body = ast.parse(path.read_text(encoding="utf-8")).body
    here, there = (
        {name for name in _names(body, platform) if not name.startswith("_")} for platform in ("linux", "win32")
    )
    return None if here and not there else frozenset(here - there)


def _stub(module: str) -> Path | None:
    return next((path for path in (STUBS / f"{module}.pyi", STUBS / module / "__init__.pyi") if path.exists()), None)


def _names(body: list[ast.stmt], platform: str) -> Iterator[str]:
    for statement in body:
        match statement:
            case ast.If():
                branch = statement.body if _holds(statement.test, platform) else statement.orelse
                yield from _names(branch, platform)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.ClassDef(name=name):
                yield name
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.Assign(targets=[ast.Name(id=name)]) if name != "__all__":
                yield name
            case ast.ImportFrom(module=origin, names=names) if origin in ("signal", "_socket", "posix", "_signal"):
                yield from (alias.asname or alias.name for alias in names)


def _holds(test: ast.expr, platform: str) -> bool:
    """A condition of a stub, on that platform and this version."""
    named = {"sys": type("sys", (), {"platform": platform, "version_info": sys.version_info})}
    return bool(eval(compile(ast.Expression(test), "stub", "eval"), {"TYPE_CHECKING": False} | named))
