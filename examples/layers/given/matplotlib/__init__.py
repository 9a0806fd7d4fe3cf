"""Nothing is drawn here: an editor's or a notebook's import that was left in a file is taken, and does nothing."""


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return lambda *values, **options: None
