"""Sockets: who is connected here, what each follows, and how missed events are made good."""
