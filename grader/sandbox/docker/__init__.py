"""`docker`: every worker in a container of its own, over the Docker SDK, which nothing else of the grader imports."""
