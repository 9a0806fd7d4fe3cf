"""What students get: the template, the grader as a wheel without any solution, CI files that name the course's pin."""

from collections.abc import Iterator
from pathlib import Path

from grader import BUILT_IN
from grader.assignment_folder import template_of
from grader.course.wheel import write_wheel
from grader.errors import OutputError, UsageError
from grader.version import VERSION

DEFAULT_PIN = f"v{VERSION}"
NO_COURSE = "YOUR-ORGANISATION/backprop-grader"  # stands in the template's CI files for the course's repository
_NO_PIN = "COURSE-PIN"
GIVEN_FOLDER = "given"  # the assignment's folder of modules that students' files import
_LEFT_OUT = frozenset({"__pycache__", ".pytest_cache", ".venv"})


def build_handout(
    out: Path,
    assignment: Path = BUILT_IN,
    *,
    rubric: Path | None = None,
    course: str | None = None,
    pin: str = DEFAULT_PIN,
    template: Path | None = None,
) -> list[Path]:
    """Fill the new or empty folder `out` for the assignment in a folder; the files in it.

    `rubric` and `template` stand for the assignment's own. `course` is the course's repository of the grader, as
    owner/name, and `pin` the tag or commit in it that students' CI takes the grader from. Raises UsageError for what
    cannot be done.
    """
    template = template or template_of(assignment)
    if not (template / "pytest.ini").is_file():
        raise UsageError(
            f"{template}: the template is not there, or has no pytest.ini. Run this in a checkout of the course, "
            "or name --template."
        )
    if out.suffix.lower() == ".zip":
        raise UsageError(f"{out}: the handout is a folder. Name a folder, and pack it when it is there.")
    _check_course(course, pin)
    try:
        out.mkdir(parents=True, exist_ok=True)
        if any(out.iterdir()):
            raise UsageError(f"{out}: it is not empty. Name a new or an empty folder.")
        for inner in _files(template):
            text = (template / inner).read_text(encoding="utf-8")
            _write(out / inner, text.replace(NO_COURSE, course or NO_COURSE).replace(_NO_PIN, pin))
        for inner in _files(assignment / GIVEN_FOLDER):
            _write(out / inner, (assignment / GIVEN_FOLDER / inner).read_text(encoding="utf-8"))
        wheel = write_wheel(out, assignment, rubric)
        _write(out / "requirements.txt", f"./{wheel.name}\n")
    except OSError as error:
        raise OutputError(f"{out}: the handout cannot be written ({error.strerror}).") from error
    return sorted(path for path in out.rglob("*") if path.is_file())


def _check_course(course: str | None, pin: str) -> None:
    if course is not None and (course.count("/") < 1 or not _is_plain(course)):
        raise UsageError(f"--course is a repository as owner/name, not {course!r}.")
    if not _is_plain(pin):
        raise UsageError(f"--pin is a tag or a commit, not {pin!r}.")


def _is_plain(name: str) -> bool:
    """Nothing that YAML or a shell would take for its own."""
    return bool(name) and all(char.isascii() and (char.isalnum() or char in "._-/") for char in name)


def _files(template: Path) -> Iterator[Path]:
    for path in sorted(template.rglob("*")):
        inner = path.relative_to(template)
        if path.is_file() and _LEFT_OUT.isdisjoint(inner.parts):
            yield inner


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
