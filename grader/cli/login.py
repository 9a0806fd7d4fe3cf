"""Who is at the terminal."""

import getpass
import os


def login() -> str:
    """The login; where the system knows none, as in a container that runs under any number, "user 1234"."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # by Python's version and the system
        return f"user {os.getuid()}" if hasattr(os, "getuid") else "unknown"
