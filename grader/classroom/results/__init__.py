"""The folder RESULTS: what is kept in it, and the tables and pages that are written from it."""
