"""Whom a name is of that people and platforms gave to a folder or a file: a full name, an e-mail address, or both."""

import re

from grader.classroom.class_model import Student

_MAIL = re.compile(r"[\w.+'-]+@[^\W_](?:[^\W_]|-)*(?:\.[^\W_](?:[^\W_]|-)*)+")
_AROUND = " <>()[]{}_,;|-"  # what stands between a name and an address


def person_named(text: str) -> Student:
    """ "Ada Lovelace <ada@example.edu>", "Lovelace, Ada (ada@example.edu)", "ada@example.edu", "Ada Lovelace"."""
    match = _MAIL.search(text)
    if match is None:
        return Student(name=text)
    name = " ".join(f"{text[: match.start()]} {text[match.end() :]}".split()).strip(_AROUND)
    return Student(name=name or text, email=match[0])
