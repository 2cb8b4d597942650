"""What `dev.py` does: set-up, running, testing. Standard library only, because it makes the environment."""
