"""The desk as agents use it, without script."""
