"""What the technical administrator sees: how it runs, and no word of what it carries; composes the rooms."""
