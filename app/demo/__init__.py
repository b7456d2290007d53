"""A believable municipality, the same every time: its people, and what they have asked for until the anchor instant."""
