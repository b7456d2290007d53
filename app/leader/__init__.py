"""The leader's page: what waits for a yes or no, and how the unit's orders stand; composes slices and owns no rule."""
