"""Grade a class: take in any LMS's download, grade it on any executor, keep every result, write tables for any LMS."""
