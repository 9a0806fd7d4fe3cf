"""What an assignment may import: a name more or less is a decision, and this is where it shows."""

from grader import api


def test_the_public_names_are_these() -> None:
    assert api.__all__ == [
        *("CallFailure", "Handle", "Opaque", "Outcome", "Tree", "UsageError", "Value", "Verdict"),
        *("fetch", "harness_module", "keep", "module", "points"),
    ]
    assert all(hasattr(api, name) for name in api.__all__)
