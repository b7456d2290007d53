"""What is done when somebody begins, moves, leaves or gets a contract: steps over several owners, until the day."""
