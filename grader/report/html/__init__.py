"""The pages: one for a student, one for a class. Pure functions from reports to the text of a self-contained file."""
