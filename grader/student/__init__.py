"""What a student's own machine runs: pytest in their folder, `watch`, `explain`. Needs no torch, no Docker, no GPU."""
