"""The append-only log: what happened to whom, in order, by whom and when."""
