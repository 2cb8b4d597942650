"""One question after the conversation, answered by key."""
