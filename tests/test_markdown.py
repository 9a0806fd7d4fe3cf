"""The summary and the annotations for CI."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.model import Outcome
from grader.report.folding import fold
from grader.report.html.student_page import student_page
from grader.report.markdown import annotations, escape, summary
from grader.report.plain_text import clean
from grader.schema import PartScore, PointScore
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


PART = PartScore(part=None, outcome=Outcome.FAILED, share=0.0, diagnosis="too-slow")


def not_learned(*percents: int) -> tuple[PointScore, ...]:
    """Points about optimizers, lost for one reason; each with its name and number in the sentence."""
    titles = ("Adadelta", "Adagrad", "Adam")
    return tuple(
        lost(
            id=f"4.{number}",
            title=title,
            message=f"With {title} the best accuracy was {percent} %. Train longer.",
            notes=("the same",) if number == 1 else ("the same", "another"),
            parts=(PART,),
            traceback=(),
            evidence={},
        ).points[0]
        for number, (title, percent) in enumerate(zip(titles, percents, strict=True), 1)
    )


def test_what_differs_among_points_of_one_cause_is_said() -> None:
    """The sentence was that of the first alone."""
    (cause,) = fold(not_learned(45, 62, 45))
    assert cause.ids == "4.1, 4.2, 4.3"
    assert cause.others == ("The same holds for Adam.", "4.2: With Adagrad the best accuracy was 62 %.")
    line = f"- **4.1, 4.2, 4.3** With Adadelta the best accuracy was 45 %. Train longer. {' '.join(cause.others)}"
    assert line in summary(report(points=not_learned(45, 62, 45)))
    page = student_page(report(points=not_learned(45, 62, 45)))
    assert '<a href="#point-4.1">4.1</a>. With Adagrad the best accuracy was 62 %.</p>' in page
    assert (page.count("Train longer."), page.count("the same</p>"), page.count("another</p>")) == (1, 1, 2)


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
