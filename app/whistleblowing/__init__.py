"""Varsling (arbeidsmiljøloven kap. 2 A), apart from everything else: no ticket, no event, no search, no figure."""
