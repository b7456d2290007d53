"""Effects waiting to leave the house, written in the transaction that caused them; at least once, same id."""
