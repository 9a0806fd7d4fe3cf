"""Guess which expected file a misspelled name stands for: "Kopie von exercise2 (1).PY" -> exercise2.py.

No file is graded because of a guess: it only becomes a hint for the student and a question to the TA.
"""

import difflib
import re
import unicodedata
from pathlib import PurePosixPath

from grader.load.file_names import LONGEST_NAME
from grader.model import Expected, module_file

# What people call an exercise in the languages of the LMS whose tables we read; first come the whole words.
_WORDS = (
    *("exercise", "exercice", "ejercicio", "esercizio", "exercicio", "opgave", "assignment", "aufgabe", "uebung"),
    *("ubung", "problem", "question", "task", "excercise", "exercize", "exersice"),
)
_SHORT = ("ex", "exc", "exer", "auf", "aufg", "ueb", "ue", "ub", "ej", "prob", "q", "a", "e", "nr", "no")
_CLOSE = 0.8  # of difflib's ratio: one letter wrong, or two exchanged
_CODE = (".py", ".pyw", ".py3", ".ipynb")  # meant as an answer by itself, whatever the rest of the name
_TEXTS = (  # what people write texts with, and save code as by mistake
    *(".txt", ".md", ".markdown", ".rst", ".tex", ".html", ".htm"),
    *(".rtf", ".doc", ".docx", ".odt", ".pages", ".pdf"),
)
# What editors, browsers and systems put behind a whole name: `exercise2.py~`, `.bak`, `.download`, ` (1)`.
_PUT_BEHIND = re.compile(r"(?P<name>.+\.(?:py|ipynb))(?:~|#|\.[a-z]+~?|[ .]?\(\d+\))", re.IGNORECASE)
# What a stem may end with that is no part of its name: `.py.txt`, `.py.html`.
_ENDINGS = (*_CODE, *_TEXTS, ".toml")


def is_answer_like(name: str, expected: Expected) -> bool:
    """Whether a file of this name is read, or deserves a note if it is not."""
    suffix = PurePosixPath(name).suffix.lower()
    return suffix in _CODE or name in expected.extra or likely_file(name, expected) is not None


def is_leftover(name: str) -> bool:
    """Whether an editor, a browser or a system made the file beside another, whose name it begins with."""
    return PurePosixPath(name).suffix.lower() not in _ENDINGS and _PUT_BEHIND.fullmatch(name) is not None


def likely_file(name: str, expected: Expected) -> str | None:
    """The file that a name most probably means, such as `exercise2.py`; None if it means none, or more than one."""
    behind = _PUT_BEHIND.fullmatch(name) if len(name) <= LONGEST_NAME and is_leftover(name) else None
    name = behind["name"] if behind else name
    suffix = PurePosixPath(name).suffix.lower()
    if len(name) > LONGEST_NAME or (suffix and suffix not in _ENDINGS):
        return None
    stem = _stem(name)
    files = {module_file(module) for module in expected.modules if _names(stem, module.rpartition(".")[2])}
    if suffix not in _CODE:
        extra_files = [extra for extra in expected.extra if _names(stem, PurePosixPath(extra).stem)]
        files = {*extra_files} if extra_files else files if _is_code_in_disguise(suffix) else set()
    if not files and suffix in _CODE:
        files = _misspelled(stem, expected)
    return files.pop() if len(files) == 1 else None


def _is_code_in_disguise(suffix: str) -> bool:
    """`exercise2.py.txt`, `exercise2.txt`, a saved page; but no picture of it, and no text about it."""
    return not suffix or suffix in _TEXTS


def _stem(name: str) -> str:
    """A name's words and numbers in lower case, separated by blanks, without its endings and accents."""
    text = unicodedata.normalize("NFKD", name).casefold()
    text = "".join(char for char in text if not unicodedata.combining(char))
    while ending := next((end for end in _ENDINGS if text.endswith(end)), None):
        text = text.removesuffix(ending)
    return " ".join(re.findall(r"[a-z]+|\d+|[()]", text))


def _names(stem: str, module: str) -> bool:
    """Whether a stem names a module: in the module's words, or with a synonym before the same number."""
    word, number = _word_and_number(module)
    if number is None:
        return _spelled(module) in f" {stem} " or stem.replace(" ", "") == word
    if stem == number:
        return True
    words = (word, *_WORDS) if word in _WORDS else (word,)
    long = "|".join(re.escape(each) for each in words)
    short = f"|(?<![a-z])(?:{'|'.join(_SHORT)})" if word in _WORDS else ""
    return any(
        int(match[1]) == int(number)
        for match in re.finditer(rf"(?:(?:{long}){short}) ?(?:(?:nr|no|number) )?(\d+)", stem)
    )


def _word_and_number(module: str) -> tuple[str, str | None]:
    """`exercise2` -> ("exercise", "2"); the number is None where the name does not end with one."""
    match = re.fullmatch(r"(\D*?)_*(\d+)", module.casefold())
    return (match[1], match[2]) if match and match[1] else (module.casefold(), None)


def _spelled(module: str) -> str:
    return f" {' '.join(re.findall(r'[a-z]+|[0-9]+', module.casefold()))} "


def _misspelled(stem: str, expected: Expected) -> set[str]:
    """The files whose names differ by a letter or two and have the same number: `exercsie2`."""
    bare = stem.replace(" ", "")
    digits = re.sub(r"\D", "", bare)
    alike = {
        name: module_file(module)
        for module in expected.modules
        if re.sub(r"\D", "", name := module.rpartition(".")[2]) == digits
    }
    return {alike[name] for name in difflib.get_close_matches(bare, alike, n=1, cutoff=_CLOSE)}
