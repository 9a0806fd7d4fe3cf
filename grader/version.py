"""The one place that knows the grader's version."""

VERSION = "0.1.0"
