"""The proof: random calendars and histories, answered by the engine and by counting minutes, compared."""
