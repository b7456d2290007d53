"""The leader's page, without script."""
