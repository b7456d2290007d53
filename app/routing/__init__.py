"""Which unit gets a free-text request, and why."""
