"""Recordings of calls: of conversations by the queue's policy, and of messages left."""
