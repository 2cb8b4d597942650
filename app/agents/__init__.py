"""Agent accounts, sessions, skills, presence and load."""
