"""Everything a person must do, from here and from other systems: whose it is, how pressing, and what became of it."""
