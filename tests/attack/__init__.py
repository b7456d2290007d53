"""The product under attack by tools that others made: `make attack`. Not part of the ordinary tests."""
