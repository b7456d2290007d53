"""Entitlements: what people should have by the jobs they hold, what they have, and the difference."""
