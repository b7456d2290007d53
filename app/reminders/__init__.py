"""Telling people what waits for them before it is late: a weekly mail, reminders, and a calendar to subscribe to."""
