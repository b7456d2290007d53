"""Who works here: persons, engagements, org units, leaders, authorities, and who works in which unit."""
