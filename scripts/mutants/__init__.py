"""Mutants of right answers, graded and judged by an independent calculation; see `__main__`."""
