"""Pages for agents: the queue, the ticket, «Registrer sak»."""
