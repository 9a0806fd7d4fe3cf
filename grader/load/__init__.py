"""Stage 1: what was handed in, as bytes within bounds. One set of rules for `grade` and for a class.

May read files and archives; never imports or runs anything of a submission, and writes nothing to disk.
"""
