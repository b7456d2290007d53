"""How people get in and out, and what they see of their own sessions and keys."""
