"""The officer's pages: who came in, who was refused, who read what; composes the rooms, owns no rule but who may look."""
