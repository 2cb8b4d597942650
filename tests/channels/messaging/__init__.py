"""The messaging channel."""
