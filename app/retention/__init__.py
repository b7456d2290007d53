"""How long a closed case is kept, what stops its destruction, who agrees to it, and the packages the archive gets."""
