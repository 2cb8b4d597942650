"""The one path every inbound contact takes, whatever its channel."""
