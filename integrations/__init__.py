"""Clients for other systems: each with its own messages, none knows anything of ours."""
