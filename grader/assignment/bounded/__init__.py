"""What the checks ask about expressions, where it can be stopped: it travels into a worker as sources."""
