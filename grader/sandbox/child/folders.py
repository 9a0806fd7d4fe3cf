"""The folders that workers write to: made, opened up again whatever their modes, and removed however deep they are."""

import contextlib
import os
import shutil
import sys

if sys.platform != "win32":
    import fcntl


def make_for_workers(folder: str) -> int:
    """Make the folder in which those of workers lie: they find their own in it, and cannot look around. As `make`."""
    lock = make(folder)
    os.chmod(folder, 0o711)  # whatever the umask
    return lock


def make(folder: str) -> int:
    """Make a folder that is in use as long as the descriptor given back is open: in this process and all it forks.

    The system closes it, however they end. So a folder that nobody holds was left by somebody who was killed. Windows
    has no such locks.
    """
    while True:
        os.mkdir(folder, 0o700)
        if sys.platform == "win32":
            return os.open(os.devnull, os.O_RDONLY)
        else:  # noqa: RET505 - mypy follows the platform in a branch only
            with contextlib.suppress(FileNotFoundError):  # somebody tidied up before it was held
                descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
                with contextlib.suppress(OSError):  # a file system without locks: nobody else gets one there either
                    fcntl.flock(descriptor, fcntl.LOCK_EX)
                if os.path.exists(folder):
                    return descriptor
                os.close(descriptor)


def remove_abandoned(folder: str) -> None:
    """Remove a folder made by `make` that nobody holds. Whoever is about to hold it makes it again."""
    if sys.platform != "win32":
        with contextlib.suppress(OSError):  # in use, another user's, a link, no folder, or gone already
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                if os.fstat(descriptor).st_uid == os.geteuid():
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    remove(folder)
            finally:
                os.close(descriptor)


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
