"""What a person decides about a hand-in's files, and what they are asked: no name is taken for another by a rule."""

from collections.abc import Sequence

from grader.load.candidates import MAX_LISTED, Chosen
from grader.load.collect import Found
from grader.load.misnamed import meant
from grader.load.notebook_cells import NotebookError, code_of
from grader.model import Expected, Question

OTHER_FILE = "but there is"  # in a note that asks about another file, for who says what to do next
DECIDED = "as a person decided"  # what is said of a file that was accepted: nothing is left to decide


def accept(wanted: str, path: str, files: Sequence[Found], chosen: Chosen) -> None:
    """Reads the file at `path`, which is among `files`, as the one that is `wanted`: a person said so."""
    found = next(found for found in files if str(found.path) == path)
    content = found.read()
    if isinstance(content, bytes) and found.path.suffix.lower() == ".ipynb":
        try:
            content = code_of(content)
        except NotebookError as error:
            content = str(error)
    chosen.mentioned.add(found.path)
    if isinstance(content, str):
        chosen.notes.append(f"{wanted}: {path} was to be read for it, but: {content}")
        return
    chosen.files[wanted] = (found, content)
    what = f"the code cells of {path} were" if found.path.suffix.lower() == ".ipynb" else f"{path} was"
    chosen.notes.append(f"{wanted}: {what} read as this file, {DECIDED}")


def ask_for_misnamed(files: Sequence[Found], expected: Expected, chosen: Chosen) -> None:
    """A hint, and a question, for each file that is missing or untouched while another may be meant."""
    likely: dict[str, list[Found]] = {}
    for found in files:
        wanted = meant(found.path.name, expected)
        if wanted is None or expected.file_named(found.path.name) == wanted:
            continue
        if found.path not in chosen.mentioned:
            likely.setdefault(wanted, []).append(found)
    for wanted, places in likely.items():
        paths = tuple(dict.fromkeys(str(found.path) for found in places))
        chosen.mentioned |= {found.path for found in places}
        if wanted in chosen.files and wanted not in chosen.untouched:
            chosen.notes += [f"{path}: not graded; {chosen.files[wanted][0].path} counts" for path in paths]
            continue
        state = "as it was handed out" if wanted in chosen.files else "not found"
        chosen.notes.append(
            f"{wanted}: {state}, {OTHER_FILE} {', '.join(paths[:MAX_LISTED])}. {_advice(places[0], wanted)}"
        )
        chosen.questions.append(Question(wanted, paths))


def _advice(found: Found, wanted: str) -> str:
    match found.path.suffix.lower():
        case ".ipynb":
            return f"A notebook is not read: export it as {wanted} and hand that in"
        case ".html" | ".htm":
            return f"A saved web page is not read: hand in {wanted} itself"
        case _:
            return f"Is that your answer? Rename it to {wanted}"
