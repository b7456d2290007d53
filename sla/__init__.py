"""Working time and promises: calendars, clocks and agreements as values; no database, no web, no "now"."""
