"""The folders that workers write to: made, opened up again whatever their modes, and removed however deep they are."""

import contextlib
import os
import shutil


def make(folder: str) -> None:
    """Make the folder in which those of workers lie: they find their own in it, and cannot look around."""
    os.mkdir(folder, 0o700)
    os.chmod(folder, 0o711)  # whatever the umask


def open_up(folder: str) -> None:
    """Undo what a worker of our own user may have done to a folder's mode, so that its files can be seen."""
    with contextlib.suppress(OSError):
        os.chmod(folder, 0o700)


def remove(path: str) -> None:
    """Remove a folder however deep it is nested: subfolders are brought to the top, so that nothing here recurses."""
    open_up(path)
    with contextlib.suppress(OSError):
        for number, folder in enumerate(iter(lambda: _subfolder(path), None)):
            open_up(folder)
            for name in os.listdir(folder):
                os.rename(os.path.join(folder, name), os.path.join(path, f"{number}-{name[:100]}"))
            os.rmdir(folder)
    shutil.rmtree(path, ignore_errors=True)


def _subfolder(path: str) -> str | None:
    with os.scandir(path) as entries:
        return next((entry.path for entry in entries if entry.is_dir(follow_symlinks=False)), None)
