"""The REST API under /2010-04-01, as far as a contact centre needs it."""
