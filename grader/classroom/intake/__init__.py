"""Who handed in what: an LMS's download and tables -> one hand-in a person, and a list of everything else."""
