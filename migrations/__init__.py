"""How the database became what it is: dated steps, one change each, safe for the version still running."""
