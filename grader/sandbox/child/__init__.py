"""All that runs beside a student's code, and nothing else: this listing is the trust boundary.

Nothing in here is a secret, and nothing that comes out of here is believed. Standard library only; modules import one
another relatively, since in a worker the folder is a package of another name (`__main__`).
"""
