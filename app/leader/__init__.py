"""Pages for leaders: what waits for them."""
