"""The command line itself: what it offers and how it fails."""
