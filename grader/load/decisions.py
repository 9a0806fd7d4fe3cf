"""Apply what a person decided about a hand-in's files, and ask about the rest: no rule takes one name for another."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from grader.load.candidates import MAX_CANDIDATES, MAX_LISTED, Chosen
from grader.load.collect import FoundFile
from grader.load.content import Content
from grader.load.misnamed import is_leftover, likely_file
from grader.load.module_facts import Facts, read
from grader.load.notebook_cells import NotebookError, code_of
from grader.load.program_slice import program_slice
from grader.model import Expected, Question

OTHER_FILE = "but there is"  # in a note that asks about another file, for who says what to do next
RENAME, MOVE = "rename it?", "move it to"  # in a message about a function that is there and was not found, likewise
ABSENT = "which a person named as this file, is not in the hand-in"  # ends the note on a file accepted in vain
DECIDED = "as a person decided"  # ends the note on an accepted file, by which the class's index sees it is settled


def accept(expected_name: str, path: str, files: Sequence[FoundFile], expected: Expected, chosen: Chosen) -> None:
    """Read the file at `path`, which is among `files`, as `expected_name`: a person decided so.

    What it holds for other exercises only is left out.
    """
    file = next(file for file in files if str(file.path) == path)
    content = _code(file)
    chosen.mentioned.add(file.path)
    if isinstance(content, str):
        chosen.notes.append(f"{expected_name}: {path} was to be read for it, but: {content}")
        return
    others = {name for other, names in expected.names.items() for name in names if other != expected_name}
    content, left_out = program_slice(content, expected.names.get(expected_name, ()), others)
    chosen.files[expected_name] = (file, content)
    what, verb = (f"the code cells of {path}", "were") if _is_notebook(file) else (path, "was")
    rest = f", but for what only other exercises need ({_lines(left_out)})," if left_out else ""
    chosen.notes.append(f"{expected_name}: {what}{rest} {verb} read as this file, {DECIDED}")


def _is_notebook(file: FoundFile) -> bool:
    return file.path.suffix.lower() == ".ipynb"


def _code(file: FoundFile) -> Content:
    """A file's bytes, of a notebook those of its code cells; or why there are none."""
    content = file.read()
    if isinstance(content, str) or not _is_notebook(file):
        return content
    try:
        return code_of(content)
    except NotebookError as error:
        return str(error)


def _lines(numbers: Sequence[int]) -> str:
    """`lines 1-3, 7`; of many, the first."""
    ranges = [
        [number for _, number in group] for _, group in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])
    ]
    shown = [f"{part[0]}-{part[-1]}" if len(part) > 1 else f"{part[0]}" for part in ranges[:MAX_LISTED]]
    more = ", …" if len(ranges) > MAX_LISTED else ""
    return f"{'line' if len(numbers) == 1 else 'lines'} {', '.join(shown)}{more}"


def ask_for_misnamed(files: Sequence[FoundFile], expected: Expected, chosen: Chosen) -> None:
    """Add a hint and a question for each expected file that is missing or untouched while another may be meant: by its
    name, or because what is asked for is in it."""
    likely: dict[str, list[FoundFile]] = {}
    for file in files:
        expected_name = likely_file(file.path.name, expected)
        if expected_name is None or expected.file_named(file.path.name) == expected_name:
            continue
        if file.path not in chosen.mentioned:
            likely.setdefault(expected_name, []).append(file)
    contents = {
        name: holder for name, holder in sorted(_by_content(files, expected, chosen).items()) if name not in likely
    }
    for expected_name, places in {**likely, **{name: [file] for name, (file, _) in contents.items()}}.items():
        paths = tuple(dict.fromkeys(str(file.path) for file in places))
        chosen.mentioned |= {file.path for file in places}
        if expected_name in chosen.files and expected_name not in chosen.untouched:
            others = [path for path in paths if not is_leftover(path)]
            chosen.notes += [f"{path}: not graded; {chosen.files[expected_name][0].path} counts" for path in others]
            continue
        state = "as it was handed out" if expected_name in chosen.files else "not found"
        advice = contents[expected_name][1] if expected_name in contents else _advice(places[0], expected_name)
        chosen.notes.append(f"{expected_name}: {state}, {OTHER_FILE} {', '.join(paths[:MAX_LISTED])}. {advice}")
        chosen.questions.append(Question(expected_name, paths))


def _by_content(files: Sequence[FoundFile], expected: Expected, chosen: Chosen) -> dict[str, tuple[FoundFile, str]]:
    """For each expected file that is missing or untouched, the first other that has something asked for in it, and what
    to do."""
    missing = [name for name in expected.names if name not in chosen.files or name in chosen.untouched]
    holders: dict[str, tuple[FoundFile, str]] = {}
    for file in files[:MAX_CANDIDATES] if missing else ():
        bound = _bound(file)
        for expected_name in missing:
            name = next((name for name in expected.names[expected_name] if name in bound), None)
            if name is not None and expected.file_named(file.path.name) != expected_name:
                is_cell = _is_notebook(file)
                where, how = ("A cell", "export it as") if is_cell else (f"Line {bound[name]}", "move it to")
                holders.setdefault(expected_name, (file, f"{where} of it has {name}; {how} {expected_name}"))
    return holders


def _bound(file: FoundFile) -> Mapping[str, int]:
    """What a module or a notebook sets, as far as reading tells."""
    content = _code(file) if file.path.suffix.lower() in (".py", ".ipynb") else ""
    facts = read(content, str(file.path)) if isinstance(content, bytes) else None
    return (facts.bound or {}) if isinstance(facts, Facts) else {}


def _advice(file: FoundFile, expected_name: str) -> str:
    match file.path.suffix.lower():
        case ".ipynb":
            return f"A notebook is not read: export it as {expected_name} and hand that in"
        case ".html" | ".htm":
            return f"A saved web page is not read: hand in {expected_name} itself"
        case _:
            return f"Is that your answer? Rename it to {expected_name}"
