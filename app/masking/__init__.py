"""Identity numbers taken out of what people write, before anything is kept of it."""
