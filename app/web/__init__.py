"""Pages rendered here and the built front end."""
