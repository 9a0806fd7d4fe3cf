"""Names of temporary folders: chosen here, and made by the process that they are for.

Whoever makes a folder removes it when it ends, and who started it does so where it was killed. Were the folder made
first, nobody would know of it if the grader were killed before that process began.
"""

import secrets
import tempfile
from pathlib import Path

_RANDOM_BYTES = 8


def unused_path(prefix: str) -> str:
    """A path among the temporary files that nobody else uses or can guess."""
    return str(Path(tempfile.gettempdir()) / f"{prefix}{secrets.token_hex(_RANDOM_BYTES)}")
