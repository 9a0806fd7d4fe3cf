"""Whose an attempt is, by the receipt that Blackboard puts beside its files: "Name: Ada Lovelace (alove)" and more.

The words are the language's; the first line, with the user name in brackets, is the same in all (the public programs
gradex-cli and others, which read such receipts). The time in it is on the clock of a zone that is cut short ("BST"),
and the one in the file's name is read instead.
"""

import re

from grader.classroom.class_model import Student
from grader.load.tree import File

_MAX_BYTES = 1 << 20  # a text that was handed in is in there, too
_FIRST_LINE = re.compile(r"\s*[^:\n]{1,40}: *(?P<name>[^\n]{1,200}?) *\((?P<user>[^()\s]+)\)[ \t\r]*(\n|$)")


def student_in(receipt: File) -> Student | None:
    """Name and user name; None where it says neither."""
    content = receipt.read(_MAX_BYTES)
    text = content.decode("utf-8-sig", "replace") if isinstance(content, bytes) else ""
    match = _FIRST_LINE.match(text)
    return Student(id=match["user"], name=match["name"]) if match else None
