"""What Skranke is made of: locked versions with hashes, and the list of them that others can read."""
