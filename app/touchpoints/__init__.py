"""The append-only log of what happened to a customer, and the timeline that shows it."""
