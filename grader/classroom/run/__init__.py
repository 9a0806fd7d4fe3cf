"""Hand-ins -> reports: jobs on this machine or a cluster, retried where the fault is ours, never lost halfway."""
