"""The built-in assignment, as data to the engine: rubric, texts, images, checks, and a folder for each exercise.

May import `grader.api` and `grader.oracles`; nothing of the engine imports it.
Another assignment is such a folder, too.
"""
