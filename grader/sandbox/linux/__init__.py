"""Workers forked from a warm process, and `jail`, the restrictions that Linux gives to any process that asks."""
