"""What a row from HR or the directory means: who it is, what has changed in their jobs, and who must be asked first."""
