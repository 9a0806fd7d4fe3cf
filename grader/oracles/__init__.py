"""What is right, as mathematics: a library of judges for any assignment, which knows no exercise.

Judges numbers (`numeric`), expressions (`symbolic`) and optimizers, and names misconceptions. May import what crosses
the boundaries (`grader.model`, the wire's types); what is asked of a submission's values that could take long runs in a
worker of its own, into which this package travels as sources. docs/oracles.md has a page on each part.
"""
