"""What a row from HR means."""
