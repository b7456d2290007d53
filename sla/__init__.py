"""Working time and promises: calendars, clocks and agreements as pure values, without database, web or "now"."""
