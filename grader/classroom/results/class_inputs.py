"""Keep in RESULTS what was given for a class besides the hand-ins, so that a later run uses it without being asked to.

    inputs/inputs.json       the values, the name and hash of each file, and how many ids had changed by then
    inputs/HASH-roster.csv   the files, as they were given
    inputs/HASH-against.zip  earlier years' hand-ins (`earlier_hand_ins`)

inputs.json is written last and at once, so that all is kept or nothing.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from grader.classroom.results import journal
from grader.classroom.results.store import INPUTS, make_results
from grader.errors import UsageError
from grader.report.results_json import write_atomically

_INDEX = "inputs.json"
_MOVES = "moves so far"  # a key that no option is called: how many ids had changed, as the journal has it
_OPTIONS = {"points": "--exercise/--point"}  # those that are not called as the input is
_HASH_LENGTH = 12  # hexadecimal digits in a file's name: enough to tell the files of one class apart


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that was given. It equals every file with the same content, whatever its name and wherever it lies."""

    sha256: str
    name: str = field(compare=False)
    path: Path = field(compare=False)

    @classmethod
    def at(cls, path: Path) -> "InputFile":
        """The file at `path`. Raises UsageError where it cannot be read."""
        return cls(sha256(_read(path)).hexdigest(), path.name, path)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class ClassInputs:
    """Everything that can be given for a class, named as the option is. None: not given so far.

    `points` are ids of points and of whole exercises, `settings` the assignment's own options. `accept` and `match` are
    a person's decisions, one about each thing; those given now may take one back, as FOLDER= and ID:=NAME do. `against`
    are earlier classes, packed.
    """

    assignment: str | None = None
    rubric: InputFile | None = None
    roster: InputFile | None = None
    submitted: InputFile | None = None
    extensions: InputFile | None = None
    sheet: InputFile | None = None
    seed: int | None = None
    points: tuple[str, ...] | None = None
    settings: Mapping[str, str | InputFile] | None = None
    image: str | None = None
    gpus: str | None = None
    assignment_column: str | None = None
    scale: bool | None = None
    accept: tuple[str, ...] | None = None
    match: tuple[str, ...] | None = None
    against: tuple[InputFile, ...] | None = None

    def updated(self, new: "ClassInputs") -> "ClassInputs":
        """These, with what is given now in the place of what was given before."""
        earlier = dict(self.items())
        return _inputs({**earlier, **{name: _merged(name, earlier.get(name), value) for name, value in new.items()}})

    def following(self, ids: Mapping[str, str]) -> "ClassInputs":
        """These, with decisions about hand-ins that have other ids now (`ids`: before -> now) under the new ones."""
        accept = []
        for entry in self.accept or ():
            before = max((name for name in ids if entry.startswith(f"{name}:")), key=len, default="")
            accept.append(ids.get(before, "") + entry[len(before) :])
        return replace(self, accept=tuple(accept) or None)

    @property
    def overrides(self) -> dict[str, str | Path]:
        """The settings as a grading takes them."""
        settings = (self.settings or {}).items()
        return {name: value.path if isinstance(value, InputFile) else value for name, value in settings}

    def items(self) -> Iterator[tuple[str, object]]:
        """What was given, by the option's name."""
        values = {name: getattr(self, name) for name in _FIELDS if name != "settings"}
        for name, value in {**values, **(self.settings or {})}.items():
            if value is not None:
                yield name, value

    def never_decided(self, new: "ClassInputs") -> tuple[str, ...]:
        """The options of `new` that take back what was not given before."""
        pairs = [(name, getattr(self, name), getattr(new, name)) for name in ("accept", "match")]
        return tuple(
            f"{option(name)} {entry}"
            for name, earlier, now in pairs
            for key, entry in _decisions(name, now).items()
            if _takes_back(name, entry) and key not in _decisions(name, earlier)
        )

    def changed(self, new: "ClassInputs") -> tuple[str, ...]:
        """The options whose kept value gives way to another one."""
        earlier = dict(self.items())
        return tuple(name for name, value in new.items() if _replaces(name, earlier.get(name), value))

    def reused(self, new: "ClassInputs") -> tuple[tuple[str, str], ...]:
        """The options that are in use though `new` does not have them, with their values in words."""
        now = dict(new.items())
        left = ((name, _reused(name, value, now.get(name))) for name, value in self.items())
        return tuple((name, _shown(value)) for name, value in left if value is not None)


_FIELDS = tuple(field.name for field in fields(ClassInputs))


def _inputs(values: Mapping[str, Any]) -> ClassInputs:
    """The inputs of these options; those that `grader class` does not know are the assignment's. Raises TypeError."""
    settings = {name: value for name, value in values.items() if name not in _FIELDS}
    if not all(isinstance(value, str | InputFile) for value in settings.values()):
        raise TypeError("a setting is a text or a file")
    return ClassInputs(**{name: value for name, value in values.items() if name in _FIELDS}, settings=settings or None)


def given_settings(overrides: Mapping[str, str | Path]) -> dict[str, str | InputFile] | None:
    """Settings of the assignment's as they are kept with a class. Raises UsageError for a file that cannot be read."""
    settings = {name: InputFile.at(value) if isinstance(value, Path) else value for name, value in overrides.items()}
    return settings or None


def option(name: str) -> str:
    """How the command line calls an input."""
    return _OPTIONS.get(name) or f"--{name.replace('_', '-')}"


class _StoredFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    sha256: str
    name: str


_StoredInputs = TypeAdapter(dict[str, _StoredFile | bool | int | str | tuple[str, ...] | tuple[_StoredFile, ...]])


