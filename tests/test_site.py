"""The project's site: it builds without a warning, its links lead somewhere, and it lists what assignments import."""

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from grader import api
from grader.oracles import numeric
from tests.support.command import PATIENCE, ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (find_spec("material") and find_spec("mkdocstrings")), reason="needs mkdocs: pip install '.[site]'"
    ),
]


def build(folder: Path, *options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder, *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)


def test_it_builds_without_a_warning_and_lists_the_api(tmp_path: Path) -> None:
    ended = build(tmp_path / "site")
    assert ended.returncode == 0, ended.stderr
    page = (tmp_path / "site" / "api" / "index.html").read_text(encoding="utf-8")
    listed = {name.rpartition(".")[2] for name in re.findall(r'id="(grader\.[\w.]+)"', page)}
    # Names for unions of types have nothing to be listed.
    assert {*api.__all__, *numeric.__all__} - listed <= {"Floats", "Numbers", "Model", "OfCase", "Value"}
    for path in (tmp_path / "site").rglob("*.html"):
        assert '="../../examples' not in path.read_text(encoding="utf-8"), path
        assert 'src="http' not in path.read_text(encoding="utf-8"), path  # no page loads anything from elsewhere


@pytest.mark.parametrize(
    ("link", "message"),
    [("[x](gone.md)", "gone.md"), ("[x](faq.md#gone)", "#gone"), ("[x](../gone/file.py)", "is not in the repository")],
)
def test_a_broken_link_fails_it(link: str, message: str, tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "index.md").write_text(link)
    (docs / "faq.md").write_text("# Questions")
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("nav:\n  - What")[0]
    text = text.replace("docs_dir: docs", f"docs_dir: {docs}").replace("scripts/", f"{ROOT}/scripts/")
    (tmp_path / "mkdocs.yml").write_text(text)
    ended = build(tmp_path / "site", "--config-file", tmp_path / "mkdocs.yml")
    assert ended.returncode != 0
    assert message in ended.stderr
