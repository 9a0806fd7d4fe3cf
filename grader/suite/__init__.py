"""Stage 3: pytest runs an assignment's checks over one submission, and forms the verdicts.

On the trusted side: a check meets the submission as a proxy, whose calls cross into the sandbox and back as plain data.
"""
