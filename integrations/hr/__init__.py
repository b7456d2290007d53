"""A file from an HR system: columns by a map, one line for each job. Knows nothing of what it means."""
