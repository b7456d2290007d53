"""The service catalogue: what the municipality offers its employees, as reviewed text read into values."""
