"""The agents' pages: queue, ticket, registering for a caller, search; composes slices and owns no rule."""
