"""One file an exercise: each check asks the submission, has an oracle judge, and returns the verdict."""
