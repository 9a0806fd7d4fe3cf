"""Honest students in short: those of a few kinds lose nothing, and what they might lie about is caught."""

import pytest

from scripts.honest_reruns import study

pytestmark = [pytest.mark.slow, pytest.mark.thorough]  # claims-all-supported and -contradicted are trained, too

EPOCHS = 5  # half of the assignment's: after these, most have reached the target, and scatter as much


@pytest.mark.parametrize("kind", ["perceptron", "conv-instancenorm-fullbatch"])
def test_an_honest_student_loses_nothing_and_a_liar_earns_nothing_whole(kind: str) -> None:
    counts, cosine = study(kind, (1001,), (10,), epochs=EPOCHS)
    assert counts["gradings"] == 1
    assert counts["rejected"] == counts["claims contradicted"] == counts["lies believed"] == 0
    assert counts["lies caught"] >= 3
    assert counts["optimizers passed"] == 6
    assert cosine > 0.999
