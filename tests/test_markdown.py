"""The summary and the annotations for CI."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.report.markdown import annotations, escape, summary
from grader.report.plain_text import clean
from tests.support.hostile_texts import ATTACKS
from tests.test_html import report


def lost(**changed: Any) -> Any:
    return report(points=(report().points[0].model_copy(update=changed),))


def test_the_summary_has_the_table_and_what_was_lost() -> None:
    text = summary(report("The maximum *starts* at 0."))
    assert text.startswith("## 1 of 2 points\n\n| point | task | score | outcome |\n| --- | --- | ---: | --- |\n")
    assert "| **2** | **Pooling** | **1 / 2** |  |" in text
    assert "| 2.3 | Negative values | 0 / 1 | ❌ failed |" in text
    assert "| 2.4 | Ties | 1 / 1 | ✅ passed |" in text
    assert "- **2.3** The maximum &#42;starts&#42; at 0." in text
    assert "**2.4**" not in text, "what was earned needs no sentence"


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: ascii(attack[:20]))
def test_hostile_text_stays_in_its_line_and_cell(attack: str) -> None:
    honest, hostile = (summary(lost(message=text, title=text)).splitlines() for text in ("x", attack))
    assert len(hostile) == len(honest)
    assert [line.count("|") for line in hostile] == [line.count("|") for line in honest]
    assert not re.search(r"<|`|\[|https?:|@|(?<!^)#\d", "\n".join(hostile[2:]).replace("&#", ""))


@settings(max_examples=100)
@given(st.text(max_size=60))
def test_an_escaped_text_reads_as_itself(text: str) -> None:
    read = re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), escape(text))
    assert read == " ".join(clean(text, 80).split())


def test_an_annotation_points_at_the_students_line() -> None:
    frames = [{"file": f"a,b:{n}.py", "line": n, "function": "f", "code": "g()"} for n in (3, 7)]
    point = {**report().points[0].model_dump(), "traceback": frames, "message": "100 %\n::warning::wrong"}
    assert annotations(report(points=(point, point))) == [
        "::error file=a%2Cb%3A7.py,line=7,title=2.3 Negative values::100 %25 ::warning::wrong"
    ]


def test_a_point_without_a_line_has_no_annotation() -> None:
    assert annotations(lost(traceback=())) == []
