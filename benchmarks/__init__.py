"""What the grader costs, beside what it could cost. Each module is a command: `python -m benchmarks.gradient`.

All of them print a table and, with `--json FILE`, write the figures. Nothing in here is imported by the grader.
"""
