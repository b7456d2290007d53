"""Pages for employees: find, order, follow."""
