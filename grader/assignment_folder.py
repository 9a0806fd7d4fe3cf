"""An assignment on disk: the folder of a rubric, the checks and what they need, under the settings of one run."""

import hashlib
from functools import cached_property
from pathlib import Path
from typing import Literal

from grader import BUILT_IN
from grader.errors import RubricError, UsageError
from grader.model import Expected, module_file
from grader.rubric import Rubric, check_settings, load_rubric, read_rubric
from grader.toml_lines import last_mention

BESIDE_THE_CHECKS = frozenset({"student_template", "reference", "gallery", "tests"})  # in an assignment's folder


class Assignment:
    """A folder with a rubric.toml, `checks/`, perhaps `bounded/`, `harness/` and `given/`; the engine knows no more."""

    def __init__(self, folder: Path, rubric: Rubric, *, written: Rubric | None = None) -> None:
        self.folder = folder
        self.rubric = rubric
        self._written = written or rubric

    @property
    def rubric_sha256(self) -> str:
        """Over what the rubric says, not how it is written: a comment changes nothing, nor does `with_settings`."""
        return hashlib.sha256(self._written.model_dump_json().encode()).hexdigest()

    @cached_property
    def files_sha256(self) -> dict[str, str]:
        """Of each file that a setting names, by the setting. Raises UsageError for one that cannot be read."""
        settings = self.rubric.settings
        paths = {name: settings.get(name) for name, option in self.rubric.option.items() if option.file}
        return {name: _sha256(Path(str(path))) for name, path in paths.items() if path}

    @property
    def needs_gpu(self) -> bool:
        """Whether a setting has a value that only a machine with a GPU can serve."""
        settings = self.rubric.settings
        return any(option.needs_gpu(settings.get(name)) for name, option in self.rubric.option.items())

    def with_settings(self, **changes: float | int | str | bool | Path) -> "Assignment":
        """The same assignment, under the same rubric, with other settings for this run.

        Raises UsageError for a setting that the rubric does not have, or a value that it does not allow.
        """
        settings = {name: str(value) if isinstance(value, Path) else value for name, value in changes.items()}
        for name in settings.keys() - self.rubric.settings.keys() - self.rubric.option.keys():
            raise UsageError(f"the assignment {self.rubric.assignment} has no setting {name!r}.")
        try:
            check_settings(settings, self.rubric.option)
        except ValueError as error:
            raise UsageError(str(error)) from error
        rubric = self.rubric.model_copy(update={"settings": {**self.rubric.settings, **settings}})
        return Assignment(self.folder, rubric, written=self._written)

    @cached_property
    def expected(self) -> Expected:
        """What a hand-in consists of. Where the template is not at hand, no file counts as untouched."""
        modules = tuple(exercise.module for exercise in self.rubric.exercise)
        files = Expected(modules, self.rubric.files).files
        folder = template_of(self.folder)
        template = {name: (folder / name).read_bytes() for name in files if (folder / name).is_file()}
        names = {exercise.file: (*exercise.signatures, *exercise.constants) for exercise in self.rubric.exercise}
        return Expected(modules, self.rubric.files, template, names)

    @property
    def missing_modules(self) -> list[str]:
        """The modules of `bounded` and `harness` that the rubric names and the folder does not have."""
        modules = [oracle.module for oracle in self.rubric.oracle]
        modules += [name for exercise in self.rubric.exercise for name in exercise.harness]
        written_here = [name for name in modules if name.partition(".")[0] in ("bounded", "harness")]
        places = {name: self.folder / name.replace(".", "/") for name in written_here}
        return [name for name, place in places.items() if not (place.is_dir() or place.with_suffix(".py").is_file())]

    @property
    def checks(self) -> Path:
        return self.folder / "checks"

    @property
    def own_files(self) -> list[Path]:
        """The Python files that grade; what is only tried or handed out is none of them."""
        return [
            path
            for path in sorted(self.folder.rglob("*.py"))
            if path.relative_to(self.folder).parts[0] not in BESIDE_THE_CHECKS
        ]

    def sources(self, folder: Literal["checks", "bounded", "harness", "given"]) -> dict[str, bytes]:
        """Relative path -> content of the Python files in a folder.

        Those of `bounded` travel into workers of ours, those of `harness` beside a student's code. Those of `given` are
        modules that the course hands out and students' modules import: they count as the submission's.
        """
        return python_sources(self.folder / folder)


def python_sources(folder: Path) -> dict[str, bytes]:
    """Relative path -> content of the Python files in and below a folder; none where there is no such folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.py"))}


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}).") from error


def template_of(folder: Path) -> Path:
    """What students begin with: in the assignment's folder, and beside the package for the built-in one."""
    return (BUILT_IN.parent.parent if folder == BUILT_IN else folder) / "student_template"


def load_assignment(folder: Path = BUILT_IN, rubric: Path | None = None) -> Assignment:
    """The assignment in `folder`, under `rubric` instead of its own where one is given.

    Raises RubricError with a sentence that names the file and the line at fault.
    """
    path = rubric or folder / "rubric.toml"
    assignment = Assignment(folder, load_rubric(path))
    for module in assignment.missing_modules:
        line = last_mention(read_rubric(path), module)
        raise RubricError(f"{path}, line {line}: there is no {module_file(module)} for {module} in {folder}")
    return assignment
