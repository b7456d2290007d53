"""Cards in Microsoft Teams, posted to an address that somebody made there."""
