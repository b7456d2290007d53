"""What people in Fjordvik write, by unit."""
