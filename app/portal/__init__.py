"""Pages for everybody: find a service, order it, follow the ticket. Composes slices; owns no rule."""
