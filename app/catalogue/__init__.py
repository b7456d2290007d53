"""The published catalogue: immutable versions every node runs from, search and forms over them."""