def read_inputs(results: Path) -> ClassInputs:
    """What is kept in RESULTS, under the ids of now; nothing where no class was graded in there.

    Raises UsageError where it is damaged.
    """
    path = results / INPUTS / _INDEX
    try:
        stored = _StoredInputs.validate_json(path.read_bytes())
        known_moves = stored.pop(_MOVES, None)
        inputs = _inputs({name: _restored(results, name, value) for name, value in stored.items()})
    except FileNotFoundError:
        return ClassInputs()
    except OSError as error:
        raise UsageError(f"{path}: the recorded inputs of this class cannot be read ({error.strerror}).") from error
    except (ValidationError, TypeError) as error:
        raise UsageError(f"{path}: this is not a list of the inputs of a class.") from error
    if not isinstance(known_moves, int) or not inputs.accept:
        return inputs
    return inputs.following(journal.ids_after(journal.moves(results / journal.NAME)[known_moves:]))


def keep_inputs(results: Path, inputs: ClassInputs) -> ClassInputs:
    """Copies the files into RESULTS and writes inputs.json; returns the inputs as they lie there now.

    Raises OutputError, and UsageError for a file that is gone or has changed since.
    """
    make_results(results / INPUTS)
    copies: dict[str, Any] = {name: _copied(results, name, value) for name, value in inputs.items()}
    stored = {name: _stored(value) for name, value in copies.items()}
    stored[_MOVES] = len(journal.moves(results / journal.NAME))
    text = json.dumps(stored, indent=2, ensure_ascii=False)
    write_atomically(results / INPUTS / _INDEX, text + "\n")
    files = {file.path.name for value in copies.values() for file in _files_of(value)}
    for path in (results / INPUTS).iterdir():
        if path.name not in {_INDEX, *files}:
            path.unlink(missing_ok=True)
    return _inputs(copies)


def _files_of(value: object) -> list[InputFile]:
    values = value if isinstance(value, tuple) else (value,)
    return [file for file in values if isinstance(file, InputFile)]


def _copied(results: Path, name: str, value: object) -> object:
    if isinstance(value, tuple):
        return tuple(_copied(results, name, member) for member in value)
    if not isinstance(value, InputFile):
        return value
    path = _place(results, name, value.sha256, value.name)
    if value.path != path:
        content = _read(value.path)
        if sha256(content).hexdigest() != value.sha256:
            raise UsageError(f"{value.path}: this file was changed while it was read; run the command again.")
        write_atomically(path, content)
    return replace(value, path=path)


def _restored(results: Path, name: str, value: object) -> object:
    if isinstance(value, tuple):
        return tuple(_restored(results, name, member) for member in value)
    if not isinstance(value, _StoredFile):
        return value
    path = _place(results, name, value.sha256, value.name)
    if not path.is_file():
        raise UsageError(f"{path}: this file was given for the class and is gone; give {option(name)} again.")
    return InputFile(value.sha256, value.name, path)


def _place(results: Path, name: str, digest: str, original: str) -> Path:
    suffix = ".zip" if name == "against" else Path(original).suffix.lower()  # a folder, whose name may hold a dot
    return results / INPUTS / f"{digest[:_HASH_LENGTH]}-{name}{suffix}"


def _stored(value: object) -> object:
    if isinstance(value, tuple):
        return [_stored(member) for member in value]
    return {"sha256": value.sha256, "name": value.name} if isinstance(value, InputFile) else value


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}).") from error


def _merged(name: str, earlier: object, new: object) -> object:
    """One option's value from now on: the new one, or, of a person's decisions, the old ones joined by the new."""
    before, now = _decisions(name, earlier), _decisions(name, new)
    joined = tuple({**before, **now}.values()) if before and now else new
    if not now or not isinstance(joined, tuple):
        return joined
    return tuple(entry for entry in joined if not _takes_back(name, entry)) or None


def _takes_back(name: str, entry: str) -> bool:
    """Whether a decision names nothing in the place of a file or an id."""
    about, _, value = entry.rpartition("=")
    return about.endswith(":") if name == "accept" else not value


def _reused(name: str, earlier: object, new: object) -> object | None:
    """The part of an earlier value that is still in use beside a new one; None for nothing."""
    before, now = _decisions(name, earlier), _decisions(name, new)
    if before and now:
        return tuple(entry for key, entry in before.items() if key not in now) or None
    return earlier if new is None else None


def _replaces(name: str, earlier: object, new: object) -> bool:
    before, now = _decisions(name, earlier), _decisions(name, new)
    if before and now:
        return any(before.get(key, entry) != entry for key, entry in now.items())
    return earlier is not None and earlier != new


def _decisions(name: str, value: object) -> dict[tuple[str, str], str]:
    """A person's decisions by what each is about, of which the latest holds; nothing for any other option.

    FOLDER=ID is about the folder, ID:FILE=NAME about that name in the hand-in: one file may be several exercises. Where
    FILE has a colon in it, both of two decisions are kept, and the later counts (`parse_accepted`).
    """
    entries = [entry for entry in value if isinstance(entry, str)] if isinstance(value, tuple) else []
    split = [(entry, *entry.rpartition("=")) for entry in entries if "=" in entry]
    match name:
        case "accept":
            return {(rest.rpartition(":")[0], expected): entry for entry, rest, _, expected in split}
        case "match":
            return {(folder, ""): entry for entry, folder, _, _ in split}
    return {}


def _shown(value: object) -> str:
    """A value as it stands behind its option: nothing, where the option has none."""
    return "" if value is True else " ".join(map(str, value)) if isinstance(value, tuple) else str(value)
