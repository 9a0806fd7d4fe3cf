"""What changes a score after the judging: lateness, a person's mark, another rubric. Only `reproduce` runs code."""
