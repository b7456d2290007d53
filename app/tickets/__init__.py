"""Tickets: opened, talked about, moved, handed over, solved; with their attachments."""
