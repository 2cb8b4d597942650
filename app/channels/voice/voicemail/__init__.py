"""Messages that callers leave who leave their queue without an agent."""
