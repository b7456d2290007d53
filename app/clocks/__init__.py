"""SLA clocks: rows computed from events and the published agreements; they know instants, not tickets."""
