"""One interaction on one channel: its life, its notes, its outcome."""
