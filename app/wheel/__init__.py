"""The annual wheel: the activities of the catalogue become tasks of those who lead, some weeks ahead."""
