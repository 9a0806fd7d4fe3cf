"""Parse the options with which a person decides about a class's hand-ins: `--accept` and `--match`.

--accept 'ID:FILE=NAME'   in the hand-in ID, FILE (its path there, archives as folders) is read as NAME
--match 'FOLDER=ID'       the hand-in FOLDER (its name in the class) is that of ID

One that is about nothing in the class is refused where it is given, and told of where it is kept from an earlier run.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from grader.classroom.class_model import Issue, IssueKind
from grader.errors import UsageError
from grader.model import Expected

ACCEPT = "--accept"


def quoted(option: str, value: str) -> str:
    """`--accept 'ada:my 2.py=exercise2.py'`, to be copied into a shell: a student's name for a file may have an
    apostrophe in it, and whatever else a shell acts on behind one."""
    escaped = value.replace("'", "'\"'\"'")  # as `shlex.quote` does where it quotes
    return f"{option} '{escaped}'"


@dataclass(frozen=True, slots=True)
class Unused:
    """An option that is about nothing in this class: as it was written, why, and what takes it back."""

    name: str
    value: str
    about: str
    reason: str
    inverse: str

    def __str__(self) -> str:
        return f"{self.name} {self.value}: {self.reason}"

    @property
    def issue(self) -> Issue:
        """What to say of it where an earlier run was given it, for hand-ins that are gone since."""
        return Issue(IssueKind.CHOICE, self.about, f"{self} {quoted(self.name, self.inverse)} takes this back.")


def parse_accepted(
    options: Sequence[str], ids: Collection[str], expected: Expected
) -> tuple[Mapping[str, Mapping[str, str]], list[Unused]]:
    """The accepted files as id -> {name: path}, and each option whose id nobody in the class has.

    Raises UsageError for an option that is wrong for any class.
    """
    accepted: dict[str, dict[str, str]] = {}
    unused = []
    for option in options:
        rest, equals, name = option.rpartition("=")
        matching_ids = [hand_in_id for hand_in_id in ids if rest.startswith(f"{hand_in_id}:")]
        if not equals or ":" not in rest:
            example = f"{min(ids, default='ada')}:my answer.py={min(expected.files, default='')}"
            raise UsageError(f"--accept {option}: write 'ID:FILE=NAME', such as '{example}'.")
        if name not in expected.files:
            raise UsageError(
                f"--accept {option}: {name or 'nothing'} is not a file of this assignment "
                f"({', '.join(expected.files)})."
            )
        if not matching_ids:
            who = rest.partition(":")[0]
            reason = f"no hand-in of this class has the id {who}; class.json lists them."
            unused.append(Unused(ACCEPT, option, who, reason, f"{who}:={name}"))
            continue
        hand_in_id = max(matching_ids, key=len)  # an id may begin another
        accepted.setdefault(hand_in_id, {})[name] = rest[len(hand_in_id) + 1 :]
    return accepted, unused


def parse_matches(options: Sequence[str]) -> Mapping[str, str]:
    """Folder -> id. Raises UsageError."""
    matches: dict[str, str] = {}
    for option in options:
        folder, equals, name = option.rpartition("=")
        if not equals or not folder or not name:
            raise UsageError(f"--match {option}: write 'FOLDER=ID', the hand-in's name in the class and whose it is.")
        if matches.setdefault(folder, name) != name:
            raise UsageError(f"--match {option}: {folder} is matched to {matches[folder]} already.")
    return matches
