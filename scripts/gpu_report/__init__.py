"""What a GPU changes, in one command of eight minutes: see `__main__.py`."""
