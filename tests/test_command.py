"""The real command, in a process of its own: what a person sees, the exit codes, and the files that it leaves."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from grader import BUILT_IN
from grader.cli.commands import COMMANDS, app
from grader.errors import OutputError
from grader.report.results_json import write_atomically
from grader.schema import SCHEMA_FILE, json_schema
from grader.version import VERSION
from tests.support.command import PATIENCE, ROOT, Command

pytestmark = pytest.mark.slow

FAST = ("--exercise", "1", "--exercise", "2", "--exercise", "3")


def report_at(path: Path) -> dict[str, object]:
    report = json.loads(
        path.read_text(encoding="utf-8"), parse_constant=lambda name: pytest.fail(f"{name} is not JSON")
    )
    jsonschema.validate(report, json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))
    return report  # type: ignore[no-any-return]


def outcomes(report: dict[str, object]) -> dict[str, str]:
    return {point["id"]: point["outcome"] for point in report["points"]}  # type: ignore[attr-defined]


def without_times(value: object) -> object:
    match value:
        case dict():
            return {key: without_times(item) for key, item in value.items() if key != "seconds"}
        case list():
            return [without_times(item) for item in value]
        case _:
            return value


@pytest.mark.parametrize("seeds", [range(2), pytest.param(range(2, 8), marks=pytest.mark.thorough)])
def test_the_reference_earns_exercises_1_to_3_whatever_the_seed(seeds: range, grader: Command, tmp_path: Path) -> None:
    for seed in seeds:
        output = tmp_path / f"{seed}.json"
        ended = grader("grade", "reference", *FAST, "--seed", seed, "--output", output)
        assert ended.returncode == 0, ended.stderr
        report = report_at(output)
        assert (report["score"], report["max_score"]) == (16.0, 16.0), ended.stdout


def test_the_reference_earns_everything_but_the_persons_point(grader: Command, tmp_path: Path) -> None:
    output = tmp_path / "results.json"
    ended = grader("grade", "reference", "--seed", 5, "--output", output)
    report = report_at(output)
    assert ended.returncode == 0, ended.stderr
    assert (report["score"], report["max_score"], report["pending"]) == (21.0, 22.0, 1.0), ended.stdout
    assert {name for name, outcome in outcomes(report).items() if outcome != "passed"} == {"4.9"}


def test_the_template_as_handed_out_is_missing_everywhere(grader: Command, tmp_path: Path) -> None:
    output = tmp_path / "results.json"
    ended = grader("grade", "student_template", "--output", output)
    report = report_at(output)
    assert ended.returncode == 0, ended.stderr
    assert (report["score"], report["max_score"], report["pending"]) == (0.0, 22.0, 0.0)
    assert set(outcomes(report).values()) == {"missing"}, ended.stdout


def test_the_same_seed_gives_the_same_report(grader: Command, tmp_path: Path) -> None:
    case = ROOT / "tests/gallery/wrong/pool-zero-initialised-maximum"
    reports = []
    for name in ("first", "second"):
        grader("grade", case, *FAST, "--seed", 7, "--output", tmp_path / name)
        reports.append(without_times(report_at(tmp_path / name)))
    assert reports[0] == reports[1]


def test_a_zip_is_worth_what_its_folder_is(grader: Command, tmp_path: Path) -> None:
    archive = tmp_path / "hand-in.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in sorted((ROOT / "reference").glob("*.py")):
            file.write(path, f"my work/{path.name}")
    reports = []
    for source in (archive, ROOT / "reference"):
        grader("grade", source, "--exercise", "2", "--seed", 3, "--output", tmp_path / "out.json")
        reports.append(report_at(tmp_path / "out.json"))
    assert reports[0]["points"]
    assert reports[0]["score"] == reports[1]["score"] == 6.0


def test_a_selection_judges_just_that(grader: Command, tmp_path: Path) -> None:
    output = tmp_path / "results.json"
    grader("grade", "reference", "--point", "3.5", "--point", "2.1", "--output", output)
    report = report_at(output)
    assert (outcomes(report), report["max_score"]) == ({"2.1": "passed", "3.5": "passed"}, 3.0)


def make_nothing(folder: Path) -> list[object]:
    return ["grade", folder / "nothing"]


def make_no_zip(folder: Path) -> list[object]:
    (folder / "work.zip").write_text("this is no zip")
    return ["grade", folder / "work.zip"]


def make_empty_folder(folder: Path) -> list[object]:
    (folder / "empty").mkdir()
    return ["grade", folder / "empty"]


def make_broken_rubric(folder: Path) -> list[object]:
    text = (BUILT_IN / "rubric.toml").read_text(encoding="utf-8")
    (folder / "rubric.toml").write_text(text.replace("max = 2.0", "max = -2.0"), encoding="utf-8")
    return ["grade", "reference", "--rubric", folder / "rubric.toml"]


def make_unknown_point(folder: Path) -> list[object]:
    return ["grade", "reference", "--point", "9.9"]


def make_unknown_exercise(folder: Path) -> list[object]:
    return ["grade", "reference", "--exercise", "7"]


def make_output_nowhere(folder: Path) -> list[object]:
    return ["grade", "reference", "--output", folder / "no" / "such" / "results.json"]


def make_output_folder(folder: Path) -> list[object]:
    return ["grade", "reference", "--output", folder]


def make_bad_option(folder: Path) -> list[object]:
    return ["grade", "reference", "--seed", "many"]


def make_bad_device(folder: Path) -> list[object]:
    return ["grade", "reference", "--device", "quantum"]


def make_absent_device(folder: Path) -> list[object]:
    return ["grade", "reference", "--point", "4.1", "--device", "cuda:63"]


def make_data_nowhere(folder: Path) -> list[object]:
    return ["grade", "reference", "--point", "4.1", "--data", folder / "digits.npz"]


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (make_bad_device, "unknown device 'quantum'. Where networks are trained: auto, cpu"),
        (make_absent_device, "The device cuda:63 is not available in the sandbox"),
        (make_data_nowhere, "There is no file"),
        (make_nothing, "there is no such file or folder"),
        (make_no_zip, "this is not an archive that can be read"),
        (make_empty_folder, "nothing to grade here. A submission contains exercise1.py"),
        (make_broken_rubric, "greater than 0"),
        (make_unknown_point, "there is no point 9.9; `grader points` lists them"),
        (make_unknown_exercise, "there is no exercise 7; there are 1, 2, 3, 4"),
        (make_output_nowhere, "does not exist; make it first"),
        (make_output_folder, "this is a folder; name a file"),
        (make_bad_option, "grader: --seed many: give a whole number from 0 to 2147483647."),
    ],
)
def test_bad_input_is_a_sentence_and_exit_code_2(
    make: Callable[[Path], list[object]], sentence: str, grader: Command, tmp_path: Path
) -> None:
    ended = grader(*make(tmp_path))
    assert ended.returncode == 2
    said = re.sub(r"[\s│]+", " ", ended.stderr)
    assert sentence in said
    assert "Traceback" not in ended.stderr


@pytest.mark.skipif(
    os.name == "nt" or os.geteuid() == 0, reason="needs a user whom permissions bind; root may write anywhere"
)
def test_an_unwritable_output_is_told_before_the_grading(grader: Command, tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o500)
    ended = grader("grade", "reference", "--output", tmp_path / "closed" / "results.json")
    assert (ended.returncode, "is not writable" in ended.stderr) == (2, True)


def test_a_report_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(path, "new \ud800")
    assert (path.read_text(), list(tmp_path.iterdir())) == ("old", [path])
    with pytest.raises(OutputError, match="cannot be written \\("):
        write_atomically(tmp_path / "gone" / "results.json", "new")


def test_the_published_schema_is_the_reports(assignment: object) -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == json_schema(), "run `make schema`"


def test_points_and_version(grader: Command) -> None:
    listed = grader("points").stdout
    assert "3.5" in listed
    assert "22" in listed
    assert "by a person" in listed
    assert re.fullmatch(r"grader \d+\.\d+\.\d+\n", grader("--version").stdout)


def test_python_files_of_a_submission_are_never_collected(grader: Command, tmp_path: Path) -> None:
    work = tmp_path / "work"
    shutil.copytree(ROOT / "reference", work)
    for name in ("conftest.py", "test_mine.py", "check_exercise2.py", "sitecustomize.py"):
        (work / name).write_text("import pathlib\npathlib.Path(__file__).with_name('marker').write_text('ran')\n")
    (work / "pytest.ini").write_text("[pytest]\naddopts = --collect-only\n")
    (work / "results.json").write_text('{"score": 22.0}')
    ended = grader("grade", work, "--exercise", "2", "--output", tmp_path / "out.json", cwd=work)
    assert ended.returncode == 0, ended.stderr
    assert report_at(tmp_path / "out.json")["score"] == 6.0
    assert not (work / "marker").exists()


def test_each_command_is_found_in_the_module_that_is_imported_for_it() -> None:
    for module, commands in COMMANDS.items():
        own = import_module(f"grader.cli.{module}")
        written = {info.name or info.callback.__name__ for info in app.registered_commands if _module(info) == own}
        groups = {
            group.name for group in app.registered_groups if _module(group.typer_instance.registered_commands[0]) == own
        }
        assert written | groups == set(commands), module


def test_the_list_of_commands_is_shown_without_importing_any(grader: Command) -> None:
    listed = grader("--help")
    assert listed.returncode == 0
    assert "  review " in listed.stdout
    assert "gradescope-run" not in listed.stdout, "which nobody types"
    code = (
        "import sys, grader.cli; sys.argv = ['grader', '--help']\ntry: grader.cli.main()\nfinally: print(*sys.modules)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=PATIENCE)
    loaded = ended.stdout.split()
    assert [name for name in ("pydantic", "jinja2", "numpy", "grader.rubric", "asyncio") if name in loaded] == []
    wrong = grader("gradee")
    assert (wrong.returncode, "Did you mean 'grade'" in wrong.stderr) == (2, True)


def test_a_command_ends_without_taking_apart_what_it_imported_and_does_what_was_left_for_its_end() -> None:
    code = """
import atexit, sys, grader.cli
class Dismantled:
    def __del__(self): print("taken apart", flush=True)
sys.modules["kept"] = Dismantled()
atexit.register(print, "the end")
sys.argv = ["grader", "--version"]
grader.cli.run()
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=PATIENCE)
    assert ended.stdout == f"grader {VERSION}\nthe end\n"


def _module(info: Any) -> Any:
    return sys.modules[info.callback.__module__]


@pytest.mark.parametrize(
    ("modules", "takes_time"),
    [
        # what workers come from is started as soon as the options are read
        (("grader.cli.class_command",), {"pydantic", "rich", "numpy", "yaml", "jinja2", "grader.rubric"}),
        # and what job processes come from before anything is imported that writing pages alone needs
        (("grader.cli.class_command", "grader.cli.class_grading"), {"numpy", "yaml", "jinja2", "pygments"}),
    ],
)
def test_a_class_begins_before_what_takes_time_is_imported(modules: tuple[str, ...], takes_time: set[str]) -> None:
    code = f"import sys, {', '.join(modules)}\nprint(*sys.modules)"
    imported = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert takes_time & set(imported.split()) == set()
