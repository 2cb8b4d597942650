"""Self-service: versioned flows that try to solve a contact before an agent is needed."""
