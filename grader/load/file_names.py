"""Ids as folder names that every file system takes: ASCII, no reserved names, none that differ in capitals alone."""

import hashlib
import re
import unicodedata
from collections.abc import Collection

LONGEST_NAME = 255  # characters that file systems take; in an archive a name may have any number
MAX_LENGTH = 80  # leaves room for the files' names under Windows' 260 characters
_RESERVED = frozenset({"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(10)})
_SPELLED = {
    "ä": "ae",
    "ö": "oe",
    "ü": "ue",
    "Ä": "Ae",
    "Ö": "Oe",
    "Ü": "Ue",
    "ß": "ss",
    "ø": "o",
    "Ø": "O",
    "ł": "l",
    "Ł": "L",
}


def readable(name: str) -> str:
    """A file's name as text. Bytes that are no UTF-8 are what Windows' archives, unpacked elsewhere, leave behind."""
    if name.isprintable():
        return name
    try:
        return name.encode("utf-8", "surrogateescape").decode("cp1252", "replace") if _has_bytes(name) else name
    except UnicodeEncodeError:  # half a character of another kind: Windows' own names may hold some
        return name.encode("utf-8", "replace").decode()


def _has_bytes(name: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in name)


def folder_name(name: str, taken_names: Collection[str]) -> str:
    """A folder for `name`, unlike any of `taken_names` (in small letters) where capitals do not count.

    A name that is safe already stays as it is; where something had to go that tells two names apart, a part of the
    name's hash says which it was.
    """
    text = "".join(_SPELLED.get(char, char) for char in unicodedata.normalize("NFC", name))
    ascii_ = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9.-]+", "_", ascii_).strip("._ -")[:MAX_LENGTH].rstrip("._ -")
    if plain.partition(".")[0].lower() in _RESERVED:
        plain = f"{plain}_"
    lossless = plain and len(name) <= MAX_LENGTH and not re.search(r"[^\w\s.,-]", name) and ascii_ == text
    if lossless and plain.lower() not in taken_names:
        return plain
    mark = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    return next(
        candidate
        for length in range(6, len(mark))
        if (candidate := f"{plain or 'submission'}-{mark[:length]}").lower() not in taken_names
    )
