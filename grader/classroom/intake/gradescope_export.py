"""Gradescope's "Export Submissions": submission_metadata.yml says whose each "submission_12345" is, and since when."""

from collections import defaultdict
from datetime import UTC, date, datetime
from typing import Any

import yaml

from grader.classroom.class_model import HandIn, Issue, IssueKind, Part, Student
from grader.classroom.intake.lms_names import GRADESCOPE_METADATA
from grader.errors import SubmissionError
from grader.load.tree import File, Folder

MAX_METADATA_BYTES = 64 << 20  # it holds every result of every attempt


def read_export(place: Folder) -> tuple[list[HandIn], list[Issue]]:
    """Every hand-in that the metadata names, and an issue for each name without files and for files without a name."""
    metadata = _metadata(next(file for file in place.files() if file.name == GRADESCOPE_METADATA))
    hand_ins, issues = [], []
    for child in place.children():
        about = metadata.pop(child.name, None)
        if about is not None:
            submitters = about.get("submitters")
            students = tuple(_submitter(submitter) for submitter in submitters or [] if isinstance(submitter, dict))
            part = Part("" if isinstance(child, Folder) else child.name, child.key)
            hand_ins.append(
                HandIn(child.name, students or (Student(name=child.name),), (part,), _moment(about.get("created_at")))
            )
        elif child.name != GRADESCOPE_METADATA:
            message = f"{child.where}: {GRADESCOPE_METADATA} does not name it, so it is nobody's hand-in."
            issues.append(Issue(IssueKind.UNMATCHED, child.name, message))
    gone = f"{GRADESCOPE_METADATA} names it, and it is not in the export."
    return hand_ins, [*issues, *(Issue(IssueKind.UNMATCHED, name, gone) for name in metadata)]


class _Loader(yaml.SafeLoader):
    """Loads plain data only. Objects of Ruby classes are read as the mappings, lists and texts they are written as."""


def _plain(loader: _Loader, suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return node.value


_Loader.add_multi_constructor("!", _plain)


def _metadata(file: File) -> dict[str, dict[str, Any]]:
    """What Gradescope says of each folder, without the colons of Ruby's keys. Raises SubmissionError."""
    content = file.read(MAX_METADATA_BYTES)
    try:
        metadata = yaml.load(content if isinstance(content, bytes) else "", _Loader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise SubmissionError(f"{file.where}: this is not YAML that can be read ({error}).") from error
    if not isinstance(metadata, dict):
        raise SubmissionError(f"{file.where}: this is not the metadata of a Gradescope export.")
    return {str(name): _bare(about) for name, about in metadata.items() if isinstance(about, dict)}


def _bare(about: dict[Any, Any]) -> dict[str, Any]:
    return {str(key).removeprefix(":"): value for key, value in about.items()}


def _submitter(about: dict[Any, Any]) -> Student:
    fields = defaultdict(str, {key: str(value) for key, value in _bare(about).items() if value is not None})
    return Student(fields["sid"], fields["name"], fields["email"])


def _moment(value: object) -> datetime | None:
    """The time that the metadata gives: UTC, in older exports wrapped into an object of Ruby's; None if it is none."""
    if isinstance(value, dict):
        value = value.get("utc")
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return None if not isinstance(value, date) else datetime(value.year, value.month, value.day, tzinfo=UTC)
